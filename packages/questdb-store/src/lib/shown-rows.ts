import type { ReadingBatch } from '@verimeter/reading-store';
import type { QuestDbHttp } from './http-client.ts';
import { MOST_NAMED, spansOf } from './known-values.ts';
import { TABLE, channelIn, instant } from './readings-table.ts';

/** A part of the table: all rows of a span, or those of some channels in it. */
interface Part {
  readonly fromUs: number;
  readonly untilUs: number;
  readonly channelIds: ReadonlySet<number> | undefined;
}

/** Says whether two sets of rows are the same, with a chance of 2^-25 or less that others are taken for the same. */
export interface Fingerprint {
  readonly count: number;
  readonly sum: number;
}

/** Rows that lie in more places are read back one by one. */
const MOST_PARTS = 4;
/** So many rows are looked at in the time in which a group is read back. */
const MOST_ROWS = 500_000;
/** A prime; products of two numbers below it and one of twice that are exact in a double. */
const PRIME = 33_554_393;
/** Values are compared to a millionth of their unit. */
const FRACTION = 2 ** 20;
/** Beyond that a value does not fit into the 64 bits in which it is compared. */
const LARGEST = 2 ** 42;

/** Where rows lie, and what QuestDB shows there before they are sent. */
export interface Before {
  readonly parts: readonly Part[];
  readonly shown: Fingerprint;
}

/** Undefined where it is quicker, or only possible, to read the rows back one by one. */
export async function readBefore(
  http: QuestDbHttp,
  rows: ReadingBatch,
): Promise<Before | undefined> {
  if (rows.length <= MOST_NAMED) return undefined; // one question instead of two
  for (let row = 0; row < rows.length; row += 1)
    if (Math.abs(rows.value[row] ?? 0) > LARGEST) return undefined;
  const spans = spansOf(rows);
  if (spans.length > MOST_PARTS) return undefined;
  const parts = spans.map(({ fromUs, untilUs, channelIds }) => ({
    fromUs,
    untilUs,
    channelIds: channelIds.length <= MOST_NAMED ? new Set(channelIds) : undefined,
  }));
  for (const part of parts.filter(({ channelIds }) => channelIds === undefined)) {
    // Of all channels QuestDB has the count at hand.
    // oxlint-disable-next-line no-await-in-loop
    const [row] = await http.query(`SELECT count() FROM ${TABLE} WHERE ${conditionOf(part)}`);
    if (Number(row?.[0]) > MOST_ROWS) return undefined;
  }
  return { parts, shown: await readFingerprint(http, parts) };
}

function conditionOf({ fromUs, untilUs, channelIds }: Part): string {
  const named = channelIds === undefined ? '' : ` AND ${channelIn([...channelIds])}`;
  return `ts >= ${instant(fromUs)} AND ts <= ${instant(untilUs)}${named}`;
}

/**
 * Of the rows that lie in the parts: the product binds what belongs to one row, the sum of its factors sees a change of one of them where
 * another one is a multiple of the prime.
 */
export function fingerprintOf(rows: ReadingBatch, parts: readonly Part[]): Fingerprint {
  let count = 0;
  let sum = 0;
  let lastUs = Number.NaN;
  let ofInstant = 0;
  for (let row = 0; row < rows.length; row += 1) {
    const tsUs = rows.tsUs[row] ?? 0;
    const channelId = rows.channelId[row] ?? 0;
    const isIn = parts.some(
      ({ fromUs, untilUs, channelIds }) =>
        fromUs <= tsUs && tsUs <= untilUs && (channelIds?.has(channelId) ?? true),
    );
    if (!isIn) continue;
    if (tsUs !== lastUs) {
      ofInstant = tsUs % PRIME;
      lastUs = tsUs;
    }
    const ofChannel = (channelId % PRIME) + 1;
    const ofValue = (Math.trunc((rows.value[row] ?? 0) * FRACTION) % PRIME) + PRIME + 1;
    count += 1;
    sum +=
      ((((ofInstant * ofChannel) % PRIME) * ofValue) % PRIME) + ofInstant + ofChannel + ofValue;
  }
  return { count, sum };
}

const INSTANT = `ts::long % ${PRIME}`;
const CHANNEL = `(cast(channel AS int) % ${PRIME} + 1)`;
const VALUE = `(cast(value * ${FRACTION}.0 AS long) % ${PRIME} + ${PRIME + 1})`;
/** The same in QuestDB's words: what it cuts off and what it leaves over has the sign of the number, as in JavaScript. */
const SUM = `sum((${INSTANT}) * ${CHANNEL} % ${PRIME} * ${VALUE} % ${PRIME} + ${INSTANT} + ${CHANNEL} + ${VALUE})`;

/** Of what QuestDB shows in the parts. */
export async function readFingerprint(
  http: QuestDbHttp,
  parts: readonly Part[],
): Promise<Fingerprint> {
  let count = 0;
  let sum = 0;
  for (const part of parts)
    // oxlint-disable-next-line no-await-in-loop -- one after the other: QuestDB uses all processors for each
    await http.numbers(
      `SELECT count() AS rows, ${SUM} AS sum FROM ${TABLE} WHERE ${conditionOf(part)}`,
      ([rows = 0, ofThem = 0]) => {
        count += rows;
        sum += rows === 0 ? 0 : ofThem;
      },
    );
  return { count, sum };
}

const plus = (one: Fingerprint, other: Fingerprint): Fingerprint => ({
  count: one.count + other.count,
  sum: one.sum + other.sum,
});

/** Whether `after` is `before` and what was sent, with or without each of some sets of which it is not known on which side they are. */
export function isAdded(
  before: Fingerprint,
  sent: Fingerprint,
  after: Fingerprint,
  [maybe, ...others]: readonly Fingerprint[],
): boolean {
  if (maybe === undefined)
    return before.count + sent.count === after.count && before.sum + sent.sum === after.sum;
  return isAdded(before, sent, after, others) || isAdded(plus(before, maybe), sent, after, others);
}
