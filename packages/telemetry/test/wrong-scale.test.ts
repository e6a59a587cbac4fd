import { expect, test } from 'vitest';
import { registerSteps } from '../src/index.ts';
import { household, kindsOf, readingsOf, watch } from './registers.ts';

/** What was counted for sure. */
const countedOf = (values: readonly number[]): number => {
  const readings = readingsOf(values);
  const { events, unsettled } = watch(readings);
  const all = unsettled === undefined ? events : [...events, unsettled];
  const judged = all.map((event) => ({ ...event, state: 'open' as const }));
  return registerSteps(readings, judged).reduce((sum, { amount }) => sum + (amount ?? 0), 0);
};

const line = household(9_000, 120);
const consumed = (line.at(-1) ?? 0) - (line[0] ?? 0);

test.each([1000, 1 / 1000])('WE-05 one telegram scaled by %s is a glitch, not consumption', (k) => {
  const values = line.map((value, index) => (index === 60 ? value * k : value));
  expect(kindsOf(watch(readingsOf(values)).events)).toEqual(['glitch']);
  expect(countedOf(values)).toBeCloseTo(consumed, 6);
});

test.each([1000, 1 / 1000])(
  'WE-05 two kinds of telegrams scaled apart by %s never count the step between them',
  (k) => {
    const values = line.map((value, index) => (index >= 60 && index % 7 === 0 ? value * k : value));
    expect(countedOf(values)).toBeLessThanOrEqual(consumed + 1e-6);
    expect(countedOf(values)).toBeGreaterThan(0.4 * consumed);
  },
);

test.each([1000, 1 / 1000])('WE-05 the step to a register scaled by %s is not counted', (k) => {
  const values = line.map((value, index) => (index >= 60 ? value * k : value));
  const step = Math.abs((values[60] ?? 0) - (values[59] ?? 0));
  expect(kindsOf(watch(readingsOf(values)).events)).toHaveLength(1);
  // what the new scale makes of sixty steps is counted, not the one of thousands of kilowatt-hours
  expect(countedOf(values)).toBeLessThan(0.003 * step);
});
