import { describe, expect, test } from 'vitest';
import { STEPS_PER_INTERVAL } from '../src/lib/calendar.ts';
import { createLoadBuffer } from '../src/lib/load-buffer.ts';
import { randomStream } from '../src/lib/random.ts';
import { writeSeriesLoads } from '../src/lib/series-loads.ts';
import {
  assembleSeries,
  dither,
  INTERVALS_PER_WEEK,
  weekSequence,
  weeksNeeded,
} from '../src/lib/series-weeks.ts';

const sum = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((total, value) => total + value, 0);

/** Kilowatt-hours that name their place: week w, interval i -> 10 w + i / 100. */
const household = {
  id: 5,
  quantum: 1e-9,
  energy: Float32Array.from(
    { length: 3 * INTERVALS_PER_WEEK },
    (_, k) => 10 * Math.floor(k / INTERVALS_PER_WEEK) + (k % INTERVALS_PER_WEEK) / 100,
  ),
};

describe('weeks', () => {
  test('in order as long as the series last, drawn with replacement beyond', () => {
    expect([...weekSequence(1, 0, 3, 7)]).toEqual([0, 1, 2]);
    const drawn = weekSequence(1, 0, 40, 7);
    expect(new Set(drawn).size).toBe(7);
    expect(weekSequence(1, 0, 40, 7)).toEqual(drawn);
    expect(weekSequence(1, 1, 40, 7)).not.toEqual(drawn);
  });

  test('30 days from Monday 00:00 UTC touch five local weeks', () => {
    expect(weeksNeeded(30 * 96 + 2)).toBe(5);
  });

  test('local midnight lies seven hours before that of UTC; a turn takes the next week', () => {
    const weeks = Int32Array.of(0, 2);
    const at = (shiftWeeks: number, k: number): number =>
      assembleSeries({ household, shiftWeeks }, weeks, 800, randomStream(1))[k] ?? 0;
    // the interval that ends at 00:15 UTC began at 07:00 local
    expect(at(0, 1)).toBeCloseTo(0.28, 5);
    expect(at(1, 1)).toBeCloseTo(10.28, 5);
    expect(at(0, 1 + INTERVALS_PER_WEEK)).toBeCloseTo(20.28, 4);
    expect(at(1, 1 + INTERVALS_PER_WEEK)).toBeCloseTo(0.28, 4);
  });
});

test('dithering keeps the counter: whole quanta of it are those that were shown', () => {
  const random = randomStream(4);
  const shown = Float64Array.from({ length: 500 }, () =>
    random.chance(0.4) ? 0 : 0.01 * random.integer(1, 9),
  );
  const energy = shown.slice();
  dither(energy, 0.01, randomStream(9));
  expect(Math.min(...energy)).toBeGreaterThanOrEqual(0);
  let counter = 0;
  let real = 0;
  const offsets = shown.map((value, k) => {
    counter += value;
    real += energy[k] ?? 0;
    return (real - counter) / 0.01;
  });
  // Place in the quantum against that at the start: the spread of all places stays inside one quantum.
  expect(Math.max(...offsets) - Math.min(...offsets)).toBeLessThan(1);
  expect(energy.filter((value) => value === 0).length).toBe(0);
});

describe.each([1, 3])('loads of a household on %i phases', (ports) => {
  const home = {
    id: 7,
    quantum: 0.01,
    energy: Float32Array.from({ length: INTERVALS_PER_WEEK }, (_, k) =>
      k % 17 === 0 ? 1.2 : 0.02 + 0.01 * (k % 5),
    ),
  };
  const use = { household: home, shiftWeeks: 0 };
  const setting = { seed: 3, area: 1, weeks: Int32Array.of(0) };
  const buffer = createLoadBuffer(ports, 200 * STEPS_PER_INTERVAL);
  writeSeriesLoads(buffer, use, { first: 0, count: ports }, setting);

  test('each interval keeps its energy', () => {
    const energy = assembleSeries(use, setting.weeks, 200, randomStream(3, 17, 1, 2, 7));
    for (let k = 0; k < 200; k += 1) {
      let watts = 0;
      for (let port = 0; port < ports; port += 1)
        watts += sum(
          buffer.active.subarray(
            port * buffer.steps + k * STEPS_PER_INTERVAL,
            port * buffer.steps + (k + 1) * STEPS_PER_INTERVAL,
          ),
        );
      // Single precision of the buffer: some 1e-7 of a step.
      expect(watts / STEPS_PER_INTERVAL / 4000).toBeCloseTo(energy[k] ?? 0, 6);
    }
  });

  test('bursts: the steps of an interval differ, and reactive power is not proportional to active', () => {
    const { active, reactive } = buffer;
    const ratios = new Set(
      Array.from(active, (watts, k) => Math.round((100 * (reactive[k] ?? 0)) / Math.max(1, watts))),
    );
    expect(ratios.size).toBeGreaterThan(5);
    expect(Math.max(...active)).toBeGreaterThan(2 * (sum(active) / active.length));
  });
});
