import { expect, test } from 'vitest';
import {
  addPackedProducts,
  choleskyInPlace,
  invertPackedCholeskyInPlace,
  multiplyPacked,
  packedCholeskyInPlace,
  packedIndex,
  packedLength,
  packedQuadraticForm,
  solvePackedCholeskyInPlace,
  solvePackedLowerInPlace,
  solvePackedUpperInPlace,
} from '../src/index.ts';
import { expectClose } from './expect-close.ts';
import { lowerTriangle, positiveDefinite } from './matrices.ts';
import reference from './reference/reference.json' with { type: 'json' };

// n x condition x 1e-16; the 7 x 7 matrix has condition below 1e3.
const TOLERANCE = { relative: 1e-12, absolute: 1e-13 };
const { n, ...expected } = reference.linear_algebra;
const matrix = lowerTriangle(expected.matrix, n);

test('an element has one place, in either order', () => {
  expect(packedLength(7)).toBe(28);
  expect(packedIndex(0, 0)).toBe(0);
  expect(packedIndex(6, 6)).toBe(27);
  expect(packedIndex(2, 1)).toBe(4);
  expect(packedIndex(1, 2)).toBe(4);
});

test('a rank-k update adds weighted outer products of rows', () => {
  const a = matrix.slice();
  addPackedProducts(a, n, Float64Array.from(expected.rows), { from: 0, to: 6, weight: 0.5 });
  expectClose(a, lowerTriangle(expected.rankK, n), TOLERANCE);
});

test('updates over parts of the rows add up, whatever the parts', () => {
  const a = matrix.slice();
  const rows = Float64Array.from(expected.rows);
  addPackedProducts(a, n, rows, { from: 0, to: 1, weight: 0.5 });
  addPackedProducts(a, n, rows, { from: 1, to: 6, weight: 0.5 });
  addPackedProducts(a, n, rows, { from: 3, to: 3, weight: 0.5 });
  expectClose(a, lowerTriangle(expected.rankK, n), TOLERANCE);
});

test('matrix times vector, and the quadratic form', () => {
  const x = Float64Array.from(expected.vector);
  const out = new Float64Array(n).fill(99);
  multiplyPacked(matrix, n, x, out);
  expectClose(out, expected.product, TOLERANCE);
  const form = expected.product.reduce((sum, value, i) => sum + value * (x[i] ?? NaN), 0);
  expectClose(packedQuadraticForm(matrix, n, x), form, TOLERANCE);
});

test('the packed factor and its solves are those of LAPACK', () => {
  const l = matrix.slice();
  expectClose(packedCholeskyInPlace(l, n), expected.logDeterminant, TOLERANCE);
  expectClose(l, lowerTriangle(expected.lower, n), TOLERANCE);
  const forward = Float64Array.from(expected.rhs);
  solvePackedLowerInPlace(l, n, forward);
  expectClose(forward, expected.lowerSolution, TOLERANCE);
  const backward = Float64Array.from(expected.rhs);
  solvePackedUpperInPlace(l, n, backward);
  expectClose(backward, expected.upperSolution, TOLERANCE);
  const both = Float64Array.from(expected.rhs);
  solvePackedCholeskyInPlace(l, n, both);
  expectClose(both, expected.solution, TOLERANCE);
});

test('the inverse is that of LAPACK', () => {
  const l = matrix.slice();
  packedCholeskyInPlace(l, n);
  invertPackedCholeskyInPlace(l, n);
  expectClose(l, lowerTriangle(expected.inverse, n), TOLERANCE);
});

// Larger full matrices are factorised in tiles, whose sums have another order.
test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 31])(
  'the packed factor is, bit for bit, the full one at order %i',
  (order) => {
    const full = positiveDefinite(order, 31);
    const packed = lowerTriangle(full, order);
    expect(packedCholeskyInPlace(packed, order)).toBe(choleskyInPlace(full, order));
    expect(packed).toEqual(lowerTriangle(full, order));
  },
);

test('the packed factor is the full one at order 33', () => {
  const full = positiveDefinite(33, 31);
  const packed = lowerTriangle(full, 33);
  expectClose(packedCholeskyInPlace(packed, 33), choleskyInPlace(full, 33) ?? NaN, TOLERANCE);
  expectClose(packed, lowerTriangle(full, 33), TOLERANCE);
});

test('an indefinite matrix has no factor', () => {
  expect(packedCholeskyInPlace(Float64Array.of(1, 2, 1), 2)).toBeUndefined();
  expect(packedCholeskyInPlace(Float64Array.of(NaN), 1)).toBeUndefined();
});
