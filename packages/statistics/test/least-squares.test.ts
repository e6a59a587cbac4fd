import { expect, test } from 'vitest';
import { fitRidge } from '../src/index.ts';
import { expectClose } from './expect-close.ts';
import reference from './reference/reference.json' with { type: 'json' };

const expected = reference.gram_and_ridge;
const columns = expected.columns.map((column) => Float64Array.from(column));
const y = Float64Array.from(expected.y);

// Normal equations lose condition(X)^2 x 1e-16; the design is near orthogonal, condition below 3.
const TOLERANCE = { relative: 1e-12 };

test('ridge: posterior mean and deviations of the explicit inverse', () => {
  const fit = fitRidge(columns, y, { precision: expected.precision, variance: expected.variance });
  expectClose(fit?.coefficients, expected.ridge, TOLERANCE);
  expectClose(fit?.deviations, expected.ridgeDeviations, TOLERANCE);
});

test('without a prior it is ordinary least squares, with the standard errors of statsmodels', () => {
  const precision = new Float64Array(columns.length);
  const fit = fitRidge(columns, y, { precision, variance: expected.olsVariance });
  expectClose(fit?.coefficients, expected.ols, TOLERANCE);
  expectClose(fit?.deviations, expected.olsDeviations, TOLERANCE);
});

test('a column that says nothing has no coefficient without a prior, and the prior with one', () => {
  const silent = new Float64Array(y.length);
  const [first] = columns;
  if (first === undefined) throw new Error('the fixture has six columns');
  expect(fitRidge([first, silent], y, { precision: [0, 0], variance: 1 })).toBeUndefined();
  const fit = fitRidge([first, silent], y, { precision: [0, 4], variance: 1 });
  expect(fit?.coefficients[1]).toBe(0);
  expect(fit?.deviations[1]).toBe(0.5);
});
