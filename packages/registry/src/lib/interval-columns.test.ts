import { formIntervals, type RegisterReading } from '@verimeter/telemetry';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayColumns, intervalsOfDay, KEPT_STEP_US, type KeptInterval } from './interval-columns.ts';

const DAY_US = Date.UTC(2026, 10, 22) * 1000;
const DAY_LENGTH_US = 86_400e6;

/** Intervals that end within the day. */
const dayOf = (readings: readonly RegisterReading[]): KeptInterval[] =>
  formIntervals(readings, [], { stepUs: KEPT_STEP_US })
    .filter(({ endUs }) => endUs > DAY_US && endUs <= DAY_US + DAY_LENGTH_US)
    .map(({ clockOffset: _clock, ...interval }) => interval);

describe('the columns of a day of intervals', () => {
  test('hold nothing but amounts where each quarter-hour was read at its edges', () => {
    const readings = Array.from({ length: 97 }, (_, k) => ({
      tsUs: DAY_US + k * KEPT_STEP_US,
      value: 12_345.6 + k / 4,
    }));
    const columns = dayColumns(DAY_US, dayOf(readings));
    expect(columns).toEqual({
      edges: null,
      shifts_us: null,
      scale: 2,
      quanta: Array.from({ length: 96 }, () => 25),
      amounts: null,
      coverages: null,
      events: null,
    });
  });

  test('hold amounts that are no decimals as they are, and none for a day without intervals', () => {
    const thirds = [0, 1, 2].map((k) => ({ tsUs: DAY_US + k * KEPT_STEP_US, value: k / 3 }));
    expect(dayColumns(DAY_US, dayOf(thirds))).toMatchObject({
      quanta: null,
      amounts: [0.333333333, 0.333333333],
    });
    expect(intervalsOfDay(DAY_US, dayColumns(DAY_US, []))).toEqual([]);
  });

  test('read back as the intervals, whatever was read and fell', () => {
    const register = fc.array(
      fc.record({ minute: fc.nat({ max: 3 * 1440 * 60 }), value: fc.nat({ max: 1e7 }) }),
      { maxLength: 200 },
    );
    fc.assert(
      fc.property(register, fc.constantFrom(1, 10, 1000), (seconds, parts) => {
        const readings = seconds.map(({ minute, value }) => ({
          tsUs: DAY_US - DAY_LENGTH_US + minute * 1e6,
          value: value / parts,
        }));
        const intervals = dayOf(readings);
        expect(intervalsOfDay(DAY_US, dayColumns(DAY_US, intervals))).toEqual(
          intervals.map((interval) => ({
            ...interval,
            amount:
              interval.amount === undefined ? undefined : Math.round(interval.amount * 1e9) / 1e9,
          })),
        );
      }),
    );
  });
});
