import { at, choleskyInPlace, mean, solveCholeskyInPlace } from '@verimeter/statistics';
import { FIRST_PREVALENCE, learnPrevalence } from './drift-sizes.ts';
import type { TwoGroupPrior } from './error-path.ts';
import { FIRST_LOT_SD, learnSpread, type SeenLevel } from './healthy-spread.ts';

/** Before any data: mean of a lot 0 +- 0.5 %, and 0.3 % that all lots share: they were adjusted on similar benches. */
const LOT_MEAN_SD = 0.005;
const ALL_LOTS_SD = 0.003;

export interface LotPrior extends TwoGroupPrior {
  /** What is not known of the lot's mean, as a standard deviation. */
  readonly lotMeanSd: number;
}

/** What the fleet has taught of its lots. */
export interface FleetPrior {
  /** Sorted. */
  readonly names: readonly string[];
  readonly lots: ReadonlyMap<string, LotPrior>;
  /** Factor on the stated bias of the betas of each area, by group. */
  readonly biasScales: ReadonlyMap<string, number>;
  /** Covariance of the means of the lots, names x names. */
  readonly covariance: Float64Array;
  /** Areas that it was learned from. */
  readonly areas: number;
}

/** What the fleet learns from one judged meter. */
export interface JudgedMeter extends SeenLevel {
  /** Log Bayes factor of each kind and size of a drift; none where others teach prevalence and sizes. */
  readonly bayesFactors?: Float64Array | Float32Array | undefined;
}

/** What one area says of the means of the lots it has, everything else in it integrated out. */
export interface LotEvidence {
  readonly area: string;
  readonly lots: readonly string[];
  /** Whether voltages tell the area's loss; without, areas are wrong in the same direction. */
  readonly lossSeen: boolean;
  /** Expected loss over all consumption; 0 where it is known from elsewhere. */
  readonly lossShare: number;
  /** lots x lots, both triangles. */
  readonly information: Float64Array;
  readonly moment: Float64Array;
}

export const NO_FLEET: FleetPrior = {
  names: [],
  lots: new Map(),
  biasScales: new Map(),
  covariance: new Float64Array(0),
  areas: 0,
};

export function initialPrior(): LotPrior {
  return {
    ...FIRST_PREVALENCE,
    lotMean: 0,
    lotSd: FIRST_LOT_SD,
    lotMeanSd: Math.hypot(LOT_MEAN_SD, ALL_LOTS_SD),
  };
}

export function priorOf(fleet: FleetPrior, lot: string): LotPrior {
  return fleet.lots.get(lot) ?? initialPrior();
}

/**
 * Prevalence over the fleet, spread per lot, and the means of all lots together: an area compares its lots with each other sharply, but
 * their common level only through its supply meter, whose error is shared by all of them (the gauge, drift-estimation.md 1.2). The
 * information of all areas therefore adds up as matrices.
 */
export function learnPriors(
  meters: readonly JudgedMeter[],
  areas: readonly LotEvidence[],
): FleetPrior {
  const prevalence = learnPrevalence(meters.flatMap(({ bayesFactors }) => bayesFactors ?? []));
  const { lotSd, biasScale } = learnSpread(meters);
  const names = [
    ...new Set([...meters.map(({ lot }) => lot), ...areas.flatMap(({ lots }) => lots)]),
  ].toSorted();
  const { means, covariance } = lotMeans(names, areas, biasScale);
  const lots = new Map(
    names.map((name, k): [string, LotPrior] => [
      name,
      {
        ...prevalence,
        lotMean: at(means, k),
        lotSd: lotSd.get(name) ?? FIRST_LOT_SD,
        lotMeanSd: Math.sqrt(at(covariance, k * names.length + k)),
      },
    ]),
  );
  return { names, lots, biasScales: biasScale, covariance, areas: areas.length };
}

/**
 * What areas without voltages have wrong alike: their loss has the shape of the square of the load by assumption, not by measurement.
 * It shifts all of them, and single-phase customers other than three-phase ones.
 */
const UNSEEN: AlikeErrors = { level: 0.005, lot: 0.005 };
/**
 * What areas with voltages have wrong alike, as a share of their loss and for a factor on the bias of 1: slopes from voltages of
 * one make are all too flat or too steep. From simulated fleets less the mean error of their supplies: 0.03 to 0.05 % with interval means
 * (factor 0.55), 0.17 % with sampled voltages (1.2) and with poor ones (0.8).
 */
const SEEN_LEVEL_SHARE = 0.075;
/** Between lots, over the level. */
const SEEN_LOT_PART = 0.2;

interface AlikeErrors {
  /** sd of an error of all meters, and of one of each lot; ratios. */
  readonly level: number;
  readonly lot: number;
}

function lotMeans(
  names: readonly string[],
  areas: readonly LotEvidence[],
  biasScale: ReadonlyMap<string, number>,
): { means: Float64Array; covariance: Float64Array } {
  const n = names.length;
  const precision = lotMeanPrecision(n);
  const means = new Float64Array(n);
  for (const lossSeen of [true, false]) {
    const alike = areas.filter((area) => area.lossSeen === lossSeen);
    if (alike.length === 0) continue;
    const part = withAlikeErrors(
      sumOf(names, alike),
      n,
      lossSeen ? seenErrors(alike, biasScale) : UNSEEN,
    );
    for (let k = 0; k < precision.length; k++)
      precision[k] = at(precision, k) + at(part.information, k);
    for (let k = 0; k < n; k++) means[k] = at(means, k) + at(part.moment, k);
  }
  const covariance = inverse(precision, n, means);
  return { means, covariance };
}

