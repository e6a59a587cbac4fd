import { describe, expect, test } from 'vitest';
import {
  comingsOf,
  learnOtherUse,
  otherUseEvidence,
  ownOtherUse,
} from '../src/lib/water-meter/other-use.ts';
import { otherUseDays, ranksInSpell } from '../src/lib/water-meter/other-use-days.ts';
import { registerHistory } from '../src/lib/water-meter/register-history.ts';
import { quietRecord } from '../src/lib/water-meter/quiet-spells.ts';
import { counter, electricity, HOUR_US, household, START_US, waterMeter } from './water-home.ts';

const model = learnOtherUse([]);
const days = (count: number, rank: number): number[] => Array.from({ length: count }, () => rank);
/** So many absences of a week, with electricity at rest. */
const atRest = (count: number): number[][] => Array.from({ length: count }, () => days(7, 0));
const usual = [0.3, 0.8, 0.5, 0.1, 0.9, 0.6, 0.4];

describe('electricity beside a register that stands still', () => {
  test('says nothing without days, and little on the first one', () => {
    expect(otherUseEvidence(model, [])).toBe(0);
    expect(Math.abs(otherUseEvidence(model, [0.5]))).toBeLessThan(2);
  });

  test('used as ever it speaks for a stopped meter, by no more than absences that look so', () => {
    expect(otherUseEvidence(model, usual)).toBeGreaterThan(2.5);
    expect(otherUseEvidence(model, days(60, 0.5))).toBeLessThanOrEqual(Math.log(1 / 0.03) + 1e-9);
  });

  test('at rest it speaks for an empty home, the more the longer', () => {
    const [week, month] = [7, 30].map((count) => otherUseEvidence(model, days(count, 0)));
    expect(week).toBeLessThan(-1);
    expect(month).toBeLessThan((week ?? 0) - 1);
  });

  test('people who come back and use no water tell a stop, although they were away before', () => {
    const back = otherUseEvidence(model, [...days(6, 0), ...days(7, 0.6)]);
    expect(back).toBeGreaterThan(1);
    expect(back).toBeGreaterThan(otherUseEvidence(model, days(13, 0)) + 2);
  });

  test('what absences of the fleet look like is learned', () => {
    const cooled = learnOtherUse(Array.from({ length: 50 }, () => [usual]));
    expect(cooled.asUsual).toBeGreaterThan(5 * model.asUsual);
    expect(otherUseEvidence(cooled, usual)).toBeLessThan(otherUseEvidence(model, usual) - 1);
    const warm = learnOtherUse(Array.from({ length: 50 }, () => [days(6, 0.7)]));
    expect(otherUseEvidence(warm, days(7, 0.7))).toBeLessThan(
      otherUseEvidence(model, days(7, 0.7)),
    );
  });

  test('one home that always looks the same says no more of the others than four absences', () => {
    const one = [Array.from({ length: 200 }, () => usual)];
    expect(learnOtherUse(one).asUsual).toBeCloseTo(
      learnOtherUse([Array.from({ length: 4 }, () => usual)]).asUsual,
      9,
    );
    expect(learnOtherUse(one).asUsual).toBeLessThan(0.1);
  });

  test('a home whose electricity rested in all its absences is believed more when it does not', () => {
    const own = ownOtherUse(model, atRest(15));
    expect(own.asUsual).toBeLessThan(model.asUsual / 3);
    expect(otherUseEvidence(own, usual)).toBeGreaterThan(otherUseEvidence(model, usual) + 1);
    const busy = ownOtherUse(
      model,
      Array.from({ length: 15 }, () => days(7, 0.5)),
    );
    expect(otherUseEvidence(busy, usual)).toBeLessThan(0.5);
  });

  test('of people who come and go all the time some days at rest are expected', () => {
    const byTurns = Float64Array.from({ length: 200 }, (_, day) => Number(day % 5 < 3));
    const comings = comingsOf(byTurns, 200);
    expect(comings.leave).toBeGreaterThan(0.15);
    expect(comings.back).toBeGreaterThan(0.4);
    const week = [0.5, 0.7, 0, 0, 0.4, 0.8, 0.6, 0, 0, 0.3];
    expect(otherUseEvidence(model, week, comings)).toBeGreaterThan(otherUseEvidence(model, week));
    // days that nobody knows are no comings
    expect(comingsOf(new Float64Array(50).fill(NaN), 50).leave).toBeCloseTo(0.02, 9);
  });
});

const away = (day: number): boolean => day >= 80 && day < 88;

test('the day on which people come back is none of their absence', () => {
  const length = 120;
  const meter = waterMeter('m', counter(household(length, 5, away)));
  const grid = { startUs: START_US, stepUs: HOUR_US, count: length * 24 + 1 };
  const history = registerHistory(meter, grid, Infinity);
  if (history === undefined) throw new Error('no history');
  const use = otherUseDays(electricity(length, 6, away), history, 420, length * 24);
  const [spell] = quietRecord(history).spells.filter((one) => one.days > 5);
  if (spell === undefined) throw new Error('no absence');
  const ranks = ranksInSpell(use, spell);
  // the day after the last water, and all but the one of the first
  expect(ranks).toHaveLength(7);
  expect(Math.max(...ranks)).toBe(0);
  expect(use.people.slice(75, 92)).toEqual(
    Float64Array.from({ length: 17 }, (_, k) => (away(75 + k) ? 0 : 1)),
  );
});
