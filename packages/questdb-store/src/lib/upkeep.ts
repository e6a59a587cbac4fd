import type { DirtyDay, StoreSize, StoreUpkeep } from '@verimeter/reading-store';
import type { Pool } from 'pg';
import { between, historyParts, monthOf, readHistoryMonths } from './history-table.ts';
import { type QuestDbHttp, createQuestDbHttp } from './http-client.ts';
import { receivedBetween, shownSince } from './late-arrivals.ts';
import { MoveProgress } from './move-month.ts';
import { whileNobodyLoads } from './move-lock.ts';
import { type Partition, readPartitions } from './partitions.ts';
import { TABLE, createTableOnce, instant } from './readings-table.ts';
import { retain } from './retain.ts';

const DAY_US = 86_400e6;
/** A reading that comes later than that makes QuestDB write parts of a Parquet file anew. */
const LATE_DAYS = 35;
/** Nothing is settled meanwhile; what is left is done at the next call. */
const TEND_MS = 20_000;
/** An import has ended by then; what comes late all the time holds nothing up any longer. */
const MOST_HELD_UP_US = DAY_US;
const DAYS_A_PIECE = 10_000;

const COMING = `
  SELECT EXISTS (SELECT FROM store_settled WHERE settled_at > now() - interval '1 hour' AND first_ts < $1::timestamptz) AS coming`;

/** An import of old readings is under way: their months would move in pieces. */
async function isHistoryComing(pool: Pick<Pool, 'query'>, lateUs: number): Promise<boolean> {
  const { rows } = await pool.query<{ coming: boolean }>(COMING, [
    new Date(lateUs / 1000).toISOString(),
  ]);
  return rows[0]?.coming === true;
}

/** Months that are over and past the late window to history, the oldest days and months away. */
export function createUpkeep(options: {
  readonly pool: Pick<Pool, 'query' | 'connect' | 'options'>;
  readonly http: QuestDbHttp;
  /** `tend` pauses after that. Default: 20 s. */
  readonly mostMs?: number;
  /** Of the pieces in which a month moves. */
  readonly readingsAtATime?: number;
}): StoreUpkeep {
  const { http, mostMs = TEND_MS, readingsAtATime } = options;
  const table = createTableOnce(http);
  let moving: MoveProgress | undefined;
  let heldUpUs: number | undefined;
  /** Of months that ended before `lateUs` what there is time for. */
  async function moveOver(lateUs: number, signal: AbortSignal | undefined): Promise<void> {
    const deadline = performance.now() + mostMs;
    const pause = (): boolean => signal?.aborted === true || performance.now() > deadline;
    const old = (await readPartitions(http))
      .map((partition) => ({ ...partition, month: monthOf(partition.fromUs) }))
      .filter(({ table: name, month }) => name === TABLE && month.untilUs <= lateUs);
    const months = new Map(old.map(({ month }) => [month.fromUs, month]));
    for (const month of months.values()) {
      if (pause()) return;
      if (moving?.month.fromUs !== month.fromUs) moving = new MoveProgress(month, readingsAtATime);
      // oxlint-disable-next-line no-await-in-loop -- one month after the other
      if (!(await moving.run(http, pause))) return;
      moving = undefined;
    }
  }

  return {
    /** Called by who settles, or where nobody settles: what comes for a month while it moves could be lost otherwise. */
    async tend(nowUs, signal) {
      await table();
      const lateUs = nowUs - LATE_DAYS * DAY_US;
      if (await isHistoryComing(options.pool, lateUs)) {
        heldUpUs ??= nowUs;
        if (nowUs - heldUpUs < MOST_HELD_UP_US) return;
      }
      heldUpUs = undefined;
      await whileNobodyLoads(options.pool, () => moveOver(lateUs, signal));
    },

    async retain(beforeUs, signal) {
      await table();
      return retain(options, beforeUs, signal);
    },

    async *dirtyDays(notIn) {
      await table();
      const since = await shownSince(options.pool, notIn);
      if (since === undefined) return;
      const days: DirtyDay[] = [];
      const bounds = [
        ...(Number.isFinite(since.fromUs) ? [`ts >= ${instant(since.fromUs)}`] : []),
        ...(Number.isFinite(since.untilUs) ? [`ts <= ${instant(since.untilUs)}`] : []),
        receivedBetween(since.receivedFromUs, since.receivedUntilUs),
      ];
      await http.numbers(
        `SELECT channel, timestamp_floor('d', ts)::long AS day, count() AS readings FROM ${TABLE}
          WHERE ${bounds.join(' AND ')}`,
        ([channelId = 0, dayUs = 0]) => void days.push({ channelId, dayUs }),
      );
      const received = receivedBetween(since.receivedFromUs, since.receivedUntilUs);
      for (const part of historyParts(await readHistoryMonths(http), undefined, since))
        // oxlint-disable-next-line no-await-in-loop
        await http.numbers(
          `SELECT channel, at - at % ${DAY_US} AS day, count() AS readings FROM ${part}
            WHERE ${between(since)} AND ${received} GROUP BY channel, day`,
          ([channelId = 0, dayUs = 0]) => void days.push({ channelId, dayUs }),
        );
      for (let k = 0; k < days.length; k += DAYS_A_PIECE) yield days.slice(k, k + DAYS_A_PIECE);
    },

    async size(): Promise<StoreSize> {
      await table();
      const partitions = await readPartitions(http);
      const sum = (of: (partition: Partition) => number): number =>
        partitions.reduce((total, partition) => total + of(partition), 0);
      return {
        readings: sum(({ rows }) => rows),
        bytes: sum(({ bytes }) => bytes),
        compressedBytes: sum(({ parquetBytes }) => parquetBytes),
        fromUs: partitions.length === 0 ? null : Math.min(...partitions.map((one) => one.fromUs)),
        untilUs: partitions.length === 0 ? null : Math.max(...partitions.map((one) => one.untilUs)),
      };
    },
  };
}

/** The same, of an address. The pool acts as verimeter_service. */
export const createQuestDbUpkeep = ({
  httpUrl,
  ...options
}: Omit<Parameters<typeof createUpkeep>[0], 'http'> & { readonly httpUrl: string }): StoreUpkeep =>
  createUpkeep({ ...options, http: createQuestDbHttp(httpUrl) });
