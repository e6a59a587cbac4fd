import { writeIntervalDays } from '@verimeter/registry';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectProblem, type Fixture, startFixture } from './fixture.ts';

const STEP_US = 900e6;
const DAY_US = 86_400e6;
const FIRST_US = Date.UTC(2026, 2, 1) * 1000;
const DAYS = 10;

let fixture: Fixture;

/** Quarter-hours of a day of which each amounts to the same. */
const evenDay = (channelId: number, dayUs: number, amount: number) => ({
  channelId,
  dayUs,
  intervals: Array.from({ length: 96 }, (_, k) => ({
    startUs: dayUs + k * STEP_US,
    endUs: dayUs + (k + 1) * STEP_US,
    fromUs: dayUs + k * STEP_US,
    toUs: dayUs + (k + 1) * STEP_US,
    amount,
    coverage: 1,
    quality: ['exact' as const],
  })),
});

const MEMBERS = [
  { device: 'sum', role: 'supply', amount: 1 },
  { device: 'home', role: 'consumer', amount: 0.6 },
  { device: 'shop', role: 'consumer', amount: 0.3 },
] as const;

beforeAll(async () => {
  fixture = await startFixture();
  const { servicePool } = fixture.database;
  await servicePool.query(
    `INSERT INTO groups (tenant, group_id, kind) VALUES ('a', 'AREA', 'electricity_area'), ('a', 'AIR', 'sensor_network')`,
  );
  for (const { device, role, amount } of MEMBERS) {
    // oxlint-disable-next-line no-await-in-loop
    const { rows } = await servicePool.query<{ channel_id: number }>(
      `WITH d AS (INSERT INTO devices (tenant, device_id, kind) VALUES ('a', $1, 'electricity_meter')),
            m AS (INSERT INTO members (tenant, group_id, device_id, role) VALUES ('a', 'AREA', $1, $2))
       INSERT INTO channels (tenant, device_id, quantity, unit) VALUES ('a', $1, 'active_energy_import', 'kW.h') RETURNING channel_id`,
      [device, role],
    );
    const channelId = rows[0]?.channel_id ?? Number.NaN;
    const days = Array.from({ length: DAYS }, (_, k) =>
      evenDay(channelId, FIRST_US + k * DAY_US, amount),
    );
    // The shop was silent on the last day.
    // oxlint-disable-next-line no-await-in-loop
    await writeIntervalDays(servicePool, 'a', 1, device === 'shop' ? days.slice(0, -1) : days);
  }
});
afterAll(() => fixture.stop());

test('whole days of the zone are summed up; what is not known lowers the coverage', async () => {
  const { body } = await fixture.request('/groups/AREA/balance?zone=Asia/Ho_Chi_Minh');
  expect(body).toMatchObject({
    quantity: 'active_energy_import',
    unit: 'kW.h',
    formed_from: '2026-03-01',
    formed_until: '2026-03-10',
    consumers: 2,
  });
  // 2026-03-01 00:00 UTC is 07:00 there, and the last day there ends at 17:00 UTC.
  expect(body.items).toHaveLength(9);
  expect(body.items[0]).toMatchObject({
    start: '2026-03-01T17:00:00.000Z',
    supply: 96,
    consumers: 86.4,
    consumer_coverage: 1,
  });
  // The last day of the shop ended at 07:00 of the tenth.
  expect(body.items[8].consumer_coverage).toBeCloseTo((1 + 7 / 24) / 2, 12);
});

test('days that were asked for are given with what is known of them', async () => {
  const { body } = await fixture.request(
    '/groups/AREA/balance?zone=Asia/Ho_Chi_Minh&from=2026-02-28T17:00:00Z&to=2026-03-01T17:00:00Z',
  );
  expect(body.items).toHaveLength(1);
  expect(body.items[0]).toMatchObject({ supply: 68, consumers: 61.2 });
  expect(body.items[0].supply_coverage).toBeCloseTo(17 / 24, 12);
});

test('hours of a period', async () => {
  const { body } = await fixture.request(
    '/groups/AREA/balance?resolution=1h&from=2026-03-02T00:00:00Z&to=2026-03-02T03:00:00Z',
  );
  expect(body.items.map(({ start }: { start: string }) => start)).toEqual([
    '2026-03-02T00:00:00.000Z',
    '2026-03-02T01:00:00.000Z',
    '2026-03-02T02:00:00.000Z',
  ]);
  expect(body.items[2]).toMatchObject({ supply: 4, consumers: 3.6 });
});

test('a network has no balance, a group that nobody knows is not found, too long a period is refused', async () => {
  const { body } = await fixture.request('/groups/AIR/balance');
  expect(body).toMatchObject({ quantity: null, items: [] });
  expectProblem(await fixture.request('/groups/NOWHERE/balance'), 'not_found');
  const long = await fixture.request(
    '/groups/AREA/balance?resolution=1h&from=2026-01-01&to=2026-03-01',
  );
  expectProblem(long, 'invalid_request');
  expect(long.body.errors).toEqual([
    { field: 'from', message: 'is more than 14 days before `to`; ask for less at a time' },
  ]);
});
