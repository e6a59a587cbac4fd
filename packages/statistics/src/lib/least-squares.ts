import { choleskyInPlace, solveCholeskyInPlace } from './cholesky.ts';
import { addGram, dotRange } from './gram.ts';
import { at } from './vector.ts';

export interface RidgeFit {
  readonly coefficients: Float64Array;
  /** Diagonal of (X'X/sigma^2 + precision)^-1, as standard deviations. */
  readonly deviations: Float64Array;
}

/**
 * Posterior mean and standard deviations of y = X b + noise(variance), prior b_i ~ N(0, 1/precision_i); precision 0
 * everywhere is ordinary least squares. Undefined where the columns are not independent.
 */
export function fitRidge(
  columns: readonly Float64Array[],
  y: Float64Array,
  options: { readonly precision: ArrayLike<number>; readonly variance: number },
): RidgeFit | undefined {
  const n = columns.length;
  const gram = new Float64Array(n * n);
  addGram(gram, columns, 0, y.length);
  const rhs = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) gram[i * n + j] = at(gram, i * n + j) / options.variance;
    gram[i * n + i] = at(gram, i * n + i) + at(options.precision, i);
    rhs[i] = dotRange(columns[i] as Float64Array, y, 0, y.length) / options.variance;
  }
  if (choleskyInPlace(gram, n) === undefined) return undefined;
  solveCholeskyInPlace(gram, n, rhs);
  const deviations = new Float64Array(n);
  const unit = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    unit.fill(0);
    unit[i] = 1;
    solveCholeskyInPlace(gram, n, unit);
    deviations[i] = Math.sqrt(at(unit, i));
  }
  return { coefficients: rhs, deviations };
}
