import { expect, test } from 'vitest';
import { choleskyInPlace, downdateCholeskyInPlace, updateCholeskyInPlace } from '../src/index.ts';
import { expectClose } from './expect-close.ts';
import { lowerSquare, lowerTriangle, positiveDefinite, sequence } from './matrices.ts';
import reference from './reference/reference.json' with { type: 'json' };

// Rotations are backward stable: n x condition x 1e-16; the 7 x 7 matrix has condition below 1e3.
const TOLERANCE = { relative: 1e-12, absolute: 1e-13 };
const { n, lower, vector, updated, downdated } = reference.linear_algebra;

test('an update is the factor of A + v v transposed', () => {
  const l = Float64Array.from(lower);
  updateCholeskyInPlace(l, n, Float64Array.from(vector));
  expectClose(lowerTriangle(l, n), lowerTriangle(updated, n), TOLERANCE);
});

test('a downdate is the factor of A - v v transposed', () => {
  const l = Float64Array.from(lower);
  expect(
    downdateCholeskyInPlace(
      l,
      n,
      Float64Array.from(vector, (value) => value / 2),
    ),
  ).toBe(true);
  expectClose(lowerTriangle(l, n), lowerTriangle(downdated, n), TOLERANCE);
});

test('a downdate that is not positive definite is refused and changes nothing', () => {
  const l = Float64Array.from(lower);
  expect(
    downdateCholeskyInPlace(
      l,
      n,
      Float64Array.from(vector, (value) => value * 100),
    ),
  ).toBe(false);
  expect(Array.from(l)).toEqual(lower);
});

test('a downdate to a singular matrix is refused', () => {
  expect(downdateCholeskyInPlace(Float64Array.of(2), 1, Float64Array.of(2))).toBe(false);
});

test('a sliding window of 500 updates and downdates stays the factor of its matrix', () => {
  const order = 6;
  const rows = sequence(520 * order, 5);
  const l = positiveDefinite(order, 3);
  const start = l.slice();
  choleskyInPlace(l, order);
  const row = (r: number): Float64Array => rows.slice(r * order, (r + 1) * order);
  for (let r = 0; r < 520; r++) {
    updateCholeskyInPlace(l, order, row(r));
    if (r >= 20) expect(downdateCholeskyInPlace(l, order, row(r - 20))).toBe(true);
  }
  const expected = lowerTriangle(start, order);
  for (let r = 500; r < 520; r++) {
    const z = row(r);
    let next = 0;
    for (const [i, zi] of z.entries())
      for (const zj of z.subarray(0, i + 1)) {
        expected[next] = (expected[next] ?? NaN) + zi * zj;
        next++;
      }
  }
  // 1000 rotations of a well-conditioned matrix of magnitude 10, each with a rounding or two.
  expectClose(lowerTriangle(lowerSquare(l, order), order), expected, { absolute: 1e-11 });
});
