import { createTileKernel, SIDE } from './tile-kernel.ts';

/** Doubles that are packed at a time: what a second level cache holds. */
const PACKED = 1 << 16;
const TILE = PACKED;
const { memory, multiply } = createTileKernel(PACKED + SIDE * SIDE);

const padded = (count: number): number => SIDE * Math.ceil(count / SIDE);

/** Rows at a time where each takes `width` doubles. */
function rowsPerStep(width: number): number {
  if (width > PACKED)
    throw new RangeError(`products of ${width} columns; the kernel's memory holds ${PACKED}`);
  return Math.floor(PACKED / width);
}

/** Packs rows [from, to) of the columns from `at` on, panel by panel: four columns interleaved, zeros beyond the last. */
function pack(columns: readonly Float64Array[], from: number, to: number, at: number): void {
  const rows = to - from;
  for (let i = 0; i < padded(columns.length); i++) {
    const column = columns[i];
    let next = at + SIDE * rows * Math.floor(i / SIDE) + (i % SIDE);
    if (column === undefined) for (let t = 0; t < rows; t++, next += SIDE) memory[next] = 0;
    else for (let t = from; t < to; t++, next += SIDE) memory[next] = column[t] as number;
  }
}

/** Adds the kernel's tile to rows i.. and columns j.. of a matrix of `width` columns; `rows` of the tile's rows, `cols` of its columns. */
function addTile(
  matrix: Float64Array,
  width: number,
  at: { readonly i: number; readonly j: number },
  part: { readonly rows: number; readonly cols: number },
): void {
  for (let k = 0; k < part.rows; k++) {
    const row = (at.i + k) * width + at.j;
    for (let l = 0; l < part.cols; l++)
      matrix[row + l] = (matrix[row + l] as number) + (memory[TILE + SIDE * k + l] as number);
  }
}

/**
 * Adds sum over t in [from, to) of z_i(t) z_j(t) to the lower triangle of the n x n row-major `gram`, n =
 * columns.length.
 */
export function addGram(
  gram: Float64Array,
  columns: readonly Float64Array[],
  from: number,
  to: number,
): void {
  const n = columns.length;
  const step = rowsPerStep(padded(n));
  for (let start = from; start < to; start += step) {
    const end = Math.min(to, start + step);
    const rows = end - start;
    pack(columns, start, end, 0);
    for (let i = 0; i < n; i += SIDE)
      for (let j = 0; j <= i; j += SIDE) {
        multiply(i * rows, j * rows, rows, TILE);
        if (j < i) addTile(gram, n, { i, j }, { rows: Math.min(SIDE, n - i), cols: SIDE });
        else
          for (let k = 0; i + k < n && k < SIDE; k++)
            for (let l = 0; l <= k; l++) {
              const at = (i + k) * n + j + l;
              gram[at] = (gram[at] as number) + (memory[TILE + SIDE * k + l] as number);
            }
      }
  }
}

/** Adds sum over t in [from, to) of a_i(t) b_j(t) to element (i, j) of `products`, first x second, row-major. */
export function addProducts(
  products: Float64Array,
  first: readonly Float64Array[],
  second: readonly Float64Array[],
  range: { readonly from: number; readonly to: number },
): void {
  const n = second.length;
  const step = rowsPerStep(padded(first.length) + padded(n));
  for (let start = range.from; start < range.to; start += step) {
    const end = Math.min(range.to, start + step);
    const rows = end - start;
    const other = padded(first.length) * rows;
    pack(first, start, end, 0);
    pack(second, start, end, other);
    for (let i = 0; i < first.length; i += SIDE)
      for (let j = 0; j < n; j += SIDE) {
        multiply(i * rows, other + j * rows, rows, TILE);
        addTile(
          products,
          n,
          { i, j },
          { rows: Math.min(SIDE, first.length - i), cols: Math.min(SIDE, n - j) },
        );
      }
  }
}

/** Packs `count` instants from `from` on: panels of four instants, row after row the values of one column at them. */
function packInstants(
  columns: readonly Float64Array[],
  from: number,
  count: number,
  at: number,
): void {
  const n = columns.length;
  for (let j = 0; j < n; j++) {
    const column = columns[j] as Float64Array;
    let next = at + SIDE * j;
    let t = from;
    for (; t + SIDE <= from + count; t += SIDE, next += SIDE * n) {
      memory[next] = column[t] as number;
      memory[next + 1] = column[t + 1] as number;
      memory[next + 2] = column[t + 2] as number;
      memory[next + 3] = column[t + 3] as number;
    }
    if (t === from + count) continue;
    for (let k = 0; k < SIDE; k++)
      memory[next + k] = t + k < from + count ? (column[t + k] as number) : 0;
  }
}

