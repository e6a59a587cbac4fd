import { type DriftSize, learnPrevalence, type PrevalencePrior } from '../drift-sizes.ts';
import type { TwoGroupPrior } from '../error-path.ts';

/** Before any data: healthy -0.2 % with a spread of 1.2 % (drift-estimation.md 3.3); the mean of a lot is known to 1 %. */
const LOT_MEAN = -0.002;
const LOT_SD = 0.012;
const LOT_MEAN_SD = 0.01;
/** Meters that the first spread counts as. */
const LOT_SD_WEIGHT = 12;
const LEAST_LOT_SD = 0.006;
const MOST_LOT_SD = 0.025;
/** What all districts have wrong alike: the low flows that no meter sees. */
const COMMON_SD = 0.003;

/** From what no longer passes for healthy to what is a fault rather than a drift. */
const CENTRES = [0.04, 0.055, 0.075, 0.1, 0.135, 0.18, 0.25] as const;
const RELATIVE_SD = 0.17;
const GROSS = { sd: 0.3, weight: 0.15 } as const;

const FIRST: PrevalencePrior = {
  share: 0.03,
  weight: 40,
  most: 0.35,
  sizes: [
    ...CENTRES.map((centre): DriftSize => ({
      centre,
      sd: RELATIVE_SD * centre,
      weight: (1 - GROSS.weight) / CENTRES.length,
    })),
    { centre: 0, ...GROSS },
  ],
  kinds: [0.5, 0.25, 0.25],
};

export interface WaterLotPrior extends TwoGroupPrior {
  /** What is not known of the lot's mean, as a standard deviation. */
  readonly lotMeanSd: number;
}

export interface WaterPrior {
  readonly lots: ReadonlyMap<string, WaterLotPrior>;
  readonly other: WaterLotPrior;
}

export const FIRST_WATER: WaterPrior = {
  lots: new Map(),
  other: {
    drifted: FIRST.share,
    sizes: FIRST.sizes,
    kinds: FIRST.kinds,
    lotMean: LOT_MEAN,
    lotSd: LOT_SD,
    lotMeanSd: LOT_MEAN_SD,
  },
};

export function lotPriorOf(prior: WaterPrior, lot: string): WaterLotPrior {
  return prior.lots.get(lot) ?? prior.other;
}

/** What the fleet learns from one judged meter. */
export interface JudgedWaterMeter {
  readonly lot: string;
  readonly district: string;
  readonly healthy: number;
  /** Constant level of beta by the data alone. */
  readonly mean: number;
  readonly variance: number;
  readonly bayesFactors: Float64Array;
}

/**
 * Prevalence and sizes over the fleet; spread and mean per lot. A district tells the level of its meters only as well as its supply meter
 * and its leak are known (`levelSd`), which all its meters share.
 */
export function learnWater(
  meters: readonly JudgedWaterMeter[],
  levelSd: ReadonlyMap<string, number>,
): WaterPrior {
  const prevalence = learnPrevalence(
    meters.map(({ bayesFactors }) => bayesFactors),
    FIRST,
  );
  const lots = new Map<string, WaterLotPrior>();
  for (const [lot, members] of Map.groupBy(meters, (meter) => meter.lot)) {
    let mean = LOT_MEAN;
    let lotSd = LOT_SD;
    let meanSd = LOT_MEAN_SD;
    for (let round = 0; round < 4; round++) {
      ({ mean, meanSd } = lotMean(members, lotSd, levelSd));
      lotSd = spreadOf(members, mean, lotSd);
    }
    lots.set(lot, { ...prevalence, lotMean: mean, lotSd, lotMeanSd: meanSd });
  }
  return { lots, other: { ...FIRST_WATER.other, ...prevalence } };
}

function lotMean(
  members: readonly JudgedWaterMeter[],
  lotSd: number,
  levelSd: ReadonlyMap<string, number>,
): { readonly mean: number; readonly meanSd: number } {
  let information = 0;
  let shift = 0;
  for (const [district, own] of Map.groupBy(members, (meter) => meter.district)) {
    let inside = 0;
    let sum = 0;
    for (const { healthy, mean, variance } of own) {
      const weight = healthy / (variance + lotSd * lotSd);
      inside += weight;
      sum += weight * mean;
    }
    if (!(inside > 0)) continue;
    const precision = 1 / (1 / inside + (levelSd.get(district) ?? LOT_MEAN_SD) ** 2);
    information += precision;
    shift += (precision * sum) / inside;
  }
  // errors that all districts share are not averaged out by many of them
  const seen = information > 0 ? 1 / (1 / information + COMMON_SD ** 2) : 0;
  const before = 1 / LOT_MEAN_SD ** 2;
  const mean =
    (before * LOT_MEAN + (information > 0 ? (seen * shift) / information : 0)) / (before + seen);
  return { mean, meanSd: 1 / Math.sqrt(before + seen) };
}

/** Square deviations beyond what noise explains, with the first spread as so many meters more. */
function spreadOf(members: readonly JudgedWaterMeter[], centre: number, lotSd: number): number {
  let sum = LOT_SD_WEIGHT * LOT_SD * LOT_SD;
  let weights = LOT_SD_WEIGHT;
  for (const { healthy, mean, variance } of members) {
    // what the meter says of the spread, against what it would say without noise
    const share = (lotSd * lotSd) / (lotSd * lotSd + variance);
    const square = Math.min((mean - centre) ** 2, 9 * (lotSd * lotSd + variance));
    const weight = healthy * share;
    sum += weight * (share * share * square + share * variance);
    weights += weight;
  }
  return Math.min(MOST_LOT_SD, Math.max(LEAST_LOT_SD, Math.sqrt(sum / weights)));
}

/** Prior mean of a meter whose small flows cost it a share of its volume. */
export function homePrior(prior: WaterLotPrior, lowFlowShare: number): WaterLotPrior {
  return lowFlowShare === 0 ? prior : { ...prior, lotMean: prior.lotMean - lowFlowShare };
}

export function levelSdOf(supplySd: number, lossShare: number): number {
  return Math.hypot(supplySd, 0.02 * lossShare, COMMON_SD);
}
