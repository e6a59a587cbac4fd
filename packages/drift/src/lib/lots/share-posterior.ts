import { addTrials, at, binomialMass, normalCdf } from '@verimeter/statistics';
import { beyond, type LotParts, partsBeyond } from './lot-parts.ts';
import type { MeasuredMember } from './measurements.ts';
import type { ShareStatement } from './lot-types.ts';
import { tiltFactors, type WeighedTilt } from './size-tilt.ts';

/** Points of Gauss and Hermite for an error with standard deviation 1. */
const FIVE_NODES = [
  { place: -2.8569700138728, weight: 0.0112574113277207 },
  { place: -1.35562617997427, weight: 0.222075922005613 },
  { place: 0, weight: 0.533333333333333 },
  { place: 1.35562617997427, weight: 0.222075922005613 },
  { place: 2.8569700138728, weight: 0.0112574113277207 },
] as const;
const THREE_NODES = [
  { place: -1.7320508075688772, weight: 1 / 6 },
  { place: 0, weight: 2 / 3 },
  { place: 1.7320508075688772, weight: 1 / 6 },
] as const;
const ONE_NODE = [{ place: 0, weight: 1 }] as const;
/** A common error this small, over the limit, changes nothing. */
const SMALL_SHIFT = 0.005;
const LARGE_SHIFT = 0.15;
/** Compositions with less posterior probability are left out. */
const LEAST_WEIGHT = 1e-4;
/** Members with an estimate up to which their number beyond the limit is counted exactly. */
const EXACT_MEMBERS = 1500;
/** Numbers farther than this above their mean are left out. */
const FARTHEST_SD = 9;
const LEAST_LENGTH = 12;
/** Of a probability below this that a member is beyond the limit only the sum over the members matters. */
const RARE = 1e-3;

export interface LotAtHand {
  readonly members: readonly MeasuredMember[];
  /** Members of which nothing is known but their size: z of each. */
  readonly unseen: Float64Array;
  readonly parts: LotParts;
  readonly limit: number;
  /** sd of an error in common. */
  readonly shiftSd: number;
}

/** A composition of the lot, of several that the data allows, each the most likely one with its share beyond the limit. */
export interface Composition {
  /** Share beyond the limit in the population that the lot is drawn from. */
  readonly beyond: number;
  /** Posterior probability; all add up to 1. */
  readonly weight: number;
  /** Shares of the parts. */
  readonly shares: Float64Array;
  /** How being beyond the limit goes with the size of a member. */
  readonly tilts: readonly WeighedTilt[];
}

/** P(K = k), K the number of members beyond the limit. */
export function countDistribution(
  lot: LotAtHand,
  compositions: readonly Composition[],
): Float64Array {
  const { members, unseen, limit, shiftSd } = lot;
  const size = members.length + unseen.length;
  const mass = new Float64Array(size + 1);
  const likely = partLikelihoods(lot);
  const ofParts = partsBeyond(lot.parts, limit);
  const used = compositions.filter(({ weight }) => weight >= LEAST_WEIGHT);
  for (const node of nodesOf(shiftSd / limit)) {
    const shift = node.place * shiftSd;
    const over = memberBeyond(lot, shift);
    const shifted = partsBeyond(lot.parts, limit, shift);
    for (const { shares, beyond: share, weight, tilts } of used) {
      const sums = memberSums(shares, { likely, over, ofParts });
      const [inBoth, inAll] = shareSums(shares, ofParts, shifted);
      for (const tilt of tilts) {
        const own = sums.map(({ all, parts, over: beyondIt, both }, i) => {
          const factors = tiltFactors(tilt, members[i]?.size ?? 0, share);
          return (
            (factors.beyond * both + factors.within * (beyondIt - both)) /
            (factors.beyond * parts + factors.within * (all - parts))
          );
        });
        let theta = 0;
        for (const z of unseen) {
          const factors = tiltFactors(tilt, z, share);
          theta += factors.beyond * inBoth + factors.within * (inAll - inBoth);
        }
        theta = unseen.length === 0 ? 0 : Math.min(1, Math.max(0, theta / unseen.length));
        addCounts(mass, { own, unseen: unseen.length, theta }, node.weight * weight * tilt.weight);
      }
    }
  }
  const total = mass.reduce((sum, value) => sum + value, 0);
  return mass.map((value) => value / total);
}

function nodesOf(
  relativeSd: number,
): readonly { readonly place: number; readonly weight: number }[] {
  if (relativeSd < SMALL_SHIFT) return ONE_NODE;
  return relativeSd < LARGE_SHIFT ? THREE_NODES : FIVE_NODES;
}

