/**
 * Turns the factor L of A into that of A + v v', in place, n^2 operations; the content of `v` is lost. L is lower, n
 * x n, row-major. Givens rotations: G. H. Golub and C. F. Van Loan, "Matrix Computations", 4th ed., 6.5.4; LINPACK
 * dchud.
 */
export function updateCholeskyInPlace(l: Float64Array, n: number, v: Float64Array): void {
  for (let k = 0; k < n; k++) {
    const s = v[k] as number;
    if (s === 0) continue;
    const pivot = l[k * n + k] as number;
    const root = Math.hypot(pivot, s);
    const cosine = pivot / root;
    const sine = s / root;
    l[k * n + k] = root;
    for (let i = k + 1; i < n; i++) {
      const a = l[i * n + k] as number;
      const b = v[i] as number;
      l[i * n + k] = cosine * a + sine * b;
      v[i] = cosine * b - sine * a;
    }
  }
}

/**
 * Turns the factor L of A into that of A - v v', in place; the content of `v` is lost. False, and L unchanged, where
 * A - v v' is not positive definite. `cosines` is work space of length n. LINPACK dchdd (J. J. Dongarra et al.,
 * "LINPACK Users' Guide", 1979, chapter 10): backward stable, because the rotations come from the solution of L a =
 * v.
 */
export function downdateCholeskyInPlace(
  l: Float64Array,
  n: number,
  v: Float64Array,
  cosines: Float64Array = new Float64Array(n),
): boolean {
  let rest = 1;
  for (let i = 0; i < n; i++) {
    const row = i * n;
    let sum = v[i] as number;
    for (let k = 0; k < i; k++) sum -= (l[row + k] as number) * (v[k] as number);
    const a = sum / (l[row + i] as number);
    v[i] = a;
    rest -= a * a;
  }
  if (!(rest > 0)) return false;
  // v now holds the sines.
  let alpha = Math.sqrt(rest);
  for (let i = n - 1; i >= 0; i--) {
    const a = v[i] as number;
    const root = Math.hypot(alpha, a);
    cosines[i] = alpha / root;
    v[i] = a / root;
    alpha = root;
  }
  for (let i = 0; i < n; i++) {
    const row = i * n;
    let carried = 0;
    for (let k = i; k >= 0; k--) {
      const cosine = cosines[k] as number;
      const sine = v[k] as number;
      const a = l[row + k] as number;
      l[row + k] = cosine * a - sine * carried;
      carried = cosine * carried + sine * a;
    }
  }
  return true;
}
