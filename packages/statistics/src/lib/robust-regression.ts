import { inverseGram, solveLeastSquaresInPlace } from './householder.ts';
import { packedIndex } from './packed-symmetric.ts';
import { at } from './vector.ts';
import { diagonalRoots, fillResiduals, fillWeighted } from './weighted-least-squares.ts';

export type RobustLoss = 'huber' | 'bisquare';

export interface RobustFit {
  readonly coefficients: Float64Array;
  /** Asymptotic standard errors: Huber, "Robust Statistics" (1981), section 7.6, with the correction factor K. */
  readonly deviations: Float64Array;
  /** Median |residual| / 0.6745; 0 where more than half of the observations are fitted exactly. */
  readonly scale: number;
  /** Weight of each observation in the last step, 0 to 1. */
  readonly weights: Float64Array;
  readonly residuals: Float64Array;
  readonly iterations: number;
  readonly converged: boolean;
}

/** 95 % efficiency for normal noise: P. J. Huber (1964); A. E. Beaton and J. W. Tukey (1974). */
const TUNING: Readonly<Record<RobustLoss, number>> = { huber: 1.345, bisquare: 4.685 };
const NORMAL_QUARTILE = 0.6744897501960817;

/**
 * M-estimate of b in y = X b + noise by iteratively reweighted least squares from the least squares fit, the scale
 * taken anew at each step (P. W. Holland and R. E. Welsch, "Robust regression using iteratively reweighted
 * least-squares", 1977); undefined where the columns are not independent. The bisquare has several optima: the one
 * found is the one downhill of least squares, and gross leverage points are resisted by neither loss. `tolerance` is
 * on the change of each coefficient, in its standard errors.
 */
export function fitRobustRegression(
  columns: readonly Float64Array[],
  y: Float64Array,
  options: {
    readonly loss: RobustLoss;
    readonly tuning?: number;
    readonly tolerance?: number;
    readonly maximumIterations?: number;
  },
): RobustFit | undefined {
  const { loss, tuning = TUNING[loss], tolerance = 1e-8, maximumIterations = 200 } = options;
  const m = y.length;
  const n = columns.length;
  if (m < n) return undefined;
  const weights = new Float64Array(m).fill(1);
  const design = new Float64Array(m * n);
  const right = new Float64Array(m);
  const diagonal = new Float64Array(n);
  const coefficients = new Float64Array(n);
  const residuals = new Float64Array(m);
  const magnitudes = new Float64Array(m);
  const largest = y.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

  fillWeighted(columns, y, { weights, design, right });
  if (!solveLeastSquaresInPlace(design, right, diagonal)) return undefined;
  const covariance = inverseGram(design, m, diagonal);
  coefficients.set(right.subarray(0, n));
  fillResiduals(columns, y, { coefficients, residuals });
  let scale = residualScale(residuals, magnitudes, largest);
  let iterations = 0;
  let converged = scale === 0;
  while (!converged && iterations < maximumIterations) {
    iterations++;
    for (let t = 0; t < m; t++)
      weights[t] = robustWeight(loss, (residuals[t] as number) / scale, tuning);
    fillWeighted(columns, y, { weights, design, right });
    if (!solveLeastSquaresInPlace(design, right, diagonal)) return undefined;
    converged = true;
    for (let i = 0; i < n; i++) {
      const unit = scale * Math.sqrt(covariance[packedIndex(i, i)] as number);
      if (!(Math.abs((right[i] as number) - (coefficients[i] as number)) <= tolerance * unit))
        converged = false;
      coefficients[i] = right[i] as number;
    }
    fillResiduals(columns, y, { coefficients, residuals });
    scale = residualScale(residuals, magnitudes, largest);
    if (scale === 0) converged = true;
  }
  const factor = scale === 0 ? 0 : varianceFactor(residuals, n, { loss, tuning, scale });
  for (let i = 0; i < covariance.length; i++) covariance[i] = factor * at(covariance, i);
  return {
    coefficients,
    deviations: diagonalRoots(covariance, n),
    scale,
    weights,
    residuals,
    iterations,
    converged,
  };
}

/** Median |residual| / 0.6745, or 0 where that is rounding of the largest y. */
function residualScale(residuals: Float64Array, magnitudes: Float64Array, largest: number): number {
  const m = residuals.length;
  for (let t = 0; t < m; t++) magnitudes[t] = Math.abs(residuals[t] as number);
  magnitudes.sort();
  const middle = m >> 1;
  const median =
    m % 2 === 1
      ? at(magnitudes, middle)
      : (at(magnitudes, middle - 1) + at(magnitudes, middle)) / 2;
  return median <= 2 ** -46 * largest ? 0 : median / NORMAL_QUARTILE;
}

/** psi(u) / u: 1 at u = 0. */
function robustWeight(loss: RobustLoss, u: number, tuning: number): number {
  const size = Math.abs(u);
  if (loss === 'huber') return size <= tuning ? 1 : tuning / size;
  if (size >= tuning) return 0;
  const rest = 1 - (u / tuning) ** 2;
  return rest * rest;
}

/** Derivative of psi. */
function robustSlope(loss: RobustLoss, u: number, tuning: number): number {
  const size = Math.abs(u);
  if (loss === 'huber') return size <= tuning ? 1 : 0;
  if (size >= tuning) return 0;
  const square = (u / tuning) ** 2;
  return (1 - square) * (1 - 5 * square);
}

/**
 * What (X'X)^-1 is multiplied by: K^2 [sum psi^2 scale^2 / (m - n)] / [mean psi']^2, K = 1 + n/m var(psi') /
 * mean(psi')^2.
 */
function varianceFactor(
  residuals: Float64Array,
  n: number,
  psi: { readonly loss: RobustLoss; readonly tuning: number; readonly scale: number },
): number {
  const { loss, tuning, scale } = psi;
  const m = residuals.length;
  let squares = 0;
  let slopes = 0;
  let slopeSquares = 0;
  for (let t = 0; t < m; t++) {
    const u = at(residuals, t) / scale;
    const value = u * robustWeight(loss, u, tuning);
    const slope = robustSlope(loss, u, tuning);
    squares += value * value;
    slopes += slope;
    slopeSquares += slope * slope;
  }
  const meanSlope = slopes / m;
  const slopeVariance = slopeSquares / m - meanSlope * meanSlope;
  const k = 1 + ((n / m) * slopeVariance) / (meanSlope * meanSlope);
  return (k * k * squares * scale * scale) / ((m - n) * meanSlope * meanSlope);
}
