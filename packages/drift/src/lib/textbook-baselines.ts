import {
  addGram,
  at,
  choleskyInPlace,
  dotRange,
  mean,
  solveCholeskyInPlace,
} from '@verimeter/statistics';
import { formIntervals } from './area-intervals.ts';
import type { AreaInput, FleetInput } from './fleet-types.ts';
import { errorOfBeta } from './health-decision.ts';

/** Prior sds of beta that the ridge chooses among, ratios. */
const RIDGE_SDS = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.3, 1] as const;
/** Contiguous parts of the window for cross-validation. */
const FOLDS = 5;

/**
 * The balance of an area as a regression: columns -r_1 … -r_n, R^2 over its mean, 1, and the right side s - R with R = sum r_i.
 * The loss goes with R^2: with a term lambda s, beta_i = lambda = 1 would fit any area without remainder.
 */
export interface BalanceRegression {
  readonly deviceIds: readonly string[];
  readonly columns: readonly Float64Array[];
  readonly balance: Float64Array;
  readonly count: number;
}

export interface TextbookEstimate {
  readonly deviceId: string;
  /** e by ordinary least squares with one loss coefficient and a constant. */
  readonly leastSquares: number;
  /** The same with a ridge on the meters' coefficients, its strength by cross-validation. */
  readonly ridge: number;
}

/**
 * What the usual estimators say of an area: s - R = -sum beta_i r_i + lambda R^2 + c (drift-estimation.md 2.2). They know
 * nothing of the position of a loss, and no gate is asked; for comparison only.
 */
export function textbookEstimates(input: FleetInput, area: AreaInput): TextbookEstimate[] {
  const { deviceIds, columns, balance, count } = balanceRegression(input, area);
  const n = deviceIds.length;
  const folds = foldSums(columns, balance);
  const whole = folds.reduce(plus);
  const plain = solveRidge(whole, n, 0);
  const variance = squaredError(whole, plain) / Math.max(1, count - columns.length);
  let best = { sd: RIDGE_SDS[0] as number, loss: Infinity };
  for (const sd of RIDGE_SDS) {
    let loss = 0;
    for (const fold of folds)
      loss += squaredError(fold, solveRidge(minus(whole, fold), n, variance / (sd * sd)));
    if (loss < best.loss) best = { sd, loss };
  }
  const ridge = solveRidge(whole, n, variance / (best.sd * best.sd));
  return deviceIds.map((deviceId, i) => ({
    deviceId,
    leastSquares: errorOfBeta(at(plain, i)),
    ridge: errorOfBeta(at(ridge, i)),
  }));
}

export function balanceRegression(input: FleetInput, area: AreaInput): BalanceRegression {
  const { consumers, supply, count } = formIntervals(input, area, new Set(), []);
  const total = new Float64Array(count);
  for (const { energy } of consumers)
    for (let t = 0; t < count; t++) total[t] = at(total, t) + at(energy, t);
  const usual = mean(total) || 1;
  return {
    deviceIds: consumers.map(({ meter }) => input.meters[meter]?.deviceId ?? ''),
    columns: [
      ...consumers.map((consumer) => consumer.energy.map((energy) => -energy)),
      total.map((value) => (value * value) / usual),
      new Float64Array(count).fill(1),
    ],
    balance: supply.map((value, t) => value - at(total, t)),
    count,
  };
}

/** The sums of contiguous parts of the window, for cross-validation. */
export function foldSums(columns: readonly Float64Array[], balance: Float64Array): Sums[] {
  const count = balance.length;
  return Array.from({ length: FOLDS }, (_, k) =>
    sums(columns, balance, Math.floor((k * count) / FOLDS), Math.floor(((k + 1) * count) / FOLDS)),
  );
}

/** X'X (both triangles), X'y and y'y. */
export interface Sums {
  readonly gram: Float64Array;
  readonly moment: Float64Array;
  readonly square: number;
}

function sums(columns: readonly Float64Array[], y: Float64Array, from: number, to: number): Sums {
  const p = columns.length;
  const gram = new Float64Array(p * p);
  addGram(gram, columns, from, to);
  for (let i = 0; i < p; i++) for (let j = 0; j < i; j++) gram[j * p + i] = at(gram, i * p + j);
  return {
    gram,
    moment: Float64Array.from(columns, (column) => dotRange(column, y, from, to)),
    square: dotRange(y, y, from, to),
  };
}

function combine(a: Sums, b: Sums, sign: 1 | -1): Sums {
  return {
    gram: a.gram.map((value, k) => value + sign * at(b.gram, k)),
    moment: a.moment.map((value, k) => value + sign * at(b.moment, k)),
    square: a.square + sign * b.square,
  };
}
export const plus = (a: Sums, b: Sums): Sums => combine(a, b, 1);
export const minus = (a: Sums, b: Sums): Sums => combine(a, b, -1);

/** Coefficients with `penalty` on the first n; a hair on the diagonal keeps meters without load defined. */
function solveRidge({ gram, moment }: Sums, n: number, penalty: number): Float64Array {
  const p = moment.length;
  const a = Float64Array.from(gram);
  for (let j = 0; j < p; j++)
    a[j * p + j] = at(a, j * p + j) * (1 + 1e-9) + 1e-9 + (j < n ? penalty : 0);
  const b = Float64Array.from(moment);
  if (choleskyInPlace(a, p) === undefined)
    throw new RangeError('the loads of an area are not independent');
  solveCholeskyInPlace(a, p, b);
  return b;
}

export function squaredError({ gram, moment, square }: Sums, b: Float64Array): number {
  const p = b.length;
  let sum = square;
  for (let i = 0; i < p; i++) {
    let row = 0;
    for (let j = 0; j < p; j++) row += at(gram, i * p + j) * at(b, j);
    sum += at(b, i) * (row - 2 * at(moment, i));
  }
  return sum;
}
