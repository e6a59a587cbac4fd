import type { QuestDbHttp } from './http-client.ts';
import { QuestDbError } from './questdb-error.ts';

/** Months that are over and past the late window; the table of the others is `TABLE`. */
export const HISTORY = 'readings_history';

/**
 * Clustered by channel: the designated timestamp is no time but a position, in which the channel comes before the second, so that a month
 * of a channel lies in one piece and QuestDB finds it by the limits of row groups (docs/decisions/0135). Whole thousandths, which registers
 * count in, are integers: their differences take a byte, where a double takes four. Where the value is one of these, `value` is null; else
 * `thousandths` is 0, not null: QuestDB 9.3.4 cannot read what it has written of a column of nulls in this encoding.
 */
const DELTA = 'PARQUET(delta_binary_packed, zstd(3))';
export const CREATE_HISTORY = `
  CREATE TABLE IF NOT EXISTS ${HISTORY} (
    pos TIMESTAMP_NS ${DELTA}, us INT ${DELTA}, thousandths LONG ${DELTA}, value DOUBLE PARQUET(default, zstd(3)),
    flags SHORT PARQUET(default, zstd(3)), received INT ${DELTA}
  ) TIMESTAMP(pos) PARTITION BY MONTH WAL DEDUP UPSERT KEYS(pos, us)`;

/** Positions of a channel in a month: the seconds of the longest one. */
const SECONDS_OF_MONTH = 31n * 86_400n;
/** A larger id would lie in the next month: 28 days of nanoseconds are that many times the seconds of 31 days. */
const MOST_CHANNEL_ID = Number((28n * 86_400_000_000_000n) / SECONDS_OF_MONTH) - 1;

/** A month (UTC), microseconds since 1970; `untilUs` is the first instant of the next one. */
export interface Month {
  readonly fromUs: number;
  readonly untilUs: number;
}

export function monthOf(us: number): Month {
  const date = new Date(us / 1000);
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth()];
  return { fromUs: Date.UTC(year, month) * 1000, untilUs: Date.UTC(year, month + 1) * 1000 };
}

/** Months of which history has rows, by time. */
export async function readHistoryMonths(http: QuestDbHttp): Promise<Month[]> {
  const rows = await http.query(
    `SELECT name FROM table_partitions('${HISTORY}') WHERE attached AND numRows > 0`,
  );
  return rows.map(([name]) => monthNamed(String(name))).toSorted((a, b) => a.fromUs - b.fromUs);
}

/** Partitions are named by their month (UTC). */
export function monthNamed(name: string): Month {
  const us = Date.parse(`${name.slice(0, 7)}-01T00:00:00Z`) * 1000;
  if (Number.isNaN(us))
    throw new QuestDbError(`QuestDB has a partition ${name}, which is no month`);
  return monthOf(us);
}

/** So many months of few channels are asked for without a look at which there are. */
const MOST_UNKNOWN = 4;

/** Months that may have rows of a span. */
export async function readMonthsWithin(
  http: QuestDbHttp,
  span: Span,
  channels: number,
): Promise<Month[]> {
  if (channels === 1 && Number.isFinite(span.fromUs) && Number.isFinite(span.untilUs)) {
    const months: Month[] = [];
    for (
      let month = monthOf(span.fromUs);
      month.fromUs <= span.untilUs && months.length <= MOST_UNKNOWN;
      month = monthOf(month.untilUs)
    )
      months.push(month);
    if (months.length <= MOST_UNKNOWN) return months;
  }
  return monthsWithin(await readHistoryMonths(http), span);
}

/** Microseconds since 1970, both ends included and possibly infinite. */
export interface Span {
  readonly fromUs: number;
  readonly untilUs: number;
}

export const monthsWithin = (months: readonly Month[], { fromUs, untilUs }: Span): Month[] =>
  months.filter((month) => month.untilUs > fromUs && month.fromUs <= untilUs);

export const EVER: Span = { fromUs: -Infinity, untilUs: Infinity };

const firstPosition = (month: Month): bigint => BigInt(month.fromUs) * 1000n;

function position(month: Month, channelId: number, second: number): bigint {
  if (!Number.isSafeInteger(channelId) || channelId < 0 || channelId > MOST_CHANNEL_ID)
    throw new RangeError(`a channel id of history is a whole number up to ${MOST_CHANNEL_ID}`);
  return firstPosition(month) + BigInt(channelId) * SECONDS_OF_MONTH + BigInt(second);
}

/** Ids that are so close are read together: the rows of those between them cost less than a request. */
const CLOSE = 4;
/** Parts of one statement. */
const MOST_PARTS = 40;

function runsOf(channelIds: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const id of [...new Set(channelIds)].toSorted((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && id - last[1] <= CLOSE) last[1] = id;
    else runs.push([id, id]);
  }
  return runs;
}

