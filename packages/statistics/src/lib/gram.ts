/**
 * Adds sum over t in [from, to) of z_i(t) z_j(t) to the lower triangle of the n x n row-major `gram`, n =
 * columns.length. Four columns at a time: one pass over z_i serves four products.
 */
export function addGram(
  gram: Float64Array,
  columns: readonly Float64Array[],
  from: number,
  to: number,
): void {
  const n = columns.length;
  for (let i = 0; i < n; i++) {
    const zi = columns[i] as Float64Array;
    const row = i * n;
    let j = 0;
    for (; j + 3 <= i; j += 4) {
      const z0 = columns[j] as Float64Array;
      const z1 = columns[j + 1] as Float64Array;
      const z2 = columns[j + 2] as Float64Array;
      const z3 = columns[j + 3] as Float64Array;
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let t = from; t < to; t++) {
        const x = zi[t] as number;
        s0 += x * (z0[t] as number);
        s1 += x * (z1[t] as number);
        s2 += x * (z2[t] as number);
        s3 += x * (z3[t] as number);
      }
      gram[row + j] = (gram[row + j] as number) + s0;
      gram[row + j + 1] = (gram[row + j + 1] as number) + s1;
      gram[row + j + 2] = (gram[row + j + 2] as number) + s2;
      gram[row + j + 3] = (gram[row + j + 3] as number) + s3;
    }
    for (; j <= i; j++) {
      gram[row + j] =
        (gram[row + j] as number) + dotRange(zi, columns[j] as Float64Array, from, to);
    }
  }
}

/** Sum over t in [from, to) of a(t) b(t). */
export function dotRange(a: Float64Array, b: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let t = from; t < to; t++) sum += (a[t] as number) * (b[t] as number);
  return sum;
}
