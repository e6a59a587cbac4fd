import { describe, expect, test } from 'vitest';
import {
  changeOfWeeks,
  consumptionChange,
} from '../src/lib/self-consistency/consumption-change.ts';
import { consumptionCohort } from '../src/lib/self-consistency/consumption-cohort.ts';
import { weeklyEnergy } from '../src/lib/self-consistency/consumption-weeks.ts';
import { bellSequence } from './sequence.ts';

const WEEKS = 40;
/** kW.h a week of a home with its own habits, in a city with a hot season. */
function home(index: number, change: (week: number) => number = () => 1): Float64Array {
  const noise = bellSequence(WEEKS + 1, 100 + index);
  let wander = 0;
  const usual = 60 * Math.exp(0.4 * (noise[WEEKS] ?? 0));
  return Float64Array.from({ length: WEEKS }, (_, week) => {
    wander = 0.8 * wander + 0.06 * (noise[week] ?? 0);
    const season = 1 + 0.3 * Math.sin(week / 8);
    return usual * season * Math.exp(wander) * change(week);
  });
}
const cohort = consumptionCohort(Array.from({ length: 60 }, (_, index) => home(index)));
const judged = (energy: Float64Array) => changeOfWeeks(energy, cohort, (week) => `week ${week}`);

describe('consumption against the cohort', () => {
  test('homes that stay as they are, seasons and all, have not changed', () => {
    const states = Array.from({ length: 100 }, (_, index) => judged(home(1000 + index)).state);
    expect(states.filter((state) => state !== 'unchanged')).toEqual([]);
  });

  test('half as much for twelve weeks is told with size, interval and week', () => {
    const found = judged(home(2000, (week) => (week >= 28 ? 0.5 : 1)));
    expect(found).toMatchObject({ state: 'changed', since: 'week 28', weeks: 12 });
    if (found.state !== 'changed') return;
    expect(found.size).toBeCloseTo(-0.5, 1);
    expect(found.low).toBeLessThan(-0.5);
    expect(found.high).toBeGreaterThan(-0.5);
  });

  test.each([
    ['20 % less', (week: number) => (week >= 28 ? 0.8 : 1)],
    ['three weeks away from home', (week: number) => (week >= 34 && week < 37 ? 0.1 : 1)],
    ['a change that is over', (week: number) => (week >= 15 && week < 22 ? 0.4 : 1)],
    ['a change of five weeks', (week: number) => (week >= 35 ? 0.4 : 1)],
  ])('%s is not', (_name, change) => {
    expect(judged(home(2001, change)).state).toBe('unchanged');
  });

  test('without a cohort, or with few weeks, nothing is said', () => {
    expect(consumptionCohort([home(1)])).toBeUndefined();
    expect(changeOfWeeks(home(1), undefined, String)).toEqual({
      state: 'not_resolvable',
      reason: 'no_cohort',
    });
    const short = consumptionCohort(Array.from({ length: 30 }, (_, k) => home(k).slice(0, 10)));
    expect(changeOfWeeks(home(50).slice(0, 10), short, String)).toEqual({
      state: 'not_resolvable',
      reason: 'too_few_weeks',
    });
  });
});

describe('weeks of a register', () => {
  const DAY_US = 86_400e6;
  // 2026-10-03 is a Saturday
  const grid = { startUs: Date.UTC(2026, 9, 3) * 1000, stepUs: DAY_US, count: 25 };
  const counter = Float64Array.from({ length: 25 }, (_, day) => 10 * day);

  test('begin on Mondays; a hole of a day at their turn is bridged, a longer one is not', () => {
    expect([...weeklyEnergy(grid, counter)]).toEqual([70, 70, 70]);
    const holes = counter.map((value, day) => (day === 9 ? NaN : value));
    expect([...weeklyEnergy(grid, holes)]).toEqual([70, 70, 70]);
    const gone = counter.map((value, day) => (day >= 8 && day <= 11 ? NaN : value));
    expect([...weeklyEnergy(grid, gone)]).toEqual([NaN, NaN, 70]);
  });

  test('a register that falls tells nothing of its week', () => {
    const swapped = counter.map((value, day) => (day >= 12 ? value - 100 : value));
    expect([...weeklyEnergy(grid, swapped)]).toEqual([70, NaN, 70]);
  });

  test('a device is judged by its register', () => {
    expect(consumptionChange(grid, counter, cohort)).toEqual({
      state: 'not_resolvable',
      reason: 'too_few_weeks',
    });
  });
});
