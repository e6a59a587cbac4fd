import { at, solveLinearInPlace } from '@verimeter/statistics';

/** Strength of the prior weights, in shares of the variance that single neighbours have for themselves. */
const RIDGE = 0.5;

/**
 * Weights w >= 0 with sum 1 that minimise w'Cw + ridge |w - prior|^2, C the covariance of the differences to each neighbour, row-major.
 * What is common to all differences (the drift of the sensor itself) adds the same number to every element of C, and since the
 * weights add up to 1 it moves nothing: the blend can be trained on a time in which the sensor drifts.
 */
export function neighbourWeights(covariance: Float64Array, prior: Float64Array): Float64Array {
  const n = prior.length;
  const ridge = RIDGE * ownVariance(covariance, n) + 1e-300;
  let active = [...prior.keys()];
  for (;;) {
    const weights = solveActive(covariance, prior, ridge, active);
    const negative = active.filter((_, i) => at(weights, i) < 0);
    if (negative.length === 0) {
      const out = new Float64Array(n);
      active.forEach((k, i) => (out[k] = at(weights, i)));
      return out;
    }
    active = active.filter((_, i) => at(weights, i) >= 0);
  }
}

/** Mean variance without what all differences have in common. */
function ownVariance(covariance: Float64Array, n: number): number {
  let [diagonal, others] = [0, 0];
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      if (i === j) diagonal += at(covariance, i * n + j);
      else others += at(covariance, i * n + j);
    }
  const common = n > 1 ? others / (n * (n - 1)) : 0;
  return Math.max(0.02 * (diagonal / n), diagonal / n - common);
}

/** The same without bounds on a subset of neighbours, by the multiplier of sum w = 1. */
function solveActive(
  covariance: Float64Array,
  prior: Float64Array,
  ridge: number,
  active: readonly number[],
): Float64Array {
  const n = prior.length;
  const m = active.length;
  const size = m + 1;
  const system = new Float64Array(size * size);
  const right = new Float64Array(size);
  for (let i = 0; i < m; i++) {
    const row = at(active, i);
    for (let j = 0; j < m; j++) system[i * size + j] = at(covariance, row * n + at(active, j));
    system[i * size + i] = at(system, i * size + i) + ridge;
    system[i * size + m] = 1;
    system[m * size + i] = 1;
    right[i] = ridge * at(prior, row);
  }
  right[m] = 1;
  solveLinearInPlace(system, size, right);
  return right.subarray(0, m);
}
