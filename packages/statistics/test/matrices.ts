import { at } from '../src/index.ts';

/** The lower triangle of a row-major n x n matrix, row by row. */
export function lowerTriangle(matrix: ArrayLike<number>, n: number): Float64Array {
  const packed = new Float64Array((n * (n + 1)) / 2);
  let next = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) packed[next++] = at(matrix, i * n + j);
  return packed;
}

/** L L' of the lower triangle of a row-major n x n matrix. */
export function lowerSquare(l: ArrayLike<number>, n: number): Float64Array {
  const product = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k <= Math.min(i, j); k++) sum += at(l, i * n + k) * at(l, j * n + k);
      product[i * n + j] = sum;
    }
  return product;
}

/** B B' + I, B filled with `sequence`. */
export function positiveDefinite(n: number, seed: number): Float64Array {
  const b = sequence(n * n, seed);
  const product = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = i === j ? 1 : 0;
      for (let k = 0; k < n; k++) sum += at(b, i * n + k) * at(b, j * n + k);
      product[i * n + j] = sum;
    }
  return product;
}

/** `n` numbers in (-1, 1), the same ones at every run: Park and Miller's generator, multiplier 48271. */
export function sequence(n: number, seed: number): Float64Array {
  const out = new Float64Array(n);
  let state = seed;
  for (let i = 0; i < n; i++) {
    state = (state * 48271) % 2147483647;
    out[i] = (2 * state) / 2147483647 - 1;
  }
  return out;
}
