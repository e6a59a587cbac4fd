import { expect, test } from 'vitest';
import { binomialCdf, binomialQuantile, binomialTail } from '../src/index.ts';
import { expectClose } from './expect-close.ts';
import reference from './reference/reference.json' with { type: 'json' };

const { p, binomial } = reference.distributions;

test('the distribution function, its lower tail to relative accuracy', () => {
  for (const { trials, success, k, cdf } of binomial)
    // 1e-14 times the deviance, which is some thousands for the least probable of these; below 1e-300 it is 0.
    expectClose(
      k.map((count) => binomialCdf(count, { trials, success })),
      cdf,
      { relative: 1e-11, absolute: 1e-300 },
    );
});

test('the tail is the rest', () => {
  for (const { trials, success, k } of binomial)
    expectClose(
      k.map(
        (count) =>
          binomialCdf(count, { trials, success }) + binomialTail(count, { trials, success }),
      ),
      k.map(() => 1),
      { absolute: 1e-15 },
    );
});

test('quantiles are those of scipy', () => {
  for (const { trials, success, quantiles } of binomial)
    expect(p.map((probability) => binomialQuantile(probability, { trials, success }))).toEqual(
      quantiles,
    );
});

test('the distribution function is a step function with its ends', () => {
  const fair = { trials: 2, success: 0.5 };
  expectClose(
    [-0.1, 0, 0.9, 1, 1.9, 2, 7].map((count) => binomialCdf(count, fair)),
    [0, 0.25, 0.25, 0.75, 0.75, 1, 1],
    { absolute: 1e-15 },
  );
  expect([binomialTail(-1, fair), binomialTail(2, fair)]).toEqual([1, 0]);
  expect([binomialQuantile(0, fair), binomialQuantile(1, fair)]).toEqual([0, 2]);
  expect(binomialQuantile(NaN, fair)).toBeNaN();
});

test('certain failure and certain success', () => {
  expect(binomialCdf(0, { trials: 5, success: 0 })).toBe(1);
  expect(binomialCdf(4, { trials: 5, success: 1 })).toBe(0);
  expect(binomialQuantile(0.5, { trials: 5, success: 0 })).toBe(0);
  expect(binomialQuantile(0.5, { trials: 5, success: 1 })).toBe(5);
});
