import { describe, expect, test } from 'vitest';
import { equalMonths } from '../src/lib/evidence-pack/equal-months.ts';
import { failuresOf } from '../src/lib/report/failures.ts';
import { reportPeriod } from '../src/lib/report/period.ts';

const point = (error: number | null, limit: number | null = 0.02) => ({ error, limit });
const months = (amounts: readonly (number | null)[], partial: readonly number[] = []) =>
  amounts.map((amount, k) => ({
    month: `2026-${String(k + 1).padStart(2, '0')}`,
    amount,
    isWhole: !partial.includes(k),
  }));

describe('the period of a report', () => {
  test('that is over is reported as of its last day, one that is not as of today', () => {
    expect(reportPeriod('2026-02', '2026-11-29')).toEqual({
      from: '2026-02-01',
      to: '2026-02-28',
      asOf: '2026-02-28',
      isComplete: true,
      nextFrom: '2026-03-01',
      nextTo: '2026-03-31',
    });
    expect(reportPeriod('2026', '2026-11-29')).toMatchObject({
      from: '2026-01-01',
      to: '2026-12-31',
      asOf: '2026-11-29',
      isComplete: false,
      nextFrom: '2026-12-01',
      nextTo: '2026-12-31',
    });
    expect(reportPeriod('2025', '2026-11-29')).toMatchObject({
      asOf: '2025-12-31',
      nextFrom: '2026-01-01',
    });
  });
});

describe('failures', () => {
  test('are told apart by the sign of the error that is worst against its limit', () => {
    expect(
      failuresOf([
        [point(-0.031), point(0.004)],
        // 2 % beyond a limit of 1 % is worse than 2.5 % beyond one of 2 %
        [point(0.02, 0.01), point(-0.025, 0.02)],
        [point(0.01), point(0.05)],
        [point(null)],
        [],
      ]),
    ).toEqual({ count: 5, over: 1, under: 1, both: 1, unknown: 2, median_error: 0.02 });
  });

  test('without one have no median', () => {
    expect(failuresOf([]).median_error).toBeNull();
    expect(failuresOf([[point(-0.03)], [point(0.05)]]).median_error).toBeCloseTo(0.01, 12);
  });
});

describe('equal months', () => {
  test('are three or more in a row that are equal as billed', () => {
    expect([...equalMonths(months([310.2, 309.8, 310.4, 250, 250]))]).toEqual([
      '2026-01',
      '2026-02',
      '2026-03',
    ]);
    expect([...equalMonths(months([5, 310, 310, 310]))]).toHaveLength(3);
  });

  test('an unknown or partial month ends a row', () => {
    expect(equalMonths(months([310, 310, null, 310, 310])).size).toBe(0);
    expect(equalMonths(months([310, 310, 310], [2])).size).toBe(0);
    expect(equalMonths(months([310, 311, 310])).size).toBe(0);
  });
});
