import {
  addGram,
  at,
  choleskyInPlace,
  dotRange,
  solveCholeskyInPlace,
} from '@verimeter/statistics';

/** Ridge of the regression as a share of each feature's own sum of squares: keeps twin voltages apart. */
const RIDGE = 1e-5;
/** Fewer rows per feature than this say nothing. */
const MIN_ROWS_PER_FEATURE = 3;

/** Load behind a stopped meter at the rows of the voltages, told from every voltage and every other load of the area. */
export interface GhostLoad {
  /** kW; what was measured before the stop, the prediction after it. */
  readonly power: Float64Array;
  /** Variance of the prediction, kW^2; zero where it was measured. */
  readonly variance: Float64Array;
  /** Residual variance of the regression times what its autocorrelation adds to that of a mean, kW^2. */
  readonly slowVariance: number;
}

/** NaN marks a missing value of a feature; the target is known on rows 0..training-1 without missing features. */
export interface GhostRows {
  readonly features: readonly Float64Array[];
  /** kW */
  readonly target: Float64Array;
  readonly training: number;
  /** 1 where the target is measured. */
  readonly measured: Uint8Array;
}

/**
 * Regression of the load on all voltages and other loads while the meter still ran, applied after it stopped. The voltages
 * of neighbours take out what the loads of others do to its own voltage, which one drop and its slopes cannot: the
 * error falls from 140-360 W to 40-60 W (docs/decisions/0080-load-behind-a-stopped-meter.md). Undefined with too few rows.
 */
export function predictGhost(rows: GhostRows): GhostLoad | undefined {
  const { features, target, training, measured } = rows;
  const count = features.length;
  if (training < MIN_ROWS_PER_FEATURE * count) return undefined;
  const centre = features.map((series) => headMean(series, training));
  const centred = features.map((series, j) => series.map((value) => value - at(centre, j)));
  const usual = headMean(target, training);
  const y = target.map((value) => value - usual);
  const gram = new Float64Array(count * count);
  addGram(gram, centred, 0, training);
  for (let j = 0; j < count; j++) {
    const diagonal = at(gram, j * count + j);
    gram[j * count + j] = diagonal * (1 + RIDGE) + 1e-9;
  }
  const moment = Float64Array.from(centred, (series) => dotRange(series, y, 0, training));
  const squares = dotRange(y, y, 0, training);
  const models = new Map<string, Model>();
  const power = new Float64Array(target.length);
  const variance = new Float64Array(target.length);
  const whole = solve({ gram, moment, squares, training }, [...features.keys()]);
  // A load that never changed cannot be told from anything.
  if (!(whole.residualVariance > 0)) return undefined;
  // The errors of neighbouring intervals are alike: what matters for a mean counts as noise of each.
  const slow = slowness(centred, y.subarray(0, training), whole);
  for (let t = 0; t < target.length; t++) {
    if (measured[t] === 1) {
      power[t] = at(target, t);
      continue;
    }
    const key = missingAt(features, t);
    const model =
      key === ''
        ? whole
        : (models.get(key) ?? solve({ gram, moment, squares, training }, presentAt(features, t)));
    models.set(key, model);
    let sum = usual;
    for (let k = 0; k < model.present.length; k++) {
      const j = model.present[k] as number;
      sum += at(model.coefficients, k) * at(centred[j] as Float64Array, t);
    }
    power[t] = sum;
    variance[t] = slow * model.residualVariance * (1 + count / training);
  }
  return { power, variance, slowVariance: slow * whole.residualVariance };
}

/** (1 + rho) / (1 - rho) of the regression's residuals: variance of a mean of AR(1) noise over that of white noise. */
function slowness(centred: readonly Float64Array[], y: Float64Array, model: Model): number {
  const { present, coefficients } = model;
  let square = 0;
  let product = 0;
  let before = 0;
  for (let t = 0; t < y.length; t++) {
    let rest = at(y, t);
    for (let k = 0; k < present.length; k++)
      rest -= at(coefficients, k) * at(centred[present[k] as number] as Float64Array, t);
    square += rest * rest;
    product += rest * before;
    before = rest;
  }
  const rho = square > 0 ? Math.min(0.8, Math.max(0, product / square)) : 0;
  return (1 + rho) / (1 - rho);
}

interface Model {
  readonly present: readonly number[];
  readonly coefficients: Float64Array;
  readonly residualVariance: number;
}

/** The regression on some of the features, from the sums over all of them. */
function solve(
  sums: { gram: Float64Array; moment: Float64Array; squares: number; training: number },
  present: readonly number[],
): Model {
  const all = sums.moment.length;
  const n = present.length;
  const a = new Float64Array(n * n);
  const b = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const row = (present[i] as number) * all;
    b[i] = at(sums.moment, present[i] as number);
    for (let j = 0; j <= i; j++) a[i * n + j] = at(sums.gram, row + (present[j] as number));
  }
  if (choleskyInPlace(a, n) === undefined)
    return { present: [], coefficients: b, residualVariance: sums.squares / sums.training };
  const coefficients = Float64Array.from(b);
  solveCholeskyInPlace(a, n, coefficients);
  let squares = sums.squares;
  for (let i = 0; i < n; i++) squares -= at(coefficients, i) * at(b, i);
  const freedom = Math.max(1, sums.training - n - 1);
  return { present, coefficients, residualVariance: Math.max(0, squares) / freedom };
}

function headMean(series: Float64Array, training: number): number {
  let sum = 0;
  for (let t = 0; t < training; t++) sum += at(series, t);
  return sum / training;
}

function missingAt(features: readonly Float64Array[], t: number): string {
  const missing: number[] = [];
  features.forEach((series, j) => {
    if (!Number.isFinite(series[t])) missing.push(j);
  });
  return missing.join(',');
}

function presentAt(features: readonly Float64Array[], t: number): number[] {
  return [...features.keys()].filter((j) => Number.isFinite((features[j] as Float64Array)[t]));
}
