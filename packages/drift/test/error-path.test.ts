import { at } from '@verimeter/statistics';
import { describe, expect, test } from 'vitest';
import { DRIFT_KINDS, type DriftPrevalence } from '../src/lib/drift-sizes.ts';
import { driftProfiles, type Profile, shareAt } from '../src/lib/drift-profiles.ts';
import {
  type Component,
  componentsAt,
  type PathEvidence,
  posteriorOfPath,
} from '../src/lib/error-path.ts';
import { mixtureCdf, mixtureMoments, mixtureQuantiles } from '../src/lib/mixture.ts';
import { sequence } from './sequence.ts';

/** Sizes of a drift: centre, sd, weight; those off zero to either side. */
const PREVALENCE: DriftPrevalence = {
  drifted: 0.03,
  sizes: [
    { centre: 0.02, sd: 0.004, weight: 0.5 },
    { centre: 0.05, sd: 0.01, weight: 0.4 },
    { centre: 0, sd: 0.3, weight: 0.1 },
  ],
  kinds: [0.4, 0.35, 0.25],
};
const SIZES = [
  [0.02, 0.004, 0.25],
  [-0.02, 0.004, 0.25],
  [0.05, 0.01, 0.2],
  [-0.05, 0.01, 0.2],
  [0, 0.3, 0.1],
] as const;

const density = (x: number, mean: number, sd: number): number =>
  Math.exp(-0.5 * ((x - mean) / sd) ** 2) / sd / Math.sqrt(2 * Math.PI);

/** Evidence of daily estimates beta(d) with the given standard deviations, correlated a little from day to day. */
function evidenceOf(estimates: readonly number[], sd: number): PathEvidence {
  const blocks = estimates.length;
  const information = new Float64Array(blocks * blocks);
  for (let d = 0; d < blocks; d++)
    for (let c = 0; c < blocks; c++)
      information[d * blocks + c] = (d === c ? 1 : Math.abs(d - c) === 1 ? 0.2 : 0) / (sd * sd);
  const moment = Float64Array.from({ length: blocks }, (_, d) => {
    let sum = 0;
    for (let c = 0; c < blocks; c++) sum += at(information, d * blocks + c) * at(estimates, c);
    return sum;
  });
  return { blocks, information, moment };
}

function likelihood(
  { blocks, information, moment }: PathEvidence,
  path: readonly number[],
): number {
  let log = 0;
  for (let d = 0; d < blocks; d++) {
    log += at(moment, d) * at(path, d);
    for (let c = 0; c < blocks; c++)
      log -= 0.5 * at(path, d) * at(information, d * blocks + c) * at(path, c);
  }
  return Math.exp(log);
}

const PRIOR = { ...PREVALENCE, lotMean: 0.001, lotSd: 0.003 };

/**
 * Marginal likelihoods, and the mean of the level at the last block, by the trapezoid rule: its error on a Gaussian is far below
 * 1e-9 once the step is half a standard deviation.
 */
function integrate(
  evidence: PathEvidence,
  profiles: readonly Profile[],
): { healthy: number; drifted: number; driftedMean: number; healthyMean: number } {
  const { lotMean, lotSd } = PRIOR;
  let healthy = 0;
  let healthyMean = 0;
  let drifted = 0;
  let driftedMean = 0;
  const stepLevel = 0.0005;
  const stepSize = 0.001;
  for (let level = lotMean - 0.03; level <= lotMean + 0.03; level += stepLevel) {
    const flat = Array.from({ length: evidence.blocks }, () => level);
    const weight = density(level, lotMean, lotSd) * stepLevel;
    const one = weight * likelihood(evidence, flat);
    healthy += one;
    healthyMean += one * level;
    for (const [index, { shape }] of profiles.entries())
      for (const [centre, sd, part] of SIZES) {
        for (let size = -0.25; size <= 0.25; size += stepSize) {
          const path = flat.map((value, d) => value + size * at(shape, d));
          const two =
            weight *
            at(PREVALENCE.kinds, index) *
            part *
            density(size, centre, sd) *
            stepSize *
            likelihood(evidence, path);
          drifted += two;
          driftedMean += two * (level + size * at(shape, evidence.blocks - 1));
        }
      }
  }
  return {
    healthy,
    drifted,
    driftedMean: driftedMean / drifted,
    healthyMean: healthyMean / healthy,
  };
}

