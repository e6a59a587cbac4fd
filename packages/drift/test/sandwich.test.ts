import { at } from '@verimeter/statistics';
import { expect, test } from 'vitest';
import { FIRST_PREVALENCE } from '../src/lib/drift-sizes.ts';
import type { JudgedConsumer } from '../src/lib/drift-search.ts';
import { driftProfiles } from '../src/lib/drift-profiles.ts';
import { type PathEvidence, posteriorOfPath } from '../src/lib/error-path.ts';
import { blockUnrest, varianceInflations } from '../src/lib/sandwich.ts';
import { element } from './element.ts';
import { bellSequence } from './sequence.ts';

const BLOCKS = 20;
const PROFILES = driftProfiles(BLOCKS);
const PRIOR = { ...FIRST_PREVALENCE, lotMean: 0, lotSd: 0.003 };
const SD = 0.01;

/** A meter with independent estimates of its beta in each block. */
function judged(estimates: ArrayLike<number>): JudgedConsumer {
  const information = new Float64Array(BLOCKS * BLOCKS);
  for (let d = 0; d < BLOCKS; d++) information[d * BLOCKS + d] = 1 / SD ** 2;
  const path: PathEvidence = {
    blocks: BLOCKS,
    information,
    moment: Float64Array.from(estimates, (value) => value / SD ** 2),
  };
  return {
    path,
    level: { mean: 0, variance: SD ** 2 / BLOCKS },
    posterior: posteriorOfPath(path, PROFILES, PRIOR),
  };
}

const alternating = (size: number): number[] =>
  Array.from({ length: BLOCKS }, (_, d) => (d % 2 === 0 ? size : -size));
const area = (count: number, meter: (i: number) => ArrayLike<number>): JudgedConsumer[] =>
  Array.from({ length: count }, (_, i) => judged(meter(i)));
const noise = (i: number, size = SD): Float64Array =>
  bellSequence(BLOCKS, i + 2).map((z) => size * z);

test('scores that scatter as the model says leave its variance alone', () => {
  // 30 meters: the area's ratio is 1 within sqrt(2 / 600); a single meter's 20 squares weigh 20 of 28 and may exceed 1.2
  const inflations = varianceInflations(
    area(30, (i) => noise(i)),
    PROFILES,
  );
  const changed = inflations.filter((ratio) => ratio > 1);
  expect(changed.length).toBeLessThan(12);
  for (const ratio of inflations) expect(ratio).toBeLessThan(2.2);
});

test('an area whose scores are all twice as wide has some four times the variance', () => {
  // alternating, so that nothing lasts: squares of 4 in each of 20 blocks, 20 more at 1 for 30 meters
  const inflations = varianceInflations(
    area(30, () => alternating(2 * SD)),
    PROFILES,
  );
  const ratio = (30 * 20 * 4 + 20) / (30 * 20 + 20);
  for (const inflation of inflations) expect(inflation).toBeCloseTo((8 * ratio + 20 * 4) / 28, 1);
});

test('a wander over days shows in groups of five blocks where single blocks hide it', () => {
  const wander = Array.from({ length: BLOCKS }, (_, d) => (Math.floor(d / 5) % 2 === 0 ? SD : -SD));
  // single blocks: ratio 1; four groups of five: scores 5 / variance 5, squared 5 each
  const ratio = (30 * 4 * 5 + 20) / (30 * 4 + 20);
  for (const inflation of varianceInflations(
    area(30, () => wander),
    PROFILES,
  ))
    expect(inflation).toBeCloseTo((8 * ratio + 4 * 5) / 12, 0);
});

test('one restless meter is inflated more than its calm neighbours', () => {
  const inflations = varianceInflations(
    area(30, (i) => (i === 4 ? alternating(2.5 * SD) : noise(i))),
    PROFILES,
  );
  const calm = inflations.filter((_, i) => i !== 4).toSorted();
  expect(at(inflations, 4)).toBeGreaterThan(2.5 * at(calm, calm.length >> 1));
});

/** Inflation of the first of 20 meters whose error steps by `size` at block 8. */
const inflationBesideStep = (size: number): number =>
  at(
    varianceInflations(
      area(20, (i) => noise(i).map((value, d) => value + (i === 0 && d >= 8 ? size : 0))),
      PROFILES,
    ),
    0,
  );

test('a drift that is found is not misfit', () => {
  expect(inflationBesideStep(0.06)).toBeLessThan(1.5 * inflationBesideStep(0) + 0.3);
});

test('a block in which all meters are off is restless, the others are not', () => {
  const unrest = blockUnrest(
    area(40, (i) => noise(i).map((value, d) => (d === 7 ? 2.5 * value : value))),
    PROFILES,
  );
  // 40 squares of 6.25 on average, capped at 9; with 10 at 1
  expect(at(unrest, 7)).toBeGreaterThan(2.5);
  for (const [d, ratio] of unrest.entries()) {
    expect(ratio).toBeGreaterThanOrEqual(1);
    if (d !== 7) expect(ratio).toBeLessThan(1.9);
  }
  expect(element([...unrest], 7)).toBe(Math.max(...unrest));
});

test('what rounding leaves of a block without load says nothing', () => {
  const meters = area(30, (i) => noise(i, 2 * SD));
  const [first] = meters;
  const empty = (left: number): JudgedConsumer => {
    const information = Float64Array.from(first?.path.information ?? []);
    const moment = Float64Array.from(first?.path.moment ?? []);
    information[0] = left;
    moment[0] = left === 0 ? 0 : 1e-11;
    const path = { blocks: BLOCKS, information, moment };
    return {
      path,
      level: { mean: 0, variance: SD ** 2 / BLOCKS },
      posterior: posteriorOfPath(path, PROFILES, PRIOR),
    };
  };
  const inflationWith = (left: number): number =>
    at(varianceInflations([empty(left), ...meters.slice(1)], PROFILES), 0);
  expect(inflationWith(0)).toBeGreaterThan(1.2);
  // a score of 1e-11 over a variance of 1e-25 would be thirty standard deviations
  expect(inflationWith(1e-25)).toBeCloseTo(inflationWith(0), 9);
});
