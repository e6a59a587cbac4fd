import type { LateArrival } from '@verimeter/reading-store';
import type { Pool } from 'pg';
import { between, historyParts, readHistoryMonths } from './history-table.ts';
import type { QuestDbHttp } from './http-client.ts';
import {
  CHANNELS_AT_A_TIME,
  TABLE,
  channelIn,
  chunksOf,
  instant,
  receivedSeconds,
  receivedUs,
} from './readings-table.ts';

/** Names of this store begin so: those of another one, before the data moved here, say nothing. */
const NAME = /^q(\d+)$/;

/** What is settled by now. Rows may be shown a moment before they are settled: they are named later, too. */
export async function readShown(pool: Pick<Pool, 'query'>): Promise<string> {
  const { rows } = await pool.query<{ shown: string }>(
    `SELECT 'q' || coalesce(max(id), 0) AS shown FROM store_settled`,
  );
  return rows[0]?.shown ?? 'q0';
}

/** Where what is settled since `notIn` lies, or may lie. */
export interface ShownSince {
  readonly fromUs: number;
  readonly untilUs: number;
  readonly receivedFromUs: number;
  readonly receivedUntilUs: number;
}

const SINCE = `
  SELECT min(first_ts) AS from_us, max(last_ts) AS until_us,
         min(first_received) AS received_from_us, max(last_received) AS received_until_us
    FROM store_settled WHERE id > $1`;

/** Undefined: nothing. A name of another store: everything. */
export async function shownSince(
  pool: Pick<Pool, 'query'>,
  notIn: string,
): Promise<ShownSince | undefined> {
  const id = NAME.exec(notIn)?.[1];
  const { rows } = await pool.query<Record<string, number | null>>(SINCE, [id ?? 0]);
  const { from_us, until_us, received_from_us, received_until_us } = rows[0] ?? {};
  if (id === undefined)
    return {
      fromUs: -Infinity,
      untilUs: Infinity,
      receivedFromUs: -Infinity,
      receivedUntilUs: Infinity,
    };
  if (from_us == null || until_us == null || received_from_us == null || received_until_us == null)
    return undefined;
  return {
    fromUs: from_us,
    untilUs: until_us,
    receivedFromUs: received_from_us,
    receivedUntilUs: received_until_us,
  };
}

/** Conditions for what is shown since; receive times are whole seconds. */
export function receivedBetween(fromUs: number, untilUs: number): string {
  const conditions = [
    ...(Number.isFinite(fromUs) ? [`received >= ${receivedSeconds(fromUs)}`] : []),
    ...(Number.isFinite(untilUs) ? [`received <= ${receivedSeconds(untilUs)}`] : []),
  ];
  return conditions.length === 0 ? 'true' : conditions.join(' AND ');
}

/** Two sums and a count tell sets of instants apart that differ by one reading or more; those of two tables add up. */
const sums = (ts: string): string =>
  `count() AS readings, sum(${ts} % 1000000007) AS one, sum(${ts} % 998244353) AS other`;

/** Readings that are shown since `notIn`, arrived after an instant (to the second) and belong to a window. */
export async function readLateArrivals(
  pool: Pick<Pool, 'query'>,
  http: QuestDbHttp,
  tenant: string,
  window: {
    readonly notIn: string;
    readonly receivedAfterUs: number;
    readonly fromUs: number;
    readonly untilUs: number;
  },
): Promise<Map<number, LateArrival>> {
  const found = new Map<number, LateArrival>();
  const since = await shownSince(pool, window.notIn);
  if (since === undefined) return found;
  const fromUs = Math.max(window.fromUs, since.fromUs);
  const untilUs = Math.min(window.untilUs, since.untilUs);
  const receivedFromUs = Math.max(window.receivedAfterUs, since.receivedFromUs);
  if (untilUs < fromUs || since.receivedUntilUs < receivedFromUs) return found;
  const channels = await pool.query<{ channel_id: number }>(
    'SELECT channel_id FROM channels WHERE tenant = $1',
    [tenant],
  );
  const ids = channels.rows.map((row) => row.channel_id);
  const own = new Set(ids);
  // Of few channels others are left out by QuestDB, of many they are left out here.
  const named =
    ids.length <= CHANNELS_AT_A_TIME
      ? chunksOf(ids, CHANNELS_AT_A_TIME).map((some) => ` AND ${channelIn(some)}`)
      : [''];
  const sumsOf = new Map<number, [number, number, number]>();
  const take = ([channelId = 0, earliestUs = 0, received = 0, ...added]: Float64Array): void => {
    if (!own.has(channelId)) return;
    const before = found.get(channelId);
    const total = sumsOf.get(channelId) ?? [0, 0, 0];
    for (const [k, sum] of added.entries()) total[k] = (total[k] ?? 0) + sum;
    sumsOf.set(channelId, total);
    found.set(channelId, {
      earliestUs: Math.min(earliestUs, before?.earliestUs ?? Infinity),
      receivedUs: Math.max(receivedUs(received), before?.receivedUs ?? -Infinity),
      fingerprint: total.join(' '),
    });
  };
  const arrived = receivedBetween(receivedFromUs, since.receivedUntilUs);
  for (const condition of named)
    // oxlint-disable-next-line no-await-in-loop
    await http.numbers(
      `SELECT channel, min(ts)::long, max(received), ${sums('ts::long')} FROM ${TABLE}
        WHERE ts >= ${instant(fromUs)} AND ts <= ${instant(untilUs)} AND ${arrived}${condition}`,
      take,
    );
  const span = { fromUs, untilUs };
  const few = ids.length <= CHANNELS_AT_A_TIME ? ids : undefined;
  for (const part of historyParts(await readHistoryMonths(http), few, span))
    // oxlint-disable-next-line no-await-in-loop
    await http.numbers(
      `SELECT channel, min(at) AS earliest, max(received) AS latest, ${sums('at')} FROM ${part}
        WHERE ${between(span)} AND ${arrived} GROUP BY channel`,
      take,
    );
  return found;
}
