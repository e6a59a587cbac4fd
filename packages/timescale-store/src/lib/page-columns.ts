import type { StoredReading } from '@verimeter/reading-store';
import { ARRAY_HEADER_BYTES, readTimestamp } from './binary-format.ts';

/** A page of readings as `reading_page_columns` gives it: arrays in binary format, all null where it is empty. */
export interface PageColumns {
  readonly ts: Buffer | null;
  readonly value: Buffer | null;
  readonly received_at: Buffer | null;
  readonly flags: Buffer | null;
  readonly current: Buffer | null;
}

/** Of each element: its length, then so many bytes. */
const LENGTH_BYTES = 4;
const SIZE = { timestamptz: 8, float8: 8, int2: 2, bool: 1 } as const;

/** Number of elements of a one-dimensional array without NULLs of elements of that size. */
function countOf(column: Buffer, size: number): number {
  const count = (column.length - ARRAY_HEADER_BYTES) / (LENGTH_BYTES + size);
  if (!Number.isInteger(count)) throw new Error('a column of a page of readings has another form');
  return count;
}

/** Where the element number `row` of an array begins. */
const at = (row: number, size: number): number =>
  ARRAY_HEADER_BYTES + row * (LENGTH_BYTES + size) + LENGTH_BYTES;

/** Readings of a page, in its order. */
export function readPageColumns({
  ts,
  value,
  received_at: received,
  flags,
  current,
}: PageColumns): StoredReading[] {
  if (ts === null || value === null || received === null || flags === null || current === null)
    return [];
  const count = countOf(ts, SIZE.timestamptz);
  if (
    countOf(value, SIZE.float8) !== count ||
    countOf(received, SIZE.timestamptz) !== count ||
    countOf(flags, SIZE.int2) !== count ||
    countOf(current, SIZE.bool) !== count
  )
    throw new Error('columns of a page of readings have different lengths');
  const readings: StoredReading[] = [];
  for (let row = 0; row < count; row += 1)
    readings.push({
      tsUs: readTimestamp(ts, at(row, SIZE.timestamptz)),
      value: value.readDoubleBE(at(row, SIZE.float8)),
      receivedAtUs: readTimestamp(received, at(row, SIZE.timestamptz)),
      flags: flags.readInt16BE(at(row, SIZE.int2)),
      current: current[at(row, SIZE.bool)] === 1,
    });
  return readings;
}
