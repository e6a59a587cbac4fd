import { at } from '@verimeter/statistics';
import { expect, test } from 'vitest';
import { composeLot } from '../../src/lib/lots/lot-composition.ts';
import { beyond, partsBeyond } from '../../src/lib/lots/lot-parts.ts';
import {
  countDistribution,
  likelihoodsOf,
  type LotAtHand,
} from '../../src/lib/lots/share-posterior.ts';
import { bellSequence } from '../sequence.ts';
import { LIMIT, lotOf, member } from './made-lot.ts';

/** Uniform in (0, 1): Park and Miller's generator. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

/** Gamma with a shape, by Marsaglia and Tsang (2000), boosted below 1. */
function gamma(shape: number, next: () => number): number {
  if (shape < 1) return gamma(shape + 1, next) * next() ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const z = Math.sqrt(-2 * Math.log(next())) * Math.cos(2 * Math.PI * next());
    const v = (1 + z / Math.sqrt(9 * d)) ** 3;
    if (v > 0 && Math.log(next()) < 0.5 * z * z + d - d * v + d * Math.log(v)) return d * v;
  }
}

/**
 * Another way to the same posterior: a Gibbs sampler over parts of members and shares with a Dirichlet prior worth one member. Mean and sd of the
 * number beyond the limit.
 */
function sampled(
  { members, unseen, parts }: LotAtHand,
  sweeps: number,
): { mean: number; sd: number } {
  const next = uniform(4711);
  const { count, means, sds } = parts;
  const likely = likelihoodsOf(
    members.map(({ own }) => own),
    parts,
  );
  const over = members.map(({ own: { error, variance } }) =>
    Float64Array.from({ length: count }, (_, k) => {
      const own = at(sds, k) ** 2;
      const mean = (error * own + at(means, k) * variance) / (own + variance);
      return beyond(mean, Math.sqrt((own * variance) / (own + variance)), {
        limit: LIMIT,
        shift: 0,
      });
    }),
  );
  const ofParts = partsBeyond(parts, LIMIT);
  let shares = new Float64Array(count).fill(1 / count);
  let first = 0;
  let second = 0;
  let kept = 0;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const counts = new Float64Array(count).fill(1 / count);
    let number = 0;
    members.forEach((_, i) => {
      const joint = shares.map((share, k) => share * at(likely, i * count + k));
      let left = next() * joint.reduce((sum, value) => sum + value, 0);
      let k = 0;
      for (left -= at(joint, 0); k < count - 1 && left > 0; left -= at(joint, k)) k++;
      counts[k] = at(counts, k) + 1;
      if (next() < at(over[i] ?? [], k)) number++;
    });
    const drawn = counts.map((shape) => gamma(shape, next));
    const total = drawn.reduce((sum, value) => sum + value, 0);
    shares = drawn.map((value) => value / total);
    const theta = shares.reduce((sum, share, k) => sum + share * at(ofParts, k), 0);
    for (let u = 0; u < unseen.length; u++) if (next() < theta) number++;
    if (sweep < sweeps / 5) continue;
    kept++;
    first += number;
    second += number * number;
  }
  const mean = first / kept;
  return { mean, sd: Math.sqrt(second / kept - mean * mean) };
}

function moments(counts: Float64Array): { mean: number; sd: number } {
  let mean = 0;
  let square = 0;
  counts.forEach((mass, k) => {
    mean += mass * k;
    square += mass * k * k;
  });
  return { mean, sd: Math.sqrt(square - mean * mean) };
}

/** A lot of 120, every fifth member without an estimate, and both ways to the number beyond the limit. */
function bothWays(errorOf: (z: number, i: number) => number) {
  const errors = [...bellSequence(120, 31)].map(errorOf);
  const noise = bellSequence(120, 32);
  const composed = composeLot(
    lotOf(
      errors.map((error, i) => {
        const sd = 0.003 + 0.00005 * i;
        return i % 5 === 0 ? member(i) : member(i, error + sd * at(noise, i), sd);
      }),
    ),
  );
  if (composed === undefined) throw new Error('nothing composed');
  return {
    own: moments(countDistribution(composed.lot, composed.compositions)),
    other: sampled(composed.lot, 1200),
  };
}

test('of a drifted minority the number beyond the limit is that of a Gibbs sampler', () => {
  const { own, other } = bothWays((z, i) => (i % 12 === 1 ? -0.035 : 0.004 * z));
  expect(Math.abs(own.mean - other.mean)).toBeLessThan(0.5 * other.sd);
  expect(own.sd / other.sd).toBeGreaterThan(0.75);
  expect(own.sd / other.sd).toBeLessThan(1.35);
});

test('of a normal lot it is in the same place; a sampler that sticks to few parts is surer', () => {
  const { own, other } = bothWays((z) => 0.011 * z);
  expect(Math.abs(own.mean - other.mean)).toBeLessThan(own.sd);
  expect(own.sd).toBeGreaterThan(0.75 * other.sd);
});
