import { at } from '@verimeter/statistics';
import { describe, expect, test } from 'vitest';
import { driftProfiles, type PathEvidence, posteriorOfPath } from '../src/lib/error-path.ts';
import {
  initialPrior,
  type JudgedMeter,
  learnPriors,
  type LotPrior,
} from '../src/lib/fleet-prior.ts';
import { bellSequence } from './sequence.ts';

const PROFILES = driftProfiles(1);

/** Evidence of one estimate of beta. */
const evidenceOf = (estimate: number, sd: number): PathEvidence => ({
  blocks: 1,
  information: Float64Array.of(1 / sd ** 2),
  moment: Float64Array.of(estimate / sd ** 2),
});

interface Seen {
  readonly lot: string;
  readonly estimate: number;
}

/** Meters of a lot N(mean, sd), every `each`-th with a drift of 5 %, seen with a standard error of 0.3 %. */
function seen(
  lot: string,
  count: number,
  draw: { mean: number; sd: number; each: number; seed: number },
): Seen[] {
  const z = bellSequence(2 * count, draw.seed);
  return Array.from({ length: count }, (_, i) => {
    const drift = i % draw.each === draw.each - 1 ? (i % 2 === 0 ? 0.05 : -0.05) : 0;
    const level = draw.mean + draw.sd * at(z, 2 * i) + drift;
    return { lot, estimate: level + 0.003 * at(z, 2 * i + 1) };
  });
}

function rounds(meters: readonly Seen[], count: number): Map<string, LotPrior> {
  let priors = new Map<string, LotPrior>();
  for (let round = 0; round < count; round++) {
    const judged = meters.map(({ lot, estimate }): JudgedMeter => ({
      lot,
      ...posteriorOfPath(evidenceOf(estimate, 0.003), PROFILES, priors.get(lot) ?? initialPrior()),
    }));
    priors = learnPriors(judged, priors);
  }
  return priors;
}

describe('the prior learned from a fleet', () => {
  test('recovers prevalence, and mean and spread of each lot', () => {
    const meters = [
      ...seen('early', 400, { mean: 0.004, sd: 0.003, each: 20, seed: 3 }),
      ...seen('late', 400, { mean: -0.001, sd: 0.002, each: 20, seed: 4 }),
    ];
    const priors = rounds(meters, 6);
    const [early, late] = [priors.get('early'), priors.get('late')];
    // 40 of 800, pulled to 2 % with the weight of 50 meters: 4.8 %
    expect(early?.drifted).toBeCloseTo(0.048, 2);
    expect(late?.drifted).toBe(early?.drifted);
    // standard error of a lot's mean 0.0042 / sqrt(380) = 0.0002; four of them
    expect(Math.abs((early?.lotMean ?? 1) - 0.004)).toBeLessThan(0.0009);
    expect(Math.abs((late?.lotMean ?? 1) + 0.001)).toBeLessThan(0.0009);
    expect(Math.abs((early?.lotSd ?? 1) - 0.003)).toBeLessThan(0.0006);
    expect(Math.abs((late?.lotSd ?? 1) - 0.002)).toBeLessThan(0.0006);
    expect(early?.lotMeanSd).toBeLessThan(0.0003);
  });

  test('without meters of its own is what is known beforehand', () => {
    expect(learnPriors([], new Map()).size).toBe(0);
    expect(initialPrior()).toEqual({ drifted: 0.02, lotMean: 0, lotSd: 0.003, lotMeanSd: 0.002 });
  });

  test('of a lot of one meter hardly moves', () => {
    const prior = rounds([{ lot: 'one', estimate: 0.006 }], 3).get('one');
    expect(Math.abs(prior?.lotMean ?? 1)).toBeLessThan(0.003);
    expect(Math.abs((prior?.lotSd ?? 1) - 0.003)).toBeLessThan(0.0005);
    // one healthy meter against fifty that are assumed
    expect(prior?.drifted).toBeLessThan(0.025);
    expect(prior?.drifted).toBeGreaterThan(0.018);
  });

  test('keeps prevalence below 30 % and the spread of a lot in its range, whatever it sees', () => {
    const wild = Array.from({ length: 200 }, (_, i) => ({
      lot: 'wild',
      estimate: i % 2 === 0 ? 0.06 : -0.06,
    }));
    const prior = rounds(wild, 6).get('wild');
    expect(prior?.drifted).toBe(0.3);
    expect(prior?.lotSd).toBeLessThanOrEqual(0.008);
    const equal = Array.from({ length: 300 }, () => ({ lot: 'same', estimate: 0 }));
    expect(rounds(equal, 6).get('same')?.lotSd).toBeGreaterThanOrEqual(0.0015);
  });
});
