import type { GroupBalanceBucket } from '@verimeter/api-schema';
import { expect, test } from 'vitest';
import { balanceTotal, differenceOf } from '../src/lib/group-balance.ts';

const bucket = (changes: Partial<GroupBalanceBucket>): GroupBalanceBucket => ({
  start: '2026-11-01T00:00:00Z',
  end: '2026-11-02T00:00:00Z',
  supply: 100,
  supply_out: null,
  consumers: 95,
  supply_coverage: 1,
  supply_out_coverage: null,
  consumer_coverage: 1,
  ...changes,
});

test('a difference is stated only where all of both sides is known', () => {
  expect(differenceOf(bucket({}))).toBe(5);
  expect(differenceOf(bucket({ supply_out: 3, supply_out_coverage: 1 }))).toBe(2);
  expect(differenceOf(bucket({ consumer_coverage: 0.9 }))).toBeUndefined();
  expect(differenceOf(bucket({ supply: null, supply_coverage: 0 }))).toBeUndefined();
  expect(differenceOf(bucket({ supply_out: 3, supply_out_coverage: 0.5 }))).toBeUndefined();
});

test('the total leaves out what cannot be compared, and counts it', () => {
  expect(
    balanceTotal([bucket({}), bucket({ consumer_coverage: 0.5 }), bucket({ consumers: 90 })]),
  ).toEqual({ difference: 15, supply: 200, complete: 2, partial: 1 });
});
