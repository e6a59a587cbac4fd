import { at } from '@verimeter/statistics';

/** Drifts of about one size, half of them up, half down: beta ~ N(+-centre, sd^2). */
export interface DriftSize {
  /** Ratio, zero or positive. */
  readonly centre: number;
  readonly sd: number;
  /** Share of the drifted meters; all sizes add up to 1. */
  readonly weight: number;
}

/** How a drift goes: as long as the window, at once within it, or slowly. */
export type DriftKind = 'constant' | 'step' | 'ramp';
export const DRIFT_KINDS: readonly DriftKind[] = ['constant', 'step', 'ramp'];

/** Share of drifted meters, and of each size and kind among them. */
export interface DriftPrevalence {
  readonly drifted: number;
  readonly sizes: readonly DriftSize[];
  /** In the order of DRIFT_KINDS; adds up to 1. */
  readonly kinds: readonly number[];
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

/** Before any data: 2 % drifted, worth 50 meters; sizes as above and kinds alike, worth 6 drifted meters each. */
const PREVALENCE = { share: 0.02, weight: 50, most: 0.3 } as const;
const KINDS = [0.3, 0.35, 0.35] as const;
const SHAPE_WEIGHT = 6;
const EM_STEPS = 100;

/** What is known of drifts before any data. */
export interface PrevalencePrior {
  readonly share: number;
  /** Meters that the share is worth, and the largest share that is believed. */
  readonly weight: number;
  readonly most: number;
  readonly sizes: readonly DriftSize[];
  readonly kinds: readonly number[];
}

const FIRST: PrevalencePrior = { ...PREVALENCE, sizes: FIRST_SIZES, kinds: KINDS };

export const FIRST_PREVALENCE: DriftPrevalence = {
  drifted: PREVALENCE.share,
  sizes: FIRST_SIZES,
  kinds: KINDS,
};

/**
 * Most probable prevalence, sizes and kinds given, per meter, the log Bayes factor of each kind and size against "healthy": row
 * per kind, column per size (expectation maximisation over a mixture with fixed components; after Stephens, Biostatistics 18(2), 2017).
 */
export function learnPrevalence(
  bayesFactors: readonly (Float64Array | Float32Array)[],
  first: PrevalencePrior = FIRST,
): DriftPrevalence {
  const width = first.sizes.length;
  const cells = first.kinds.length * width;
  const { ratios, spikes } = scaled(bayesFactors, cells);
  let drifted = first.share;
  let sizes = first.sizes.map(({ weight }) => weight);
  let kinds: number[] = [...first.kinds];
  const shares = new Float64Array(cells);
  const found = new Float64Array(cells);
  for (let step = 0; step < EM_STEPS; step++) {
    for (let k = 0; k < cells; k++)
      shares[k] = at(kinds, Math.floor(k / width)) * at(sizes, k % width);
    found.fill(0);
    let all = first.share * first.weight;
    for (let i = 0; i < spikes.length; i++) {
      const row = i * cells;
      let slab = 0;
      for (let k = 0; k < cells; k++) slab += (shares[k] as number) * (ratios[row + k] as number);
      const responsible = drifted / ((1 - drifted) * (spikes[i] as number) + drifted * slab);
      all += responsible * slab;
      for (let k = 0; k < cells; k++)
        found[k] = (found[k] as number) + responsible * (ratios[row + k] as number);
    }
    const bySize = first.sizes.map(({ weight }) => SHAPE_WEIGHT * weight);
    const byKind = first.kinds.map((weight) => SHAPE_WEIGHT * weight);
    for (let k = 0; k < cells; k++) {
      const part = at(shares, k) * at(found, k);
      const kind = Math.floor(k / width);
      byKind[kind] = at(byKind, kind) + part;
      bySize[k % width] = at(bySize, k % width) + part;
    }
    const before = drifted;
    drifted = Math.min(first.most, all / (spikes.length + first.weight));
    const weights = toShares(bySize);
    const moved = weights.reduce((sum, weight, k) => sum + Math.abs(weight - at(sizes, k)), 0);
    sizes = weights;
    kinds = toShares(byKind);
    if (moved < 1e-6 && Math.abs(drifted - before) < 1e-7) break;
  }
  return {
    drifted,
    sizes: first.sizes.map((size, k) => ({ ...size, weight: at(sizes, k) })),
    kinds,
  };
}

/** Bayes factors of all meters, each over the largest of its own and 1, and what is left of the 1. */
function scaled(
  bayesFactors: readonly (Float64Array | Float32Array)[],
  cells: number,
): { readonly ratios: Float64Array; readonly spikes: Float64Array } {
  const ratios = new Float64Array(bayesFactors.length * cells);
  const spikes = new Float64Array(bayesFactors.length);
  bayesFactors.forEach((logs, i) => {
    let top = 0;
    for (const log of logs) top = Math.max(top, log);
    spikes[i] = Math.exp(-top);
    for (let k = 0; k < cells; k++) ratios[i * cells + k] = Math.exp(at(logs, k) - top);
  });
  return { ratios, spikes };
}

function toShares(sums: readonly number[]): number[] {
  const total = sums.reduce((sum, value) => sum + value, 0);
  return sums.map((value) => value / total);
}
