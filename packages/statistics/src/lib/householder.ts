/**
 * True, with x = argmin |A x - b| in the first n elements of `b` and R above the diagonal of `a`, `diagonal` its
 * diagonal; false where a column depends on those before it (to n x 2^-52 of its length). A is m x n, m >= n,
 * column-major, and both `a` and `b` (length m) are overwritten. Householder QR: Golub and Van Loan, "Matrix
 * Computations", 4th ed., 5.3.2; the error grows with the condition of A, that of the normal equations with its
 * square.
 */
export function solveLeastSquaresInPlace(
  a: Float64Array,
  b: Float64Array,
  diagonal: Float64Array,
): boolean {
  const m = b.length;
  const n = diagonal.length;
  for (let k = 0; k < n; k++) {
    const column = k * m;
    let above = 0;
    for (let i = 0; i < k; i++) above += (a[column + i] as number) * (a[column + i] as number);
    let square = 0;
    for (let i = k; i < m; i++) square += (a[column + i] as number) * (a[column + i] as number);
    const tolerance = n * 2 ** -52;
    if (!(square > tolerance * tolerance * (above + square))) return false;
    const first = a[column + k] as number;
    const length = Math.sqrt(square);
    const r = first > 0 ? -length : length;
    diagonal[k] = r;
    // The reflection I - v v' / h with v = x - r e1 stays in the column below R.
    const head = first - r;
    a[column + k] = head;
    const h = -r * head;
    for (let j = k + 1; j < n; j++) reflect(a, a, { from: k, m, h, v: column, target: j * m });
    reflect(a, b, { from: k, m, h, v: column, target: 0 });
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = b[i] as number;
    for (let j = i + 1; j < n; j++) sum -= (a[j * m + i] as number) * (b[j] as number);
    b[i] = sum / (diagonal[i] as number);
  }
  return true;
}

/** Applies a reflection kept in `a` at `v` to the m elements of `b` at `target`. */
function reflect(
  a: Float64Array,
  b: Float64Array,
  at: {
    readonly from: number;
    readonly m: number;
    readonly h: number;
    readonly v: number;
    readonly target: number;
  },
): void {
  const { from, m, h, v, target } = at;
  let sum = 0;
  for (let i = from; i < m; i++) sum += (a[v + i] as number) * (b[target + i] as number);
  const factor = sum / h;
  for (let i = from; i < m; i++)
    b[target + i] = (b[target + i] as number) - factor * (a[v + i] as number);
}

/** Packed lower triangle of (R'R)^-1 = (A'A)^-1 from what `solveLeastSquaresInPlace` left in `a` and `diagonal`. */
export function inverseGram(a: Float64Array, m: number, diagonal: Float64Array): Float64Array {
  const n = diagonal.length;
  // Columns of R^-1, upper triangular, column-major.
  const inverse = new Float64Array(n * n);
  for (let j = 0; j < n; j++) {
    inverse[j * n + j] = 1 / (diagonal[j] as number);
    for (let i = j - 1; i >= 0; i--) {
      let sum = 0;
      for (let k = i + 1; k <= j; k++)
        sum += (a[k * m + i] as number) * (inverse[j * n + k] as number);
      inverse[j * n + i] = -sum / (diagonal[i] as number);
    }
  }
  const packed = new Float64Array((n * (n + 1)) / 2);
  let next = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let k = i; k < n; k++)
        sum += (inverse[k * n + i] as number) * (inverse[k * n + j] as number);
      packed[next++] = sum;
    }
  }
  return packed;
}
