import { at } from '@verimeter/statistics';
import { expect, test } from 'vitest';
import { driftProfiles, type PathEvidence, posteriorOfPath } from '../src/lib/error-path.ts';
import { varianceInflation } from '../src/lib/sandwich.ts';
import { bellSequence } from './sequence.ts';

const BLOCKS = 20;
const PROFILES = driftProfiles(BLOCKS);
const PRIOR = { drifted: 0.02, lotMean: 0, lotSd: 0.003 };
const SD = 0.01;

/** `rounding`: information and score that are left of blocks without load; undefined: there is none. */
function inflationOf(estimates: ArrayLike<number>, rounding?: number): number {
  const information = new Float64Array(BLOCKS * BLOCKS);
  for (let d = 0; d < BLOCKS; d++) information[d * BLOCKS + d] = 1 / SD ** 2;
  if (rounding !== undefined) information[0] = rounding;
  const path: PathEvidence = {
    blocks: BLOCKS,
    information,
    moment: Float64Array.from(estimates, (value, d) =>
      d === 0 && rounding !== undefined ? 1e-11 : value / SD ** 2,
    ),
  };
  return varianceInflation({ path, posterior: posteriorOfPath(path, PROFILES, PRIOR) }, PROFILES);
}

test('scores that scatter as the model says leave its variance alone', () => {
  for (const seed of [2, 3, 4, 5]) {
    const z = bellSequence(BLOCKS, seed);
    // chi-square with 20 degrees over 20, and 3 more at ratio 1: above 1.2 in a fifth of the cases; these four are below
    const ratio = z.reduce((sum, value) => sum + value * value, 3) / (BLOCKS + 3);
    const inflation = inflationOf(z.map((value) => SD * value));
    if (ratio < 1) expect(inflation).toBeLessThan(1.6);
    expect(inflation).toBeGreaterThanOrEqual(1);
  }
});

test('scores twice as wide make the variance some four times as large', () => {
  // alternating, so that nothing lasts: squares 4 in each of 20 blocks, 3 more at 1, about a level of nearly zero
  const estimates = Array.from({ length: BLOCKS }, (_, d) => (d % 2 === 0 ? 2 * SD : -2 * SD));
  expect(inflationOf(estimates)).toBeCloseTo((20 * 4 + 3) / 23, 1);
});

test('a wander over days shows in groups of five blocks where single blocks hide it', () => {
  const estimates = Array.from({ length: BLOCKS }, (_, d) =>
    Math.floor(d / 5) % 2 === 0 ? SD : -SD,
  );
  // single blocks: ratio 1; four groups of five: scores 5 / variance 5, squared 5 each, 3 more at 1: (20 + 3) / 7
  expect(inflationOf(estimates)).toBeCloseTo(23 / 7, 0);
});

test('what rounding leaves of a block without load says nothing', () => {
  const z = bellSequence(BLOCKS, 7).map((value) => 2 * SD * value);
  const none = inflationOf(z, 0);
  expect(none).toBeGreaterThan(1.2);
  // a score of 1e-11 over a variance of 1e-25 would be thirty standard deviations
  expect(inflationOf(z, 1e-25)).toBeCloseTo(none, 9);
});

test('a drift that is found is not misfit', () => {
  const z = bellSequence(BLOCKS, 2);
  const step = (size: number): number =>
    inflationOf(
      Float64Array.from({ length: BLOCKS }, (_, d) => SD * at(z, d) + (d >= 8 ? size : 0)),
    );
  expect(step(0.06)).toBeLessThan(1.5 * step(0) + 0.3);
});
