import { expect, test } from 'vitest';
import { normalCdf, normalDensity, normalQuantile } from '../src/index.ts';
import { expectClose } from './expect-close.ts';
import reference from './reference/reference.json' with { type: 'json' };

const expected = reference.normal;

test('the distribution function has absolute error below 1e-15', () => {
  expectClose(expected.z.map(normalCdf), expected.cdf, { absolute: 1e-15 });
});

test('the lower tail keeps its relative accuracy', () => {
  const tail = expected.z.filter((z) => z < 0);
  // A few ulp: two exponentials, a rational function.
  expectClose(tail.map(normalCdf), expected.cdf.slice(0, tail.length), { relative: 1e-15 });
});

test('beyond double precision it is 0 and 1', () => {
  expect(normalCdf(-40)).toBe(0);
  expect(normalCdf(-Infinity)).toBe(0);
  expect(normalCdf(Infinity)).toBe(1);
  expect(normalCdf(0)).toBe(0.5);
  expect(normalCdf(NaN)).toBeNaN();
});

test('the density', () => {
  // exp(-z^2/2) costs z^2/2 roundings (722 at -38).
  expectClose(expected.z.map(normalDensity), expected.density, { relative: 1e-13 });
});

test('quantiles', () => {
  // AS 241 is published with 1e-16; a few roundings more.
  expectClose(expected.p.map(normalQuantile), expected.quantile, { relative: 2e-15 });
});

test('quantiles at and beyond the ends', () => {
  expect(normalQuantile(0)).toBe(-Infinity);
  expect(normalQuantile(1)).toBe(Infinity);
  expect(normalQuantile(0.5)).toBe(0);
  expect(normalQuantile(-0.1)).toBeNaN();
  expect(normalQuantile(1.1)).toBeNaN();
  expect(normalQuantile(NaN)).toBeNaN();
});
