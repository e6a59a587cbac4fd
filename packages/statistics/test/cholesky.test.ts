import { expect, test } from 'vitest';
import {
  choleskyInPlace,
  solveCholeskyInPlace,
  solveLowerInPlace,
  solveLowerRowsInPlace,
  solveUpperInPlace,
} from '../src/index.ts';
import { expectClose } from './expect-close.ts';
import { lowerSquare, lowerTriangle, positiveDefinite } from './matrices.ts';
import reference from './reference/reference.json' with { type: 'json' };

// Backward stable: about n x condition x 1e-16; the 7 x 7 matrix has condition below 1e3.
const TOLERANCE = { relative: 1e-12, absolute: 1e-13 };
const { n, matrix, lower, rhs, ...expected } = reference.linear_algebra;

test('the factor and the log determinant are those of LAPACK', () => {
  const a = Float64Array.from(matrix);
  expectClose(choleskyInPlace(a, n), expected.logDeterminant, TOLERANCE);
  expectClose(lowerTriangle(a, n), lowerTriangle(lower, n), TOLERANCE);
});

test('only the lower triangle is read, and the upper one is left alone', () => {
  const a = Float64Array.from(matrix);
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) a[i * n + j] = NaN;
  choleskyInPlace(a, n);
  expectClose(lowerTriangle(a, n), lowerTriangle(lower, n), TOLERANCE);
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) expect(a[i * n + j]).toBeNaN();
});

test.each([
  ['an indefinite matrix', [1, 0, 2, 1]],
  ['a negative pivot', [-1, 0, 0, 1]],
  ['a zero matrix', [0, 0, 0, 0]],
  ['a NaN', [NaN, 0, 0, 1]],
])('%s has no factor', (_name, content) => {
  expect(choleskyInPlace(Float64Array.from(content), 2)).toBeUndefined();
});

test('an empty matrix has determinant 1', () => {
  expect(choleskyInPlace(new Float64Array(0), 0)).toBe(0);
});

test('triangular solves are those of LAPACK', () => {
  const l = Float64Array.from(lower);
  const forward = Float64Array.from(rhs);
  solveLowerInPlace(l, n, forward);
  expectClose(forward, expected.lowerSolution, TOLERANCE);
  const backward = Float64Array.from(rhs);
  solveUpperInPlace(l, n, backward);
  expectClose(backward, expected.upperSolution, TOLERANCE);
  const both = Float64Array.from(rhs);
  solveCholeskyInPlace(l, n, both);
  expectClose(both, expected.solution, TOLERANCE);
});

// Every remainder of the four-row blocks; the product of the factors has an error of n ulp of the diagonal, about 40.
test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 33])(
  'L L transposed is the matrix again, at order %i',
  (order) => {
    const a = positiveDefinite(order, 17 + order);
    const l = a.slice();
    choleskyInPlace(l, order);
    expectClose(lowerTriangle(lowerSquare(l, order), order), lowerTriangle(a, order), {
      absolute: 1e-12,
    });
  },
);

// The same operations in the same order as one row at a time: equal to the bit, for every remainder of the four-row blocks.
test.each([0, 1, 3, 4, 5, 7, 8])('%i right-hand sides are solved like each alone', (count) => {
  const order = 19;
  const l = positiveDefinite(order, 5);
  choleskyInPlace(l, order);
  const rows = Float64Array.from({ length: count * order }, (_, k) => Math.sin(1 + 3 * k));
  const alone = Array.from({ length: count }, (_, r) => {
    const row = rows.slice(r * order, (r + 1) * order);
    solveLowerInPlace(l, order, row);
    return [...row];
  }).flat();
  solveLowerRowsInPlace(l, order, rows, count);
  expect([...rows]).toEqual(alone);
});
