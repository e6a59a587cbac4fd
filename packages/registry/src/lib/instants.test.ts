import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseTimestamptz, timestamptz } from './instants.ts';

describe('instants', () => {
  test('are read to the microsecond from what PostgreSQL prints in UTC', () => {
    expect(parseTimestamptz('2026-11-24 04:20:30.123456+00')).toBe(1_795_494_030_123_456);
    expect(parseTimestamptz('2026-11-24 04:20:30.5+00')).toBe(1_795_494_030_500_000);
    expect(parseTimestamptz('1969-12-31 23:59:59.999999+00')).toBe(-1);
    expect(parseTimestamptz('-infinity')).toBe(-Infinity);
  });

  test('of another zone are refused instead of misread', () => {
    expect(() => parseTimestamptz('2026-11-24 04:20:30+07')).toThrow('not a timestamp in UTC');
  });

  test('survive the way there and back', () => {
    const microseconds = fc.integer({ min: -2_208_988_800_000_000, max: 4_102_444_800_000_000 });
    fc.assert(
      fc.property(microseconds, (us) => {
        const printed = timestamptz(us).replace('T', ' ').replace('Z', '+00');
        expect(parseTimestamptz(printed)).toBe(us);
      }),
    );
  });
});

test('what RFC 3339 cannot write is beyond all that is kept', () => {
  const last = Date.parse('9999-12-31T23:59:59.999Z') * 1000;
  expect(timestamptz(last)).toBe('9999-12-31T23:59:59.999000Z');
  expect(timestamptz(last + 1000)).toBe('infinity');
});
