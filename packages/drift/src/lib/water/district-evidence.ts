import {
  addCombination,
  addGram,
  at,
  dotColumns,
  fitAutoregression,
  innovations,
  mean,
} from '@verimeter/statistics';
import { type AreaSums, MAX_BLOCKS, sumBlocks } from '../area-evidence.ts';
import { wideModel } from '../wide-model.ts';
import { type DistrictDesign, type DistrictFacts, designDistrict } from './district-design.ts';
import type { DistrictIntervals } from './district-intervals.ts';
import {
  disturbances,
  filterInto,
  filterTransposedInto,
  type LeakFilter,
  leakFilter,
} from './leak-filter.ts';
import {
  type DistrictNoise,
  findUnrest,
  fitDistrictNoise,
  leakModel,
  quietTimes,
  type Unrest,
} from './leak-noise.ts';

/** Prior sd of each beta while the noise is described: wide, so that a drifted meter does not end up in the noise. */
export const WIDE_SD = 0.15;
/** sd of the size of a drift that is taken to be there while its neighbours are judged. */
const SLAB_SD = 0.2;
const ROUNDS = 5;
/** Orders of the autoregression that is left to the standardised innovations. */
const AR_ORDER = 4;
/** Innovations beyond this many standard deviations are weighted down (drift-estimation.md 3.3). */
const HUBER = 3;

/** Sufficient statistics of a district's whitened balance, additive over blocks of days. */
export interface DistrictEvidence extends AreaSums {
  readonly design: DistrictDesign;
  readonly noise: DistrictNoise;
  readonly unrest: Unrest;
  /** What the leak does beside its level, in standard deviations of what leaks do: the furthest of its coefficients. */
  readonly leakStrain: number;
  /** Error that all homes have on average by the wide fit, weighted by volume, as beta. */
  readonly commonBeta: number;
  /** Litres per hour at usual pressure that leave the pipes beside what meters count. */
  readonly leak: Float64Array;
}

/** The same with the series themselves: what other meters are compared with. */
export interface WhitenedDistrict extends DistrictEvidence {
  readonly whiten: (series: Float64Array) => Float64Array;
  /** The transposed whitening: a whitened series times what this makes of the residual is its product with the residual. */
  readonly transposed: (series: Float64Array) => Float64Array;
  readonly whitened: readonly Float64Array[];
  /** Whitened balance less the wide fit. */
  readonly residual: Float64Array;
}

export function gatherDistrict(
  district: DistrictIntervals,
  known: DistrictFacts,
): WhitenedDistrict {
  let design = designDistrict(district, known);
  const { count } = design.intervals;
  const p = design.columns.length;
  const whitened = design.columns.map(() => new Float64Array(count));
  const target = new Float64Array(count);
  let unrest = quietTimes(count);
  let rest = design.balance.slice();
  let noise = fitDistrictNoise(rest, design.shape, unrest);
  let level: Float64Array = new Float64Array(count);
  for (let round = 0; round < ROUNDS; round++) {
    const filter = leakFilter(leakModel(noise, design.shape, unrest));
    design.columns.forEach((column, j) => filterInto(whitened[j] as Float64Array, filter, column));
    filterInto(target, filter, design.balance);
    rest = design.balance.slice();
    addCombination(
      rest,
      design.columns,
      wideCoefficients(design, whitened, target).map((value) => -value),
    );
    const found = findUnrest(noise, design.shape, unrest, rest);
    ({ level } = found.seen);
    unrest = { single: found.single, jump: found.jump };
    noise = fitDistrictNoise(rest, design.shape, unrest, noise);
    // the columns of what depends on the leak follow its level once that is known
    if (round === 1) design = designDistrict(district, known, positive(level));
  }
  const model = leakModel(noise, design.shape, unrest);
  const filter = leakFilter(model);
  const z = new Float64Array(count);
  filterInto(z, filter, rest);
  const { whitening, transposed } = finish(z, filter);
  design.columns.forEach((column, j) => whitening(whitened[j] as Float64Array, column));
  whitening(target, design.balance);
  const daysPerBlock = Math.max(1, Math.ceil(design.intervals.days / MAX_BLOCKS));
  const blocks = Math.max(1, Math.ceil(design.intervals.days / daysPerBlock));
  const sums = sumBlocks(design, { whitened, target }, { blocks, daysPerBlock });
  const residual = target.slice();
  const { coefficients } = wideModel(design, sums.gram, sums.moment, WIDE_SD);
  addCombination(
    residual,
    whitened,
    coefficients.map((value) => -value),
  );
  return {
    design,
    p,
    blocks,
    daysPerBlock,
    days: design.intervals.days,
    slabSd: SLAB_SD,
    ...sums,
    noise,
    unrest,
    leakStrain: strainOf(design, coefficients),
    commonBeta: commonOf(design, coefficients),
    leak: disturbances(model, rest).level,
    whiten: (series) => {
      const out = new Float64Array(series.length);
      whitening(out, series);
      return out;
    },
    transposed,
    whitened,
    residual,
  };
}

