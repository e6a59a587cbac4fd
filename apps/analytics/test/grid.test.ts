import { expect, test } from 'vitest';
import { commonStep, gridBetween, medianGap, mode } from '../src/lib/grid.ts';

const MINUTE = 60e6;

test('the median gap ignores single losses', () => {
  const values = new Float64Array(121).fill(NaN);
  for (let index = 0; index <= 120; index += 15) if (index !== 45) values[index] = index;
  expect(medianGap(values, MINUTE)).toBe(15 * MINUTE);
  expect(medianGap(new Float64Array(10).fill(NaN), MINUTE)).toBeUndefined();
});

test('the step is that of the finest supply register, unless the consumers are read less often', () => {
  expect(commonStep([15 * MINUTE, 60 * MINUTE], [15 * MINUTE])).toBe(15 * MINUTE);
  expect(commonStep([5 * MINUTE], [15 * MINUTE, 15 * MINUTE, 5 * MINUTE])).toBe(15 * MINUTE);
  expect(commonStep([15 * MINUTE], [5 * MINUTE])).toBe(15 * MINUTE);
  expect(commonStep([7 * MINUTE], [])).toBe(10 * MINUTE);
  expect(commonStep([], [])).toBe(15 * MINUTE);
});

test('the phase most registers have decides, ties go to the smaller one', () => {
  expect(mode([0, 7, 7, 0, 7])).toBe(7);
  expect(mode([7, 0])).toBe(0);
  expect(mode([])).toBeUndefined();
});

test('the grid lies between the first and the last instant, on the phase', () => {
  expect(gridBetween(100, 1000, 300, 50)).toEqual({ startUs: 350, stepUs: 300, count: 3 });
  expect(gridBetween(350, 949, 300, 50)).toEqual({ startUs: 350, stepUs: 300, count: 2 });
  expect(gridBetween(1000, 100, 300, 0).count).toBe(0);
});
