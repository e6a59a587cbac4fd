import { at, choleskyInPlace, robustDeviation, solveCholeskyInPlace } from '@verimeter/statistics';

/** By how much the consumption that one meter shows has changed from a window to a later one, as the log of the ratio. */
export interface ConsumptionChange {
  readonly lot: string;
  readonly change: number;
  /** Standard error of the change from measuring alone, without what customers change themselves. */
  readonly se: number;
  /** What changes alike: street, area, tariff. */
  readonly stratum: string;
}

/** By how much the mean error of a lot has grown beyond that of the other lots in its strata, from one window to the other; ratio. */
export interface LotContrast {
  readonly lot: string;
  /** Meters of the lot in strata that it shares with other lots. */
  readonly meters: number;
  readonly strata: number;
  readonly drift: number;
  readonly se: number;
}

/** Before any data, the drift of a lot between the windows: sd, ratio. */
const LOT_SD = 0.05;
/** Changes beyond this many standard deviations are cut there (Huber): moved house, new heating, empty flat. */
const CLIP = 1.5;
const MOST_ROUNDS = 50;
const SETTLED = 1e-9;

interface Model {
  readonly names: readonly string[];
  /** Indices of lot and stratum of each meter. */
  readonly lots: Int32Array;
  readonly strata: Int32Array;
  readonly strataCount: number;
  readonly changes: Float64Array;
  readonly variances: Float64Array;
  readonly lotSd: number;
}

/**
 * Lots against each other where there is no reference: change = stratum + lot + what the customer changed (drift-estimation.md 5). Only
 * contrasts are told: that a lot drifts against its neighbours. Which meters do, what all lots have in common, and the share beyond a limit are not
 * identifiable, and a lot that shares no stratum with another is left out. Sorted by lot. `lotSd`: what is believed of drifts between the windows before
 * any data; a large one leaves them to the data.
 */
export function lotContrasts(
  changes: readonly ConsumptionChange[],
  lotSd: number = LOT_SD,
): LotContrast[] {
  const shared = sharedStrata(changes);
  if (shared.length === 0) return [];
  const model = { ...modelOf(shared), lotSd };
  const { effects, factor, covarianceScale } = fit(model);
  return model.names.map((lot, l) => {
    const { meters, strata, weights } = neighbours(model, l);
    const solved = Float64Array.from(weights);
    solveCholeskyInPlace(factor, weights.length, solved);
    let drift = 0;
    let variance = 0;
    for (let k = 0; k < weights.length; k++) {
      drift += at(weights, k) * at(effects, k);
      variance += at(weights, k) * at(solved, k);
    }
    return { lot, meters, strata, drift, se: Math.sqrt(covarianceScale * variance) };
  });
}

/** Changes in strata that have several lots. */
function sharedStrata(changes: readonly ConsumptionChange[]): ConsumptionChange[] {
  const lots = new Map<string, Set<string>>();
  for (const { stratum, lot } of changes) {
    const known = lots.get(stratum);
    if (known === undefined) lots.set(stratum, new Set([lot]));
    else known.add(lot);
  }
  return changes.filter(({ stratum }) => (lots.get(stratum)?.size ?? 0) > 1);
}

function modelOf(changes: readonly ConsumptionChange[]): Omit<Model, 'lotSd'> {
  const names = [...new Set(changes.map(({ lot }) => lot))].toSorted();
  const places = new Map(names.map((name, k) => [name, k]));
  const strata = new Map<string, number>();
  for (const { stratum } of changes) if (!strata.has(stratum)) strata.set(stratum, strata.size);
  return {
    names,
    lots: Int32Array.from(changes, ({ lot }) => places.get(lot) ?? 0),
    strata: Int32Array.from(changes, ({ stratum }) => strata.get(stratum) ?? 0),
    strataCount: strata.size,
    changes: Float64Array.from(changes, ({ change }) => change),
    variances: Float64Array.from(changes, ({ se }) => se * se),
  };
}

