import {
  addCombination,
  addGram,
  at,
  choleskyInPlace,
  dotColumns,
  dotRange,
  mean,
  solveCholeskyInPlace,
} from '@verimeter/statistics';
import type { AreaIntervals } from './area-intervals.ts';

/** A ridge regression of the balance as it is, before its noise is described: for gates that come first. */
export interface Regression {
  /** The columns that were asked about come first. */
  readonly columns: readonly Float64Array[];
  readonly factor: Float64Array;
  readonly coefficients: Float64Array;
  readonly residual: Float64Array;
  readonly noise: number;
}

/** Errors of the meters that are known beforehand: sd. */
const ERROR_SD = 0.05;

/**
 * What is unaccounted for (kW.h per interval) on the columns in question, whose coefficients have the sd given, beside errors
 * of all meters, a loss with the square of the load, a share and a constant load.
 */
export function balanceRegression(
  { consumers, hours, count }: AreaIntervals,
  question: {
    readonly unaccounted: Float64Array;
    /** Intervals that count. */
    readonly rows: Int32Array;
    readonly columns: readonly Float64Array[];
    readonly sd: number;
  },
): Regression {
  const { unaccounted, rows, sd } = question;
  const total = new Float64Array(count);
  for (const { energy } of consumers)
    for (let t = 0; t < count; t++) total[t] = at(total, t) + at(energy, t);
  const usual = mean(total) || 1;
  const pick = (value: (t: number) => number): Float64Array => Float64Array.from(rows, value);
  const columns = [
    ...question.columns.map((column) => pick((t) => at(column, t))),
    ...consumers.map(({ energy }) => pick((t) => -at(energy, t))),
    pick((t) => (at(total, t) * at(total, t)) / usual),
    pick((t) => at(total, t)),
    pick((t) => at(hours, t)),
  ];
  const deviations = [
    ...question.columns.map(() => sd),
    ...consumers.map(() => ERROR_SD),
    1,
    0.1,
    5,
  ];
  return solve(
    columns,
    deviations,
    pick((t) => at(unaccounted, t)),
  );
}

/** Twice: the noise that the first finds is that of the second. */
function solve(
  columns: readonly Float64Array[],
  sd: readonly number[],
  target: Float64Array,
): Regression {
  const p = columns.length;
  const gram = new Float64Array(p * p);
  addGram(gram, columns, 0, target.length);
  const moment = new Float64Array(p);
  dotColumns(moment, columns, target, { from: 0, to: target.length });
  let noise = Math.sqrt(dotRange(target, target, 0, target.length) / target.length) / 3 || 1e-9;
  for (let round = 0; ; round++) {
    const factor = Float64Array.from(gram);
    for (let j = 0; j < p; j++)
      factor[j * p + j] = at(factor, j * p + j) + (noise / at(sd, j)) ** 2;
    const coefficients = Float64Array.from(moment);
    if (choleskyInPlace(factor, p) === undefined)
      throw new RangeError('the regression of the balance has no solution');
    solveCholeskyInPlace(factor, p, coefficients);
    const residual = Float64Array.from(target);
    addCombination(
      residual,
      columns,
      coefficients.map((value) => -value),
    );
    noise = Math.sqrt(dotRange(residual, residual, 0, residual.length) / residual.length) || 1e-9;
    if (round === 1) return { columns, factor, coefficients, residual, noise };
  }
}

/** Of the columns in question: those whose coefficient is 1 within the tolerance, and known well enough to say so. */
export function unitCoefficients(
  { factor, coefficients, noise }: Regression,
  among: number,
): number[] {
  const p = coefficients.length;
  const found: number[] = [];
  for (let j = 0; j < among; j++) {
    const unit = new Float64Array(p);
    unit[j] = 1;
    solveCholeskyInPlace(factor, p, unit);
    const sd = noise * Math.sqrt(at(unit, j));
    if (sd <= MAX_SD && Math.abs(at(coefficients, j) - 1) <= TOLERANCE + 2 * sd) found.push(j);
  }
  return found;
}

const TOLERANCE = 0.15;
const MAX_SD = 0.15;
