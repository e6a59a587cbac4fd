import { describe, expect, test } from 'vitest';
import { slices } from '../src/lib/ledger/kept-readings.ts';
import { parsePeriod } from '../src/lib/ledger/receive-period.ts';
import { violationText } from '../src/lib/ledger/violations.ts';

const us = (instant: string): number => Date.parse(instant) * 1000;

describe('the period', () => {
  test('is everything without bounds', () => {
    expect(parsePeriod(undefined, undefined)).toEqual({
      period: { fromUs: -Infinity, toUs: Infinity },
      notes: [],
    });
  });

  test('a date is the whole UTC day on both sides', () => {
    expect(parsePeriod('2026-11-23', '2026-11-23')).toEqual({
      period: { fromUs: us('2026-11-23T00:00:00Z'), toUs: us('2026-11-24T00:00:00Z') },
      notes: [],
    });
  });

  test('instants at the edge of an hour are taken as they are, in any zone', () => {
    expect(parsePeriod('2026-11-23T14:00:00+07:00', '2026-11-23T08:00:00Z')).toEqual({
      period: { fromUs: us('2026-11-23T07:00:00Z'), toUs: us('2026-11-23T08:00:00Z') },
      notes: [],
    });
  });

  test('a bound inside an hour takes in the whole hour and says so', () => {
    const { period, notes } = parsePeriod('2026-11-23T07:15:00Z', '2026-11-23T07:15:00.000001Z');
    expect(period).toEqual({
      fromUs: us('2026-11-23T07:00:00Z'),
      toUs: us('2026-11-23T08:00:00Z'),
    });
    expect(notes).toEqual([
      '--from 2026-11-23T07:15:00Z is inside an hour; the ledger has whole hours: checked from 2026-11-23T07:00:00.000Z on',
      '--to 2026-11-23T07:15:00.000001Z is inside an hour; the ledger has whole hours: checked up to 2026-11-23T08:00:00.000Z',
    ]);
  });

  test('is refused where it holds no hour, and where an instant has no zone', () => {
    expect(() => parsePeriod('2026-11-24', '2026-11-23')).toThrow('is not before --to 2026-11-23');
    expect(() => parsePeriod('2026-11-23T07:00:00Z', '2026-11-23T07:00:00Z')).toThrow('not before');
    expect(() => parsePeriod('2026-11-23T07:00:00', undefined)).toThrow(
      '--from 2026-11-23T07:00:00 has no time zone',
    );
    expect(() => parsePeriod(undefined, 'yesterday')).toThrow('--to must be a date');
  });
});

/** Hours with so many readings each. */
const hours = (...stored: readonly number[]) =>
  stored.map((count, index) => ({ hour: index, stored: count }));

describe('the slices of a long count', () => {
  const everything = { fromUs: -Infinity, toUs: Infinity };

  test('are one where little was stored, and where nothing was', () => {
    expect(slices(everything, [])).toEqual([{ period: everything, readings: 0 }]);
    expect(slices(everything, hours(3, 4))).toEqual([{ period: everything, readings: 7 }]);
  });

  test('follow one another from the beginning of the period to its end', () => {
    expect(slices(everything, hours(6, 5, 1, 10, 2), 10)).toEqual([
      { period: { fromUs: -Infinity, toUs: 2 }, readings: 11 },
      { period: { fromUs: 2, toUs: 4 }, readings: 11 },
      { period: { fromUs: 4, toUs: Infinity }, readings: 2 },
    ]);
  });

  test('are about twenty at most, however much was stored', () => {
    const many = slices(everything, hours(...Array.from({ length: 1000 }, () => 7)), 10);
    expect(many.length).toBeGreaterThan(15);
    expect(many.length).toBeLessThanOrEqual(20);
    expect(many.reduce((sum, { readings }) => sum + readings, 0)).toBe(7000);
  });
});

test('a violation names device or topic, hour, what the ledger says and what is there', () => {
  const base = {
    deviceId: 'M1',
    topic: null,
    hourUs: us('2026-11-23T07:00:00Z'),
    source: null,
    ledger: 3,
    found: 2,
  };
  expect(violationText({ ...base, check: 'stored' })).toBe(
    'M1 2026-11-23T07:00:00.000Z: stored 3 in the ledger, 2 readings in the store',
  );
  expect(violationText({ ...base, check: 'conflicting', ledger: null })).toBe(
    'M1 2026-11-23T07:00:00.000Z: no row in the ledger, 2 conflicts kept',
  );
  expect(
    violationText({ ...base, check: 'rejected', deviceId: null, topic: 'a/b', source: 'mqtt' }),
  ).toBe('topic a/b 2026-11-23T07:00:00.000Z mqtt: rejected 3 in the ledger, 2 in quarantine');
  expect(violationText({ ...base, check: 'rejected', deviceId: null, source: 'import' })).toBe(
    'unregistered devices 2026-11-23T07:00:00.000Z import: rejected 3 in the ledger, 2 in quarantine',
  );
  expect(violationText({ ...base, check: 'balance', source: 'mqtt' })).toBe(
    'M1 2026-11-23T07:00:00.000Z mqtt: received 3 in the ledger, but what became of them adds up to 2',
  );
  expect(violationText({ ...base, check: 'negative', source: 'mqtt', ledger: -1 })).toBe(
    'M1 2026-11-23T07:00:00.000Z mqtt: a count of -1 in the ledger; none may be negative',
  );
});
