/**
 * Lower Cholesky factor of a symmetric positive definite n x n matrix, row-major, in place; only the lower triangle
 * is read. Returns the log determinant of the matrix, or undefined where it is not positive definite (the content is
 * then lost).
 */
export function choleskyInPlace(a: Float64Array, n: number): number | undefined {
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
    let i = j + 1;
    // Four rows at a time: four independent sums hide the latency of the additions; each sum has the order of one row's.
    for (; i + 3 < n; i += 4) {
      const row0 = i * n;
      const row1 = row0 + n;
      const row2 = row1 + n;
      const row3 = row2 + n;
      let s0 = a[row0 + j] as number;
      let s1 = a[row1 + j] as number;
      let s2 = a[row2 + j] as number;
      let s3 = a[row3 + j] as number;
      for (let k = 0; k < j; k++) {
        const l = a[rowJ + k] as number;
        s0 -= (a[row0 + k] as number) * l;
        s1 -= (a[row1 + k] as number) * l;
        s2 -= (a[row2 + k] as number) * l;
        s3 -= (a[row3 + k] as number) * l;
      }
      a[row0 + j] = s0 / root;
      a[row1 + j] = s1 / root;
      a[row2 + j] = s2 / root;
      a[row3 + j] = s3 / root;
    }
    for (; i < n; i++) {
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

/**
 * Solves L x = b in place for `count` right-hand sides, each a row of n values of `rows`. Four at a time: each element of L is read
 * once for four sums.
 */
export function solveLowerRowsInPlace(
  l: Float64Array,
  n: number,
  rows: Float64Array,
  count: number,
): void {
  let r = 0;
  for (; r + 3 < count; r += 4) {
    const b0 = r * n;
    const b1 = b0 + n;
    const b2 = b1 + n;
    const b3 = b2 + n;
    for (let i = 0; i < n; i++) {
      const row = i * n;
      let s0 = rows[b0 + i] as number;
      let s1 = rows[b1 + i] as number;
      let s2 = rows[b2 + i] as number;
      let s3 = rows[b3 + i] as number;
      for (let k = 0; k < i; k++) {
        const value = l[row + k] as number;
        s0 -= value * (rows[b0 + k] as number);
        s1 -= value * (rows[b1 + k] as number);
        s2 -= value * (rows[b2 + k] as number);
        s3 -= value * (rows[b3 + k] as number);
      }
      const pivot = l[row + i] as number;
      rows[b0 + i] = s0 / pivot;
      rows[b1 + i] = s1 / pivot;
      rows[b2 + i] = s2 / pivot;
      rows[b3 + i] = s3 / pivot;
    }
  }
  for (; r < count; r++) solveLowerInPlace(l, n, rows.subarray(r * n, (r + 1) * n));
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
