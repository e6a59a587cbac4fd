import { OUTCOME, createReadingBatch } from '@verimeter/reading-store';
import { expect, test } from 'vitest';
import { settlementOf } from './settlement.ts';

const HOUR_US = 3600e6;

test('a settlement counts by tenant, receive hour, source and device, and announces what is new and live', () => {
  const batch = createReadingBatch(5);
  batch.length = 5;
  batch.channelId.set([1, 1, 2, 3, 3]);
  batch.tsUs.set([10, 20, 30, 40, 50]);
  batch.value.set([0.1, 0.2, 0.3, 0.4, 0.5]);
  batch.receivedAtUs.set([5, 6, 7, HOUR_US, HOUR_US + 1]);
  const { stored, duplicate, conflicting } = OUTCOME;
  const outcomes = Uint8Array.of(stored, duplicate, conflicting, stored, stored);
  const share = { tenant: 'demo', source: 'mqtt', live: true };
  const shares = [
    { ...share, deviceId: 'a', end: 2 },
    { ...share, deviceId: 'b', end: 3 },
    { ...share, deviceId: 'a', end: 4 },
    { ...share, deviceId: 'a', end: 5, tenant: 'other', live: false },
  ];
  const settlement = settlementOf([{ id: 7, batch, outcomes, shares }]);
  expect(settlement.ids).toEqual([7]);
  expect(
    settlement.journal.map(({ devices, ...part }) => ({ ...part, devices: [...devices.values()] })),
  ).toEqual([
    {
      tenant: 'demo',
      hourUs: 0,
      source: 'mqtt',
      devices: [
        { deviceId: 'a', stored: 1, duplicate: 1, conflicting: 0 },
        { deviceId: 'b', stored: 0, duplicate: 0, conflicting: 1 },
      ],
    },
    {
      tenant: 'demo',
      hourUs: HOUR_US,
      source: 'mqtt',
      devices: [{ deviceId: 'a', stored: 1, duplicate: 0, conflicting: 0 }],
    },
    {
      tenant: 'other',
      hourUs: HOUR_US,
      source: 'mqtt',
      devices: [{ deviceId: 'a', stored: 1, duplicate: 0, conflicting: 0 }],
    },
  ]);
  expect([...settlement.live]).toEqual([
    ['demo', { channelIds: [1, 3], tsUs: [10, 40], values: [0.1, 0.4] }],
  ]);
  expect(settlement.span).toEqual([10, 50, 5, HOUR_US + 1]);
});

test('without anything new there is no span', () => {
  const batch = createReadingBatch(1);
  batch.length = 1;
  const outcomes = Uint8Array.of(OUTCOME.duplicate);
  expect(settlementOf([{ id: 1, batch, outcomes, shares: [] }])).toMatchObject({
    journal: [],
    span: [],
  });
});
