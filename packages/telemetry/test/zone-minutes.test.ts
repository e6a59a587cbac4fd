import { expect, test } from 'vitest';
import { zoneDays, zoneMinutes } from '../src/lib/zone-minutes.ts';

const us = (text: string): number => Date.parse(text) * 1000;

test('minutes ahead of UTC, with summer time, half hours and west of Greenwich', () => {
  expect(zoneMinutes('Asia/Ho_Chi_Minh', us('2026-11-23T00:00:00Z'))).toBe(420);
  expect(zoneMinutes('Europe/Berlin', us('2026-07-01T00:00:00Z'))).toBe(120);
  expect(zoneMinutes('Europe/Berlin', us('2026-12-01T00:00:00Z'))).toBe(60);
  expect(zoneMinutes('Asia/Kolkata', us('2026-12-01T00:00:00Z'))).toBe(330);
  expect(zoneMinutes('America/New_York', us('2026-12-01T00:00:00Z'))).toBe(-300);
  expect(zoneMinutes('UTC', us('2026-12-01T00:00:00Z'))).toBe(0);
});

test('days of a zone are as long as its clocks make them', () => {
  const spring = zoneDays('Europe/Berlin', us('2026-03-28T12:00Z'), us('2026-03-30T00:00Z'));
  expect(spring.map((at) => new Date(at / 1000).toISOString())).toEqual([
    '2026-03-27T23:00:00.000Z',
    '2026-03-28T23:00:00.000Z',
    '2026-03-29T22:00:00.000Z',
    '2026-03-30T22:00:00.000Z',
  ]);
  const autumn = zoneDays('Europe/Berlin', us('2026-10-25T00:00Z'), us('2026-10-25T12:00Z'));
  expect(autumn.map((at) => new Date(at / 1000).toISOString())).toEqual([
    '2026-10-24T22:00:00.000Z',
    '2026-10-25T23:00:00.000Z',
  ]);
  expect(zoneDays('Asia/Ho_Chi_Minh', us('2026-11-01T17:00Z'), us('2026-11-01T17:00Z'))).toEqual([
    us('2026-11-01T17:00Z'),
    us('2026-11-02T17:00Z'),
  ]);
});
