import { at, normalCdf } from '@verimeter/statistics';
import type { DriftPrevalence } from './drift-sizes.ts';

/** Shape of a drift over the blocks of the window, 1 at the last block. */
export interface Profile {
  readonly kind: 'constant' | 'step' | 'ramp';
  readonly shape: Float64Array;
  /** Prior weight; the weights of all profiles add up to 1. */
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
  /** Log Bayes factor of each size of a drift alone, by index into `prior.sizes`. */
  readonly sizeBayesFactors: Float64Array;
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

/** Constant, steps at each block, ramps that begin before or within the window and last to its end or stop in it. */
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
  for (let start = 0; start < blocks - 4; start += 3) {
    ramp(start, blocks - 0.5);
    for (let end = start + 7; end < blocks - 4; end += 7) ramp(start, end);
  }
  const third = (list: readonly Omit<Profile, 'weight'>[], share: number): Profile[] =>
    list.map((profile) => ({ ...profile, weight: share / list.length }));
  return [
    { kind: 'constant', start: 0, rate: 0, shape: new Float64Array(blocks).fill(1), weight: 0.3 },
    ...third(steps, 0.35),
    ...third(ramps, 0.35),
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

  const signed = prior.sizes.flatMap(({ centre, sd, weight }, size) =>
    centre === 0
      ? [{ centre, sd, share: 1, weight, size }]
      : [centre, -centre].map((signedCentre) => ({
          centre: signedCentre,
          sd,
          share: 0.5,
          weight: weight / 2,
          size,
        })),
  );
  const bySize = prior.sizes.map((): number[] => []);
  const logs: number[] = [];
  const parts: Omit<Component, 'weight'>[] = [];
  profiles.forEach((profile, index) => {
    const f = profile.shape;
    let m01 = 0;
    let m11 = 0;
    let v1 = 0;
    for (let d = 0; d < blocks; d++) {
      const fd = f[d] as number;
      if (fd === 0) continue;
      m01 += fd * (rowSum[d] as number);
      v1 += fd * (u[d] as number);
      let sum = 0;
      for (let c = 0; c < blocks; c++) sum += (q[d * blocks + c] as number) * (f[c] as number);
      m11 += fd * sum;
    }
    const v1c = v1 - m01 * prior.lotMean;
    for (const slab of signed) {
      const a00 = lotPrecision + m00;
      const a11 = 1 / (slab.sd * slab.sd) + m11;
      const det = a00 * a11 - m01 * m01;
      // everything relative to (lotMean, centre)
      const w0 = v0c - m01 * slab.centre;
      const w1 = v1c - m11 * slab.centre;
      const level = (a11 * w0 - m01 * w1) / det;
      const size = (a00 * w1 - m01 * w0) / det;
      const centred = slab.centre * (v1c - 0.5 * m11 * slab.centre);
      const quadratic = 0.5 * (w0 * level + w1 * size) + centred;
      // log of marginal likelihood against "healthy": determinants of (prior^-1 + M) and of the prior
      const logDet = 0.5 * Math.log(a00 / det / (slab.sd * slab.sd));
      const log = quadratic - healthyLog + logDet + Math.log(profile.weight);
      bySize[slab.size]?.push(log + Math.log(slab.share));
      logs.push(log + Math.log(slab.weight));
      parts.push({
        mean: prior.lotMean + level + slab.centre + size,
        variance: (a11 + a00 - 2 * m01) / det,
        profile: index,
        size: slab.centre + size,
        sizeVariance: a00 / det,
        sizeCovariance: (a00 - m01) / det,
      });
    }
  });
  const sizeBayesFactors = Float64Array.from(bySize, logOfSum);
  return combine({ logs, parts, prior, healthyMean, healthyVariance, sizeBayesFactors });
}

function logOfSum(logs: readonly number[]): number {
  const top = Math.max(...logs);
  let sum = 0;
  for (const log of logs) sum += Math.exp(log - top);
  return top + Math.log(sum);
}

function combine(terms: {
  logs: readonly number[];
  parts: readonly Omit<Component, 'weight'>[];
  prior: TwoGroupPrior;
  healthyMean: number;
  healthyVariance: number;
  sizeBayesFactors: Float64Array;
}): PathPosterior {
  const { logs, parts, prior, healthyMean, healthyVariance, sizeBayesFactors } = terms;
  const top = Math.max(...logs);
  let sum = 0;
  for (const log of logs) sum += Math.exp(log - top);
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
  const byProfile = new Map<number, number>();
  let best = 0;
  let bestWeight = 0;
  let size = 0;
  parts.forEach((part, k) => {
    const weight = (Math.exp((logs[k] as number) - top) / sum) * probabilityDrifted;
    const total = (byProfile.get(part.profile) ?? 0) + weight;
    byProfile.set(part.profile, total);
    if (total > bestWeight) {
      best = part.profile;
      bestWeight = total;
      size = part.size;
    }
    if (weight > 1e-6) components.push({ ...part, weight });
  });
  return {
    probabilityDrifted,
    logBayesFactor,
    sizeBayesFactors,
    components,
    best,
    size,
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

/** Quantile of the mixture by bisection, to 1e-7. */
export function mixtureQuantile(components: readonly Component[], probability: number): number {
  let low = -10;
  let high = 10;
  for (let k = 0; k < 60; k++) {
    const middle = (low + high) / 2;
    if (mixtureCdf(components, middle) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
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
