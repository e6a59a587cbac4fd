/**
 * Solves A x = b in place: A n x n row-major (its content is lost), `b` becomes x. False where a pivot is zero or not a
 * number. Gaussian elimination with partial pivoting: Golub and Van Loan, "Matrix Computations", 4th ed., 3.4.
 */
export function solveLinearInPlace(a: Float64Array, n: number, b: Float64Array): boolean {
  for (let k = 0; k < n; k++) {
    const rowK = k * n;
    let pivotRow = k;
    let largest = Math.abs(a[rowK + k] as number);
    for (let i = k + 1; i < n; i++) {
      const size = Math.abs(a[i * n + k] as number);
      if (size > largest) {
        largest = size;
        pivotRow = i;
      }
    }
    if (!(largest > 0)) return false;
    if (pivotRow !== k) swapRows(a, b, { n, first: k, second: pivotRow });
    const pivot = a[rowK + k] as number;
    for (let i = k + 1; i < n; i++) {
      const rowI = i * n;
      const factor = (a[rowI + k] as number) / pivot;
      if (factor === 0) continue;
      for (let j = k + 1; j < n; j++)
        a[rowI + j] = (a[rowI + j] as number) - factor * (a[rowK + j] as number);
      b[i] = (b[i] as number) - factor * (b[k] as number);
    }
  }
  for (let i = n - 1; i >= 0; i--) {
    const row = i * n;
    let sum = b[i] as number;
    for (let j = i + 1; j < n; j++) sum -= (a[row + j] as number) * (b[j] as number);
    b[i] = sum / (a[row + i] as number);
  }
  return true;
}

function swapRows(
  a: Float64Array,
  b: Float64Array,
  rows: { readonly n: number; readonly first: number; readonly second: number },
): void {
  const { n, first, second } = rows;
  for (let j = 0; j < n; j++) {
    const value = a[first * n + j] as number;
    a[first * n + j] = a[second * n + j] as number;
    a[second * n + j] = value;
  }
  const value = b[first] as number;
  b[first] = b[second] as number;
  b[second] = value;
}
