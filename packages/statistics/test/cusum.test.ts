import { expect, test } from 'vitest';
import { firstCusumAlarm, upperCusum } from '../src/index.ts';
import { expectClose } from './expect-close.ts';
import reference from './reference/reference.json' with { type: 'json' };

const z = Float64Array.from(reference.charts.z);
// Sums of 40 values with three digits.
const TOLERANCE = { absolute: 1e-13 };

test('the upper sum is the recursion of Page', () => {
  const out = new Float64Array(z.length);
  upperCusum(z, out, { allowance: 0.5 });
  expectClose(out, reference.charts.upper, TOLERANCE);
});

test('the alarm is the first sum above the threshold, and tells where the excursion began', () => {
  const path = reference.charts.upper;
  const index = path.findIndex((sum) => sum > 4);
  const since = path.slice(0, index).lastIndexOf(0) + 1;
  expect(index).toBeGreaterThan(20);
  expect(firstCusumAlarm(z, { allowance: 0.5, threshold: 4 })).toEqual({
    index,
    side: 'upper',
    since,
  });
});

test('the mirrored series alarms on the other side at the same time', () => {
  const alarm = firstCusumAlarm(z, { allowance: 0.5, threshold: 4 });
  const mirrored = firstCusumAlarm(
    z.map((value) => -value),
    { allowance: 0.5, threshold: 4 },
  );
  expect(mirrored).toEqual({ ...alarm, side: 'lower' });
});

test('reaching the threshold is not exceeding it', () => {
  const steps = Float64Array.of(1.5, 1.5, 1.5, 1.5);
  expect(firstCusumAlarm(steps, { allowance: 0.5, threshold: 4 })).toBeUndefined();
  expect(firstCusumAlarm(steps, { allowance: 0.5, threshold: 3 })?.index).toBe(3);
});

test('a head start raises the alarm earlier, and is forgotten once the sum is zero', () => {
  const steps = Float64Array.of(1.5, 1.5, 1.5, 1.5);
  const chart = { allowance: 0.5, threshold: 3.5, headStart: 2 };
  expect(firstCusumAlarm(steps, chart)).toEqual({ index: 1, side: 'upper', since: 0 });
  expect(firstCusumAlarm(Float64Array.of(-2, 0, 1.5, 1.5), chart)).toBeUndefined();
  const out = new Float64Array(4);
  upperCusum(steps, out, chart);
  expect(Array.from(out)).toEqual([3, 4, 5, 6]);
});

test('no values, no alarm', () => {
  expect(firstCusumAlarm(new Float64Array(0), { allowance: 0.5, threshold: 4 })).toBeUndefined();
});
