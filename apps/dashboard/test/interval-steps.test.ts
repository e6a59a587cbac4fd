import { expect, test } from 'vitest';
import { readEvery, usualLength } from '../src/lib/interval-steps.ts';

const MINUTE_MS = 60_000;
const every = (minutes: number, count: number, missing: ReadonlySet<number> = new Set()) => {
  const edges = Array.from({ length: count + 1 }, (_, k) => k).filter((k) => !missing.has(k));
  return edges.slice(1).map((edge, k) => ({
    start: new Date((edges[k] ?? 0) * minutes * MINUTE_MS).toISOString(),
    end: new Date(edge * minutes * MINUTE_MS).toISOString(),
  }));
};

test('a register that is read by the hour is shown by the hour, also with some hours missing', () => {
  expect(readEvery(every(15, 96))).toBe('15m');
  expect(readEvery(every(15, 96, new Set([3, 4, 5, 40])))).toBe('15m');
  expect(readEvery(every(30, 48))).toBe('30m');
  expect(readEvery(every(60, 24, new Set([7, 8])))).toBe('1h');
  expect(readEvery(every(24 * 60, 3))).toBe('1h');
  expect(readEvery([])).toBe('15m');
});

test('what is longer than usual is longer than the median', () => {
  const hours = every(60, 24, new Set([7, 8]));
  expect(usualLength(hours)).toBe(60 * MINUTE_MS);
  expect(usualLength([])).toBe(0);
});
