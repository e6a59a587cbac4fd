import { LEAST_TILED, tiledCholeskyInPlace, tiledSolveLowerRowsInPlace } from './tiled-cholesky.ts';

/**
 * Lower Cholesky factor of a symmetric positive definite n x n matrix, row-major, in place; only the lower triangle
 * is read. Returns the log determinant of the matrix, or undefined where it is not positive definite (the content is
 * then lost).
 */
export function choleskyInPlace(a: Float64Array, n: number): number | undefined {
  if (n >= LEAST_TILED) return tiledCholeskyInPlace(a, n);
  let logDeterminant = 0;
  for (let j = 0; j < n; j++) {
    const rowJ = j * n;
    let pivot = a[rowJ + j] as number;
    for (let k = 0; k < j; k++) {
      const l = a[rowJ + k] as number;
      pivot -= l * l;
    }
    if (!(pivot > 0)) return undefined;
    const root = Math.sqrt(pivot);
    a[rowJ + j] = root;
    logDeterminant += 2 * Math.log(root);
    for (let i = j + 1; i < n; i++) {
      const rowI = i * n;
      let sum = a[rowI + j] as number;
      for (let k = 0; k < j; k++) sum -= (a[rowI + k] as number) * (a[rowJ + k] as number);
      a[rowI + j] = sum / root;
    }
  }
  return logDeterminant;
}

/** Solves L x = b in place: L lower n x n row-major. */
export function solveLowerInPlace(l: Float64Array, n: number, b: Float64Array): void {
  for (let i = 0; i < n; i++) {
    const row = i * n;
    let sum = b[i] as number;
    for (let k = 0; k < i; k++) sum -= (l[row + k] as number) * (b[k] as number);
    b[i] = sum / (l[row + i] as number);
  }
}

/** Solves L x = b in place for `count` right-hand sides, each a row of n values of `rows`. */
export function solveLowerRowsInPlace(
  l: Float64Array,
  n: number,
  rows: Float64Array,
  count: number,
): void {
  if (n >= LEAST_TILED && count > 1) tiledSolveLowerRowsInPlace(l, n, rows, count);
  else for (let r = 0; r < count; r++) solveLowerInPlace(l, n, rows.subarray(r * n, (r + 1) * n));
}

/** Solves L' x = b in place, by columns of L' so that memory is walked in order. */
export function solveUpperInPlace(l: Float64Array, n: number, b: Float64Array): void {
  for (let i = n - 1; i >= 0; i--) {
    const row = i * n;
    const x = (b[i] as number) / (l[row + i] as number);
    b[i] = x;
    for (let k = 0; k < i; k++) b[k] = (b[k] as number) - (l[row + k] as number) * x;
  }
}

/** Solves (L L') x = b in place. */
export function solveCholeskyInPlace(l: Float64Array, n: number, b: Float64Array): void {
  solveLowerInPlace(l, n, b);
  solveUpperInPlace(l, n, b);
}
