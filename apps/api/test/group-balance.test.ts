import type { MemberDay } from '@verimeter/registry';
import { expect, test } from 'vitest';
import { balance } from '../src/lib/group-balance.ts';

const STEP = 900e6;
const HOUR = 4 * STEP;

/** Intervals of equal length from `fromStep` on, amounts one after the other. */
const steps = (amounts: readonly (number | undefined)[], fromStep = 0, length = 1) =>
  amounts.map((amount, k) => {
    const startUs = (fromStep + k * length) * STEP;
    const endUs = startUs + length * STEP;
    return { startUs, endUs, fromUs: startUs, toUs: endUs, amount, coverage: 1, quality: [] };
  });

const day = (
  role: MemberDay['role'],
  intervals: MemberDay['intervals'],
  changes: Partial<MemberDay> = {},
): MemberDay => ({
  deviceId: role,
  role,
  quantity: 'active_energy_import',
  memberFromUs: -Infinity,
  memberToUs: Infinity,
  intervals,
  ...changes,
});

const always = (side: 'supply' | 'supply_out' | 'consumer') => ({
  side,
  fromUs: -Infinity,
  toUs: Infinity,
});

test('sides are summed up by bucket, export is taken off', () => {
  const sums = balance({ starts: [0, HOUR, 2 * HOUR], opposite: 'active_energy_export' });
  sums.add(day('supply', steps([1, 1, 1, 1, 2, 2, 2, 2])));
  sums.add(day('consumer', steps([0.5, 0.5, 0.5, 0.5, 1, 1, 1, 1])));
  sums.add(day('consumer', steps([0.25, 0, 0, 0]), { quantity: 'active_energy_export' }));
  expect(sums.buckets([always('supply'), always('consumer')])).toEqual([
    {
      start: '1970-01-01T00:00:00.000Z',
      end: '1970-01-01T01:00:00.000Z',
      supply: 4,
      supply_out: null,
      consumers: 1.75,
      supply_coverage: 1,
      supply_out_coverage: null,
      consumer_coverage: 1,
    },
    expect.objectContaining({ supply: 8, consumers: 4 }),
  ]);
});

test('what is not known lowers the coverage and is not estimated', () => {
  const sums = balance({ starts: [0, HOUR], opposite: undefined });
  sums.add(day('consumer', steps([1, undefined, 1, 1])));
  // A second consumer sent nothing.
  const [bucket] = sums.buckets([always('consumer'), always('consumer')]);
  expect(bucket).toMatchObject({ consumers: 3, consumer_coverage: 3 / 8, supply: null });
});

test('a merged interval counts in each bucket by its time there', () => {
  const sums = balance({ starts: [0, HOUR, 2 * HOUR], opposite: undefined });
  sums.add(day('supply', steps([8], 2, 4)));
  expect(sums.buckets([always('supply')])).toMatchObject([
    { supply: 4, supply_coverage: 0.5 },
    { supply: 4, supply_coverage: 0.5 },
  ]);
});

test('a meter counts only while it is a member', () => {
  const sums = balance({ starts: [0, HOUR], opposite: undefined });
  const spell = { side: 'consumer', fromUs: 2 * STEP, toUs: 3 * STEP } as const;
  sums.add(
    day('consumer', steps([1, 2, 4, 8]), { memberFromUs: spell.fromUs, memberToUs: spell.toUs }),
  );
  expect(sums.buckets([spell])).toMatchObject([{ consumers: 4, consumer_coverage: 1 }]);
});
