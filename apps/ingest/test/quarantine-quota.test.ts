import { expect, test } from 'vitest';
import { KEPT_PER_HOUR, QuarantineQuota } from '../src/lib/quarantine-quota.ts';

const HOUR_US = 3600e6;
const rows = (count: number, hour = 0, deviceId: string | null = 'a', topic = 't') =>
  Array.from({ length: count }, (_, k) => ({
    tenant: 'demo',
    deviceId,
    topic,
    reason: 'malformed' as const,
    receivedAtUs: hour * HOUR_US + k,
  }));

test('of one device and reason so many are kept in an hour, of others as many', () => {
  const quota = new QuarantineQuota();
  const flood = rows(KEPT_PER_HOUR + 5);
  const first = quota.split([...flood, ...rows(3, 0, 'b')]);
  expect([first.kept.length, first.leftOut.length]).toEqual([KEPT_PER_HOUR + 3, 5]);
  quota.add(first.kept);
  expect(quota.split(rows(2)).kept).toEqual([]);
  expect(quota.split(rows(2, 1)).kept).toHaveLength(2);
});

test('an attempt that is not committed counts for nothing', () => {
  const quota = new QuarantineQuota();
  quota.split(rows(KEPT_PER_HOUR));
  expect(quota.split(rows(KEPT_PER_HOUR)).leftOut).toEqual([]);
});

test('without a device each topic counts for itself', () => {
  const quota = new QuarantineQuota();
  quota.add(rows(KEPT_PER_HOUR, 0, null, 'x'));
  expect(quota.split(rows(1, 0, null, 'x')).kept).toEqual([]);
  expect(quota.split(rows(1, 0, null, 'y')).kept).toHaveLength(1);
});
