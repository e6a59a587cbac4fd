import { expect } from 'vitest';

/** Fails unless every element of `actual` is within `tolerance` (absolute) of its counterpart. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  expect(actual).toHaveLength(expected.length);
  const wrong = Array.from(expected)
    .map((want, i) => ({ i, want, got: actual[i] ?? NaN }))
    .filter(({ want, got }) => !(Math.abs(got - want) <= tolerance));
  expect(wrong).toEqual([]);
}

/** Largest magnitude, to state a tolerance relative to a whole vector. */
export function largest(values: ArrayLike<number>): number {
  return Array.from(values).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