/**
 * series_c(t) += sum_j coefficients(c, j) columns_j(t) for all t; `coefficients` is series x columns, row-major. Tiles of four series
 * and four instants, their sums over the columns.
 */
export function addCombinations(
  series: readonly Float64Array[],
  columns: readonly Float64Array[],
  coefficients: Float64Array,
): void {
  const n = columns.length;
  const count = columns[0]?.length ?? 0;
  // half of the memory for the coefficients of some series, half for some instants of all columns
  const width = SIDE * Math.floor(rowsPerStep(2 * SIDE * n));
  if (n === 0) return;
  const instants = PACKED / 2;
  for (let c0 = 0; c0 < series.length; c0 += width) {
    const some = Math.min(width, series.length - c0);
    for (let c = 0; c < padded(some); c++) {
      let next = SIDE * n * Math.floor(c / SIDE) + (c % SIDE);
      for (let j = 0; j < n; j++, next += SIDE)
        memory[next] = c < some ? (coefficients[(c0 + c) * n + j] as number) : 0;
    }
    for (let t0 = 0; t0 < count; t0 += width) {
      const last = Math.min(width, count - t0);
      packInstants(columns, t0, last, instants);
      for (let c = 0; c < some; c += SIDE)
        for (let t = 0; t < last; t += SIDE) {
          multiply(c * n, instants + t * n, n, TILE);
          for (let k = 0; k < SIDE && c + k < some; k++) {
            const out = series[c0 + c + k] as Float64Array;
            for (let l = 0; l < SIDE && t + l < last; l++)
              out[t0 + t + l] =
                (out[t0 + t + l] as number) + (memory[TILE + SIDE * k + l] as number);
          }
        }
    }
  }
}

/** Sum over t in [from, to) of a(t) b(t). */
export function dotRange(a: Float64Array, b: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let t = from; t < to; t++) sum += (a[t] as number) * (b[t] as number);
  return sum;
}

/** out(j) = sum over t in [from, to) of columns_j(t) y(t); four columns in one pass over y. */
export function dotColumns(
  out: Float64Array,
  columns: readonly Float64Array[],
  y: Float64Array,
  range: { readonly from: number; readonly to: number },
): void {
  const { from, to } = range;
  let j = 0;
  for (; j + 3 < columns.length; j += 4) {
    const z0 = columns[j] as Float64Array;
    const z1 = columns[j + 1] as Float64Array;
    const z2 = columns[j + 2] as Float64Array;
    const z3 = columns[j + 3] as Float64Array;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let t = from; t < to; t++) {
      const value = y[t] as number;
      s0 += value * (z0[t] as number);
      s1 += value * (z1[t] as number);
      s2 += value * (z2[t] as number);
      s3 += value * (z3[t] as number);
    }
    out[j] = s0;
    out[j + 1] = s1;
    out[j + 2] = s2;
    out[j + 3] = s3;
  }
  for (; j < columns.length; j++) out[j] = dotRange(columns[j] as Float64Array, y, from, to);
}

/** y(t) += sum_j coefficients(first + j) columns_j(t); four columns in one pass over y. */
export function addCombination(
  y: Float64Array,
  columns: readonly Float64Array[],
  coefficients: Float64Array,
  first = 0,
): void {
  let j = 0;
  for (; j + 3 < columns.length; j += 4) {
    const z0 = columns[j] as Float64Array;
    const z1 = columns[j + 1] as Float64Array;
    const z2 = columns[j + 2] as Float64Array;
    const z3 = columns[j + 3] as Float64Array;
    const b0 = coefficients[first + j] as number;
    const b1 = coefficients[first + j + 1] as number;
    const b2 = coefficients[first + j + 2] as number;
    const b3 = coefficients[first + j + 3] as number;
    for (let t = 0; t < y.length; t++)
      y[t] =
        (y[t] as number) +
        (b0 * (z0[t] as number) + b1 * (z1[t] as number)) +
        (b2 * (z2[t] as number) + b3 * (z3[t] as number));
  }
  for (; j < columns.length; j++) {
    const z = columns[j] as Float64Array;
    const b = coefficients[first + j] as number;
    for (let t = 0; t < y.length; t++) y[t] = (y[t] as number) + b * (z[t] as number);
  }
}
