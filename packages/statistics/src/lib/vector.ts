/** Element `i`, which the caller knows to exist. */
export function at(values: ArrayLike<number>, i: number): number {
  return values[i] as number;
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] as number;
  return sum / values.length;
}

/** out(r) = sum over j of rows(r, j) vector(j), row-major; four rows in one pass over the vector, whose sums need not wait for each other. */
export function multiplyRows(out: Float64Array, rows: Float64Array, vector: Float64Array): void {
  const width = vector.length;
  let r = 0;
  for (; r + 3 < out.length; r += 4) {
    const a = r * width;
    const b = a + width;
    const c = b + width;
    const d = c + width;
    let s0 = 0;
    let s1 = 0;
    let s2 = 0;
    let s3 = 0;
    for (let j = 0; j < width; j++) {
      const value = vector[j] as number;
      s0 += (rows[a + j] as number) * value;
      s1 += (rows[b + j] as number) * value;
      s2 += (rows[c + j] as number) * value;
      s3 += (rows[d + j] as number) * value;
    }
    out[r] = s0;
    out[r + 1] = s1;
    out[r + 2] = s2;
    out[r + 3] = s3;
  }
  for (; r < out.length; r++) {
    let sum = 0;
    for (let j = 0; j < width; j++) sum += (rows[r * width + j] as number) * (vector[j] as number);
    out[r] = sum;
  }
}