describe('the profiles of a drift', () => {
  const profiles = driftProfiles(20);

  test('have weights that add up to 1 in each kind, and reach their size at the last block', () => {
    for (const kind of DRIFT_KINDS)
      expect(
        profiles.filter((p) => p.kind === kind).reduce((sum, { weight }) => sum + weight, 0),
      ).toBeCloseTo(1, 12);
    for (const { shape } of profiles) {
      expect(shape).toHaveLength(20);
      expect(at(shape, 19)).toBe(1);
    }
  });

  const ramps = profiles.filter(({ kind }) => kind === 'ramp');

  test('are a constant, a step at every block, and ramps that start before or within the window', () => {
    const kinds = profiles.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === 'constant')).toHaveLength(1);
    expect(kinds.filter((kind) => kind === 'step')).toHaveLength(19);
    expect(ramps.some(({ start }) => start < 0)).toBe(true);
    expect(ramps.some(({ start }) => start > 0)).toBe(true);
    expect(ramps.some(({ shape }) => at(shape, 15) === 1 && at(shape, 2) < 1)).toBe(true);
    for (const { shape } of ramps)
      for (let d = 1; d < 20; d++) expect(at(shape, d)).toBeGreaterThanOrEqual(at(shape, d - 1));
  });

  test('a share between the middles of two blocks lies on the ramp, behind the window where it goes on', () => {
    for (const profile of ramps) {
      const last = at(profile.growth, 19);
      for (let d = 1; d < 20; d++) {
        const middle = 0.5 * (at(profile.shape, d) + at(profile.shape, d - 1));
        // where a ramp begins or ends within the blocks, their halves have other slopes
        const corner = at(profile.growth, d) !== at(profile.growth, d - 1) ? 0.26 : 1e-9;
        const size = Math.max(at(profile.growth, d), at(profile.growth, d - 1), 1e-9);
        expect(Math.abs(shareAt(profile, d) - middle)).toBeLessThan(corner * size + 1e-9);
      }
      expect(shareAt(profile, 25)).toBeCloseTo(1 + 5.5 * last, 9);
    }
    expect(ramps.some(({ growth }) => at(growth, 19) > 0)).toBe(true);
  });

  test('a step comes at the beginning of its block', () => {
    const steps = profiles.filter(({ kind, start }) => kind === 'step' && start === 7);
    expect(steps.map((step) => [6.99, 7, 30].map((time) => shareAt(step, time)))).toEqual([
      [0, 1, 1],
    ]);
  });

  test('of a mixture the parts that still grow go on with their sizes, the others stay', () => {
    const growing = profiles.findIndex(
      ({ kind, start, growth }) => kind === 'ramp' && start === 0 && at(growth, 19) > 0,
    );
    const part = { weight: 0.5, mean: 0.01, variance: 4e-6, size: 0.02, sizeVariance: 9e-6 };
    const parts = [
      { ...part, profile: -1, sizeCovariance: 0 },
      { ...part, profile: 0, sizeCovariance: 3e-6 },
      { ...part, profile: growing, sizeCovariance: 3e-6 },
    ];
    const later = componentsAt(parts, profiles, 20);
    expect(later.slice(0, 2)).toEqual(parts.slice(0, 2));
    // half a block behind the middle of the last one, of 19.5 that the ramp took: beta + size / 39
    const change = 1 / 39;
    expect(later[2]?.mean).toBeCloseTo(0.01 + 0.02 * change, 12);
    expect(later[2]?.variance).toBeCloseTo(4e-6 + 2 * 3e-6 * change + 9e-6 * change ** 2, 15);
    expect(later[2]?.sizeCovariance).toBeCloseTo(3e-6 + 9e-6 * change, 15);
  });

  test('of a single block there is only the constant and its ramps', () => {
    expect(driftProfiles(1).map(({ kind }) => kind)).toContain('constant');
    expect(driftProfiles(1).map(({ kind }) => kind)).not.toContain('step');
    for (const { shape } of driftProfiles(1)) expect(shape).toHaveLength(1);
  });
});

