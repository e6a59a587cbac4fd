/** P(X = k) for k = 0..n, X the number of successes of n independent trials with a probability each: exact, by convolution. */
export function poissonBinomial(probabilities: ArrayLike<number>): Float64Array {
  const n = probabilities.length;
  const mass = new Float64Array(n + 1);
  mass[0] = 1;
  for (let i = 0; i < n; i++) {
    const p = probabilities[i] as number;
    const q = 1 - p;
    for (let k = i + 1; k > 0; k--) mass[k] = q * (mass[k] as number) + p * (mass[k - 1] as number);
    mass[0] *= q;
  }
  return mass;
}
