import { expect } from 'vitest';

/** What a number may differ by: `relative` of the expected magnitude, or `absolute`, whichever is larger. */
export interface Tolerance {
  readonly relative?: number;
  readonly absolute?: number;
}

/** Fails unless every element of `actual` is within the tolerance of its counterpart. */
export function expectClose(
  actual: number | undefined | ArrayLike<number>,
  expected: number | ArrayLike<number>,
  tolerance: Tolerance,
): void {
  const got = listOf(actual);
  const wanted = listOf(expected);
  expect(got).toHaveLength(wanted.length);
  const wrong = wanted
    .map((want, i) => ({ i, want, got: got[i] ?? NaN }))
    .filter(
      (pair) =>
        !(
          pair.got === pair.want ||
          Math.abs(pair.got - pair.want) <=
            Math.max(
              tolerance.absolute ?? 0,
              (tolerance.relative ?? 0) * Math.min(Math.abs(pair.want), Number.MAX_VALUE),
            )
        ),
    );
  expect(wrong).toEqual([]);
}

function listOf(value: number | undefined | ArrayLike<number>): number[] {
  if (value === undefined) return [NaN];
  return typeof value === 'number' ? [value] : Array.from(value);
}
