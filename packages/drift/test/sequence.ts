/** `n` numbers in (-1, 1), the same ones at every run and in make_reference.py: Park and Miller's generator, multiplier 48271. */
export function sequence(n: number, seed: number): Float64Array {
  const out = new Float64Array(n);
  let state = seed;
  for (let i = 0; i < n; i++) {
    state = (state * 48271) % 2147483647;
    out[i] = (2 * state) / 2147483647 - 1;
  }
  return out;
}

/** Near enough to N(0, 1): sums of twelve uniform numbers, halved. */
export function bellSequence(n: number, seed: number): Float64Array {
  const u = sequence(12 * n, seed);
  return Float64Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < 12; k++) sum += u[12 * i + k] ?? 0;
    return sum / 2;
  });
}
