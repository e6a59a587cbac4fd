import { expect, test } from 'vitest';
import { daysBetweenFull, isAnchor } from '../src/lib/night/night-due.ts';
import { dealt } from '../src/lib/night/night-threads.ts';
import { evenly } from '../src/lib/devices/evenly.ts';

const DAY_US = 86_400e6;
const FIRST_US = Date.UTC(2026, 10, 2, 1, 45) * 1000;
const groups = Array.from({ length: 700 }, (_, k) => `E-A${String(k).padStart(4, '0')}`);

test.each([7, 28])('each area has one day in %i, and about as many have each', (days) => {
  const perNight = Array.from({ length: days }, () => 0);
  for (const groupId of groups) {
    let fullUs = FIRST_US;
    const nights: number[] = [];
    for (let night = 1; night <= 3 * days; night++) {
      const asOfUs = FIRST_US + night * DAY_US;
      if (!isAnchor(groupId, fullUs, asOfUs, days)) continue;
      fullUs = asOfUs;
      nights.push(night);
      perNight[night % days] = (perNight[night % days] ?? 0) + 1;
    }
    expect(nights).toHaveLength(3);
    expect((nights[1] ?? 0) - (nights[0] ?? 0)).toBe(days);
  }
  // 700 areas, three times each
  for (const count of perNight) expect(count).toBeGreaterThan((0.8 * 2100) / days);
});

test('a weekday on which nothing was analysed is made up for', () => {
  for (const groupId of groups.slice(0, 7))
    expect(isAnchor(groupId, FIRST_US, FIRST_US + 8 * DAY_US, 7)).toBe(true);
  for (const groupId of groups.slice(0, 7))
    expect(isAnchor(groupId, FIRST_US, FIRST_US, 7)).toBe(false);
});

const evidenceOf = (days: number) => ({
  firstDayUs: FIRST_US,
  untilUs: FIRST_US + days * DAY_US,
});

test('an area with forty days of evidence waits four weeks, a younger one and one that cannot go on a week', () => {
  expect(daysBetweenFull(evidenceOf(39))).toBe(7);
  expect(daysBetweenFull(evidenceOf(40))).toBe(28);
  expect(daysBetweenFull(null)).toBe(7);
});

test('areas are dealt to no more threads than there are, each to one', () => {
  expect(dealt(['a', 'b', 'c'], 2)).toEqual([['a', 'c'], ['b']]);
  expect(dealt(['a'], 4)).toEqual([['a']]);
  expect(dealt([], 4)).toEqual([[]]);
});

test('a sample is spread over all', () => {
  expect(evenly(['a', 'b', 'c'], 5)).toEqual(['a', 'b', 'c']);
  expect(evenly(groups, 100)).toHaveLength(100);
  expect(evenly(groups, 100).at(-1)).toBe('E-A0693');
  expect(evenly(groups, 333)).toHaveLength(333);
});
