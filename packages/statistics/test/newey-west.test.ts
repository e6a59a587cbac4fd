import { expect, test } from 'vitest';
import { automaticLag, longRunVariance, neweyWestCovariance, neweyWestLag } from '../src/index.ts';
import { expectClose } from './expect-close.ts';
import { lowerTriangle } from './matrices.ts';
import reference from './reference/reference.json' with { type: 'json' };

const expected = reference.newey_west;
const columns = expected.columns.map((column) => Float64Array.from(column));
const residuals = Float64Array.from(expected.residuals);
const series = Float64Array.from(expected.series);

// Sums of 60 products in another order, and a well-conditioned 2 x 2 inverse.
const TOLERANCE = { relative: 1e-12, absolute: 1e-15 };

test('coefficient covariances are those of statsmodels at every lag; lag 0 is White', () => {
  for (const [i, lag] of expected.lags.entries())
    expectClose(
      neweyWestCovariance(columns, residuals, lag),
      lowerTriangle(expected.covariances[i] ?? [], 2),
      TOLERANCE,
    );
});

test('the long-run variance is n times the variance that statsmodels gives a mean', () => {
  expectClose(
    expected.lags.map((lag) => longRunVariance(series, lag)),
    expected.longRun,
    TOLERANCE,
  );
});

test('the lag chosen from the series is the whole part of the bandwidth of arch', () => {
  const lags = expected.hundreds.map((values) => automaticLag(Float64Array.from(values)));
  expect(lags).toEqual(expected.bandwidths.map(Math.floor));
});

test('the rule of thumb', () => {
  expect([50, 100, 500, 1000].map(neweyWestLag)).toEqual([3, 4, 5, 6]);
});

test('a constant series has lag 0 and no variance', () => {
  const constant = new Float64Array(50).fill(3);
  expect(automaticLag(constant)).toBe(0);
  expect(longRunVariance(constant, 3)).toBe(0);
});

test('a lag longer than the series adds nothing but weight to those that exist', () => {
  const short = Float64Array.of(1, -1, 2);
  expect(neweyWestCovariance([Float64Array.of(1, 1, 1)], short, 10)).toHaveLength(1);
  expect(longRunVariance(short, 10)).toBeGreaterThanOrEqual(0);
});

test('dependent columns have no covariance', () => {
  expect(neweyWestCovariance([new Float64Array(60)], residuals, 2)).toBeUndefined();
});
