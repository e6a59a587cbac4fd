import { expect, test } from 'vitest';
import { gapsBetween } from '../src/lib/ledger/reading-gaps.ts';

const S = 1e6;
const instants = (...seconds: number[]): number[] => seconds.map((second) => second * S);

test('fewer than ten readings do not tell', () => {
  expect(gapsBetween(instants(0, 1, 2, 3, 4, 5, 6, 7, 20))).toBeUndefined();
  expect(gapsBetween(instants(0, 1, 2, 3, 4, 5, 6, 7, 8, 20))).toEqual([
    { fromUs: 8 * S, toUs: 20 * S, missing: 11, spacingS: 1 },
  ]);
});

test('the usual spacing is the median, of an even number the middle of the two', () => {
  // steps: five of 10 s, four of 12 s and a last one; half as late again is 16.5 s
  const steady = [0, 10, 20, 30, 40, 50, 62, 74, 86, 98];
  expect(gapsBetween(instants(...steady, 98 + 16.5))).toEqual([]);
  expect(gapsBetween(instants(...steady, 98 + 17))).toEqual([
    { fromUs: 98 * S, toUs: 115 * S, missing: 1, spacingS: 11 },
  ]);
});

test('what is missing is rounded, a half to the even number', () => {
  const steady = Array.from({ length: 12 }, (_, k) => k * 10);
  const after = (second: number) => gapsBetween(instants(...steady, 110 + second))?.[0]?.missing;
  expect(after(15)).toBeUndefined();
  expect(after(16)).toBe(1);
  expect(after(25)).toBe(1); // 2.5 spacings: to 2
  expect(after(35)).toBe(3); // 3.5 spacings: to 4
});
