import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatTimestamp, parseTimestamp } from '../src/index.ts';

describe('parseTimestamp', () => {
  test('reads zones, fractions and the leap day', () => {
    expect(parseTimestamp('2026-11-23T07:15:00Z')).toEqual({
      ok: true,
      tsUs: 1_795_418_100_000_000,
    });
    expect(parseTimestamp('2026-11-23T14:15:00+07:00')).toEqual({
      ok: true,
      tsUs: 1_795_418_100_000_000,
    });
    expect(parseTimestamp('2026-11-23T07:15:00.123456Z')).toEqual({
      ok: true,
      tsUs: 1_795_418_100_123_456,
    });
    expect(parseTimestamp('2024-02-29T00:00:00Z')).toEqual({
      ok: true,
      tsUs: 1_709_164_800_000_000,
    });
  });

  test('a time without zone is missing_zone, not a guess', () => {
    expect(parseTimestamp('2026-11-23T07:15:00')).toEqual({ ok: false, reason: 'missing_zone' });
  });

  test.each([
    '',
    'yesterday',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-23T24:00:00Z',
    '2026-11-23',
    '2026-11-23T07:15:00+25:00',
  ])('refuses %j', (text) => {
    expect(parseTimestamp(text)).toEqual({ ok: false, reason: 'bad_time' });
  });

  test('every microsecond survives formatting and parsing', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_102_444_800_000_000 }), (tsUs) => {
        expect(parseTimestamp(formatTimestamp(tsUs))).toEqual({ ok: true, tsUs });
      }),
    );
  });
});
