import { DRIFT_KINDS, type DriftKind, type DriftPrevalence } from './drift-sizes.ts';
import { partOf, profileSums, weighDrifts, type WeighedDrifts } from './drift-weights.ts';

/** Shape of a drift over the blocks of the window, 1 at the last block. */
export interface Profile {
  readonly kind: DriftKind;
  readonly shape: Float64Array;
  /** Prior weight within its kind; those of a kind add up to 1. */
  readonly weight: number;
  /** Block at which the drift begins; negative where before the window. */
  readonly start: number;
  /** Growth within each block, per block, as a share of the size; zero but for ramps. */
  readonly growth: Float64Array;
}

/** Share of its size that a drift has reached at a time, counted in blocks from the start of the window; what grows at its end goes on. */
export function shareAt(
  { shape, growth }: Pick<Profile, 'shape' | 'growth'>,
  time: number,
): number {
  const block = Math.max(0, Math.min(shape.length - 1, Math.floor(time)));
  return (shape[block] as number) + (growth[block] as number) * (time - block - 0.5);
}

/** Likelihood of a meter's path beta(block): exp(u'b - b'Qb/2), everything else of the area integrated out. */
export interface PathEvidence {
  readonly blocks: number;
  readonly information: Float64Array;
  readonly moment: Float64Array;
}

/** beta at the last block is N(mean, variance) with this weight. */
export interface Component {
  readonly weight: number;
  readonly mean: number;
  readonly variance: number;
  /** Index of the profile; -1: healthy. */
  readonly profile: number;
  /** Size of the drift with its variance and its covariance with beta at the last block; zero where healthy. */
  readonly size: number;
  readonly sizeVariance: number;
  readonly sizeCovariance: number;
}

export interface TwoGroupPrior extends DriftPrevalence {
  readonly lotMean: number;
  readonly lotSd: number;
  /** Log of what other explanations of a healthy meter add to its likelihood; none by default. */
  readonly healthyFactor?: number;
}

export interface PathPosterior {
  readonly probabilityDrifted: number;
  readonly logBayesFactor: number;
  /** Log Bayes factor of each kind and size of a drift alone: row per kind, column per size of the prior. Formed when asked for. */
  readonly bayesFactors: Float64Array;
  /** Formed when asked for: a search only looks at probabilities. */
  readonly components: readonly Component[];
  /** Index of the most probable drift profile. */
  readonly best: number;
  /** Posterior of the size under the best profile. */
  readonly size: number;
  /** Posterior of the level under "healthy": what the lot's parameters are learned from. */
  readonly healthyMean: number;
  readonly healthyVariance: number;
}

/** sd of the slab used where one Gaussian has to do. */
export const SLAB_SD = 0.05;

/** Ramps that end within the window: their starts and ends lie so many blocks apart. */
const ENDED_STEP = 2;
/** A ramp that ends sooner after its start is a step. */
const SHORTEST_RAMP = 3;

/** Constant, steps at each block, ramps that begin before the window or at a block of it and last to its end or stop in it. */
export function driftProfiles(blocks: number): Profile[] {
  const none = new Float64Array(blocks);
  const steps: Omit<Profile, 'weight'>[] = [];
  for (let start = 1; start < blocks; start++)
    steps.push({
      kind: 'step',
      start,
      growth: none,
      shape: Float64Array.from({ length: blocks }, (_, d) => (d >= start ? 1 : 0)),
    });
  const ramps: Omit<Profile, 'weight'>[] = [];
  const ramp = (start: number, end: number): void => {
    const rate = 1 / (end - start);
    const lasts = end >= blocks - 0.5;
    const reached = (time: number): number => {
      const share = Math.max(0, (time - start) * rate);
      return lasts ? share : Math.min(1, share);
    };
    ramps.push({
      kind: 'ramp',
      start,
      growth: Float64Array.from({ length: blocks }, (_, d) => reached(d + 1) - reached(d)),
      shape: Float64Array.from({ length: blocks }, (_, d) => reached(d + 0.5)),
    });
  };
  for (const before of [2, 1, 0.4]) ramp(-before * blocks, blocks - 0.5);
  for (let start = 0; start <= blocks - SHORTEST_RAMP; start++) ramp(start, blocks - 0.5);
  const endedFrom = (start: number): void => {
    for (let end = Math.max(0, start) + SHORTEST_RAMP; end < blocks; end += ENDED_STEP)
      ramp(start, end);
  };
  endedFrom(-0.4 * blocks);
  for (let start = 0; start < blocks; start += ENDED_STEP) endedFrom(start);
  const alike = (list: readonly Omit<Profile, 'weight'>[]): Profile[] =>
    list.map((profile) => ({ ...profile, weight: 1 / list.length }));
  return [
    {
      kind: 'constant',
      start: 0,
      growth: none,
      shape: new Float64Array(blocks).fill(1),
      weight: 1,
    },
    ...alike(steps),
    ...alike(ramps),
  ];
}

