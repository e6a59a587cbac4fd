import { expect, test } from 'vitest';
import { fitAutoregression, innovations, leakyIntegral } from '../src/index.ts';
import { expectClose } from './expect-close.ts';
import reference from './reference/reference.json' with { type: 'json' };

const expected = reference.series;
const x = Float64Array.from(expected.x);

// Levinson-Durbin against statsmodels' Toeplitz solve: the 5 x 5 matrix has condition below 20.
const TOLERANCE = { relative: 1e-12 };
// Sums of at most 120 terms below 5 in magnitude.
const FILTERED = { absolute: 1e-13 };

test('Yule-Walker coefficients and innovation variance are those of statsmodels', () => {
  for (const { order, coefficients, variance } of expected.fits) {
    const fit = fitAutoregression(x, order);
    expectClose(fit.coefficients, coefficients, TOLERANCE);
    expectClose(fit.innovationVariance, variance, TOLERANCE);
  }
});

test('a series of zeros has no coefficients and no innovations', () => {
  const fit = fitAutoregression(new Float64Array(10), 2);
  expect(Array.from(fit.coefficients)).toEqual([0, 0]);
  expect(fit.innovationVariance).toBe(0);
});

test('order 0 is the mean square', () => {
  expect(fitAutoregression(Float64Array.of(1, -2, 3, -4), 0).innovationVariance).toBe(7.5);
});

test('innovations are those of the moving-average filter', () => {
  const out = new Float64Array(x.length);
  innovations(x, Float64Array.from(expected.phi), out);
  expectClose(out, expected.innovations, FILTERED);
});

test('a leaky integral is the recursive filter, and may be taken in place', () => {
  const out = new Float64Array(x.length);
  leakyIntegral(x, expected.rho, out);
  expectClose(out, expected.leaky, FILTERED);
  const inPlace = x.slice();
  leakyIntegral(inPlace, expected.rho, inPlace);
  expect(inPlace).toEqual(out);
});

test('innovations undo a leaky integral', () => {
  const integral = new Float64Array(x.length);
  const back = new Float64Array(x.length);
  leakyIntegral(x, 0.9, integral);
  innovations(integral, Float64Array.of(0.9), back);
  expectClose(back, x, FILTERED);
});
