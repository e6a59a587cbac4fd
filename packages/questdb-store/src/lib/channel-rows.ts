import {
  type Span,
  between,
  historyParts,
  monthsWithin,
  readHistoryMonths,
} from './history-table.ts';
import type { QuestDbHttp } from './http-client.ts';
import {
  CHANNELS_AT_A_TIME,
  NOT_FUTURE,
  TABLE,
  channelIn,
  chunksOf,
  instant,
} from './readings-table.ts';
import { type RowColumns, emptyColumns, mergeColumns } from './row-columns.ts';

/*
 * Readings are in two tables, and those of a month on its way from one to the other in both: `TABLE` is asked first, then history, which
 * has a month before `TABLE` has it no more; the reading of an instant counts once.
 */

export interface Row {
  readonly tsUs: number;
  readonly value: number;
  readonly flags: number;
  /** Whole seconds, as stored. */
  readonly received: number;
}

/** Which readings are seen: all, those that were not ahead of their arrival, or of these those as well whose time has come. */
export type Seen = 'all' | 'not future' | 'come';

function seenCondition(seen: Seen, now: string, ts: string): string {
  if (seen === 'all') return 'true';
  return seen === 'come' ? `(${NOT_FUTURE} OR ${ts} <= ${now})` : NOT_FUTURE;
}

const hotSeen = (seen: Seen): string => seenCondition(seen, 'now()', 'ts');
const historySeen = (seen: Seen): string => seenCondition(seen, 'now()::long', 'at');

/** A condition for `TABLE`. */
export function within({ fromUs, untilUs }: Span): string {
  const bounds = [
    ...(Number.isFinite(fromUs) ? [`ts >= ${instant(fromUs)}`] : []),
    ...(Number.isFinite(untilUs) ? [`ts <= ${instant(untilUs)}`] : []),
  ];
  return bounds.length === 0 ? 'true' : bounds.join(' AND ');
}

const isEmpty = ({ fromUs, untilUs }: Span): boolean => !(fromUs <= untilUs);

/** Whole channels in a span, each by time; channels without rows are absent. Flags and receive times only with `whole`. */
export async function readChannels(
  http: QuestDbHttp,
  channelIds: readonly number[],
  span: Span,
  { whole = false, seen = 'all' }: { readonly whole?: boolean; readonly seen?: Seen } = {},
): Promise<Map<number, RowColumns>> {
  if (isEmpty(span) || channelIds.length === 0) return new Map();
  const wanted = new Set(channelIds);
  const more = whole ? ', flags, received' : '';
  const collect = async (statements: readonly string[]): Promise<Map<number, RowColumns>> => {
    const found = new Map<number, RowColumns>();
    for (const sql of statements)
      // oxlint-disable-next-line no-await-in-loop -- one after the other: QuestDB uses all processors for each
      await http.numbers(sql, ([channelId = 0, tsUs = 0, value = 0, flags = 0, received = 0]) => {
        let own = found.get(channelId);
        if (own === undefined) {
          if (!wanted.has(channelId)) return;
          own = emptyColumns();
          found.set(channelId, own);
        }
        own.tsUs.push(tsUs);
        own.value.push(value);
        own.flags.push(flags);
        own.received.push(received);
      });
    return found;
  };
  const hot = await collect([
    `SELECT channel, ts::long AS us, value${more} FROM ${TABLE}
      WHERE ${channelIn(channelIds)} AND ${within(span)} AND ${hotSeen(seen)}`,
  ]);
  const parts = historyParts(await readHistoryMonths(http), channelIds, span);
  const old = await collect(
    parts.map(
      (part) =>
        `SELECT channel, at, value${more} FROM ${part} WHERE ${between(span)} AND ${historySeen(seen)}`,
    ),
  );
  for (const [channelId, rows] of old)
    hot.set(channelId, mergeColumns(hot.get(channelId) ?? emptyColumns(), rows));
  return hot;
}

/** Months that are read by one statement where only some rows are wanted. */
const MONTHS_AT_A_TIME = 2;

/** At most `limit` rows of a channel in a span: its first ones by time, or its last ones, the last one first. */
export async function readSome(
  http: QuestDbHttp,
  channelId: number,
  span: Span,
  { limit, last = false, seen = 'all' }: { limit: number; last?: boolean; seen?: Seen },
): Promise<Row[]> {
  if (isEmpty(span) || limit <= 0) return [];
  const found = new Map<number, Row>();
  const collect = (sql: string): Promise<void> =>
    http.numbers(sql, ([tsUs = 0, value = 0, flags = 0, received = 0]) => {
      if (!found.has(tsUs)) found.set(tsUs, { tsUs, value, flags, received });
    });
  const order = (column: string): string =>
    `ORDER BY ${column}${last ? ' DESC' : ''} LIMIT ${Math.floor(limit)}`;
  await collect(
    `SELECT ts::long AS us, value, flags, received FROM ${TABLE}
      WHERE ${channelIn([channelId])} AND ${within(span)} AND ${hotSeen(seen)} ${order('ts')}`,
  );
  const months = monthsWithin(await readHistoryMonths(http), span);
  if (last) months.reverse();
  const inOrder = (a: Row, b: Row): number => (last ? b.tsUs - a.tsUs : a.tsUs - b.tsUs);
  const hot = found.size;
  for (const some of chunksOf(months, MONTHS_AT_A_TIME)) {
    // Those of the months before are all nearer, but rows of `TABLE` may lie anywhere.
    if (found.size - hot >= limit) break;
    for (const part of historyParts(some, [channelId], span))
      // oxlint-disable-next-line no-await-in-loop -- until there are enough
      await collect(
        `SELECT at, value, flags, received FROM ${part}
          WHERE ${between(span)} AND ${historySeen(seen)} ${order('at')}`,
      );
  }
  return [...found.values()].toSorted(inOrder).slice(0, limit);
}

