import { expect, test } from 'vitest';
import { registerQuantum } from '../src/lib/register-quantum.ts';
import { smallAreaInput } from './small-area.ts';
import type { MeterSeries } from '../src/lib/fleet-types.ts';
import { element } from './element.ts';

const meterOf = (values: readonly number[]): MeterSeries => ({
  deviceId: 'm',
  lot: 'lot',
  limit: 0.01,
  inServiceLimit: 0.02,
  importRegister: Float64Array.from(values),
  voltages: [],
});

test('the quantum is the largest step that divides every increment', () => {
  // 0.06, 0.15 and 0.21 kW.h have 0.03 in common; sums near 1e5 carry a rounding of 1e-11
  const counters = [98765.43, 98765.49, 98765.64, 98765.85, 98765.85, 98765.91];
  expect(registerQuantum(meterOf(counters), 300)).toBeCloseTo(0.03, 8);
});

test('holes are passed over: the increment across one counts', () => {
  expect(registerQuantum(meterOf([1, NaN, 1.4, NaN, NaN, 2.2, 3]), 300)).toBeCloseTo(0.4, 12);
});

test('only the first increments are looked at, those without a change not counted', () => {
  const counters = [0, 0, 0.5, 0.5, 1, 1.25];
  expect(registerQuantum(meterOf(counters), 2)).toBeCloseTo(0.5, 12);
  expect(registerQuantum(meterOf(counters), 3)).toBeCloseTo(0.25, 12);
});

test('a register that never moves has none, a continuous one next to none', () => {
  expect(registerQuantum(meterOf([5, 5, 5]), 300)).toBe(0);
  const continuous = element(smallAreaInput().meters, 0);
  expect(registerQuantum(continuous, 300)).toBeLessThan(1e-4);
});
