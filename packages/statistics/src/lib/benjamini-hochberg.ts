import { at } from './vector.ts';

/**
 * Adjusted p values: rejecting those at or below q keeps the expected share of false rejections at or below q, for
 * independent (or positively dependent) p values. Y. Benjamini and Y. Hochberg, "Controlling the false discovery
 * rate", JRSS B 57 (1995), step-up.
 */
export function benjaminiHochberg(probabilities: ArrayLike<number>): Float64Array {
  const n = probabilities.length;
  const order = Uint32Array.from({ length: n }, (_, i) => i).toSorted(
    (i, j) => at(probabilities, i) - at(probabilities, j),
  );
  const adjusted = new Float64Array(n);
  let least = 1;
  for (let rank = n; rank >= 1; rank--) {
    const i = at(order, rank - 1);
    least = Math.min(least, (at(probabilities, i) * n) / rank);
    adjusted[i] = least;
  }
  return adjusted;
}
