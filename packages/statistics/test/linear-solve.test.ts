import { expect, test } from 'vitest';
import { solveLinearInPlace } from '../src/index.ts';
import { expectClose } from './expect-close.ts';
import reference from './reference/reference.json' with { type: 'json' };

const { n, general, rhs, generalSolution } = reference.linear_algebra;

test('the solution is that of LAPACK', () => {
  const b = Float64Array.from(rhs);
  expect(solveLinearInPlace(Float64Array.from(general), n, b)).toBe(true);
  // n x condition x 1e-16; the 7 x 7 matrix has condition below 100.
  expectClose(b, generalSolution, { relative: 1e-12, absolute: 1e-13 });
});

test('rows are exchanged where the diagonal is zero', () => {
  const b = Float64Array.of(3, 5);
  expect(solveLinearInPlace(Float64Array.of(0, 1, 1, 0), 2, b)).toBe(true);
  expect(Array.from(b)).toEqual([5, 3]);
});

test('a singular matrix and a NaN have no solution', () => {
  expect(solveLinearInPlace(Float64Array.of(1, 2, 2, 4), 2, Float64Array.of(1, 1))).toBe(false);
  expect(solveLinearInPlace(Float64Array.of(NaN), 1, Float64Array.of(1))).toBe(false);
});
