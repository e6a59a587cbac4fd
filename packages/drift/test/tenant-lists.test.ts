import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  acceptedList,
  isListed,
  type ListEntry,
  NO_LISTS,
  tenantLists,
} from '../src/lib/tenant-lists.ts';

const listed = (...probabilities: number[]): { deviceId: string; probabilityDrifted: number }[] =>
  probabilities.map((probabilityDrifted, i) => ({ deviceId: `m${i}`, probabilityDrifted }));

describe('the list at a level', () => {
  test('takes devices in falling order while the running mean of 1 - P stays within it', () => {
    // means of 1 - P: 0.01, 0.015, 0.04, 0.105
    expect([...acceptedList(listed(0.98, 0.91, 0.7, 0.99), 0.1)]).toEqual(['m3', 'm0', 'm1']);
    expect([...acceptedList(listed(0.98, 0.91, 0.7, 0.99), 0.02)]).toEqual(['m3', 'm0']);
  });

  test('takes the one that meets the level exactly, and none where the first misses it', () => {
    expect([...acceptedList(listed(1, 0.75), 0.125)]).toEqual(['m0', 'm1']);
    expect(acceptedList(listed(0.89), 0.1).size).toBe(0);
    expect(acceptedList([], 0.1).size).toBe(0);
  });

  test('breaks ties by device id, whatever their order', () => {
    const tied = [
      { deviceId: 'b', probabilityDrifted: 0.95 },
      { deviceId: 'a', probabilityDrifted: 0.95 },
      { deviceId: 'c', probabilityDrifted: 1 },
      { deviceId: 'd', probabilityDrifted: 0.8 },
    ];
    expect([...acceptedList(tied, 0.026)]).toEqual(['c', 'a']);
    expect([...acceptedList(tied.toReversed(), 0.026)]).toEqual(['c', 'a']);
  });

  test('is a head of the order, its mean is within the level, and one more would not be', () => {
    const broken = fc.check(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 40 }),
        fc.double({ min: 0.001, max: 0.5, noNaN: true }),
        (probabilities, level) => {
          const { size } = acceptedList(listed(...probabilities), level);
          const falling = probabilities.toSorted((a, b) => b - a);
          const missing = (count: number): number =>
            falling.slice(0, count).reduce((sum, p) => sum + 1 - p, 0) / count;
          return (
            (size === 0 || missing(size) <= level + 1e-12) &&
            (size === probabilities.length || missing(size + 1) > level - 1e-12)
          );
        },
      ),
    );
    expect(broken.counterexample).toBeNull();
  });
});

const nameOf = ({ deviceId, quantity = '' }: ListEntry): string => `${deviceId} ${quantity}`.trim();
const onWatch = (entries: readonly ListEntry[]): string[] => {
  const { watch } = tenantLists(entries);
  return entries.filter((entry) => isListed(entry, watch)).map(nameOf);
};

describe('the lists of a tenant', () => {
  test('at 2 and at 10 %, each said by its last entry', () => {
    const entries = listed(0.98, 0.91, 0.7, 0.99, 0.1);
    expect(tenantLists(entries)).toEqual({
      reverify: { deviceId: 'm0', quantity: '', probabilityDrifted: 0.98 },
      watch: { deviceId: 'm1', quantity: '', probabilityDrifted: 0.91 },
    });
    expect(onWatch(entries)).toEqual(['m0', 'm1', 'm3']);
  });

  test('take nobody where the first entry is too much', () => {
    expect(tenantLists(listed(0.89))).toEqual(NO_LISTS);
    expect(tenantLists([])).toEqual(NO_LISTS);
    expect(onWatch(listed(0.89))).toEqual([]);
  });

  test('hold each quantity of a sensor by itself: ties go by device, then by quantity', () => {
    const tied: ListEntry[] = [
      { deviceId: 'S-1', quantity: 'temperature', probabilityDrifted: 0.75 },
      { deviceId: 'S-10', quantity: 'no2', probabilityDrifted: 0.75 },
      { deviceId: 'S-1', quantity: 'pm2_5', probabilityDrifted: 0.75 },
    ];
    // behind two sure ones: 0.083 with one of the three, 0.125 with two
    const sure = listed(1, 1);
    expect(onWatch([...tied, ...sure])).toEqual(['S-1 pm2_5', 'm0', 'm1']);
    expect(onWatch([...tied.toReversed(), ...sure])).toEqual(['S-1 pm2_5', 'm0', 'm1']);
  });

  test('take no one that has no probability, and hand it no place', () => {
    const silent: ListEntry = { deviceId: 'a' };
    expect(onWatch([silent, ...listed(1)])).toEqual(['m0']);
    expect(tenantLists([silent])).toEqual(NO_LISTS);
  });
});
