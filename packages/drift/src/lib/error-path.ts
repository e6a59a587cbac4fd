import { at, monotoneRoot, normalCdf, normalQuantile } from '@verimeter/statistics';
import {
  DRIFT_KINDS,
  type DriftKind,
  type DriftPrevalence,
  type DriftSize,
} from './drift-sizes.ts';

/** Shape of a drift over the blocks of the window, 1 at the last block. */
export interface Profile {
  readonly kind: DriftKind;
  readonly shape: Float64Array;
  /** Prior weight within its kind; those of a kind add up to 1. */
  readonly weight: number;
  /** Block at which the drift begins; negative where before the window. */
  readonly start: number;
  /** Growth per block at the last block, as a share of the size; 0 where it has ended or came at once. */
  readonly rate: number;
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
}

export interface PathPosterior {
  readonly probabilityDrifted: number;
  readonly logBayesFactor: number;
  /** Log Bayes factor of each kind and size of a drift alone: row per kind, column per size of the prior. */
  readonly bayesFactors: Float64Array;
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
  const steps: Omit<Profile, 'weight'>[] = [];
  for (let start = 1; start < blocks; start++)
    steps.push({
      kind: 'step',
      start,
      rate: 0,
      shape: Float64Array.from({ length: blocks }, (_, d) => (d >= start ? 1 : 0)),
    });
  const ramps: Omit<Profile, 'weight'>[] = [];
  const ramp = (start: number, end: number): void => {
    ramps.push({
      kind: 'ramp',
      start,
      rate: end >= blocks - 0.5 ? 1 / (end - start) : 0,
      shape: Float64Array.from({ length: blocks }, (_, d) =>
        Math.min(1, Math.max(0, (d + 0.5 - start) / (end - start))),
      ),
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
    { kind: 'constant', start: 0, rate: 0, shape: new Float64Array(blocks).fill(1), weight: 1 },
    ...alike(steps),
    ...alike(ramps),
  ];
}

/** Two-group posterior of one meter: healthy N(lotMean, lotSd) or healthy plus a drift of one of the profiles. */
export function posteriorOfPath(
  evidence: PathEvidence,
  profiles: readonly Profile[],
  prior: TwoGroupPrior,
): PathPosterior {
  const { blocks, information: q, moment: u } = evidence;
  const rowSum = new Float64Array(blocks);
  let m00 = 0;
  let v0 = 0;
  for (let d = 0; d < blocks; d++) {
    let sum = 0;
    for (let c = 0; c < blocks; c++) sum += at(q, d * blocks + c);
    rowSum[d] = sum;
    m00 += sum;
    v0 += at(u, d);
  }
  const lotPrecision = 1 / (prior.lotSd * prior.lotSd);
  const v0c = v0 - m00 * prior.lotMean;
  const healthyVariance = 1 / (lotPrecision + m00);
  const healthyMean = prior.lotMean + v0c * healthyVariance;
  const healthyLog = 0.5 * v0c * v0c * healthyVariance;

  const slabs = signedSizes(prior.sizes);
  const a00 = lotPrecision + m00;
  // of each profile and slab: log of the marginal likelihood against "healthy", posterior of level and size less their centres
  const logs = new Float64Array(profiles.length * slabs.length);
  const levels = new Float64Array(logs.length);
  const sizes = new Float64Array(logs.length);
  const m01s = new Float64Array(profiles.length);
  const m11s = new Float64Array(profiles.length);
  profiles.forEach((profile, index) => {
    const f = profile.shape;
    let first = 0;
    while (first < blocks && f[first] === 0) first++;
    let m01 = 0;
    let m11 = 0;
    let v1 = 0;
    for (let d = first; d < blocks; d++) {
      const fd = f[d] as number;
      m01 += fd * (rowSum[d] as number);
      v1 += fd * (u[d] as number);
      let sum = 0;
      for (let c = first; c < blocks; c++) sum += (q[d * blocks + c] as number) * (f[c] as number);
      m11 += fd * sum;
    }
    const v1c = v1 - m01 * prior.lotMean;
    const share = profile.weight * at(prior.kinds, DRIFT_KINDS.indexOf(profile.kind));
    m01s[index] = m01;
    m11s[index] = m11;
    slabs.forEach((slab, k) => {
      const a11 = 1 / (slab.sd * slab.sd) + m11;
      const det = a00 * a11 - m01 * m01;
      // everything relative to (lotMean, centre)
      const w0 = v0c - m01 * slab.centre;
      const w1 = v1c - m11 * slab.centre;
      const level = (a11 * w0 - m01 * w1) / det;
      const size = (a00 * w1 - m01 * w0) / det;
      const centred = slab.centre * (v1c - 0.5 * m11 * slab.centre);
      const quadratic = 0.5 * (w0 * level + w1 * size) + centred;
      // determinants of (prior^-1 + M) and of the prior, and the weights
      const scale = Math.sqrt(a00 / det) * ((share * slab.weight) / slab.sd);
      const at0 = index * slabs.length + k;
      logs[at0] = quadratic - healthyLog + Math.log(scale);
      levels[at0] = level;
      sizes[at0] = size;
    });
  });
  const partOf = (index: number, k: number): Omit<Component, 'weight'> => {
    const slab = slabs[k] as SignedSize;
    const m01 = at(m01s, index);
    const a11 = 1 / (slab.sd * slab.sd) + at(m11s, index);
    const det = a00 * a11 - m01 * m01;
    const size = slab.centre + at(sizes, index * slabs.length + k);
    return {
      mean: prior.lotMean + at(levels, index * slabs.length + k) + size,
      variance: (a11 + a00 - 2 * m01) / det,
      profile: index,
      size,
      sizeVariance: a00 / det,
      sizeCovariance: (a00 - m01) / det,
    };
  };
  return combine({ logs, slabs, profiles, partOf, prior, healthyMean, healthyVariance });
}

/** One of the normals that the sizes of drifts are a mixture of. */
interface SignedSize {
  /** Index into the sizes. */
  readonly size: number;
  readonly centre: number;
  readonly sd: number;
  readonly weight: number;
}

function signedSizes(sizes: readonly DriftSize[]): SignedSize[] {
  return sizes.flatMap(({ centre, sd, weight }, size) =>
    centre === 0
      ? [{ size, centre, sd, weight }]
      : [
          { size, centre, sd, weight: weight / 2 },
          { size, centre: -centre, sd, weight: weight / 2 },
        ],
  );
}

/** Log Bayes factor of each kind and size, their shares among the drifted taken off. */
function byKindAndSize(
  terms: {
    /** Of each profile and slab, over exp(top). */
    readonly odds: Float64Array;
    readonly slabs: readonly SignedSize[];
    readonly profiles: readonly Profile[];
    readonly prior: DriftPrevalence;
  },
  top: number,
): Float64Array {
  const { odds, slabs, profiles, prior } = terms;
  const width = prior.sizes.length;
  const sums = new Float64Array(DRIFT_KINDS.length * width);
  profiles.forEach(({ kind }, index) => {
    const row = DRIFT_KINDS.indexOf(kind) * width;
    slabs.forEach(({ size }, k) => {
      sums[row + size] = at(sums, row + size) + at(odds, index * slabs.length + k);
    });
  });
  return sums.map(
    (sum, k) =>
      top +
      Math.log(
        sum / (at(prior.kinds, Math.floor(k / width)) * (prior.sizes[k % width]?.weight ?? 1)),
      ),
  );
}

function combine(terms: {
  /** profiles x slabs */
  logs: Float64Array;
  slabs: readonly SignedSize[];
  profiles: readonly Profile[];
  partOf: (profile: number, slab: number) => Omit<Component, 'weight'>;
  prior: TwoGroupPrior;
  healthyMean: number;
  healthyVariance: number;
}): PathPosterior {
  const { logs, slabs, profiles, partOf, prior, healthyMean, healthyVariance } = terms;
  let top = -Infinity;
  for (const log of logs) top = Math.max(top, log);
  const odds = logs.map((log) => Math.exp(log - top));
  let sum = 0;
  for (const value of odds) sum += value;
  const logBayesFactor = top + Math.log(sum);
  const logOdds = logBayesFactor + Math.log(prior.drifted / (1 - prior.drifted));
  const probabilityDrifted = 1 / (1 + Math.exp(-logOdds));
  const components: Component[] = [
    {
      weight: 1 - probabilityDrifted,
      mean: healthyMean,
      variance: healthyVariance,
      profile: -1,
      size: 0,
      sizeVariance: 0,
      sizeCovariance: 0,
    },
  ];
  let best = 0;
  let bestWeight = 0;
  let bestSlab = 0;
  for (let profile = 0; profile * slabs.length < logs.length; profile++) {
    let total = 0;
    for (let slab = 0; slab < slabs.length; slab++) {
      const weight = (at(odds, profile * slabs.length + slab) / sum) * probabilityDrifted;
      total += weight;
      if (total > bestWeight) {
        best = profile;
        bestWeight = total;
        bestSlab = slab;
      }
      if (weight > 1e-6) components.push({ ...partOf(profile, slab), weight });
    }
  }
  return {
    probabilityDrifted,
    logBayesFactor,
    bayesFactors: byKindAndSize({ odds, slabs, profiles, prior }, top),
    components,
    best,
    size: bestWeight > 0 ? partOf(best, bestSlab).size : 0,
    healthyMean,
    healthyVariance,
  };
}

/** P(beta <= x) under the mixture. */
export function mixtureCdf(components: readonly Component[], x: number): number {
  let sum = 0;
  let total = 0;
  for (const part of components) {
    sum += part.weight * normalCdf((x - part.mean) / Math.sqrt(part.variance));
    total += part.weight;
  }
  return sum / total;
}

function within(x: number): number {
  return Math.min(10, Math.max(-10, x));
}

/** Beyond so many standard deviations a normal distribution function is 0 or 1 to the last digit of a sum. */
const FAR = 8.5;

/** Quantile of the mixture to 1e-13, between the quantiles of its parts and within -10 to 10. */
export function mixtureQuantile(components: readonly Component[], probability: number): number {
  const count = components.length;
  const means = new Float64Array(count);
  const rates = new Float64Array(count);
  const weights = new Float64Array(count);
  const z = normalQuantile(probability);
  let low = Infinity;
  let high = -Infinity;
  let total = 0;
  for (let k = 0; k < count; k++) {
    const { mean, variance, weight } = components[k] as Component;
    const sd = Math.sqrt(variance);
    means[k] = mean;
    rates[k] = 1 / sd;
    weights[k] = weight;
    total += weight;
    low = Math.min(low, mean + z * sd);
    high = Math.max(high, mean + z * sd);
  }
  const excess = (x: number): number => {
    let sum = 0;
    for (let k = 0; k < count; k++) {
      const place = (x - (means[k] as number)) * (rates[k] as number);
      if (place > FAR) sum += weights[k] as number;
      else if (place > -FAR) sum += (weights[k] as number) * normalCdf(place);
    }
    return sum / total - probability;
  };
  return monotoneRoot(excess, within(low), within(high), 1e-13);
}

export function mixtureMoments(components: readonly Component[]): { mean: number; sd: number } {
  let weight = 0;
  let first = 0;
  let second = 0;
  for (const part of components) {
    weight += part.weight;
    first += part.weight * part.mean;
    second += part.weight * (part.variance + part.mean * part.mean);
  }
  const centre = first / weight;
  return { mean: centre, sd: Math.sqrt(Math.max(0, second / weight - centre * centre)) };
}
