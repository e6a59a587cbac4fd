import { expect, test } from 'vitest';
import { blendOf } from '../../src/lib/sensors/neighbour-blend.ts';
import type { Stretch } from '../../src/lib/sensors/stretches.ts';

const POINTS = 10;
const stretch = (series: number, from: number, to: number): Stretch => ({
  series,
  from,
  to,
  fromUs: from,
  toUs: to,
  last: true,
  reference: false,
  verified: false,
});
const target = stretch(0, 0, POINTS);

function blend(weights: readonly number[], others: readonly Stretch[]): number[] {
  const { values } = blendOf(
    target,
    1,
    others.map((_, i) => ({ stretch: i, weight: weights[i] ?? 0 })),
    {
      values: [0, 1, 2, 3].map((series) => new Float64Array(POINTS).fill(series)),
      stretches: others,
      levels: Float64Array.from(others, () => 1),
      comparison: 'ratio',
      points: POINTS,
    },
  );
  return [...values];
}

test('before the best neighbour was exchanged the others make up for it', () => {
  const others = [stretch(1, 6, POINTS), stretch(2, 0, POINTS), stretch(3, 0, POINTS)];
  const values = blend([0.7, 0.2, 0.1], others);
  // 7/3 = (0.2 x 2 + 0.1 x 3) / 0.3, and 0.7 x 1 + 0.2 x 2 + 0.1 x 3
  expect(values.slice(0, 6)).toEqual(Array.from({ length: 6 }, () => expect.closeTo(7 / 3, 12)));
  expect(values.slice(6)).toEqual(Array.from({ length: 4 }, () => expect.closeTo(1.4, 12)));
});

test('a single neighbour that counts for little is no blend', () => {
  const values = blend([0.7, 0.3], [stretch(1, 6, POINTS), stretch(2, 0, POINTS)]);
  expect(values.slice(0, 6)).toEqual(Array.from({ length: 6 }, () => NaN));
  expect(values.slice(6).every(Number.isFinite)).toBe(true);
});
