import { concludeAllKinds } from '@verimeter/drift';
import { createReadingBatch } from '@verimeter/reading-store';
import { ensureChannels, ensureTenant, withTransaction } from '@verimeter/registry';
import { createTestDatabase, type TestDatabase } from '@verimeter/test-support';
import { createTimescaleStore } from '@verimeter/timescale-store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runAnalysis } from '../../src/index.ts';
import { otherKindsOf } from '../../src/lib/night/night-other-kinds.ts';
import { firstNight } from '../night-context.ts';

const TENANT = 'minutes';
const START_US = Date.UTC(2026, 8, 1) * 1000;
const QUARTER_US = 900e6;
const QUARTERS = 96 * 30;
const HOMES = 8;

/** By district: quarters of the hour at which its supply and its homes are read. */
const ALL = [0, 1, 2, 3];
const DISTRICTS: Record<
  string,
  { supply: readonly number[]; home: (i: number) => readonly number[] }
> = {
  full: { supply: [0], home: () => [0] },
  half: { supply: ALL, home: () => [2] },
  mixed: { supply: ALL, home: (i) => (i % 2 === 0 ? [0] : [2]) },
  quarters: { supply: [1], home: () => ALL },
};

/** Litres of a quarter: now and then a draw, seldom at night. */
function draw(seed: number, q: number): number {
  const u = Math.abs(Math.sin(seed * 12.9898 + q * 78.233) * 43_758.5453) % 1;
  const awake = (q / 4) % 24 < 6 ? 0.03 : 0.15;
  return u < awake ? 4 + 400 * (awake - u) : 0;
}

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  const pool = database.servicePool;
  await ensureTenant(pool, TENANT);
  const meters: {
    deviceId: string;
    groupId: string;
    role: string;
    registers: Float64Array;
    at: readonly number[];
  }[] = [];
  Object.entries(DISTRICTS).forEach(([groupId, { supply, home }], d) => {
    const supplied = new Float64Array(QUARTERS + 1);
    for (let i = 0; i < HOMES; i++) {
      const registers = new Float64Array(QUARTERS + 1);
      for (let q = 1; q <= QUARTERS; q++) {
        const litres = draw(100 * d + i + 1, q);
        registers[q] = (registers[q - 1] ?? 0) + litres;
        supplied[q] = (supplied[q] ?? 0) + litres;
      }
      meters.push({
        deviceId: `${groupId}-${i}`,
        groupId,
        role: 'consumer',
        registers,
        at: home(i),
      });
    }
    for (let q = 1; q <= QUARTERS; q++)
      supplied[q] = (supplied[q - 1] ?? 0) + (supplied[q] ?? 0) + 4 + 0.2 * draw(7000 + d, q);
    meters.push({
      deviceId: `${groupId}-sum`,
      groupId,
      role: 'supply',
      registers: supplied,
      at: supply,
    });
  });
  const rows = meters.map(({ deviceId, groupId, role }) => [deviceId, groupId, role]);
  await pool.query(
    `INSERT INTO devices (tenant, device_id, kind, accuracy_class)
     SELECT $1, m ->> 0, 'water_meter', '2' FROM jsonb_array_elements($2::jsonb) AS m`,
    [TENANT, JSON.stringify(rows)],
  );
  await pool.query(
    `INSERT INTO groups (tenant, group_id, kind)
     SELECT DISTINCT $1, m ->> 1, 'water_district' FROM jsonb_array_elements($2::jsonb) AS m`,
    [TENANT, JSON.stringify(rows)],
  );
  await pool.query(
    `INSERT INTO members (tenant, group_id, device_id, role)
     SELECT $1, m ->> 1, m ->> 0, m ->> 2 FROM jsonb_array_elements($2::jsonb) AS m`,
    [TENANT, JSON.stringify(rows)],
  );
  const store = createTimescaleStore(pool);
  await withTransaction(pool, async (client) => {
    const channels = await ensureChannels(
      client,
      meters.map(({ deviceId }) => ({
        tenant: TENANT,
        deviceId,
        quantity: 'water_volume',
        unit: 'm3',
      })),
    );
    const channelOf = new Map(channels.map(({ deviceId, channelId }) => [deviceId, channelId]));
    for (const { deviceId, registers, at } of meters) {
      const batch = createReadingBatch(QUARTERS + 1);
      registers.forEach((litres, q) => {
        if (!at.includes(q % 4)) return;
        const row = batch.length;
        batch.channelId[row] = channelOf.get(deviceId) ?? -1;
        batch.tsUs[row] = START_US + q * QUARTER_US;
        batch.value[row] = Math.floor(litres) / 1000;
        batch.receivedAtUs[row] = START_US + q * QUARTER_US;
        batch.length = row + 1;
      });
      // oxlint-disable-next-line no-await-in-loop -- one batch after the other
      await store.write(client, batch);
    }
  });
}, 120_000);
afterAll(() => database.drop());

/** What of an analysis concerns a district: its status, and how many of its homes are judged. */
const EXPECTED = {
  full: ['ok', 0],
  half: ['ok', 0],
  mixed: ['not_synchronous', HOMES],
  quarters: ['ok', 0],
};

const inconsistent = (
  devices: readonly { deviceId: string; indication: string }[],
  groupId: string,
): number =>
  devices.filter(
    ({ deviceId, indication }) =>
      deviceId.startsWith(`${groupId}-`) && indication === 'group_inconsistent',
  ).length;

test('each district is balanced at its own minute, one of two minutes is refused; in a full run as by night', async () => {
  const { servicePool: pool } = database;
  const store = createTimescaleStore(pool);
  await runAnalysis({ pool, store, tenant: TENANT });
  const groups = await pool.query<{ group_id: string; status: string }>(
    `SELECT group_id, status FROM group_health WHERE tenant = $1`,
    [TENANT],
  );
  const health = await pool.query<{ deviceId: string; indication: string }>(
    `SELECT device_id AS "deviceId", indication FROM health WHERE tenant = $1`,
    [TENANT],
  );
  expect(
    Object.fromEntries(
      groups.rows.map(({ group_id: id, status }) => [id, [status, inconsistent(health.rows, id)]]),
    ),
  ).toEqual(EXPECTED);

  const { water } = concludeAllKinds(await otherKindsOf(firstNight(pool, TENANT)));
  expect(
    Object.fromEntries(
      water.areas.map(({ groupId, status }) => [
        groupId,
        [status, inconsistent(water.devices, groupId)],
      ]),
    ),
  ).toEqual(EXPECTED);
}, 120_000);