/** Sums over the parts of a member's mixture. */
interface MemberSums {
  readonly all: number;
  /** Weighed by what of each part lies beyond the limit, by the probability that the member does, and by both. */
  readonly parts: number;
  readonly over: number;
  readonly both: number;
}

function memberSums(
  shares: Float64Array,
  rows: {
    readonly likely: Float64Array;
    readonly over: Float64Array;
    readonly ofParts: Float64Array;
  },
): MemberSums[] {
  const { likely, over, ofParts } = rows;
  const count = shares.length;
  return Array.from({ length: likely.length / count }, (_, i) => {
    let all = 0;
    let parts = 0;
    let beyondIt = 0;
    let both = 0;
    for (let k = 0; k < count; k++) {
      const joint = (shares[k] as number) * (likely[i * count + k] as number);
      const inside = joint * (over[i * count + k] as number);
      all += joint;
      parts += joint * (ofParts[k] as number);
      beyondIt += inside;
      both += inside * (ofParts[k] as number);
    }
    return { all, parts, over: beyondIt, both };
  });
}

/** Share beyond the shifted limit of the whole, and of what the parts have beyond the limit. */
function shareSums(
  shares: Float64Array,
  ofParts: Float64Array,
  shifted: Float64Array,
): [both: number, all: number] {
  let both = 0;
  let all = 0;
  for (let k = 0; k < shares.length; k++) {
    const inside = at(shares, k) * at(shifted, k);
    all += inside;
    both += inside * at(ofParts, k);
  }
  return [both, all];
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

/** Adds weight times the distribution of the number of members beyond the limit: independent ones, and a binomial number. */
function addCounts(
  mass: Float64Array,
  lot: { readonly own: readonly number[]; readonly unseen: number; readonly theta: number },
  weight: number,
): void {
  const { own, unseen, theta } = lot;
  let mean = unseen * theta;
  let variance = mean * (1 - theta);
  let rare = 0;
  for (const p of own) {
    mean += p;
    variance += p * (1 - p);
    if (p < RARE) rare += p;
  }
  const sd = Math.sqrt(variance);
  if (own.length + unseen > EXACT_MEMBERS) {
    addNormal(mass, { mean, sd }, weight);
    return;
  }
  const counts = binomialMass(
    unseen,
    theta,
    Math.min(mass.length, Math.ceil(mean + FARTHEST_SD * sd) + LEAST_LENGTH),
  );
  // the sum of very rare ones by their mean: as many trials of that probability
  const trials = Math.ceil(rare / RARE);
  addTrials(counts, [
    ...own.filter((p) => p >= RARE),
    ...Array.from({ length: trials }, () => rare / trials),
  ]);
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

/** The share from the distribution of the number. */
export function stateShare(counts: Float64Array): ShareStatement {
  const size = counts.length - 1;
  let mean = 0;
  counts.forEach((mass, k) => {
    mean += (mass * k) / size;
  });
  const [low90, high90] = interval(counts, 0.9);
  const [low95, high95] = interval(counts, 0.95);
  return { mean, median: medianNumber(counts) / size, low90, high90, low95, high95 };
}

/**
 * Numbers whose middle, P(K < k) + P(K = k) / 2, is not in a tail: such an interval holds K with its probability on average over the lots that
 * the posterior allows, where one of whole numbers with at least that probability would hold it more often.
 */
function interval(counts: Float64Array, confidence: number): [low: number, high: number] {
  const tail = (1 - confidence) / 2;
  const size = counts.length - 1;
  let low = size;
  let high = 0;
  let below = 0;
  for (let k = 0; k <= size; k++) {
    const mass = counts[k] as number;
    const middle = below + mass / 2;
    if (middle >= tail && k < low) low = k;
    if (middle <= 1 - tail) high = k;
    below += mass;
  }
  return [low / size, Math.max(low, high) / size];
}

/** Least k with P(K <= k) >= 0.5. */
function medianNumber(counts: Float64Array): number {
  let sum = 0;
  return counts.findIndex((mass) => (sum += mass) >= 0.5 - 1e-12);
}

/** P(share > bound). */
export function probabilityOver(counts: Float64Array, bound: number): number {
  const size = counts.length - 1;
  let sum = 0;
  for (let k = Math.max(0, Math.floor(bound * size + 1e-9) + 1); k <= size; k++)
    sum += counts[k] as number;
  return Math.min(1, sum);
}
