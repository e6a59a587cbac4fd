import { at, hypergeometricCdf, hypergeometricProbability } from '@verimeter/statistics';
import type { SamplingPlan } from './lot-types.ts';

/** Share beyond the limit that a lot may have (MessEV section 35: 95 % conform). */
export const LARGEST_SHARE = 0.05;
/** Probability at which a question counts as decided. */
const CONFIDENCE = 0.95;
/** A plan accepts a lot that conforms with this probability, at least. */
const POWER = 0.8;
/** Share beyond the limit of a good lot. */
const GOOD_SHARE = 0.01;
/** Sizes that are looked at. */
const SIZES = [
  5, 8, 10, 13, 16, 20, 25, 32, 40, 50, 65, 80, 100, 125, 160, 200, 250, 315, 400, 500, 630, 800,
  1000, 1250, 1600, 2000,
];
const MOST_ACCEPTED = 20;

/** Numbers of members beyond the limit with their probabilities, in so many classes at most. */
const MOST_CLASSES = 200;

interface Prior {
  readonly size: number;
  readonly numbers: readonly number[];
  readonly masses: readonly number[];
}

/**
 * How many members of a lot to test. `counts`: P(K members are beyond the limit) from the remote estimates; n drawn at random find x of
 * them with hypergeometric probability. The plan is the smallest that, given what is known, accepts a lot that does not conform in at most
 * 5 % of the lots that it accepts, and accepts at least 80 % of those that do.
 */
export function samplingPlan(counts: Float64Array, order: readonly string[]): SamplingPlan {
  const size = counts.length - 1;
  const withoutPrior = planWithoutPrior(size);
  const prior = classesOf(counts);
  const over = overShare(prior);
  if (over <= 1 - CONFIDENCE)
    return { n: 0, accept: 0, reject: 1, acceptProbability: 1, withoutPrior, sample: [] };
  if (over >= CONFIDENCE)
    return { n: 0, accept: -1, reject: 0, acceptProbability: 0, withoutPrior, sample: [] };
  for (const n of [...SIZES.filter((value) => value < size), size]) {
    const plan = planOf(prior, n);
    if (plan !== undefined) return { n, ...plan, withoutPrior, sample: order.slice(0, n) };
  }
  const accept = largestNumber(size);
  return {
    n: size,
    accept,
    reject: accept + 1,
    acceptProbability: 1 - over,
    withoutPrior,
    sample: order,
  };
}

/** Neighbouring numbers in one class, at their mean, those up to the largest that may be apart from those beyond it. */
function classesOf(counts: Float64Array): Prior {
  const size = counts.length - 1;
  const used = [...counts.keys()].filter((k) => at(counts, k) > 1e-7);
  const most = largestNumber(size);
  const width = Math.ceil(used.length / MOST_CLASSES);
  const numbers: number[] = [];
  const masses: number[] = [];
  for (const side of [used.filter((k) => k <= most), used.filter((k) => k > most)])
    for (let first = 0; first < side.length; first += width) {
      let mass = 0;
      let moment = 0;
      for (const k of side.slice(first, first + width)) {
        mass += at(counts, k);
        moment += at(counts, k) * k;
      }
      numbers.push(Math.round(moment / mass));
      masses.push(mass);
    }
  return { size, numbers, masses };
}

/** P(share too large). */
function overShare({ size, numbers, masses }: Prior): number {
  const most = largestNumber(size);
  return numbers.reduce((sum, number, k) => sum + (number > most ? at(masses, k) : 0), 0);
}

function planOf(
  { size, numbers, masses }: Prior,
  n: number,
): Pick<SamplingPlan, 'accept' | 'reject' | 'acceptProbability'> | undefined {
  const most = largestNumber(size);
  const good = 1 - overShare({ size, numbers, masses });
  let acceptedGood = 0;
  let acceptedBad = 0;
  for (let accept = 0; accept <= n; accept++) {
    numbers.forEach((marked, k) => {
      const found = at(masses, k) * hypergeometricProbability(accept, { size, marked, drawn: n });
      if (marked > most) acceptedBad += found;
      else acceptedGood += found;
    });
    if (acceptedBad > (1 - CONFIDENCE) * (acceptedGood + acceptedBad)) return undefined;
    if (acceptedGood >= POWER * good)
      return { accept, reject: accept + 1, acceptProbability: acceptedGood + acceptedBad };
  }
  return undefined;
}

/** Members that may be beyond the limit. */
function largestNumber(size: number): number {
  return Math.floor(LARGEST_SHARE * size + 1e-9);
}

/**
 * The smallest plan of attributes by which a lot with more than 5 % beyond the limit is accepted with at most 5 %, and one with 1 % with at
 * least 80 %; where a lot is too small for both, all of it is tested.
 */
export function planWithoutPrior(size: number): { readonly n: number; readonly accept: number } {
  const bad = largestNumber(size) + 1;
  const good = Math.floor(GOOD_SHARE * size + 1e-9);
  for (let accept = 0; accept <= Math.min(MOST_ACCEPTED, bad - 1); accept++) {
    const n = smallestSample(size, bad, accept);
    if (hypergeometricCdf(accept, { size, marked: good, drawn: n }) >= POWER) return { n, accept };
  }
  return { n: size, accept: bad - 1 };
}

/** Least n with P(no more than `accept` of n are beyond the limit) <= 5 % where `marked` of all are. */
export function smallestSample(size: number, marked: number, accept: number): number {
  let low = accept;
  let high = size;
  while (high - low > 1) {
    const n = Math.floor((low + high) / 2);
    if (hypergeometricCdf(accept, { size, marked, drawn: n }) <= 1 - CONFIDENCE) high = n;
    else low = n;
  }
  return high;
}
