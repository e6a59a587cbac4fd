import { at, choleskyInPlace, solveCholeskyInPlace } from '@verimeter/statistics';
import type { AreaDesign } from './area-design.ts';

/** Prior sd of each beta while noise and gates are looked at: wide, so that a drifted meter does not end up in the noise. */
export const WIDE_BETA_SD = 0.03;

/** The linear model of an area with a wide prior on every beta, factorised. */
export interface WideModel {
  readonly factor: Float64Array;
  readonly coefficients: Float64Array;
}

/** Columns beyond those of the design are drifts of single meters: coefficients of the same kind. */
export function wideModel(
  design: Pick<AreaDesign, 'n' | 'columns' | 'priorSd' | 'priorMean'>,
  gram: Float64Array,
  moment: Float64Array,
  betaSd: number = WIDE_BETA_SD,
): WideModel {
  const p = moment.length;
  const own = design.columns.length;
  const factor = gram.slice();
  const coefficients = moment.slice();
  for (let j = 0; j < p; j++) {
    const error = j < design.n || j >= own;
    const sd = error ? betaSd : at(design.priorSd, j);
    factor[j * p + j] = at(factor, j * p + j) + 1 / (sd * sd);
    coefficients[j] = at(coefficients, j) + (error ? 0 : at(design.priorMean, j)) / (sd * sd);
  }
  if (choleskyInPlace(factor, p) === undefined)
    throw new RangeError('the information matrix of an area is not positive definite');
  solveCholeskyInPlace(factor, p, coefficients);
  return { factor, coefficients };
}