function seenErrors(
  areas: readonly LotEvidence[],
  biasScale: ReadonlyMap<string, number>,
): AlikeErrors {
  const level =
    SEEN_LEVEL_SHARE *
    mean(areas.map(({ lossShare, area }) => lossShare * (biasScale.get(area) ?? 1)));
  return { level, lot: SEEN_LOT_PART * level };
}

/** Precision of `n` means before any data. */
function lotMeanPrecision(n: number): Float64Array {
  return commonPrecision(n, LOT_MEAN_SD, ALL_LOTS_SD);
}

/** Inverse of own^2 I + common^2 11' (Sherman and Morrison). */
function commonPrecision(n: number, own: number, common: number): Float64Array {
  const each = 1 / (own * own);
  const shared = (each * each) / (1 / (common * common) + n * each);
  return Float64Array.from({ length: n * n }, (_, k) => (k % (n + 1) === 0 ? each : 0) - shared);
}

interface Information {
  /** names x names. */
  readonly information: Float64Array;
  readonly moment: Float64Array;
}

function sumOf(names: readonly string[], areas: readonly LotEvidence[]): Information {
  const n = names.length;
  const indexOf = new Map(names.map((name, k) => [name, k]));
  const sum = new Float64Array(n * n);
  const total = new Float64Array(n);
  for (const { lots, information, moment } of areas)
    lots.forEach((lot, a) => {
      const i = indexOf.get(lot) ?? 0;
      total[i] = at(total, i) + at(moment, a);
      lots.forEach((other, b) => {
        const k = i * n + (indexOf.get(other) ?? 0);
        sum[k] = at(sum, k) + at(information, a * lots.length + b);
      });
    });
  return { information: sum, moment: total };
}

/** The same where what it says of the means is wrong by errors S that no number of areas averages out: (J^-1 + S)^-1. */
function withAlikeErrors(said: Information, n: number, errors: AlikeErrors): Information {
  if (errors.level === 0) return said;
  const { information, moment } = said;
  const precision = commonPrecision(n, errors.lot, errors.level);
  const solved = Float64Array.from(moment);
  const covariance = inverse(
    precision.map((value, k) => value + at(information, k)),
    n,
    solved,
  );
  const half = product(precision, covariance, n);
  const lost = product(half, precision, n);
  return {
    information: precision.map((value, k) => value - at(lost, k)),
    moment: Float64Array.from({ length: n }, (_, i) => {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += at(precision, i * n + j) * at(solved, j);
      return sum;
    }),
  };
}

function product(a: Float64Array, b: Float64Array, n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, k) => {
    const row = Math.floor(k / n) * n;
    let sum = 0;
    for (let m = 0; m < n; m++) sum += at(a, row + m) * at(b, m * n + (k % n));
    return sum;
  });
}

/** Inverse of a symmetric positive definite matrix; solves for `b` in place on the way. */
function inverse(matrix: Float64Array, n: number, b?: Float64Array): Float64Array {
  const factor = Float64Array.from(matrix);
  if (choleskyInPlace(factor, n) === undefined)
    throw new RangeError('the information about the lots of a fleet is not positive definite');
  if (b !== undefined) solveCholeskyInPlace(factor, n, b);
  const out = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    const unit = out.subarray(k * n, (k + 1) * n);
    unit[k] = 1;
    solveCholeskyInPlace(factor, n, unit);
  }
  return out;
}

/** What the fleet knows of the part that the means of all lots share: a lot that it has not seen has no more of it. */
function commonToAll({ names, covariance }: FleetPrior): {
  readonly variance: number;
  /** Covariance with the mean of each lot. */
  readonly withLot: Float64Array;
} {
  const n = names.length;
  const own = 1 / (LOT_MEAN_SD * LOT_MEAN_SD);
  const left = 1 / (1 / (ALL_LOTS_SD * ALL_LOTS_SD) + n * own);
  // given the means it is their sum times `share`, give or take `left`
  const share = left * own;
  const withLot = Float64Array.from({ length: n }, (_, j) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += at(covariance, i * n + j);
    return share * sum;
  });
  return { variance: left + share * withLot.reduce((sum, value) => sum + value, 0), withLot };
}

/**
 * Information about the means of an area's lots that does not come from the area itself: what the fleet knows, less an equal share of
 * what it has learned.
 */
export function lotPrecision(fleet: FleetPrior, lots: readonly string[]): Float64Array {
  const n = lots.length;
  const covariance = new Float64Array(n * n);
  const indexOf = new Map(fleet.names.map((name, k) => [name, k]));
  const common = commonToAll(fleet);
  lots.forEach((lot, a) => {
    const i = indexOf.get(lot);
    lots.forEach((other, b) => {
      const j = indexOf.get(other);
      const known = i ?? j;
      covariance[a * n + b] =
        i !== undefined && j !== undefined
          ? at(fleet.covariance, i * fleet.names.length + j)
          : known === undefined
            ? common.variance + (a === b ? LOT_MEAN_SD * LOT_MEAN_SD : 0)
            : at(common.withLot, known);
    });
  });
  const before = lotMeanPrecision(n);
  const others = fleet.areas > 0 ? (fleet.areas - 1) / fleet.areas : 0;
  const learned = inverse(covariance, n);
  return learned.map((value, k) => {
    const start = at(before, k);
    return start + others * (value - start);
  });
}
