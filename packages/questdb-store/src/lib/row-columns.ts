import { GrowingColumn } from './growing-column.ts';

/** Rows of a channel, column by column. */
export interface RowColumns {
  readonly tsUs: GrowingColumn;
  readonly value: GrowingColumn;
  readonly flags: GrowingColumn;
  /** Whole seconds, as stored. */
  readonly received: GrowingColumn;
}

export const emptyColumns = (): RowColumns => ({
  tsUs: new GrowingColumn(),
  value: new GrowingColumn(),
  flags: new GrowingColumn(),
  received: new GrowingColumn(),
});

/** Rows of both by time, those of one instant once: the reading of an instant is the same wherever it is. */
export function mergeColumns(one: RowColumns, other: RowColumns): RowColumns {
  const sides = [byTime(one), byTime(other)] as const;
  const [left, right] = sides;
  if (left.tsUs.length === 0) return right;
  if (right.tsUs.length === 0) return left;
  const merged = emptyColumns();
  const [leftTs, rightTs] = [left.tsUs.values, right.tsUs.values];
  const [copyLeft, copyRight] = [copier(merged, left), copier(merged, right)];
  let k = 0;
  let m = 0;
  while (k < leftTs.length || m < rightTs.length) {
    const leftUs = leftTs[k] ?? Infinity;
    const rightUs = rightTs[m] ?? Infinity;
    if (leftUs <= rightUs) copyLeft(k);
    else copyRight(m);
    if (leftUs <= rightUs) k += 1;
    if (rightUs <= leftUs) m += 1;
  }
  return merged;
}

export function pushRow(
  to: RowColumns,
  tsUs: number,
  value: number,
  flags: number,
  received: number,
): void {
  to.tsUs.push(tsUs);
  to.value.push(value);
  to.flags.push(flags);
  to.received.push(received);
}

/** Copies rows of one side: their columns are looked up once. */
function copier(to: RowColumns, from: RowColumns): (row: number) => void {
  const { tsUs, value, flags, received } = {
    tsUs: from.tsUs.values,
    value: from.value.values,
    flags: from.flags.values,
    received: from.received.values,
  };
  return (row) => pushRow(to, tsUs[row] ?? 0, value[row] ?? 0, flags[row] ?? 0, received[row] ?? 0);
}

/** They come so, but for those of one second. */
function byTime(rows: RowColumns): RowColumns {
  const ts = rows.tsUs.values;
  let isSorted = true;
  for (let k = 1; k < ts.length && isSorted; k += 1) isSorted = (ts[k - 1] ?? 0) <= (ts[k] ?? 0);
  if (isSorted) return rows;
  const order = Uint32Array.from(ts.keys()).toSorted((a, b) => (ts[a] ?? 0) - (ts[b] ?? 0));
  const sorted = emptyColumns();
  const copy = copier(sorted, rows);
  for (const row of order) copy(row);
  return sorted;
}
