import { expect, test } from 'vitest';
import { daysUntilExit } from '../../src/lib/lots/lot-drift.ts';

/** A lot of 100 without error but a spread of 0.1 %, limit 2 %, that leaves the limit where its mean has moved by 1.8355 %. */
const yearsOf = (perYear: number): number | undefined => {
  const { medianDays } = daysUntilExit(
    {
      members: [],
      unseen: new Float64Array(100),
      parts: { count: 1, means: Float64Array.of(0), sds: Float64Array.of(0.001) },
      limit: 0.02,
      shiftSd: 0,
      counts: Float64Array.from({ length: 101 }, (_, k) => (k === 0 ? 1 : 0)),
    },
    [{ beyond: 0, weight: 1, shares: Float64Array.of(1), tilts: [] }],
    { perYear, se: 1e-9 },
  );
  return medianDays === undefined ? undefined : medianDays / 365.25;
};

test('an exit is told up to 30 years ahead, and no later one', () => {
  for (const years of [0.5, 10, 22, 24, 27, 29.9])
    expect(yearsOf(0.018355 / years)).toBeCloseTo(years, 1);
  expect(yearsOf(0.018355 / 30.2)).toBeUndefined();
  expect(yearsOf(0)).toBeUndefined();
});