/** The last row of each channel at or before an instant; channels without one are absent. */
export async function readLast(
  http: QuestDbHttp,
  channelIds: readonly number[],
  { untilUs = Infinity, seen = 'all' }: { readonly untilUs?: number; readonly seen?: Seen } = {},
): Promise<Map<number, Row>> {
  const found = new Map<number, Row>();
  const span = { fromUs: -Infinity, untilUs };
  const wanted = new Set(channelIds);
  const collect = (sql: string): Promise<void> =>
    http.numbers(sql, ([channelId = 0, tsUs = 0, value = 0, flags = 0, received = 0]) => {
      if (wanted.has(channelId) && tsUs > (found.get(channelId)?.tsUs ?? -Infinity))
        found.set(channelId, { tsUs, value, flags, received });
    });
  for (const some of chunksOf(channelIds, CHANNELS_AT_A_TIME))
    // oxlint-disable-next-line no-await-in-loop -- one after the other: QuestDB uses all processors for each
    await collect(
      `SELECT channel, ts::long AS us, value, flags, received FROM ${TABLE}
        WHERE ${channelIn(some)} AND ${within(span)} AND ${hotSeen(seen)} LATEST ON ts PARTITION BY channel`,
    );
  const months = monthsWithin(await readHistoryMonths(http), span).toReversed();
  let missing = [...wanted];
  for (const month of months) {
    missing = missing.filter((id) => (found.get(id)?.tsUs ?? -Infinity) < month.untilUs);
    const latest = new Map<number, number>();
    for (const part of historyParts([month], missing, span))
      // oxlint-disable-next-line no-await-in-loop
      await http.numbers(
        `SELECT channel, max(at) AS last FROM ${part} WHERE ${between(span)} AND ${historySeen(seen)} GROUP BY channel`,
        ([channelId = 0, tsUs = 0]) => {
          if (tsUs > (found.get(channelId)?.tsUs ?? -Infinity)) latest.set(channelId, tsUs);
        },
      );
    // Rows of these instants: a position for each.
    const one = [...latest].filter(([channelId]) => wanted.has(channelId));
    const rows = one.flatMap(([channelId, tsUs]) =>
      historyParts([month], [channelId], { fromUs: tsUs, untilUs: tsUs }),
    );
    for (const some of chunksOf(rows, POINTS_AT_A_TIME))
      // oxlint-disable-next-line no-await-in-loop
      await collect(
        `SELECT channel, at, value, flags, received FROM (${some.join(' UNION ALL ')})
          WHERE ${between(span)} AND ${historySeen(seen)}`,
      );
    missing = missing.filter((id) => !latest.has(id));
    if (missing.length === 0) break;
  }
  return found;
}

/** One row each. */
const POINTS_AT_A_TIME = 40;

/** The first instant of each channel in a span; channels without one are absent. */
export async function readFirstInstants(
  http: QuestDbHttp,
  channelIds: readonly number[],
  span: Span,
): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  const wanted = new Set(channelIds);
  const take = ([channelId = 0, tsUs = 0]: Float64Array): void => {
    if (wanted.has(channelId) && tsUs < (found.get(channelId) ?? Infinity))
      found.set(channelId, tsUs);
  };
  for (const some of chunksOf(channelIds, CHANNELS_AT_A_TIME))
    // oxlint-disable-next-line no-await-in-loop
    await http.numbers(
      `SELECT channel, min(ts)::long AS us FROM ${TABLE} WHERE ${channelIn(some)} AND ${within(span)}`,
      take,
    );
  let missing = [...wanted];
  for (const month of monthsWithin(await readHistoryMonths(http), span)) {
    for (const part of historyParts([month], missing, span))
      // oxlint-disable-next-line no-await-in-loop
      await http.numbers(
        `SELECT channel, min(at) AS us FROM ${part} WHERE ${between(span)} GROUP BY channel`,
        take,
      );
    missing = missing.filter((id) => (found.get(id) ?? Infinity) >= month.untilUs);
    if (missing.length === 0) break;
  }
  return found;
}
