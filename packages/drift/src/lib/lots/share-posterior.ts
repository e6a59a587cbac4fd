import { at, normalCdf, poissonBinomial } from '@verimeter/statistics';
import { beyond, type LotParts, partsBeyond } from './lot-parts.ts';
import type { MeasuredMember } from './measurements.ts';
import type { Composition } from './share-profile.ts';
import type { ShareStatement } from './lot-types.ts';

/** Five points of Gauss and Hermite for an error with standard deviation 1. */
const NODES = [
  { place: -2.8569700138728, weight: 0.0112574113277207 },
  { place: -1.35562617997427, weight: 0.222075922005613 },
  { place: 0, weight: 0.533333333333333 },
  { place: 1.35562617997427, weight: 0.222075922005613 },
  { place: 2.8569700138728, weight: 0.0112574113277207 },
] as const;
const ONE_NODE = [{ place: 0, weight: 1 }] as const;
/** A common error this small, over the limit, changes nothing. */
const SMALL_SHIFT = 0.005;
/** Members with an estimate up to which their number beyond the limit is counted exactly. */
const EXACT_MEMBERS = 1500;

export interface LotAtHand {
  readonly members: readonly MeasuredMember[];
  /** Members of which nothing is known. */
  readonly unseen: number;
  readonly parts: LotParts;
  readonly limit: number;
  /** sd of an error in common. */
  readonly shiftSd: number;
}

/** P(K = k), K the number of members beyond the limit. */
export function countDistribution(
  lot: LotAtHand,
  compositions: readonly Composition[],
): Float64Array {
  const { members, unseen, limit, shiftSd } = lot;
  const size = members.length + unseen;
  const mass = new Float64Array(size + 1);
  const nodes = shiftSd < SMALL_SHIFT * limit ? ONE_NODE : NODES;
  const likely = partLikelihoods(lot);
  for (const node of nodes) {
    const shift = node.place * shiftSd;
    const over = memberBeyond(lot, shift);
    const ofParts = partsBeyond(lot.parts, limit, shift);
    for (const { shares, weight } of compositions) {
      const own = ownProbabilities(likely, over, shares);
      let theta = 0;
      for (let k = 0; k < shares.length; k++) theta += at(shares, k) * at(ofParts, k);
      addCounts(
        mass,
        { own, unseen, theta: Math.min(1, Math.max(0, theta)) },
        node.weight * weight,
      );
    }
  }
  const total = mass.reduce((sum, value) => sum + value, 0);
  return mass.map((value) => value / total);
}

/** Likelihood of each member's own measurement under each part, row per member. */
function partLikelihoods({ members, parts }: LotAtHand): Float64Array {
  return likelihoodsOf(
    members.map(({ own }) => own),
    parts,
  );
}

/** Densities of measurements under the parts, row per measurement, each over the largest of its row. */
export function likelihoodsOf(
  measured: readonly MeasuredMember['own'][],
  { count, means, sds }: LotParts,
): Float64Array {
  const values = new Float64Array(measured.length * count);
  measured.forEach(({ error, variance }, i) => {
    let top = -Infinity;
    for (let k = 0; k < count; k++) {
      const total = variance + at(sds, k) ** 2;
      const log = -0.5 * (Math.log(total) + (error - at(means, k)) ** 2 / total);
      values[i * count + k] = log;
      top = Math.max(top, log);
    }
    for (let k = 0; k < count; k++)
      values[i * count + k] = Math.exp(at(values, i * count + k) - top);
  });
  return values;
}

/** P(|e| > limit) of each member given each part, row per member. */
function memberBeyond({ members, parts, limit }: LotAtHand, shift: number): Float64Array {
  const { count, means, sds } = parts;
  const over = new Float64Array(members.length * count);
  members.forEach(({ own: { error, variance } }, i) => {
    for (let k = 0; k < count; k++) {
      const own = at(sds, k) ** 2;
      const total = own + variance;
      const mean = (error * own + at(means, k) * variance) / total;
      over[i * count + k] = beyond(mean, Math.sqrt((own * variance) / total), { limit, shift });
    }
  });
  return over;
}

function ownProbabilities(
  likely: Float64Array,
  over: Float64Array,
  shares: Float64Array,
): Float64Array {
  const count = shares.length;
  const probabilities = new Float64Array(likely.length / count);
  for (let i = 0; i < probabilities.length; i++) {
    let sum = 0;
    let beyondIt = 0;
    for (let k = 0; k < count; k++) {
      const joint = (shares[k] as number) * (likely[i * count + k] as number);
      sum += joint;
      beyondIt += joint * (over[i * count + k] as number);
    }
    probabilities[i] = beyondIt / sum;
  }
  return probabilities;
}

/** Adds weight times the distribution of the number of members beyond the limit: independent ones, and a binomial number. */
function addCounts(
  mass: Float64Array,
  lot: { readonly own: Float64Array; readonly unseen: number; readonly theta: number },
  weight: number,
): void {
  const { own, unseen, theta } = lot;
  if (own.length + unseen > EXACT_MEMBERS) {
    let mean = unseen * theta;
    let variance = unseen * theta * (1 - theta);
    for (const p of own) {
      mean += p;
      variance += p * (1 - p);
    }
    addNormal(mass, { mean, sd: Math.sqrt(variance) }, weight);
    return;
  }
  // what is next to impossible is left out
  const all = [...own.filter((p) => p > 1e-9), ...Array.from({ length: unseen }, () => theta)];
  const counts = poissonBinomial(all);
  for (let k = 0; k < counts.length; k++)
    mass[k] = (mass[k] as number) + weight * (counts[k] as number);
}

function addNormal(
  mass: Float64Array,
  { mean, sd }: { readonly mean: number; readonly sd: number },
  weight: number,
): void {
  const last = mass.length - 1;
  if (sd < 1e-6) {
    const k = Math.min(last, Math.round(mean));
    mass[k] = at(mass, k) + weight;
    return;
  }
  let before = 0;
  for (let k = Math.max(0, Math.floor(mean - 8 * sd)); k <= last; k++) {
    const cdf = k === last ? 1 : normalCdf((k + 0.5 - mean) / sd);
    mass[k] = at(mass, k) + weight * (cdf - before);
    before = cdf;
    if (k > mean + 8 * sd) break;
  }
}

/** The share from the distribution of the number; quantiles are numbers of members over the size. */
export function stateShare(counts: Float64Array): ShareStatement {
  const size = counts.length - 1;
  let mean = 0;
  counts.forEach((mass, k) => {
    mean += (mass * k) / size;
  });
  const quantileAt = (probability: number): number => countQuantile(counts, probability) / size;
  return {
    mean,
    median: quantileAt(0.5),
    low90: quantileAt(0.05),
    high90: quantileAt(0.95),
    low95: quantileAt(0.025),
    high95: quantileAt(0.975),
  };
}

/** Least k with P(K <= k) >= probability. */
function countQuantile(counts: Float64Array, probability: number): number {
  let sum = 0;
  for (let k = 0; k < counts.length; k++) {
    sum += counts[k] as number;
    if (sum >= probability - 1e-12) return k;
  }
  return counts.length - 1;
}

/** P(share > bound). */
export function probabilityOver(counts: Float64Array, bound: number): number {
  const size = counts.length - 1;
  let sum = 0;
  for (let k = Math.floor(bound * size + 1e-9) + 1; k <= size; k++) sum += counts[k] as number;
  return Math.min(1, sum);
}