const byBlocks = new Map<number, readonly Profile[]>();

/** `driftProfiles`, formed once for all areas with so many blocks. */
export function profilesOf(blocks: number): readonly Profile[] {
  let profiles = byBlocks.get(blocks);
  if (profiles === undefined) byBlocks.set(blocks, (profiles = driftProfiles(blocks)));
  return profiles;
}

/** Parts of the mixture with less weight are left out of it. */
const LEAST_WEIGHT = 1e-6;

/** Two-group posterior of one meter: healthy N(lotMean, lotSd) or healthy plus a drift of one of the profiles. */
export function posteriorOfPath(
  evidence: PathEvidence,
  profiles: readonly Profile[],
  prior: TwoGroupPrior,
): PathPosterior {
  const sums = profileSums(evidence, profiles, prior);
  const weighed = weighDrifts(sums, profiles, prior);
  const logBayesFactor = weighed.logBayesFactor - (prior.healthyFactor ?? 0);
  const logOdds = logBayesFactor + Math.log(prior.drifted / (1 - prior.drifted));
  const probabilityDrifted = 1 / (1 + Math.exp(-logOdds));
  let components: readonly Component[] | undefined;
  let bayesFactors: Float64Array | undefined;
  const { healthyMean, healthyVariance } = sums;
  return {
    probabilityDrifted,
    logBayesFactor,
    get bayesFactors() {
      return (bayesFactors ??= byKindAndSize(weighed, profiles, prior));
    },
    get components() {
      return (components ??= mixtureOf(weighed, probabilityDrifted));
    },
    ...mostProbable(weighed),
    healthyMean,
    healthyVariance,
  };
}

/** The profile with the largest weight, and the size of the drift under the last of the sizes that tell for it. */
function mostProbable(weighed: WeighedDrifts): Pick<PathPosterior, 'best' | 'size'> {
  const { odds, slabs, count, sums } = weighed;
  const width = slabs.length;
  let best = 0;
  let most = 0;
  let slab = 0;
  for (let profile = 0; profile < count; profile++) {
    let total = 0;
    for (let k = 0; k < width; k++) {
      total += odds[profile * width + k] as number;
      if (total > most) {
        best = profile;
        most = total;
        slab = k;
      }
    }
  }
  return { best, size: most > 0 ? partOf(sums, best, slabs[slab]).size : 0 };
}

function mixtureOf(weighed: WeighedDrifts, probabilityDrifted: number): Component[] {
  const { odds, total, slabs, count, sums } = weighed;
  const width = slabs.length;
  const components: Component[] = [
    {
      weight: 1 - probabilityDrifted,
      mean: sums.healthyMean,
      variance: sums.healthyVariance,
      profile: -1,
      size: 0,
      sizeVariance: 0,
      sizeCovariance: 0,
    },
  ];
  const unit = probabilityDrifted / total;
  for (let profile = 0; profile < count; profile++)
    for (let k = 0; k < width; k++) {
      const weight = unit * (odds[profile * width + k] as number);
      if (weight <= LEAST_WEIGHT) continue;
      components.push({ ...partOf(sums, profile, slabs[k]), weight, profile });
    }
  return components;
}

/** Log Bayes factor of each kind and size, their shares among the drifted taken off. */
function byKindAndSize(
  { odds, top, slabs }: WeighedDrifts,
  profiles: readonly Profile[],
  prior: TwoGroupPrior,
): Float64Array {
  const width = prior.sizes.length;
  const cells = new Float64Array(DRIFT_KINDS.length * width);
  profiles.forEach(({ kind }, index) => {
    const row = DRIFT_KINDS.indexOf(kind) * width;
    const first = index * slabs.length;
    slabs.forEach(({ size }, k) => {
      cells[row + size] = (cells[row + size] as number) + (odds[first + k] as number);
    });
  });
  for (let kind = 0; kind < DRIFT_KINDS.length; kind++)
    for (let size = 0; size < width; size++) {
      const share = (prior.kinds[kind] ?? 1) * (prior.sizes[size]?.weight ?? 1);
      const cell = kind * width + size;
      cells[cell] = top - (prior.healthyFactor ?? 0) + Math.log((cells[cell] as number) / share);
    }
  return cells;
}