describe('the two-group posterior of a path', () => {
  // what a drift grows by within a block does not touch the posterior
  const growth = new Float64Array(4);
  const profiles: Profile[] = [
    { kind: 'constant', start: 0, growth, weight: 1, shape: Float64Array.of(1, 1, 1, 1) },
    { kind: 'step', start: 2, growth, weight: 1, shape: Float64Array.of(0, 0, 1, 1) },
    { kind: 'ramp', start: 0, growth, weight: 1, shape: Float64Array.of(0.1, 0.4, 0.7, 1) },
  ];

  test('is that of numerical integration over level and size', () => {
    const evidence = evidenceOf([0.002, -0.001, 0.012, 0.011], 0.008);
    const truth = integrate(evidence, profiles);
    const odds = (PRIOR.drifted / (1 - PRIOR.drifted)) * (truth.drifted / truth.healthy);
    const posterior = posteriorOfPath(evidence, profiles, PRIOR);
    // the grid ends where the likelihood of these data has fallen below 1e-30
    expect(posterior.logBayesFactor).toBeCloseTo(Math.log(truth.drifted / truth.healthy), 7);
    expect(posterior.probabilityDrifted).toBeCloseTo(odds / (1 + odds), 8);
    expect(posterior.healthyMean).toBeCloseTo(truth.healthyMean, 9);
    const { mean } = mixtureMoments(posterior.components);
    const p = odds / (1 + odds);
    // parts of less than a millionth are left out of the mixture
    expect(mean).toBeCloseTo(p * truth.driftedMean + (1 - p) * truth.healthyMean, 7);
  });

  test('says of each kind and size alone what it says of their mixture', () => {
    const evidence = evidenceOf([0.012, 0.019, 0.022, 0.021], 0.006);
    const { logBayesFactor, bayesFactors } = posteriorOfPath(evidence, profiles, PRIOR);
    let mixed = 0;
    PREVALENCE.kinds.forEach((share, kind) =>
      PREVALENCE.sizes.forEach((size, k) => {
        const log = at(bayesFactors, kind * PREVALENCE.sizes.length + k);
        mixed += share * size.weight * Math.exp(log);
        const alone = posteriorOfPath(evidence, profiles.slice(kind, kind + 1), {
          ...PRIOR,
          sizes: [{ ...size, weight: 1 }],
          kinds: PREVALENCE.kinds.map((_, other) => (other === kind ? 1 : 0)),
        });
        expect(log).toBeCloseTo(alone.logBayesFactor, 10);
      }),
    );
    expect(Math.log(mixed)).toBeCloseTo(logBayesFactor, 10);
  });

  test('names the profile that the data follow', () => {
    const sd = 0.002;
    const best = (path: readonly number[]): string | undefined => {
      const posterior = posteriorOfPath(evidenceOf(path, sd), profiles, PRIOR);
      expect(posterior.probabilityDrifted).toBeGreaterThan(0.99);
      return profiles[posterior.best]?.kind;
    };
    expect(best([0.04, 0.041, 0.04, 0.04])).toBe('constant');
    expect(best([0, 0.001, -0.04, -0.041])).toBe('step');
    expect(best([0.005, 0.02, 0.035, 0.05])).toBe('ramp');
  });

  test('gives back its prior where the data say nothing', () => {
    const posterior = posteriorOfPath(evidenceOf([0.3, -0.2, 0.1, 0.2], 1e4), profiles, PRIOR);
    expect(posterior.probabilityDrifted).toBeCloseTo(PRIOR.drifted, 6);
    expect(posterior.healthyMean).toBeCloseTo(PRIOR.lotMean, 8);
    expect(Math.sqrt(posterior.healthyVariance)).toBeCloseTo(PRIOR.lotSd, 8);
  });

  test('is the same for the mirrored data, but for a lot that has a mean', () => {
    const prior = { ...PRIOR, lotMean: 0 };
    const path = [0.001, 0.006, 0.02, 0.026];
    const up = posteriorOfPath(evidenceOf(path, 0.007), profiles, prior);
    const down = posteriorOfPath(
      evidenceOf(
        path.map((value) => -value),
        0.007,
      ),
      profiles,
      prior,
    );
    expect(down.probabilityDrifted).toBeCloseTo(up.probabilityDrifted, 12);
    expect(mixtureMoments(down.components).mean).toBeCloseTo(
      -mixtureMoments(up.components).mean,
      12,
    );
  });
});

describe('a mixture', () => {
  const components: Component[] = [
    {
      weight: 0.7,
      mean: 0.001,
      variance: 4e-6,
      profile: -1,
      size: 0,
      sizeVariance: 0,
      sizeCovariance: 0,
    },
    {
      weight: 0.3,
      mean: 0.05,
      variance: 9e-6,
      profile: 0,
      size: 0,
      sizeVariance: 0,
      sizeCovariance: 0,
    },
  ];

  test('has the moments of draws from it', () => {
    const u = sequence(60_000, 3);
    let sum = 0;
    let squares = 0;
    const draws = 20_000;
    for (let k = 0; k < draws; k++) {
      const first = (at(u, 3 * k) + 1) / 2 < 0.7;
      const radius = Math.sqrt(-2 * Math.log((at(u, 3 * k + 1) + 1) / 2));
      const z = radius * Math.cos(Math.PI * at(u, 3 * k + 2));
      const value = first ? 0.001 + 0.002 * z : 0.05 + 0.003 * z;
      sum += value;
      squares += value * value;
    }
    const { mean, sd } = mixtureMoments(components);
    // standard error of the mean of 20,000 draws with sd 0.0226: 0.00016
    expect(Math.abs(mean - sum / draws)).toBeLessThan(0.0006);
    expect(Math.abs(sd - Math.sqrt(squares / draws - (sum / draws) ** 2))).toBeLessThan(0.0003);
  });

  test('quantile and distribution function are inverse to each other', () => {
    for (const probability of [0.025, 0.3, 0.69, 0.71, 0.975])
      for (const x of mixtureQuantiles(components, [probability]))
        expect(mixtureCdf(components, x)).toBeCloseTo(probability, 11);
  });
});
