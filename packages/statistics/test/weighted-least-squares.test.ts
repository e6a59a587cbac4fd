import { expect, test } from 'vitest';
import { fitWeightedLeastSquares } from '../src/index.ts';
import { expectClose } from './expect-close.ts';
import { lowerTriangle } from './matrices.ts';
import reference from './reference/reference.json' with { type: 'json' };

const expected = reference.weighted;
const columns = expected.columns.map((column) => Float64Array.from(column));
const y = Float64Array.from(expected.y);
const weights = Float64Array.from(expected.weights);

// QR loses condition(X) x 1e-16, some 10 here; residuals of order 1 are differences of order 1.
const TOLERANCE = { relative: 1e-12, absolute: 1e-14 };

test('coefficients, covariance, variance and residuals are those of statsmodels', () => {
  const fit = fitWeightedLeastSquares(columns, y, weights);
  expectClose(fit?.coefficients, expected.coefficients, TOLERANCE);
  expectClose(fit?.deviations, expected.deviations, TOLERANCE);
  expectClose(fit?.variance, expected.variance, TOLERANCE);
  expectClose(fit?.residuals, expected.residuals, TOLERANCE);
  expect(fit?.degreesOfFreedom).toBe(27);
  expectClose(fit?.covariance, lowerTriangle(expected.covariance, 3), TOLERANCE);
});

test('an observation of weight 0 is as if it were not there', () => {
  const without = fitWeightedLeastSquares(
    columns.map((column) => column.subarray(1)),
    y.subarray(1),
    weights.subarray(1),
  );
  const zeroed = weights.slice();
  zeroed[0] = 0;
  const fit = fitWeightedLeastSquares(columns, y, zeroed);
  if (without === undefined) throw new Error('the columns are independent');
  expectClose(fit?.coefficients, without.coefficients, TOLERANCE);
  expectClose(fit?.deviations, without.deviations, TOLERANCE);
  expect(fit?.degreesOfFreedom).toBe(26);
});

// NIST Statistical Reference Datasets, linear regression, Longley (higher difficulty), certified values.
test('Longley: the certified values of NIST', () => {
  const longley = expected.longley;
  const count = longley.y.length;
  const fit = fitWeightedLeastSquares(
    [new Float64Array(count).fill(1), ...longley.columns.map((c) => Float64Array.from(c))],
    Float64Array.from(longley.y),
    new Float64Array(count).fill(1),
  );
  // Condition 5e9: QR keeps six digits at the least, normal equations none.
  const certified = { relative: 1e-7 };
  expectClose(
    fit?.coefficients,
    [
      -3482258.63459582, 15.0618722713733, -0.035819179292591, -2.02022980381683, -1.03322686717359,
      -0.0511041056535807, 1829.15146461355,
    ],
    certified,
  );
  expectClose(
    fit?.deviations,
    [
      890420.383607373, 84.9149257747669, 0.0334910077722432, 0.488399681651699, 0.214274163161675,
      0.22607320006937, 455.478499142212,
    ],
    certified,
  );
  expectClose(Math.sqrt(fit?.variance ?? NaN), 304.854073561965, certified);
});

test('dependent columns and too few observations have no fit', () => {
  const [first, second] = columns;
  if (first === undefined || second === undefined) throw new Error('the fixture has three columns');
  const sum = first.map((value, t) => value + (second[t] ?? NaN));
  expect(fitWeightedLeastSquares([first, second, sum], y, weights)).toBeUndefined();
  expect(fitWeightedLeastSquares([first, new Float64Array(y.length)], y, weights)).toBeUndefined();
  expect(
    fitWeightedLeastSquares(
      [first.subarray(0, 1), second.subarray(0, 1)],
      y.subarray(0, 1),
      weights,
    ),
  ).toBeUndefined();
});

test('as many observations as coefficients: an exact fit of unknown variance', () => {
  const fit = fitWeightedLeastSquares(
    [Float64Array.of(1, 1), Float64Array.of(0, 2)],
    Float64Array.of(3, 7),
    Float64Array.of(1, 1),
  );
  expectClose(fit?.coefficients, [3, 2], TOLERANCE);
  expect(fit?.variance).toBeNaN();
});
