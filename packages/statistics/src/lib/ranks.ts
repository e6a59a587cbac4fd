import { at } from './vector.ts';

/** Ranks 1 to n; equal values share the mean of their ranks. */
export function averageRanks(values: Float64Array): Float64Array {
  const n = values.length;
  const order = Uint32Array.from({ length: n }, (_, i) => i).toSorted(
    (i, j) => at(values, i) - at(values, j),
  );
  const ranks = new Float64Array(n);
  for (let first = 0; first < n;) {
    const last = endOfTie(n, first, (i) => at(values, at(order, i)));
    for (let i = first; i < last; i++) ranks[at(order, i)] = (first + 1 + last) / 2;
    first = last;
  }
  return ranks;
}

/**
 * Sum over groups of t equal values of t (t - 1) (2 t + 5): what ties take from the variance of Kendall's score,
 * times 18.
 */
export function kendallTieTerm(values: Float64Array): number {
  const sorted = values.toSorted();
  const n = sorted.length;
  let sum = 0;
  for (let first = 0; first < n;) {
    const last = endOfTie(n, first, (i) => at(sorted, i));
    const t = last - first;
    sum += t * (t - 1) * (2 * t + 5);
    first = last;
  }
  return sum;
}

function endOfTie(n: number, first: number, value: (i: number) => number): number {
  let last = first + 1;
  while (last < n && value(last) === value(first)) last++;
  return last;
}
