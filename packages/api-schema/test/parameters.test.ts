import { parseTimestamp } from '@verimeter/telemetry';
import { describe, expect, test } from 'vitest';
import { operations } from '../src/index.ts';

const readings = operations.listReadings.query;
const BASE = { device_id: 'm1', quantity: 'active_power' };

function us(text: string): number {
  const parsed = parseTimestamp(text);
  if (!parsed.ok) throw new Error(text);
  return parsed.tsUs;
}

function messages(query: Record<string, unknown>): string[] {
  const result = readings.safeParse({ ...BASE, ...query });
  return result.success ? [] : result.error.issues.map((issue) => issue.message);
}

describe('instants', () => {
  test.each([
    ['2026-11-22T00:00:00Z', '2026-11-22T00:00:00Z'],
    ['2026-11-22T07:00:00.000001+07:00', '2026-11-22T00:00:00.000001Z'],
    ['2026-11-22T07:00:00 07:00', '2026-11-22T00:00:00Z'], // a plus sign in a URL is a space
    ['2026-11-22', '2026-11-22T00:00:00Z'],
  ])('%s', (written, expected) => {
    expect(readings.parse({ ...BASE, from: written }).from).toBe(us(expected));
  });

  test.each(['', 'now', '2026-02-29', '2026-11-22T25:00:00Z', '1795418100000', '22.11.2026'])(
    '"%s" is refused with an example',
    (written) => {
      expect(messages({ from: written })).toEqual([expect.stringContaining('2026-11-22')]);
    },
  );

  test('a missing zone is named', () => {
    expect(messages({ from: '2026-11-22T00:00:00' })).toEqual([
      expect.stringMatching(/no time zone.*2026-11-22T00:00:00Z/),
    ]);
  });
});

describe('zones', () => {
  test.each(['UTC', 'Asia/Ho_Chi_Minh', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5'])(
    '%s',
    (zone) => {
      expect(messages({ resolution: '1d', zone })).toEqual([]);
    },
  );
  // PostgreSQL reads "+07:00" with the opposite sign and "CET" as a fixed offset.
  test.each(['+07:00', 'CET', 'EST5EDT', 'Asia/Atlantis', '', "UTC'; DROP"])('not %s', (zone) => {
    expect(messages({ resolution: '1d', zone })).toEqual([expect.stringContaining('IANA')]);
  });
});

describe('choices', () => {
  const { query } = operations.listHealth;
  test('one or several, without repetition', () => {
    expect(query.parse({ indication: 'stopped' }).indication).toEqual(['stopped']);
    expect(query.parse({ indication: 'stopped,reverse,stopped' }).indication).toEqual([
      'stopped',
      'reverse',
    ]);
  });
  test.each(['', 'stopped,', 'Stopped', 'toString'])('not "%s"', (indication) => {
    expect(query.safeParse({ indication }).success).toBe(false);
  });
});

describe('limits', () => {
  const { query } = operations.listDevices;
  test.each(['1', '1000', '0100'])('%s', (limit) => {
    expect(query.parse({ limit }).limit).toBe(Number(limit));
  });
  test.each(['0', '1001', '-1', '1.5', '1e2', ' 1', ''])('not "%s"', (limit) => {
    expect(query.safeParse({ limit }).success).toBe(false);
  });
});
