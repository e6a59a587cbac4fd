import { expect, test } from 'vitest';
import { chiSquareCdf, chiSquareQuantile, chiSquareTail } from '../src/index.ts';
import { expectClose } from './expect-close.ts';
import reference from './reference/reference.json' with { type: 'json' };

const { p, chiSquare, chiSquareTail: tails } = reference.distributions;

test('quantiles are those of scipy', () => {
  for (const { degrees, quantiles } of chiSquare)
    // Solved to 1e-14 in the logarithm; half a degree of freedom has quantiles of 1e-48.
    expectClose(
      p.map((probability) => chiSquareQuantile(probability, degrees)),
      quantiles,
      { relative: 5e-13 },
    );
});

test('the distribution function undoes the quantile', () => {
  for (const { degrees } of chiSquare)
    expectClose(
      p.map((probability) => chiSquareCdf(chiSquareQuantile(probability, degrees), degrees)),
      p,
      { relative: 1e-12 },
    );
});

test('the tail keeps its relative accuracy', () => {
  expectClose(
    tails.map(({ x, degrees }) => chiSquareTail(x, degrees)),
    tails.map((entry) => entry.tail),
    { relative: 2e-13 },
  );
});

test('the ends and beyond', () => {
  expect([chiSquareCdf(-1, 3), chiSquareTail(-1, 3)]).toEqual([0, 1]);
  expect([chiSquareQuantile(0, 3), chiSquareQuantile(1, 3)]).toEqual([0, Infinity]);
  expect([chiSquareQuantile(-0.1, 3), chiSquareQuantile(0.5, 0)]).toEqual([NaN, NaN]);
});