/** Rows between two positions as `channel, at, value, flags, received`; `at` is microseconds since 1970. */
function rowsBetween(month: Month, from: bigint, until: bigint): string {
  const first = firstPosition(month);
  return `SELECT (pos::long - ${first}) / ${SECONDS_OF_MONTH} AS channel,
    ${month.fromUs} + ((pos::long - ${first}) % ${SECONDS_OF_MONTH}) * 1000000 + us AS at,
    coalesce(value, thousandths / 1000.0) AS value, flags, received
    FROM ${HISTORY} WHERE pos >= ${from} AND pos < ${until}`;
}

/**
 * What to select from, one part after the other: rows of the channels in a span of some months, by time for each channel. Those of a few
 * other channels and, where several are asked for, of instants outside of the span may be among them. `channelIds` undefined: of all.
 */
export function historyParts(
  months: readonly Month[],
  channelIds: readonly number[] | undefined,
  span: Span,
): string[] {
  const parts = monthsWithin(months, span).flatMap((month) => {
    const second = secondsIn(month);
    if (channelIds === undefined)
      return [rowsBetween(month, firstPosition(month), BigInt(month.untilUs) * 1000n)];
    return runsOf(channelIds).map(([from, until]) =>
      rowsBetween(
        month,
        position(month, from, second(span.fromUs)),
        position(month, until, second(span.untilUs)) + 1n,
      ),
    );
  });
  const statements: string[] = [];
  for (let k = 0; k < parts.length; k += MOST_PARTS)
    statements.push(`(${parts.slice(k, k + MOST_PARTS).join(' UNION ALL ')})`);
  return statements;
}

/** Takes rows of history; `flags` and `received` are 0 where they were not asked for. */
export type TakeRow = (
  channelId: number,
  tsUs: number,
  value: number,
  flags: number,
  received: number,
) => void;

/** What a channel has in its month, as a number. */
const SECONDS = Number(SECONDS_OF_MONTH);

/**
 * Rows of channels in a span of some months, by time for each channel but for those of one second; those of a few other channels may be
 * among them. QuestDB gives columns as they are, and whole numbers: half of what computing and writing times and values takes there.
 */
export async function readHistory(
  http: QuestDbHttp,
  months: readonly Month[],
  channelIds: readonly number[],
  { span, columns }: { readonly span: Span; readonly columns: '' | ', flags, received' },
  take: TakeRow,
): Promise<void> {
  const runs = runsOf(channelIds);
  const firstId = runs[0]?.[0] ?? 0;
  for (const month of monthsWithin(months, span)) {
    const second = secondsIn(month);
    const base = position(month, firstId, 0);
    const parts = runs.map(
      ([from, until]) =>
        `SELECT pos::long - ${base} AS p, us, thousandths, value${columns} FROM ${HISTORY}
          WHERE pos >= ${position(month, from, second(span.fromUs))} AND pos <= ${position(month, until, second(span.untilUs))}`,
    );
    for (let k = 0; k < parts.length; k += MOST_PARTS)
      // oxlint-disable-next-line no-await-in-loop -- one after the other: QuestDB uses all processors for each
      await http.numbers(
        parts.slice(k, k + MOST_PARTS).join(' UNION ALL '),
        ([p = 0, us = 0, thousandths = 0, value = 0, flags = 0, received = 0]) => {
          const tsUs = month.fromUs + (p % SECONDS) * 1e6 + us;
          if (tsUs < span.fromUs || tsUs > span.untilUs) return;
          const own = Number.isNaN(value) ? thousandths / 1000 : value;
          take(firstId + Math.floor(p / SECONDS), tsUs, own, flags, received);
        },
      );
  }
}

/** The second of an instant in its month, or the first or last one. */
const secondsIn =
  (month: Month) =>
  (us: number): number =>
    Math.floor((Math.min(Math.max(us, month.fromUs), month.untilUs - 1) - month.fromUs) / 1e6);

/** The position of a row of `TABLE` in its month, and the microseconds within its second. */
export const positionColumns = (month: Month): string =>
  `${firstPosition(month)} + cast(channel AS int) * ${SECONDS_OF_MONTH}L + (ts::long - ${month.fromUs}) / 1000000 AS p,
   cast((ts::long - ${month.fromUs}) % 1000000 AS int) AS us`;

/** A condition for the positions of some channels in a month. */
export function positionsOf(month: Month, channelIds: readonly number[]): string {
  const [first, last] = [Math.min(...channelIds), Math.max(...channelIds)];
  return `pos >= ${position(month, first, 0)} AND pos < ${position(month, last + 1, 0)}`;
}

/** A condition for `at` in the parts of history. */
export function between({ fromUs, untilUs }: Span): string {
  const bounds = [
    ...(Number.isFinite(fromUs) ? [`at >= ${whole(fromUs)}`] : []),
    ...(Number.isFinite(untilUs) ? [`at <= ${whole(untilUs)}`] : []),
  ];
  return bounds.length === 0 ? 'true' : bounds.join(' AND ');
}

function whole(us: number): number {
  if (!Number.isSafeInteger(us)) throw new RangeError(`${us} is no whole number of microseconds`);
  return us;
}