/** What is kept of a district once nothing more is compared with it: the series are most of its memory. */
export function withoutSeries({
  whiten: _whiten,
  transposed: _transposed,
  whitened: _whitened,
  residual: _residual,
  design,
  ...kept
}: WhitenedDistrict): DistrictEvidence {
  const none = new Float64Array();
  const district = { ...design.district, lowHours: design.district.lowHours.map(() => none) };
  // whoever judges asks how many columns there are, and for their products
  return { ...kept, design: { ...design, district, columns: design.columns.map(() => none) } };
}

function strainOf(
  { leakColumns, priorMean, priorSd }: DistrictDesign,
  coefficients: Float64Array,
): number {
  return Math.max(
    ...leakColumns.map((j) => Math.abs(at(coefficients, j) - at(priorMean, j)) / at(priorSd, j)),
  );
}

function commonOf({ n, columns }: DistrictDesign, coefficients: Float64Array): number {
  let volume = 0;
  let wrong = 0;
  for (let i = 0; i < n; i++) {
    // the column of a home is less its volume
    const own = -mean(columns[i] as Float64Array);
    volume += own;
    wrong += own * at(coefficients, i);
  }
  return wrong / Math.max(volume, 1e-9);
}

function positive(level: Float64Array): Float64Array {
  const usual = Math.max(0, mean(level));
  return level.map((value) => Math.min(4 * usual, Math.max(0.1 * usual, value)));
}

function wideCoefficients(
  design: DistrictDesign,
  whitened: readonly Float64Array[],
  target: Float64Array,
): Float64Array {
  const p = whitened.length;
  const gram = new Float64Array(p * p);
  const moment = new Float64Array(p);
  addGram(gram, whitened, 0, target.length);
  dotColumns(moment, whitened, target, { from: 0, to: target.length });
  return wideModel(design, gram, moment, WIDE_SD).coefficients;
}

/** What the filter leaves is whitened by an autoregression, and what still stands out weighted down. */
function finish(
  z: Float64Array,
  filter: LeakFilter,
): {
  readonly whitening: (out: Float64Array, series: Float64Array) => void;
  readonly transposed: (series: Float64Array) => Float64Array;
} {
  const { coefficients } = fitAutoregression(
    z.map((value) => Math.max(-HUBER, Math.min(HUBER, value))),
    AR_ORDER,
  );
  const white = new Float64Array(z.length);
  innovations(z, coefficients, white);
  const weight = white.map((value) =>
    Math.abs(value) > HUBER ? Math.sqrt(HUBER / Math.abs(value)) : 1,
  );
  let sum = 0;
  for (let t = 0; t < z.length; t++) sum += (at(white, t) * at(weight, t)) ** 2;
  const scale = Math.sqrt(z.length / Math.max(sum, 1e-300));
  for (let t = 0; t < z.length; t++) weight[t] = at(weight, t) * scale;
  const filtered = new Float64Array(z.length);
  return {
    whitening: (out, series) => {
      filterInto(filtered, filter, series);
      innovations(filtered, coefficients, out);
      for (let t = 0; t < out.length; t++) out[t] = (out[t] as number) * (weight[t] as number);
    },
    transposed: (series) => {
      // the innovations of the reversed series are those of the transposed autoregression
      const reversed = series.map((value, t) => value * (weight[t] as number)).toReversed();
      const out = new Float64Array(series.length);
      innovations(reversed, coefficients, out);
      out.reverse();
      filterTransposedInto(out, filter, out);
      return out;
    },
  };
}
