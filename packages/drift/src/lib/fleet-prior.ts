import { at, choleskyInPlace, solveCholeskyInPlace } from '@verimeter/statistics';
import type { TwoGroupPrior } from './error-path.ts';

/** Weak knowledge before any data: prevalence 2 % worth 50 meters, lot mean 0 +- 0.5 %, spread 0.3 % worth 20 meters. */
const PREVALENCE = { share: 0.02, weight: 50, most: 0.3 } as const;
const LOT_MEAN_SD = 0.005;
const LOT_SD = { sd: 0.003, weight: 20 } as const;
const LOT_SD_RANGE = [0.0015, 0.008] as const;

export interface LotPrior extends TwoGroupPrior {
  /** What is not known of the lot's mean, as a standard deviation. */
  readonly lotMeanSd: number;
}

/** What the fleet has taught of its lots. */
export interface FleetPrior {
  /** Sorted. */
  readonly names: readonly string[];
  readonly lots: ReadonlyMap<string, LotPrior>;
  /** Covariance of the means of the lots, names x names. */
  readonly covariance: Float64Array;
  /** Areas that it was learned from. */
  readonly areas: number;
}

/** What the fleet learns from one judged meter: its beta less the mean of its lot, taken as healthy. */
export interface JudgedMeter {
  readonly lot: string;
  readonly probabilityDrifted: number;
  readonly deviation: number;
  readonly deviationVariance: number;
}

/** What one area says of the means of the lots it has, everything else in it integrated out. */
export interface LotEvidence {
  readonly lots: readonly string[];
  /** lots x lots, both triangles. */
  readonly information: Float64Array;
  readonly moment: Float64Array;
}

export const NO_FLEET: FleetPrior = {
  names: [],
  lots: new Map(),
  covariance: new Float64Array(0),
  areas: 0,
};

export function initialPrior(): LotPrior {
  return {
    drifted: PREVALENCE.share,
    lotMean: 0,
    lotSd: LOT_SD.sd,
    lotMeanSd: LOT_MEAN_SD,
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
  let drifted = PREVALENCE.share * PREVALENCE.weight;
  for (const meter of meters) drifted += meter.probabilityDrifted;
  const prevalence = Math.min(PREVALENCE.most, drifted / (meters.length + PREVALENCE.weight));
  const names = [
    ...new Set([...meters.map(({ lot }) => lot), ...areas.flatMap(({ lots }) => lots)]),
  ].toSorted();
  const { means, covariance } = lotMeans(names, areas);
  const spread = names.map(() => ({
    weight: LOT_SD.weight as number,
    squares: LOT_SD.weight * LOT_SD.sd * LOT_SD.sd,
  }));
  const indexOf = new Map(names.map((name, k) => [name, k]));
  for (const { lot, probabilityDrifted, deviation, deviationVariance } of meters) {
    const own = spread[indexOf.get(lot) ?? -1];
    if (own === undefined) continue;
    const healthy = 1 - probabilityDrifted;
    own.weight += healthy;
    own.squares += healthy * (deviationVariance + deviation * deviation);
  }
  const lots = new Map(
    names.map((name, k): [string, LotPrior] => {
      const { weight, squares } = spread[k] ?? { weight: 1, squares: LOT_SD.sd ** 2 };
      const sd = Math.sqrt(squares / weight);
      return [
        name,
        {
          drifted: prevalence,
          lotMean: at(means, k),
          lotSd: Math.min(LOT_SD_RANGE[1], Math.max(LOT_SD_RANGE[0], sd)),
          lotMeanSd: Math.sqrt(at(covariance, k * names.length + k)),
        },
      ];
    }),
  );
  return { names, lots, covariance, areas: areas.length };
}

function lotMeans(
  names: readonly string[],
  areas: readonly LotEvidence[],
): { means: Float64Array; covariance: Float64Array } {
  const n = names.length;
  const indexOf = new Map(names.map((name, k) => [name, k]));
  const precision = new Float64Array(n * n);
  const means = new Float64Array(n);
  for (let k = 0; k < n; k++) precision[k * n + k] = 1 / (LOT_MEAN_SD * LOT_MEAN_SD);
  for (const { lots, information, moment } of areas)
    lots.forEach((lot, a) => {
      const i = indexOf.get(lot) ?? 0;
      means[i] = at(means, i) + at(moment, a);
      lots.forEach((other, b) => {
        const k = i * n + (indexOf.get(other) ?? 0);
        precision[k] = at(precision, k) + at(information, a * lots.length + b);
      });
    });
  const covariance = inverse(precision, n, means);
  return { means, covariance };
}

/** Inverse of a symmetric positive definite matrix; solves for `b` in place on the way. */
export function inverse(matrix: Float64Array, n: number, b?: Float64Array): Float64Array {
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

/**
 * Information about the means of an area's lots that does not come from the area itself: what the fleet knows, less an equal share of
 * what it has learned.
 */
export function lotPrecision(fleet: FleetPrior, lots: readonly string[]): Float64Array {
  const n = lots.length;
  const covariance = new Float64Array(n * n);
  const before = 1 / (LOT_MEAN_SD * LOT_MEAN_SD);
  const indexOf = new Map(fleet.names.map((name, k) => [name, k]));
  lots.forEach((lot, a) => {
    const i = indexOf.get(lot);
    lots.forEach((other, b) => {
      const j = indexOf.get(other);
      covariance[a * n + b] =
        i === undefined || j === undefined
          ? a === b
            ? LOT_MEAN_SD * LOT_MEAN_SD
            : 0
          : at(fleet.covariance, i * fleet.names.length + j);
    });
  });
  const others = fleet.areas > 0 ? (fleet.areas - 1) / fleet.areas : 0;
  const learned = inverse(covariance, n);
  return learned.map((value, k) => {
    const start = k % (n + 1) === 0 ? before : 0;
    return start + others * (value - start);
  });
}
