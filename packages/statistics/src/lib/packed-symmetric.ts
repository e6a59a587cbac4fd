/** Length of the packed lower triangle of an n x n matrix: row by row, row i holds its elements 0 to i. */
export function packedLength(n: number): number {
  return (n * (n + 1)) / 2;
}

/** Position of element (i, j) of a packed symmetric matrix, in either order. */
export function packedIndex(i: number, j: number): number {
  return i >= j ? (i * (i + 1)) / 2 + j : (j * (j + 1)) / 2 + i;
}

/**
 * Adds weight x the sum over r in [from, to) of z_r z_r' to the packed n x n matrix; z_r is row r of the row-major
 * `rows`, n elements each. Four rows at a time: one pass over the matrix serves four products.
 */
export function addPackedProducts(
  a: Float64Array,
  n: number,
  rows: Float64Array,
  range: { readonly from: number; readonly to: number; readonly weight: number },
): void {
  const { from, to, weight } = range;
  let r = from;
  for (; r + 3 < to; r += 4) {
    const z0 = r * n;
    const z1 = z0 + n;
    const z2 = z1 + n;
    const z3 = z2 + n;
    let at = 0;
    for (let i = 0; i < n; i++) {
      const x0 = weight * (rows[z0 + i] as number);
      const x1 = weight * (rows[z1 + i] as number);
      const x2 = weight * (rows[z2 + i] as number);
      const x3 = weight * (rows[z3 + i] as number);
      for (let j = 0; j <= i; j++, at++)
        a[at] =
          (a[at] as number) +
          (x0 * (rows[z0 + j] as number) + x1 * (rows[z1 + j] as number)) +
          (x2 * (rows[z2 + j] as number) + x3 * (rows[z3 + j] as number));
    }
  }
  for (; r < to; r++) {
    const z = r * n;
    let at = 0;
    for (let i = 0; i < n; i++) {
      const x = weight * (rows[z + i] as number);
      for (let j = 0; j <= i; j++, at++) a[at] = (a[at] as number) + x * (rows[z + j] as number);
    }
  }
}

/** out = A x for a packed symmetric A; `out` and `x` must be distinct. */
export function multiplyPacked(
  a: Float64Array,
  n: number,
  x: Float64Array,
  out: Float64Array,
): void {
  let at = 0;
  for (let i = 0; i < n; i++) {
    const xi = x[i] as number;
    let sum = 0;
    for (let j = 0; j < i; j++, at++) {
      const value = a[at] as number;
      sum += value * (x[j] as number);
      out[j] = (out[j] as number) + value * xi;
    }
    out[i] = sum + (a[at] as number) * xi;
    at++;
  }
}

/** x' A x for a packed symmetric A. */
export function packedQuadraticForm(a: Float64Array, n: number, x: Float64Array): number {
  let total = 0;
  let at = 0;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < i; j++, at++) sum += (a[at] as number) * (x[j] as number);
    const xi = x[i] as number;
    total += xi * (2 * sum + (a[at] as number) * xi);
    at++;
  }
  return total;
}
