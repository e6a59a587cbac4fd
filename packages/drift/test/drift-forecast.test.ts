import { expect, test } from 'vitest';
import { forecastDrift } from '../src/lib/drift-forecast.ts';
import { driftProfiles } from '../src/lib/drift-profiles.ts';
import type { Component } from '../src/lib/error-path.ts';

const BLOCKS = 18;
const DAYS_PER_BLOCK = 2;
const profiles = driftProfiles(BLOCKS);

const part = (profile: number, values: Partial<Component>): Component => ({
  weight: 1,
  mean: 0,
  variance: 1e-10,
  profile,
  size: 0,
  sizeVariance: 1e-10,
  sizeCovariance: 0,
  ...values,
});

const forecast = (components: readonly Component[]): ReturnType<typeof forecastDrift> =>
  forecastDrift({
    components,
    profiles,
    days: BLOCKS * DAYS_PER_BLOCK,
    daysPerBlock: DAYS_PER_BLOCK,
    limit: 0.01,
  });

test('a ramp that still grows has its rate per year and the day it crosses the limit', () => {
  const ramp = profiles.findIndex(
    ({ kind, start, growth }) => kind === 'ramp' && start === 0 && (growth.at(-1) ?? 0) > 0,
  );
  // e grows from 0 at day 0 to 0.6 % in the middle of the last block (day 35; as-of is day 36): 1 % another 23 days later
  const { perYear, perYearSd, exitMedianDays, exitEarliestDays } = forecast([
    part(ramp, { mean: 0.006, size: 0.006 }),
  ]);
  // 17.5 blocks of 2 days; d e / d beta = 1 / (1 - beta)^2
  expect(perYear).toBeCloseTo(((0.006 * 365.25) / 35) * (1 / (1 - 0.006) ** 2), 6);
  expect(perYearSd).toBeLessThan(0.001);
  // beta of 1 % is 0.0099: (0.0099 - 0.006) / (0.006 / 35) = 22.8 days after day 35
  expect(exitMedianDays).toBe(22);
  expect(exitEarliestDays).toBe(22);
});

test('an uncertain rate brings the earliest day forward', () => {
  const ramp = profiles.findIndex(
    ({ kind, start, growth }) => kind === 'ramp' && start === 0 && (growth.at(-1) ?? 0) > 0,
  );
  const { exitMedianDays, exitEarliestDays } = forecast([
    part(ramp, { mean: 0.004, variance: 0.001 ** 2, size: 0.004, sizeVariance: 0.001 ** 2 }),
  ]);
  expect(exitEarliestDays).toBeLessThan((exitMedianDays ?? 0) - 10);
});

/** Day after as-of (day 36) on which a ramp that has reached 0.6 % times z at day 35 comes to e = 1 %, a beta of 0.01 / 1.01. */
const crosses = (z: number) => 35 * (0.01 / 1.01 / 0.006 / z) - 36;

test('earliest and latest are the 5 and 95 % points of the day on which the ramp crosses', () => {
  const ramp = profiles.findIndex(
    ({ kind, start, growth }) => kind === 'ramp' && start === 0 && (growth.at(-1) ?? 0) > 0,
  );
  // Level and size are one: 0.6 % times z, z normal around 1 with sd 0.1.
  const sd = 0.0006;
  const { exitEarliestDays, exitMedianDays, exitLatestDays } = forecast([
    part(ramp, {
      mean: 0.006,
      variance: sd ** 2,
      size: 0.006,
      sizeVariance: sd ** 2,
      sizeCovariance: sd ** 2,
    }),
  ]);
  // told to the day
  expect(Math.abs((exitEarliestDays ?? 0) - crosses(1 + 0.1 * 1.645))).toBeLessThan(1.01);
  expect(Math.abs((exitMedianDays ?? 0) - crosses(1))).toBeLessThan(1.01);
  expect(Math.abs((exitLatestDays ?? 0) - crosses(1 - 0.1 * 1.645))).toBeLessThan(1.01);
});

test('no latest day where more than a twentieth of the probability stays within the limits', () => {
  const step = profiles.findIndex(({ kind, start }) => kind === 'step' && start === 10);
  const { exitMedianDays, exitLatestDays } = forecast([
    part(-1, { weight: 0.06 }),
    part(step, { weight: 0.94, mean: 0.04, size: 0.04 }),
  ]);
  expect(exitMedianDays).toBe(-16);
  expect(exitLatestDays).toBeUndefined();
});

test('a step left the limits when it came, and does not grow', () => {
  const step = profiles.findIndex(({ kind, start }) => kind === 'step' && start === 10);
  const { perYear, exitMedianDays } = forecast([part(step, { mean: 0.04, size: 0.04 })]);
  expect(perYear).toBe(0);
  // block 10 of 18 begins 16 days before as-of
  expect(exitMedianDays).toBe(-16);
});

test('a healthy meter has no exit', () => {
  const { perYear, exitMedianDays, exitEarliestDays } = forecast([part(-1, { mean: 0.002 })]);
  expect(perYear).toBe(0);
  expect(exitMedianDays).toBeUndefined();
  expect(exitEarliestDays).toBeUndefined();
});

test('where less than half of the probability ever leaves the limits nothing is dated', () => {
  const step = profiles.findIndex(({ kind, start }) => kind === 'step' && start === 10);
  const { exitMedianDays } = forecast([
    part(-1, { weight: 0.6 }),
    part(step, { weight: 0.4, mean: 0.04, size: 0.04 }),
  ]);
  expect(exitMedianDays).toBeUndefined();
});
