import { type Profile, shareAt } from './drift-profiles.ts';
import { DRIFT_KINDS, type DriftPrevalence } from './drift-sizes.ts';
import { partOf, profileSums, weighDrifts, type WeighedDrifts } from './drift-weights.ts';

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

/** The parts of a mixture with beta at a time, in blocks from the start of the window: what grows at its end goes on. */
export function componentsAt(
  components: readonly Component[],
  profiles: readonly Profile[],
  time: number,
): Component[] {
  return components.map((part) => {
    const profile = profiles[part.profile];
    const change = profile === undefined ? 0 : shareAt(profile, time) - 1;
    if (change === 0) return part;
    const { mean, variance, size, sizeVariance, sizeCovariance } = part;
    return {
      ...part,
      mean: mean + change * size,
      variance: variance + change * (2 * sizeCovariance + change * sizeVariance),
      sizeCovariance: sizeCovariance + change * sizeVariance,
    };
  });
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
