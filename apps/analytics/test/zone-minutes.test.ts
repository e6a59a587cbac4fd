import { expect, test } from 'vitest';
import { zoneMinutes } from '../src/lib/zone-minutes.ts';

const us = (text: string): number => Date.parse(text) * 1000;

test('minutes ahead of UTC, with summer time, half hours and west of Greenwich', () => {
  expect(zoneMinutes('Asia/Ho_Chi_Minh', us('2026-11-23T00:00:00Z'))).toBe(420);
  expect(zoneMinutes('Europe/Berlin', us('2026-07-01T00:00:00Z'))).toBe(120);
  expect(zoneMinutes('Europe/Berlin', us('2026-12-01T00:00:00Z'))).toBe(60);
  expect(zoneMinutes('Asia/Kolkata', us('2026-12-01T00:00:00Z'))).toBe(330);
  expect(zoneMinutes('America/New_York', us('2026-12-01T00:00:00Z'))).toBe(-300);
  expect(zoneMinutes('UTC', us('2026-12-01T00:00:00Z'))).toBe(0);
});
