import { expect, test } from 'vitest';
import { mean, median, quantile, robustDeviation } from '../src/index.ts';
import { expectClose } from './expect-close.ts';
import reference from './reference/reference.json' with { type: 'json' };

const expected = reference.order_statistics;
const { values } = expected;

// One interpolation between order statistics: a rounding or two.
const TOLERANCE = { relative: 1e-15, absolute: 1e-15 };

test('quantiles are those of numpy, type 7', () => {
  expectClose(
    expected.probabilities.map((probability) => quantile(values, probability)),
    expected.quantiles,
    TOLERANCE,
  );
});

test('the median of an even sample lies half way', () => {
  expectClose(median(values.slice(0, 12)), expected.evenMedian, TOLERANCE);
});

test('the scaled median absolute deviation is that of scipy', () => {
  expectClose(robustDeviation(values), expected.deviation, TOLERANCE);
});

test('the sample is not sorted in place', () => {
  const sample = Float64Array.of(3, 1, 2);
  expect(median(sample)).toBe(2);
  expect(Array.from(sample)).toEqual([3, 1, 2]);
});

test('an empty sample has no quantile, deviation or mean', () => {
  expect(quantile([], 0.5)).toBeNaN();
  expect(robustDeviation([])).toBeNaN();
  expect(mean([])).toBeNaN();
});

test('a sample of one is its own quantile', () => {
  expect(quantile([4.5], 0.1)).toBe(4.5);
  expect(robustDeviation([4.5])).toBe(0);
});
