import { expect, test } from 'vitest';
import { type TrendTest, hamedRaoTest, mannKendall, normalCdf, yueWangTest } from '../src/index.ts';
import { expectClose } from './expect-close.ts';
import reference from './reference/reference.json' with { type: 'json' };
import { TREND_VECTOR } from './trend-vector.ts';

interface Expected {
  readonly s: number;
  readonly variance: number;
  readonly z: number;
  readonly p: number;
  readonly tau: number;
}

function expectTrend(actual: TrendTest, expected: Expected): void {
  expect(actual.score).toBe(expected.s);
  // Sums of at most 50 autocorrelations.
  const tolerance = { relative: 1e-12 };
  expectClose(actual.variance, expected.variance, tolerance);
  expectClose(actual.z, expected.z, tolerance);
  expectClose(actual.tau, expected.tau, tolerance);
  // pymannkendall takes 2 (1 - cdf), which is good to 1e-16 absolutely.
  expectClose(actual.probability, expected.p, { relative: 1e-12, absolute: 1e-15 });
}

test('the test without correction is that of pymannkendall', () => {
  for (const { y, tests } of reference.trends)
    expectTrend(mannKendall(Float64Array.from(y)), tests.plain);
});

test('Hamed and Rao, over all lags and over three', () => {
  for (const { y, tests } of reference.trends) {
    expectTrend(hamedRaoTest(Float64Array.from(y)), tests.hamedRao);
    expectTrend(hamedRaoTest(Float64Array.from(y), { lags: 3 }), tests.hamedRaoThree);
  }
});

test('Yue and Wang, over one lag and over three', () => {
  for (const { y, tests } of reference.trends) {
    expectTrend(yueWangTest(Float64Array.from(y), 1), tests.yueWangOne);
    expectTrend(yueWangTest(Float64Array.from(y), 3), tests.yueWangThree);
  }
});

test('the check vector: tau, and the p value without correction for continuity', () => {
  const { tau, score, variance } = mannKendall(TREND_VECTOR);
  expectClose(tau, 0.5559322034, { absolute: 5e-11 });
  expectClose(2 * normalCdf(-Math.abs(score) / Math.sqrt(variance)), 3.4766e-10, {
    absolute: 5e-15,
  });
});

test('a corrected variance that is not positive leaves no p value', () => {
  const series = Float64Array.of(1, -1, 1, -1, 1, -1, 1, -1, 1.5);
  const result = yueWangTest(series, 1);
  expect(result.varianceFactor).toBeLessThan(0);
  expect(result.probability).toBeNaN();
});

test('a constant series has no trend', () => {
  const constant = new Float64Array(20).fill(2);
  for (const result of [mannKendall(constant), hamedRaoTest(constant), yueWangTest(constant, 3)])
    expect(result).toMatchObject({ score: 0, z: 0, tau: 0, probability: 1, varianceFactor: 1 });
});
