import { inverseGram, solveLeastSquaresInPlace } from './householder.ts';
import { packedIndex } from './packed-symmetric.ts';
import { at } from './vector.ts';

export interface LinearFit {
  readonly coefficients: Float64Array;
  /** Packed lower triangle of variance x (X'WX)^-1. */
  readonly covariance: Float64Array;
  /** Square roots of the diagonal of `covariance`. */
  readonly deviations: Float64Array;
  /** Weighted sum of squared residuals over the degrees of freedom: the variance of an observation of weight 1. */
  readonly variance: number;
  /** y - X b, not weighted. */
  readonly residuals: Float64Array;
  /** Observations of positive weight less coefficients. */
  readonly degreesOfFreedom: number;
}

/**
 * Least squares of y = X b + noise with variance s^2 / weight; undefined where the columns are not independent or
 * there are fewer observations of positive weight than columns. A. C. Aitken (1935); solved by QR of the weighted
 * rows, so that it holds for nearly dependent columns too. `variance` and what follows from it is NaN without degrees
 * of freedom.
 */
export function fitWeightedLeastSquares(
  columns: readonly Float64Array[],
  y: Float64Array,
  weights: Float64Array,
): LinearFit | undefined {
  const m = y.length;
  const n = columns.length;
  let observations = 0;
  for (let t = 0; t < m; t++) if (at(weights, t) > 0) observations++;
  if (observations < n) return undefined;
  const design = new Float64Array(m * n);
  const solution = new Float64Array(m);
  const diagonal = new Float64Array(n);
  fillWeighted(columns, y, { weights, design, right: solution });
  if (!solveLeastSquaresInPlace(design, solution, diagonal)) return undefined;
  const coefficients = solution.slice(0, n);
  const residuals = new Float64Array(m);
  fillResiduals(columns, y, { coefficients, residuals });
  let sum = 0;
  for (let t = 0; t < m; t++) sum += at(weights, t) * at(residuals, t) * at(residuals, t);
  const degreesOfFreedom = observations - n;
  const variance = degreesOfFreedom > 0 ? sum / degreesOfFreedom : NaN;
  const covariance = inverseGram(design, m, diagonal);
  for (let i = 0; i < covariance.length; i++) covariance[i] = variance * at(covariance, i);
  return {
    coefficients,
    covariance,
    deviations: diagonalRoots(covariance, n),
    variance,
    residuals,
    degreesOfFreedom,
  };
}

/** Fills `design` (column-major) and `right` with the rows of X and y times the square roots of their weights. */
export function fillWeighted(
  columns: readonly Float64Array[],
  y: Float64Array,
  into: {
    readonly weights: Float64Array;
    readonly design: Float64Array;
    readonly right: Float64Array;
  },
): void {
  const { weights, design, right } = into;
  const m = y.length;
  for (let t = 0; t < m; t++) {
    const root = Math.sqrt(weights[t] as number);
    right[t] = root * (y[t] as number);
    for (let j = 0; j < columns.length; j++)
      design[j * m + t] = root * ((columns[j] as Float64Array)[t] as number);
  }
}

/** Fills `residuals` with y - X b. */
export function fillResiduals(
  columns: readonly Float64Array[],
  y: Float64Array,
  into: { readonly coefficients: Float64Array; readonly residuals: Float64Array },
): void {
  const { coefficients, residuals } = into;
  residuals.set(y);
  for (let j = 0; j < columns.length; j++) {
    const column = columns[j] as Float64Array;
    const b = coefficients[j] as number;
    for (let t = 0; t < y.length; t++)
      residuals[t] = (residuals[t] as number) - b * (column[t] as number);
  }
}

/** Square roots of the diagonal of a packed n x n matrix. */
export function diagonalRoots(packed: Float64Array, n: number): Float64Array {
  const roots = new Float64Array(n);
  for (let i = 0; i < n; i++) roots[i] = Math.sqrt(at(packed, packedIndex(i, i)));
  return roots;
}
