import { setTimeout as sleep } from 'node:timers/promises';
import type { HourCount } from '@verimeter/reading-store';
import { keysInHistory, keysInTable } from './both-tables.ts';
import {
  EVER,
  HISTORY,
  type Month,
  type Span,
  historyParts,
  monthNamed,
  monthsWithin,
  readHistoryMonths,
} from './history-table.ts';
import type { QuestDbHttp } from './http-client.ts';
import { QuestDbError } from './questdb-error.ts';
import {
  CHANNELS_AT_A_TIME,
  RECEIVED_EPOCH_S,
  TABLE,
  channelIn,
  chunksOf,
  instant,
  readWalState,
  receivedUs,
} from './readings-table.ts';

const HOUR_S = 3600;
/** Between two looks at whether history stays as it is. */
const POLL_MS = 250;
/** A month moves in pieces, and history changes with each. */
const PATIENCE_MS = 600_000;

/** Receive times are whole seconds. */
const arrived = (relation: '>=' | '<', us: number): string =>
  Number.isFinite(us) ? ` AND received ${relation} ${Math.ceil(us / 1e6) - RECEIVED_EPOCH_S}` : '';

const within = ({ fromUs, untilUs }: Span): string =>
  (Number.isFinite(fromUs) ? ` AND ts >= ${instant(fromUs)}` : '') +
  (Number.isFinite(untilUs) ? ` AND ts <= ${instant(untilUs)}` : '');

/**
 * Readings by channel and receive hour, of whole months (UTC) where a span is given. Counts cannot be merged as rows can: readings of `TABLE` that history has, too, are left out there,
 * and what was counted while history changed is counted again.
 */
export async function countArrivals(
  http: QuestDbHttp,
  channelIds: readonly number[],
  received: { readonly fromUs: number; readonly toUs: number },
  span: Span = EVER,
): Promise<HourCount[]> {
  const condition = `true${arrived('>=', received.fromUs)}${arrived('<', received.toUs)}`;
  const all: HourCount[] = [];
  for (const some of chunksOf(channelIds, CHANNELS_AT_A_TIME))
    // oxlint-disable-next-line no-await-in-loop -- one after the other: QuestDB uses all processors for each
    all.push(
      ...(await whileStill(http, (months) =>
        count(http, some, monthsWithin(months, span), { span, condition }),
      )),
    );
  return all;
}

/** What was read while history did not change. */
async function whileStill<T>(
  http: QuestDbHttp,
  read: (months: readonly Month[]) => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- until it is so
    const before = await readWalState(http, undefined, HISTORY);
    if (before.accepted === before.applied) {
      // oxlint-disable-next-line no-await-in-loop
      const result = await read(await readHistoryMonths(http));
      // oxlint-disable-next-line no-await-in-loop
      const after = await readWalState(http, undefined, HISTORY);
      if (after.accepted === before.accepted) return result;
    }
    if (performance.now() > deadline)
      throw new QuestDbError('readings go on moving to history: count them again later');
    // oxlint-disable-next-line no-await-in-loop
    await sleep(POLL_MS);
  }
}

/** Those of which `TABLE` has rows: what came late, or what is on its way. */
async function monthsInTable(http: QuestDbHttp, months: readonly Month[]): Promise<Month[]> {
  const days = await http.query(
    `SELECT name FROM table_partitions('${TABLE}') WHERE attached AND numRows > 0`,
  );
  const there = new Set(days.map(([name]) => monthNamed(String(name)).fromUs));
  return months.filter(({ fromUs }) => there.has(fromUs));
}

async function count(
  http: QuestDbHttp,
  channelIds: readonly number[],
  months: readonly Month[],
  { span, condition }: { readonly span: Span; readonly condition: string },
): Promise<HourCount[]> {
  const counts = new Map<string, HourCount>();
  const wanted = new Set(channelIds);
  const take = ([channelId = 0, hour = 0, readings = 0]: Float64Array): void => {
    if (!wanted.has(channelId) || readings === 0) return;
    const key = `${channelId} ${hour}`;
    counts.set(key, {
      channelId,
      hourUs: receivedUs(hour * HOUR_S),
      readings: readings + (counts.get(key)?.readings ?? 0),
    });
  };
  const inMonths = months.map(
    ({ fromUs, untilUs }) => `(ts >= ${instant(fromUs)} AND ts < ${instant(untilUs)})`,
  );
  const apart = inMonths.length === 0 ? '' : ` AND NOT (${inMonths.join(' OR ')})`;
  await http.numbers(
    `SELECT channel, received / ${HOUR_S} AS hour, count() AS readings FROM ${TABLE}
      WHERE ${channelIn(channelIds)} AND ${condition}${within(span)}${apart}`,
    take,
  );
  for (const month of await monthsInTable(http, months)) {
    const own = `${channelIn(channelIds)} AND ${condition}`;
    // oxlint-disable-next-line no-await-in-loop
    await http.numbers(
      `SELECT channel, received / ${HOUR_S} AS hour, count() AS readings FROM (
         SELECT h.channel AS channel, h.received AS received FROM ${keysInTable(month, own)} h
           LEFT JOIN (SELECT p, us FROM ${keysInHistory(month, channelIds)}) x ON h.p = x.p AND h.us = x.us
          WHERE x.p IS NULL) GROUP BY channel, hour`,
      take,
    );
  }
  for (const part of historyParts(months, channelIds, EVER))
    // oxlint-disable-next-line no-await-in-loop
    await http.numbers(
      `SELECT channel, received / ${HOUR_S} AS hour, count() AS readings FROM ${part} WHERE ${condition} GROUP BY channel, hour`,
      take,
    );
  return [...counts.values()];
}
