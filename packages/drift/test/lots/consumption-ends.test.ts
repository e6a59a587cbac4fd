import { describe, expect, test } from 'vitest';
import { changeBetween, consumptionEnds, END_WEEKS, WEEK_US } from '../../src/index.ts';

const DAY_US = 86_400e6;
const FIRST_US = Date.UTC(2025, 0, 1) * 1000;
const PHASE_US = 300e6;

/** A register at the turns of the weeks. */
function register(weeks: readonly number[]): Float64Array {
  let sum = 100;
  return Float64Array.from([sum, ...weeks.map((energy) => (sum += energy))]);
}

describe('ends of the window', () => {
  test('lie a year apart where there is one', () => {
    const latestUs = FIRST_US + 500 * DAY_US + 7 * 3600e6;
    const ends = consumptionEnds(FIRST_US, latestUs, PHASE_US);
    expect(ends?.lateUs).toBe(FIRST_US + 500 * DAY_US + PHASE_US - END_WEEKS * WEEK_US);
    expect(ends?.earlyUs).toBe((ends?.lateUs ?? 0) - 52 * WEEK_US);
    expect(ends?.years).toBeCloseTo(364 / 365.25, 12);
  });

  test('are the first and last weeks of less, and need a quarter between', () => {
    const least = (13 + END_WEEKS) * WEEK_US;
    const ends = consumptionEnds(FIRST_US, FIRST_US + least, 0);
    expect(ends).toEqual({
      earlyUs: FIRST_US,
      lateUs: FIRST_US + 13 * WEEK_US,
      years: (13 * 7) / 365.25,
    });
    expect(consumptionEnds(FIRST_US, FIRST_US + least - 1, 0)).toBeUndefined();
  });
});

describe('change of a usual week', () => {
  test('is the log of the ratio; a week away counts little', () => {
    const found = changeBetween(register([9, 10, 11, 10, 0, 10]), register([8, 8, 8, 8, 8, 8]));
    expect(found?.change).toBeCloseTo(Math.log(0.8), 12);
    expect(found?.se).toBeGreaterThan(0);
    expect(changeBetween(register([8, 8, 8, 8]), register([8, 8, 8, 8]))).toEqual({
      change: 0,
      se: 0,
    });
  });

  test('is not told by a meter that counts nothing, by too few weeks, or across a fall', () => {
    const usual = register([8, 8, 8, 8, 8, 8]);
    expect(changeBetween(usual, register([0, 0, 0, 0, 0, 0]))).toBeUndefined();
    expect(changeBetween(register([8, 8, 8]), usual)).toBeUndefined();
    const gaps = Float64Array.from(usual, (value, k) => (k % 3 === 1 ? NaN : value));
    expect(changeBetween(usual, gaps)).toBeUndefined();
    const fallen = Float64Array.from(usual, (value, k) => (k >= 3 ? value - 50 : value));
    expect(changeBetween(usual, fallen)?.change).toBeCloseTo(0, 12);
  });
});
