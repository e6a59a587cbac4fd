import { describe, expect, test } from 'vitest';
import {
  choleskyInPlace,
  solveCholeskyInPlace,
  solveLowerInPlace,
  solveLowerRowsInPlace,
  solveUpperInPlace,
} from '../src/index.ts';
import { expectClose } from './expect-close.ts';
import { lowerSquare, lowerTriangle, positiveDefinite, sequence } from './matrices.ts';
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

// Sizes from which the factor is formed in tiles, with every remainder of four.
describe.each([31, 32, 33, 34, 35, 61])('a matrix of %i rows', (size) => {
  const whole = positiveDefinite(size, 3 * size + 1);
  const factor = Float64Array.from(whole);
  for (let i = 0; i < size; i++) for (let j = i + 1; j < size; j++) factor[i * size + j] = NaN;
  const logDeterminant = choleskyInPlace(factor, size);

  test('is its factor times the transpose, and the upper triangle is left alone', () => {
    // elements up to 2 size; errors of size x 1e-16 of them
    expectClose(lowerSquare(factor, size), whole, { absolute: 1e-12 * size });
    let sum = 0;
    for (let i = 0; i < size; i++) sum += 2 * Math.log(factor[i * size + i] ?? NaN);
    expectClose(logDeterminant, sum, { relative: 1e-13 });
    for (let i = 0; i < size; i++)
      for (let j = i + 1; j < size; j++) expect(factor[i * size + j]).toBeNaN();
  });

  test('has no factor once its last pivot is taken away', () => {
    const spoiled = Float64Array.from(whole);
    const last = size * size - 1;
    spoiled[last] = (spoiled[last] ?? NaN) - 1.0001 * (factor[last] ?? NaN) ** 2;
    expect(choleskyInPlace(spoiled, size)).toBeUndefined();
  });

  test.each([1, 2, 4, 5, 7])('%i right-hand sides are solved as one by one', (count) => {
    const rows = sequence(count * size, 77);
    const single = Float64Array.from(rows);
    for (let r = 0; r < count; r++)
      solveLowerInPlace(factor, size, single.subarray(r * size, (r + 1) * size));
    solveLowerRowsInPlace(factor, size, rows, count);
    expectClose(rows, single, { absolute: 1e-12 });
  });
});
