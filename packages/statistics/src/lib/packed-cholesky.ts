/**
 * Log determinant of a packed symmetric positive definite matrix, whose lower Cholesky factor replaces it, packed
 * too; undefined where it is not positive definite (the content is then lost). Column by column, four rows at a time
 * (Golub and Van Loan, "Matrix Computations", 4th ed., 4.2.5): rows are walked in order, four sums are independent.
 */
export function packedCholeskyInPlace(a: Float64Array, n: number): number | undefined {
  let logDeterminant = 0;
  let rowJ = 0;
  for (let j = 0; j < n; j++) {
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
    let row = rowJ + i;
    for (; i + 3 < n; i += 4) {
      const row1 = row + i + 1;
      const row2 = row1 + i + 2;
      const row3 = row2 + i + 3;
      let s0 = a[row + j] as number;
      let s1 = a[row1 + j] as number;
      let s2 = a[row2 + j] as number;
      let s3 = a[row3 + j] as number;
      for (let k = 0; k < j; k++) {
        const l = a[rowJ + k] as number;
        s0 -= (a[row + k] as number) * l;
        s1 -= (a[row1 + k] as number) * l;
        s2 -= (a[row2 + k] as number) * l;
        s3 -= (a[row3 + k] as number) * l;
      }
      a[row + j] = s0 / root;
      a[row1 + j] = s1 / root;
      a[row2 + j] = s2 / root;
      a[row3 + j] = s3 / root;
      row = row3 + i + 4;
    }
    for (; i < n; i++) {
      let sum = a[row + j] as number;
      for (let k = 0; k < j; k++) sum -= (a[row + k] as number) * (a[rowJ + k] as number);
      a[row + j] = sum / root;
      row += i + 1;
    }
    rowJ += j + 1;
  }
  return logDeterminant;
}

/** Solves L x = b in place, L a packed lower factor. */
export function solvePackedLowerInPlace(l: Float64Array, n: number, b: Float64Array): void {
  let at = 0;
  for (let i = 0; i < n; i++) {
    let sum = b[i] as number;
    for (let k = 0; k < i; k++, at++) sum -= (l[at] as number) * (b[k] as number);
    b[i] = sum / (l[at] as number);
    at++;
  }
}

/** Solves L' x = b in place, L a packed lower factor. */
export function solvePackedUpperInPlace(l: Float64Array, n: number, b: Float64Array): void {
  let row = (n * (n - 1)) / 2;
  for (let i = n - 1; i >= 0; i--) {
    const x = (b[i] as number) / (l[row + i] as number);
    b[i] = x;
    for (let k = 0; k < i; k++) b[k] = (b[k] as number) - (l[row + k] as number) * x;
    row -= i;
  }
}

/** Solves (L L') x = b in place, L a packed lower factor. */
export function solvePackedCholeskyInPlace(l: Float64Array, n: number, b: Float64Array): void {
  solvePackedLowerInPlace(l, n, b);
  solvePackedUpperInPlace(l, n, b);
}

/** Replaces a packed lower factor L by the packed inverse of L L' (LAPACK dpptri: L^-1, then L^-T L^-1). */
export function invertPackedCholeskyInPlace(l: Float64Array, n: number): void {
  let rowI = 0;
  for (let i = 0; i < n; i++) {
    const pivot = 1 / (l[rowI + i] as number);
    // Row i of the inverse: -(sum over k of L_ik inverse_kj) / L_ii; elements right of j are still those of L.
    for (let j = 0; j < i; j++) {
      let sum = 0;
      let rowK = (j * (j + 1)) / 2;
      for (let k = j; k < i; k++) {
        sum += (l[rowI + k] as number) * (l[rowK + j] as number);
        rowK += k + 1;
      }
      l[rowI + j] = -sum * pivot;
    }
    l[rowI + i] = pivot;
    rowI += i + 1;
  }
  // Rows from above: element (i, j) of the product needs rows i and below, which are still those of L^-1.
  rowI = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      let rowK = rowI;
      for (let k = i; k < n; k++) {
        sum += (l[rowK + i] as number) * (l[rowK + j] as number);
        rowK += k + 1;
      }
      l[rowI + j] = sum;
    }
    rowI += i + 1;
  }
}
