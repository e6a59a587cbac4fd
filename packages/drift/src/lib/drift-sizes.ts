import { at } from '@verimeter/statistics';

/** Drifts of about one size, half of them up, half down: beta ~ N(+-centre, sd^2). */
export interface DriftSize {
  /** Ratio, zero or positive. */
  readonly centre: number;
  readonly sd: number;
  /** Share of the drifted meters; all sizes add up to 1. */
  readonly weight: number;
}

/** Share of drifted meters, and of each size among them. */
export interface DriftPrevalence {
  readonly drifted: number;
  readonly sizes: readonly DriftSize[];
}

/**
 * From next to what a healthy meter may show up to what no longer counts as drift, each a third larger than the one before; a
 * tenth for gross errors (bypass, wrong ratio). What a fleet has of each is learned.
 */
const CENTRES = [0.015, 0.02, 0.027, 0.036, 0.048, 0.064, 0.085, 0.115] as const;
/** sd over centre: neighbours overlap at one standard deviation. */
const RELATIVE_SD = 0.17;
const GROSS = { sd: 0.3, weight: 0.1 } as const;

export const FIRST_SIZES: readonly DriftSize[] = [
  ...CENTRES.map((centre) => ({
    centre,
    sd: RELATIVE_SD * centre,
    weight: (1 - GROSS.weight) / CENTRES.length,
  })),
  { centre: 0, ...GROSS },
];

/** Before any data: 2 % drifted, worth 50 meters; sizes as above, worth 6 drifted meters. */
const PREVALENCE = { share: 0.02, weight: 50, most: 0.3 } as const;
const SIZES_WEIGHT = 6;
const EM_STEPS = 100;

export const FIRST_PREVALENCE: DriftPrevalence = {
  drifted: PREVALENCE.share,
  sizes: FIRST_SIZES,
};

/**
 * Most probable prevalence and sizes given, per meter, the log Bayes factor of each size against "healthy" (expectation
 * maximisation over a mixture with fixed components, which has one maximum; after Stephens, Biostatistics 18(2), 2017).
 */
export function learnPrevalence(bayesFactors: readonly Float64Array[]): DriftPrevalence {
  let drifted: number = PREVALENCE.share;
  let weights = FIRST_SIZES.map(({ weight }) => weight);
  const tops = bayesFactors.map((logs) => Math.max(0, ...logs));
  const ratios = bayesFactors.map((logs, i) => logs.map((log) => Math.exp(log - at(tops, i))));
  for (let step = 0; step < EM_STEPS; step++) {
    let all = PREVALENCE.share * PREVALENCE.weight;
    const sums = FIRST_SIZES.map(({ weight }) => SIZES_WEIGHT * weight);
    ratios.forEach((ratio, i) => {
      let slab = 0;
      for (let k = 0; k < weights.length; k++) slab += at(weights, k) * at(ratio, k);
      const spike = (1 - drifted) * Math.exp(-at(tops, i));
      const responsible = drifted / (spike + drifted * slab);
      all += responsible * slab;
      for (let k = 0; k < weights.length; k++)
        sums[k] = at(sums, k) + responsible * at(weights, k) * at(ratio, k);
    });
    drifted = Math.min(PREVALENCE.most, all / (ratios.length + PREVALENCE.weight));
    const total = sums.reduce((sum, value) => sum + value, 0);
    weights = sums.map((value) => value / total);
  }
  return {
    drifted,
    sizes: FIRST_SIZES.map((size, k) => ({ ...size, weight: at(weights, k) })),
  };
}
