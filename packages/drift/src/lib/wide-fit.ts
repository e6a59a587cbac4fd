import {
  addCombination,
  at,
  dot,
  dotColumns,
  dotRange,
  solveCholeskyInPlace,
} from '@verimeter/statistics';
import type { AreaDesign } from './area-design.ts';
import { addWidePriors, WIDE_BETA_SD, type WideModel } from './wide-model.ts';

/** Error of the fit, over the fit, at which it is done: far below what any answer shows. */
const PRECISION = 1e-12;
const MOST_STEPS = 200;

/**
 * Coefficients of the wide model under a whitening of which no products of columns were formed: conjugate gradients, preconditioned by the
 * factor of the same model under a whitening like it (G. H. Golub and C. F. Van Loan, "Matrix Computations", 4th ed.,
 * 11.5). A dozen passes over the columns in place of p / 2 of them. Columns beyond those of the design are drifts.
 */
export function fitWide(
  design: AreaDesign,
  data: { readonly whitened: readonly Float64Array[]; readonly target: Float64Array },
  near: WideModel,
): Float64Array {
  const { whitened, target } = data;
  const own = design.columns.length;
  const p = whitened.length;
  const all = { from: 0, to: target.length };
  const driftPrecision = Float64Array.from(
    whitened.slice(own),
    (column) => dotRange(column, column, 0, column.length) + 1 / WIDE_BETA_SD ** 2,
  );
  const fitted = new Float64Array(target.length);
  /** out = (Z'Z + prior) x */
  const apply = (x: Float64Array, out: Float64Array): void => {
    fitted.fill(0);
    addCombination(fitted, whitened, x);
    dotColumns(out, whitened, fitted, all);
    addPriorProduct(design, x, out);
  };
  const precondition = (x: Float64Array, out: Float64Array): void => {
    out.set(x);
    solveCholeskyInPlace(near.factor, own, out.subarray(0, own));
    for (let j = own; j < p; j++) out[j] = at(x, j) / at(driftPrecision, j - own);
  };
  const moment = new Float64Array(p);
  dotColumns(moment, whitened, target, all);
  addWidePriors(design, p, (j, precision, mean) => {
    moment[j] = at(moment, j) + precision * mean;
  });
  const solution = new Float64Array(p);
  solution.set(near.coefficients.subarray(0, own));
  const rest = new Float64Array(p);
  const half = new Float64Array(p);
  apply(solution, rest);
  for (let j = 0; j < p; j++) rest[j] = at(moment, j) - at(rest, j);
  precondition(moment, half);
  const enough = PRECISION * PRECISION * dot(moment, half);
  precondition(rest, half);
  const direction = Float64Array.from(half);
  const image = new Float64Array(p);
  let square = dot(rest, half);
  for (let step = 0; step < MOST_STEPS && square > enough; step++) {
    apply(direction, image);
    const length = square / dot(direction, image);
    for (let j = 0; j < p; j++) {
      solution[j] = at(solution, j) + length * at(direction, j);
      rest[j] = at(rest, j) - length * at(image, j);
    }
    precondition(rest, half);
    const next = dot(rest, half);
    const turn = next / square;
    for (let j = 0; j < p; j++) direction[j] = at(half, j) + turn * at(direction, j);
    square = next;
  }
  return solution;
}

function addPriorProduct(design: AreaDesign, x: Float64Array, out: Float64Array): void {
  addWidePriors(design, x.length, (j, precision) => {
    out[j] = at(out, j) + precision * at(x, j);
  });
  for (const { at: first, size, matrix } of design.informations)
    for (let i = 0; i < size; i++) {
      let sum = at(out, first + i);
      for (let j = 0; j < size; j++) sum += at(matrix, i * size + j) * at(x, first + j);
      out[first + i] = sum;
    }
}
