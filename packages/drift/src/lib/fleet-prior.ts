import type { PathPosterior, TwoGroupPrior } from './error-path.ts';

/** Weak knowledge before any data: prevalence 2 % worth 50 meters, lot mean 0 +- 0.2 %, spread 0.3 % worth 20 meters. */
const PREVALENCE = { share: 0.02, weight: 50 } as const;
const LOT_MEAN_SD = 0.002;
const LOT_SD = { sd: 0.003, weight: 20 } as const;
const LOT_SD_RANGE = [0.0015, 0.008] as const;

export interface LotPrior extends TwoGroupPrior {
  readonly lotMeanSd: number;
}

/** What the fleet learns from one judged meter. */
export interface JudgedMeter extends Pick<
  PathPosterior,
  'probabilityDrifted' | 'healthyMean' | 'healthyVariance'
> {
  readonly lot: string;
}

export function initialPrior(): LotPrior {
  return {
    drifted: PREVALENCE.share,
    lotMean: 0,
    lotSd: LOT_SD.sd,
    lotMeanSd: LOT_MEAN_SD,
  };
}

/** One EM step: prevalence over the fleet, mean and spread per lot, each pulled to what is known without data. */
export function learnPriors(
  meters: readonly JudgedMeter[],
  current: ReadonlyMap<string, LotPrior>,
): Map<string, LotPrior> {
  let drifted = PREVALENCE.share * PREVALENCE.weight;
  for (const meter of meters) drifted += meter.probabilityDrifted;
  const prevalence = Math.min(0.3, drifted / (meters.length + PREVALENCE.weight));
  const lots = new Map<string, JudgedMeter[]>();
  for (const meter of meters) {
    const list = lots.get(meter.lot);
    if (list === undefined) lots.set(meter.lot, [meter]);
    else list.push(meter);
  }
  const learned = new Map<string, LotPrior>();
  for (const [lot, list] of lots) {
    const before = current.get(lot) ?? initialPrior();
    let weight = 0;
    let first = 0;
    for (const meter of list) {
      const healthy = 1 - meter.probabilityDrifted;
      weight += healthy;
      first += healthy * meter.healthyMean;
    }
    const pull = (before.lotSd / LOT_MEAN_SD) ** 2;
    const mean = first / (weight + pull);
    let second = LOT_SD.weight * LOT_SD.sd * LOT_SD.sd;
    for (const meter of list)
      second +=
        (1 - meter.probabilityDrifted) * (meter.healthyVariance + (meter.healthyMean - mean) ** 2);
    const sd = Math.sqrt(second / (weight + LOT_SD.weight));
    learned.set(lot, {
      drifted: prevalence,
      lotMean: mean,
      lotSd: Math.min(LOT_SD_RANGE[1], Math.max(LOT_SD_RANGE[0], sd)),
      lotMeanSd: before.lotSd / Math.sqrt(weight + pull),
    });
  }
  return learned;
}
