import { at } from '@verimeter/statistics';

/** Prior variance of every coefficient: (100 %)^2, nearly nothing known. */
const PRIOR_VARIANCE = 1;

/**
 * Recursive least squares in which each coefficient forgets at a rate of its own: P <- D P D with D = diag(1 / sqrt(factor))
 * before every observation (a factor of 1 never forgets). With one factor for the meters and one for the loss it is the
 * double-parameter method of Kong et al., Energies 2019, 12(5), 805. Returns the coefficients after the last row.
 */
export function recursiveLeastSquares(
  columns: readonly Float64Array[],
  y: Float64Array,
  factors: readonly number[],
): Float64Array {
  const p = columns.length;
  const scale = Float64Array.from(factors, (factor) => 1 / Math.sqrt(factor));
  const covariance = new Float64Array(p * p);
  for (let j = 0; j < p; j++) covariance[j * p + j] = PRIOR_VARIANCE;
  const b = new Float64Array(p);
  const gain = new Float64Array(p);
  for (let t = 0; t < y.length; t++) {
    let innovation = at(y, t);
    let spread = 1;
    for (let j = 0; j < p; j++)
      for (let k = 0; k < p; k++)
        covariance[j * p + k] = at(covariance, j * p + k) * at(scale, j) * at(scale, k);
    for (let j = 0; j < p; j++) {
      let sum = 0;
      for (let k = 0; k < p; k++) sum += at(covariance, j * p + k) * valueAt(columns, k, t);
      gain[j] = sum;
      innovation -= at(b, j) * valueAt(columns, j, t);
    }
    for (let j = 0; j < p; j++) spread += valueAt(columns, j, t) * at(gain, j);
    for (let j = 0; j < p; j++) {
      const own = at(gain, j);
      b[j] = at(b, j) + (own / spread) * innovation;
      for (let k = 0; k < p; k++)
        covariance[j * p + k] = at(covariance, j * p + k) - (own * at(gain, k)) / spread;
    }
  }
  return b;
}

function valueAt(columns: readonly Float64Array[], column: number, t: number): number {
  return columns[column]?.[t] ?? 0;
}