/** Huber's estimate by pseudo-values: residuals are cut, what is left of them is fitted, until nothing moves. */
function fit(model: Model): {
  readonly effects: Float64Array<ArrayBuffer>;
  readonly factor: Float64Array<ArrayBuffer>;
  readonly covarianceScale: number;
} {
  const { changes, lots, variances } = model;
  const n = model.names.length;
  let effects = new Float64Array(n);
  let residuals = withoutStrata(model, changes, new Float64Array(changes.length).fill(1));
  let spread = robustDeviation(residuals);
  let factor = new Float64Array(0);
  let levels: Float64Array = new Float64Array(model.strataCount);
  let scale = 1;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const level = spread * spread + 1e-12;
    const weights = variances.map((variance) => 1 / (level + variance));
    let inside = 0;
    let squares = 0;
    const pseudo = changes.map((_, i) => {
      const sd = 1 / Math.sqrt(at(weights, i));
      const z = at(residuals, i) / sd;
      const cut = Math.min(CLIP, Math.max(-CLIP, z));
      if (cut === z) inside += 1;
      squares += cut * cut;
      return at(effects, at(lots, i)) + at(levels, at(model.strata, i)) + cut * sd;
    });
    const free = Math.max(1, changes.length - n - model.strataCount);
    scale = squares / free / (inside / changes.length) ** 2;
    const system = normalEquations(model, pseudo, weights);
    ({ factor } = system);
    const before = effects;
    ({ effects } = system);
    levels = strataLevels(model, pseudo, { weights, effects });
    residuals = changes.map(
      (change, i) => change - at(effects, at(lots, i)) - at(levels, at(model.strata, i)),
    );
    spread = Math.sqrt(
      Math.max(
        0,
        robustDeviation(residuals) ** 2 -
          variances.reduce((sum, v) => sum + v, 0) / variances.length,
      ),
    );
    if (effects.every((effect, k) => Math.abs(effect - at(before, k)) < SETTLED) && round > 2)
      break;
  }
  return { effects, factor, covarianceScale: scale };
}

/** Values less the weighted mean of their stratum. */
function withoutStrata(model: Model, values: Float64Array, weights: Float64Array): Float64Array {
  const levels = strataLevels(model, values, {
    weights,
    effects: new Float64Array(model.names.length),
  });
  return values.map((value, i) => value - at(levels, at(model.strata, i)));
}

function strataLevels(
  { strata, strataCount, lots }: Model,
  values: Float64Array,
  { weights, effects }: { readonly weights: Float64Array; readonly effects: Float64Array },
): Float64Array {
  const sums = new Float64Array(strataCount);
  const totals = new Float64Array(strataCount);
  values.forEach((value, i) => {
    const s = at(strata, i);
    sums[s] = at(sums, s) + at(weights, i) * (value - at(effects, at(lots, i)));
    totals[s] = at(totals, s) + at(weights, i);
  });
  return sums.map((sum, s) => sum / at(totals, s));
}

/** Effects of the lots, those of the strata eliminated. */
function normalEquations(
  model: Model,
  values: Float64Array,
  weights: Float64Array,
): {
  readonly effects: Float64Array<ArrayBuffer>;
  readonly factor: Float64Array<ArrayBuffer>;
} {
  const { lots, strata, strataCount } = model;
  const n = model.names.length;
  const inStratum = new Float64Array(strataCount * n);
  const totals = new Float64Array(strataCount);
  const own = withoutStrata(model, values, weights);
  const matrix = new Float64Array(n * n);
  const effects = new Float64Array(n);
  lots.forEach((l, i) => {
    const s = at(strata, i);
    const weight = at(weights, i);
    inStratum[s * n + l] = at(inStratum, s * n + l) + weight;
    totals[s] = at(totals, s) + weight;
    matrix[l * n + l] = at(matrix, l * n + l) + weight;
    effects[l] = at(effects, l) + weight * at(own, i);
  });
  for (let s = 0; s < strataCount; s++) {
    const row = inStratum.subarray(s * n, (s + 1) * n);
    for (let a = 0; a < n; a++) {
      if (at(row, a) === 0) continue;
      for (let b = 0; b < n; b++)
        matrix[a * n + b] = at(matrix, a * n + b) - (at(row, a) * at(row, b)) / at(totals, s);
    }
  }
  for (let l = 0; l < n; l++) matrix[l * n + l] = at(matrix, l * n + l) + 1 / model.lotSd ** 2;
  if (choleskyInPlace(matrix, n) === undefined)
    throw new RangeError('the normal equations of lots are not positive definite');
  solveCholeskyInPlace(matrix, n, effects);
  return { effects, factor: matrix };
}

/** The lot less the mean of the other lots in its strata, by their meters there. */
function neighbours(
  { lots, strata, names }: Model,
  lot: number,
): { readonly meters: number; readonly strata: number; readonly weights: Float64Array } {
  const own = new Set<number>();
  let meters = 0;
  lots.forEach((l, i) => {
    if (l !== lot) return;
    own.add(at(strata, i));
    meters += 1;
  });
  const weights = new Float64Array(names.length);
  let others = 0;
  lots.forEach((l, i) => {
    if (l === lot || !own.has(at(strata, i))) return;
    weights[l] = at(weights, l) - 1;
    others += 1;
  });
  for (let k = 0; k < weights.length; k++) weights[k] = at(weights, k) / others;
  weights[lot] = 1;
  return { meters, strata: own.size, weights };
}
