import { FLAG } from '@verimeter/telemetry';
import {
  type Month,
  type Span,
  between,
  historyParts,
  monthsWithin,
  readHistory,
  readHistoryMonths,
  readMonthsWithin,
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
import { type RowColumns, emptyColumns, mergeColumns, pushRow } from './row-columns.ts';

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
  const months = await readMonthsWithin(http, span, wanted.size);
  const old = await collectHistory(http, months, channelIds, { span, whole, seen });
  for (const [channelId, rows] of old)
    hot.set(channelId, mergeColumns(hot.get(channelId) ?? emptyColumns(), rows));
  return hot;
}

/** Of history alone. */
async function collectHistory(
  http: QuestDbHttp,
  months: readonly Month[],
  channelIds: readonly number[],
  { span, whole, seen }: { readonly span: Span; readonly whole: boolean; readonly seen: Seen },
): Promise<Map<number, RowColumns>> {
  const found = new Map(channelIds.map((id) => [id, emptyColumns()]));
  const nowUs = Date.now() * 1000;
  const columns = whole || seen !== 'all' ? ', flags, received' : '';
  await readHistory(
    http,
    months,
    channelIds,
    { span, columns },
    (channelId, tsUs, value, flags, received) => {
      const isFuture = (flags & FLAG.future) !== 0;
      if (isFuture && seen !== 'all' && (seen === 'not future' || tsUs > nowUs)) return;
      const own = found.get(channelId);
      own?.tsUs.push(tsUs);
      own?.value.push(value);
      own?.flags.push(flags);
      own?.received.push(received);
    },
  );
  for (const [channelId, rows] of found) if (rows.tsUs.length === 0) found.delete(channelId);
  return found;
}

/** Months that are read by one statement where only some rows are wanted. */
const MONTHS_AT_A_TIME = 2;

/** At most `limit` rows of a channel in a span: its first ones by time, or its last ones, the last one first. */
export async function readSome(
  http: QuestDbHttp,
  channelId: number,
  span: Span,
  {
    limit,
    last = false,
    seen = 'all',
  }: { readonly limit: number; readonly last?: boolean; readonly seen?: Seen },
): Promise<Row[]> {
  if (isEmpty(span) || limit <= 0) return [];
  const hot = emptyColumns();
  const order = (column: string): string =>
    `ORDER BY ${column}${last ? ' DESC' : ''} LIMIT ${Math.floor(limit)}`;
  const take = ([tsUs = 0, value = 0, flags = 0, received = 0]: Float64Array): void =>
    pushRow(hot, tsUs, value, flags, received);
  await http.numbers(
    `SELECT ts::long AS us, value, flags, received FROM ${TABLE}
      WHERE ${channelIn([channelId])} AND ${within(span)} AND ${hotSeen(seen)} ${order('ts')}`,
    take,
  );
  const months = await readMonthsWithin(http, span, 1);
  if (last) months.reverse();
  let rows = mergeColumns(hot, emptyColumns());
  let old = 0;
  for (const some of chunksOf(months, MONTHS_AT_A_TIME)) {
    // Those of the months before are all nearer, but rows of `TABLE` may lie anywhere.
    if (old >= limit) break;
    // oxlint-disable-next-line no-await-in-loop -- until there are enough
    const more = await readFew(http, some, channelId, { span, limit, seen, order });
    old += more.tsUs.length;
    rows = mergeColumns(rows, more);
  }
  const all = Array.from(rows.tsUs.values, (tsUs, k) => ({
    tsUs,
    value: rows.value.values[k] ?? 0,
    flags: rows.flags.values[k] ?? 0,
    received: rows.received.values[k] ?? 0,
  }));
  return last ? all.toReversed().slice(0, limit) : all.slice(0, limit);
}

/** Fewer rows are picked by QuestDB: of more it gives the months as they are. */
const MANY = 500;

/** Of some months of history what `readSome` wants, or all of the span. */
async function readFew(
  http: QuestDbHttp,
  months: readonly Month[],
  channelId: number,
  options: {
    readonly span: Span;
    readonly limit: number;
    readonly seen: Seen;
    readonly order: (column: string) => string;
  },
): Promise<RowColumns> {
  const { span, limit, seen, order } = options;
  if (limit >= MANY) {
    const found = await collectHistory(http, months, [channelId], { span, whole: true, seen });
    return found.get(channelId) ?? emptyColumns();
  }
  const rows = emptyColumns();
  for (const part of historyParts(months, [channelId], span))
    // oxlint-disable-next-line no-await-in-loop -- one: months of one channel
    await http.numbers(
      `SELECT at, value, flags, received FROM ${part}
        WHERE ${between(span)} AND ${historySeen(seen)} ${order('at')}`,
      ([tsUs = 0, value = 0, flags = 0, received = 0]) =>
        pushRow(rows, tsUs, value, flags, received),
    );
  return rows;
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
