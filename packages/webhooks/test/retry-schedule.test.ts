import { expect, test } from 'vitest';
import { nextPauseMs } from '../src/lib/retry-schedule.ts';

test('attempts come after 5 s at first, 12 h at last, and end after a little more than three days', () => {
  const pauses = Array.from({ length: 20 }, (_, index) => nextPauseMs(index + 1, 0));
  expect(pauses[0]).toBe(5000);
  expect(Math.max(...pauses.map((pause) => pause ?? 0))).toBe(12 * 3600e3);
  const hours = pauses.reduce<number>((sum, pause) => sum + (pause ?? 0), 0) / 3600e3;
  expect(hours).toBeGreaterThan(72);
  expect(hours).toBeLessThan(80);
  expect(pauses.indexOf(undefined)).toBe(14);
});

test('a tenth is up to chance', () => {
  expect(nextPauseMs(1, 0.999)).toBeGreaterThan(5400);
  expect(nextPauseMs(1, 0.999)).toBeLessThan(5501);
});
