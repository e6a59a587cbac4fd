import { expect, test } from 'vitest';
import { logGamma, regularisedGamma, regularisedGammaTail } from '../src/index.ts';
import { expectClose } from './expect-close.ts';
import reference from './reference/reference.json' with { type: 'json' };

const expected = reference.special_functions;

test('log gamma, also near its zeros', () => {
  // A few ulp of the largest term.
  expectClose(expected.logGamma.x.map(logGamma), expected.logGamma.value, { relative: 2e-15 });
});

test('log gamma outside its domain', () => {
  expect(logGamma(0)).toBe(Infinity);
  expect(logGamma(-0.5)).toBeNaN();
  expect(logGamma(1)).toBe(0);
  expect(logGamma(2)).toBe(0);
});

// Loader's factor is good to a few ulp times the deviance; far tails (1e-10 and less) have a deviance of tens.
test('incomplete gamma functions, each accurate where it is small', () => {
  const { gamma } = expected;
  expectClose(
    gamma.map(({ a, x }) => regularisedGamma(a, x)),
    gamma.map((entry) => entry.lower),
    { relative: 2e-13 },
  );
  expectClose(
    gamma.map(({ a, x }) => regularisedGammaTail(a, x)),
    gamma.map((entry) => entry.upper),
    { relative: 2e-13 },
  );
});

test('incomplete gamma functions at the ends', () => {
  expect([regularisedGamma(2, 0), regularisedGammaTail(2, 0)]).toEqual([0, 1]);
  expect([regularisedGamma(2, Infinity), regularisedGammaTail(2, Infinity)]).toEqual([1, 0]);
  expect([regularisedGamma(0, 1), regularisedGamma(1, -1), regularisedGammaTail(1, NaN)]).toEqual([
    NaN,
    NaN,
    NaN,
  ]);
});
