import { type CodedColumn, type FleetTable, CODED } from './fleet-table.ts';
import { findPrefix } from './text-heap.ts';
import { findWords, fold, wordsOf } from './words.ts';

/** What is asked of the fleet. Values of one column are alternatives; null among them: rows without a value. */
export interface FleetFilter {
  readonly coded: Readonly<Partial<Record<CodedColumn, readonly (string | null)[]>>>;
  /** Days since 1970; rows due up to then. */
  readonly dueUntilDay?: number | undefined;
  /** Beginning of device id or serial, or of words of the address. */
  readonly text?: string | undefined;
}

/** Rows that fail the filter of a column have its bit; three more are for what has no values to count. */
const bitOf = (column: CodedColumn): number => 1 << CODED.indexOf(column);
const BIT_OF_DUE = 1 << CODED.length;
const BIT_OF_TEXT = 1 << (CODED.length + 1);
const BIT_OF_DEAD = 1 << (CODED.length + 2);

/**
 * For each row which of the filters it fails; 0: it passes. `found`: rows that the text finds. Column after column: that is what processors are fast at.
 */
export function failures(
  table: FleetTable,
  filter: FleetFilter,
  found: Uint8Array | undefined,
): Uint16Array {
  const { rows } = table;
  const failed = new Uint16Array(rows);
  for (const column of CODED) {
    const wanted = filter.coded[column];
    if (wanted === undefined) continue;
    const { codes, dictionary } = table.codes(column);
    const allowed = new Uint8Array(dictionary.values.length);
    for (const value of wanted) {
      const code = value === null ? 0 : dictionary.find(value);
      if (code !== undefined) allowed[code] = 1;
    }
    if (codes instanceof Uint16Array) markShort(codes, allowed, failed, bitOf(column));
    else markLong(codes, allowed, failed, bitOf(column));
  }
  if (filter.dueUntilDay !== undefined) {
    const due = table.numbers('due_day');
    const until = filter.dueUntilDay;
    // A row without a date (NaN) is due by none.
    for (let row = 0; row < rows; row++)
      if (!((due[row] ?? Number.NaN) <= until)) failed[row] = (failed[row] ?? 0) | BIT_OF_DUE;
  }
  if (found !== undefined)
    for (let row = 0; row < rows; row++)
      if (found[row] === 0) failed[row] = (failed[row] ?? 0) | BIT_OF_TEXT;
  if (table.dead > 0) {
    const { alive } = table;
    for (let row = 0; row < rows; row++)
      if (alive[row] === 0) failed[row] = (failed[row] ?? 0) | BIT_OF_DEAD;
  }
  return failed;
}

// Two functions of the same words: each sees one type of array only, and is compiled for it.
function markShort(
  codes: Uint16Array,
  allowed: Uint8Array,
  failed: Uint16Array,
  bit: number,
): void {
  for (let row = 0; row < failed.length; row++)
    if (allowed[codes[row] ?? 0] === 0) failed[row] = (failed[row] ?? 0) | bit;
}

function markLong(codes: Uint32Array, allowed: Uint8Array, failed: Uint16Array, bit: number): void {
  for (let row = 0; row < failed.length; row++)
    if (allowed[codes[row] ?? 0] === 0) failed[row] = (failed[row] ?? 0) | bit;
}

/** 1 for each row that is found by the text; undefined where it is no text to look for. */
export function findText(table: FleetTable, written: string): Uint8Array | undefined {
  const text = fold(written).trim();
  if (text === '') return undefined;
  const found = new Uint8Array(table.rows);
  const prefix = Buffer.from(text);
  findPrefix(table.ids, prefix, found);
  findPrefix(table.serials, prefix, found);
  findWords(table.words, found.length, wordsOf(text), found);
  return found;
}

/**
 * Rows that fail one filter at most: only they count for any value. In ascending order; undefined where they are most rows, which are then looked at
 * as they stand.
 */
export function rowsThatCount(failed: Uint16Array): Uint32Array | undefined {
  const rows = new Uint32Array(failed.length >> 1);
  let count = 0;
  for (let row = 0; row < failed.length; row++) {
    const bits = failed[row] ?? 0;
    if ((bits & (bits - 1)) !== 0) continue;
    if (count === rows.length) return undefined;
    rows[count++] = row;
  }
  return rows.subarray(0, count);
}

/** How many rows have each value of the column (by code) among those that pass all filters but its own. */
export function countValues(
  table: FleetTable,
  failed: Uint16Array,
  some: Uint32Array | undefined,
  column: CodedColumn,
): Uint32Array {
  const { codes, dictionary } = table.codes(column);
  const counts = new Uint32Array(dictionary.values.length);
  const others = ~bitOf(column);
  if (codes instanceof Uint16Array) countShort(codes, counts, failed, some, others);
  else countLong(codes, counts, failed, some, others);
  return counts;
}

// As above: one type of array for each function, and the same loop for each kind of list.
function countShort(
  codes: Uint16Array,
  counts: Uint32Array,
  failed: Uint16Array,
  some: Uint32Array | undefined,
  mask: number,
): void {
  const length = some?.length ?? failed.length;
  for (let at = 0; at < length; at++) {
    const row = some === undefined ? at : (some[at] ?? 0);
    if (((failed[row] ?? 0) & mask) !== 0) continue;
    const code = codes[row] ?? 0;
    counts[code] = (counts[code] ?? 0) + 1;
  }
}

function countLong(
  codes: Uint32Array,
  counts: Uint32Array,
  failed: Uint16Array,
  some: Uint32Array | undefined,
  mask: number,
): void {
  const length = some?.length ?? failed.length;
  for (let at = 0; at < length; at++) {
    const row = some === undefined ? at : (some[at] ?? 0);
    if (((failed[row] ?? 0) & mask) !== 0) continue;
    const code = codes[row] ?? 0;
    counts[code] = (counts[code] ?? 0) + 1;
  }
}

/** Codes of the largest counts, at most so many; of equal ones those that were met first. */
export function mostFrequent(counts: Uint32Array, atMost: number): number[] {
  const least = counts.toSorted()[counts.length - atMost] ?? 1;
  const codes: number[] = [];
  // first those above the last that has a place, then as many like it as there is room for
  for (let code = 0; code < counts.length; code++)
    if ((counts[code] ?? 0) > least) codes.push(code);
  for (let code = 0; code < counts.length && codes.length < atMost; code++)
    if (counts[code] === least && least > 0) codes.push(code);
  return codes.filter((code) => (counts[code] ?? 0) > 0);
}
