import { expect, test } from 'vitest';
import { ewma, ewmaDeviation, firstEwmaAlarm } from '../src/index.ts';
import { expectClose } from './expect-close.ts';
import reference from './reference/reference.json' with { type: 'json' };

const z = Float64Array.from(reference.charts.z);

test('the average is the recursive filter', () => {
  const out = new Float64Array(z.length);
  ewma(z, 0.2, out);
  // 40 steps on values of order 1.
  expectClose(out, reference.charts.average, { absolute: 1e-14 });
});

test('the deviation of the average: the sum of its squared weights', () => {
  const weights = [0, 1, 2, 3, 4].map((age) => (0.2 * 0.8 ** age) ** 2);
  const five = Math.sqrt(weights.reduce((sum, value) => sum + value, 0));
  // A handful of roundings.
  expectClose(ewmaDeviation(0.2, 5), five, { relative: 1e-14 });
  expectClose(ewmaDeviation(0.2), Math.sqrt(0.2 / 1.8), { relative: 1e-15 });
  expect(ewmaDeviation(1)).toBe(1);
});

test('the alarm is the first average outside the limits, on its side', () => {
  const limit = 2.5 * Math.sqrt(0.2 / 1.8);
  const index = reference.charts.average.findIndex((value) => Math.abs(value) > limit);
  expect(index).toBeGreaterThan(20);
  const chart = { lambda: 0.2, width: 2.5 };
  expect(firstEwmaAlarm(z, chart)).toEqual({ index, side: 'upper' });
  const mirrored = z.map((value) => -value);
  expect(firstEwmaAlarm(mirrored, chart)).toEqual({ index, side: 'lower' });
  expect(firstEwmaAlarm(z, { lambda: 0.2, width: 50 })).toBeUndefined();
});
