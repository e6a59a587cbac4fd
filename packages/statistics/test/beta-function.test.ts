import { expect, test } from 'vitest';
import { betaCdf, betaQuantile, regularisedBeta } from '../src/index.ts';
import { expectClose } from './expect-close.ts';
import reference from './reference/reference.json' with { type: 'json' };

const { beta } = reference.special_functions;

// Loader's factor is good to a few ulp times the deviance; far tails (1e-10 and less) have a deviance of tens.
test('the incomplete beta function keeps its relative accuracy in the lower tail', () => {
  expectClose(
    beta.map(({ x, a, b }) => regularisedBeta(x, a, b)),
    beta.map((entry) => entry.value),
    { relative: 2e-13 },
  );
});

test('reflection: I_x(a, b) + I_(1-x)(b, a) = 1', () => {
  expectClose(
    beta.map(({ x, a, b }) => regularisedBeta(x, a, b) + regularisedBeta(1 - x, b, a, x)),
    beta.map(() => 1),
    { absolute: 1e-15 },
  );
});

test('the ends and beyond', () => {
  expect([regularisedBeta(0, 2, 3), regularisedBeta(1, 2, 3)]).toEqual([0, 1]);
  expect([betaCdf(-1, 2, 3), betaCdf(2, 2, 3)]).toEqual([0, 1]);
  expect([
    regularisedBeta(2, 2, 3),
    regularisedBeta(0.5, 0, 3),
    regularisedBeta(NaN, 1, 1),
  ]).toEqual([NaN, NaN, NaN]);
});

test('quantiles are those of scipy', () => {
  const { p, beta: cases } = reference.distributions;
  for (const { a, b, quantiles } of cases)
    // The root is exact to the distribution function's 1e-14, divided by the slope of its logarithm.
    expectClose(
      p.map((probability) => betaQuantile(probability, a, b)),
      quantiles,
      { relative: 5e-13 },
    );
});

test('quantiles at and beyond the ends', () => {
  expect([betaQuantile(0, 2, 3), betaQuantile(1, 2, 3), betaQuantile(1.5, 2, 3)]).toEqual([
    0,
    1,
    NaN,
  ]);
});
