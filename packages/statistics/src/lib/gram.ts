/** Columns per side of a tile: sixteen sums share eight loads, and hide the latency of each other's additions. */
const SIDE = 4;

/** tile(k, l) = sum over t in [from, to) of a_(i + k)(t) b_(j + l)(t); beyond its last a list repeats that column. */
function fillTile(
  tile: Float64Array,
  first: { readonly columns: readonly Float64Array[]; readonly at: number },
  second: { readonly columns: readonly Float64Array[]; readonly at: number },
  from: number,
  to: number,
): void {
  const a0 = columnAt(first.columns, first.at);
  const a1 = columnAt(first.columns, first.at + 1);
  const a2 = columnAt(first.columns, first.at + 2);
  const a3 = columnAt(first.columns, first.at + 3);
  const b0 = columnAt(second.columns, second.at);
  const b1 = columnAt(second.columns, second.at + 1);
  const b2 = columnAt(second.columns, second.at + 2);
  const b3 = columnAt(second.columns, second.at + 3);
  let s00 = 0;
  let s01 = 0;
  let s02 = 0;
  let s03 = 0;
  let s10 = 0;
  let s11 = 0;
  let s12 = 0;
  let s13 = 0;
  let s20 = 0;
  let s21 = 0;
  let s22 = 0;
  let s23 = 0;
  let s30 = 0;
  let s31 = 0;
  let s32 = 0;
  let s33 = 0;
  for (let t = from; t < to; t++) {
    const y0 = b0[t] as number;
    const y1 = b1[t] as number;
    const y2 = b2[t] as number;
    const y3 = b3[t] as number;
    const x0 = a0[t] as number;
    s00 += x0 * y0;
    s01 += x0 * y1;
    s02 += x0 * y2;
    s03 += x0 * y3;
    const x1 = a1[t] as number;
    s10 += x1 * y0;
    s11 += x1 * y1;
    s12 += x1 * y2;
    s13 += x1 * y3;
    const x2 = a2[t] as number;
    s20 += x2 * y0;
    s21 += x2 * y1;
    s22 += x2 * y2;
    s23 += x2 * y3;
    const x3 = a3[t] as number;
    s30 += x3 * y0;
    s31 += x3 * y1;
    s32 += x3 * y2;
    s33 += x3 * y3;
  }
  tile[0] = s00;
  tile[1] = s01;
  tile[2] = s02;
  tile[3] = s03;
  tile[4] = s10;
  tile[5] = s11;
  tile[6] = s12;
  tile[7] = s13;
  tile[8] = s20;
  tile[9] = s21;
  tile[10] = s22;
  tile[11] = s23;
  tile[12] = s30;
  tile[13] = s31;
  tile[14] = s32;
  tile[15] = s33;
}

function columnAt(columns: readonly Float64Array[], i: number): Float64Array {
  return columns[Math.min(i, columns.length - 1)] as Float64Array;
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
  const tile = new Float64Array(SIDE * SIDE);
  for (let i = 0; i < n; i += SIDE)
    for (let j = 0; j <= i; j += SIDE) {
      fillTile(tile, { columns, at: i }, { columns, at: j }, from, to);
      const below = Math.min(SIDE, n - i);
      for (let k = 0; k < below; k++) {
        const row = (i + k) * n + j;
        const width = Math.min(SIDE, i + k - j + 1);
        for (let l = 0; l < width; l++)
          gram[row + l] = (gram[row + l] as number) + (tile[SIDE * k + l] as number);
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
  const tile = new Float64Array(SIDE * SIDE);
  for (let i = 0; i < first.length; i += SIDE)
    for (let j = 0; j < n; j += SIDE) {
      fillTile(tile, { columns: first, at: i }, { columns: second, at: j }, range.from, range.to);
      const below = Math.min(SIDE, first.length - i);
      const width = Math.min(SIDE, n - j);
      for (let k = 0; k < below; k++) {
        const row = (i + k) * n + j;
        for (let l = 0; l < width; l++)
          products[row + l] = (products[row + l] as number) + (tile[SIDE * k + l] as number);
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
