import type { LotInput } from '@verimeter/drift';
import { clopperPearson, mean, normalCdf } from '@verimeter/statistics';
import { shuffle, type Uniform } from '../seeded.ts';

export interface Interval {
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

const CONFIDENCE = 0.9;
const Z = 1.645;

/** Members that a laboratory tests where nothing is known before: 59 without one beyond the limit show 95 % with 95 %. */
const SAMPLE = 60;

/** A random sample that is tested without error, Clopper and Pearson. */
export function randomSample(errors: readonly number[], limit: number, random: Uniform): Interval {
  const beyond = shuffle(errors, random)
    .slice(0, SAMPLE)
    .filter((error) => Math.abs(error) > limit).length;
  return { share: beyond / SAMPLE, ...clopperPearson(beyond, SAMPLE, CONFIDENCE) };
}

/** Estimates beyond the limit are counted as if they were tests. */
export function plugInCount({ members, limit }: LotInput): Interval {
  const estimates = members.flatMap(({ remote }) => remote?.error ?? []);
  const beyond = estimates.filter((error) => Math.abs(error) > limit).length;
  return {
    share: beyond / estimates.length,
    ...clopperPearson(beyond, estimates.length, CONFIDENCE),
  };
}

/** One normal distribution with the mean of the estimates and their variance less that of their errors; interval by the delta method. */
export function momentMatching({ members, limit }: LotInput): Interval {
  const seen = members.flatMap(({ remote }) => remote ?? []);
  const n = seen.length;
  const centre = mean(seen.map(({ error }) => error));
  const total = seen.reduce((sum, { error }) => sum + (error - centre) ** 2, 0) / (n - 1);
  const noise = mean(seen.map(({ standardError }) => standardError ** 2));
  const sd = Math.sqrt(Math.max(total - noise, 1e-10));
  const at = (middle: number, spread: number): number =>
    normalCdf((-limit - middle) / spread) + normalCdf((middle - limit) / spread);
  const meanSe = Math.sqrt(total / n);
  const sdSe = (total * Math.sqrt(2 / n)) / (2 * sd);
  const share = at(centre, sd);
  const step = 1e-3 * sd;
  const byMean = (logit(at(centre + step, sd)) - logit(at(centre - step, sd))) / (2 * step);
  const bySd = (logit(at(centre, sd + step)) - logit(at(centre, sd - step))) / (2 * step);
  const reach = Z * Math.hypot(byMean * meanSe, bySd * sdSe);
  return { share, low: expit(logit(share) - reach), high: expit(logit(share) + reach) };
}

function logit(p: number): number {
  return Math.log(Math.max(p, 1e-12) / (1 - Math.min(p, 1 - 1e-12)));
}

function expit(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
