import { type TestDatabase, createTestDatabase } from '@verimeter/test-support';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { addToQuarantine, countLeftOut, trimQuarantine } from '../src/index.ts';

const NOW_US = Date.now() * 1000;
const DAY_US = 86_400e6;
const GENEROUS = { days: 90, bytes: 1e9 };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.servicePool.query('DELETE FROM quarantine; DELETE FROM quarantine_left_out');
});

const entry = (daysAgo: number, bytes = 10, deviceId: string | null = 'd') => ({
  tenant: 'x',
  receivedAtUs: NOW_US - daysAgo * DAY_US,
  source: 'mqtt',
  topic: 'verimeter/v1/x/d/readings',
  deviceId,
  reason: 'malformed' as const,
  field: '',
  message: 'not JSON',
  payload: Buffer.alloc(bytes, 0x7b),
  rejected: 2,
});

const left = async () => {
  const { servicePool } = database;
  const kept = await servicePool.query<{ count: number; rejected: number }>(
    'SELECT count(*), coalesce(sum(rejected), 0)::int8 AS rejected FROM quarantine',
  );
  const gone = await servicePool.query<{ entries: number; rejected: number }>(
    `SELECT coalesce(sum(entries), 0)::int8 AS entries, coalesce(sum(rejected), 0)::int8 AS rejected
       FROM quarantine_left_out`,
  );
  return { kept: kept.rows[0], gone: gone.rows[0] };
};

test('entries beyond the days are removed and stay counted', async () => {
  const { servicePool } = database;
  await addToQuarantine(servicePool, [entry(91), entry(91), entry(89), entry(0, 10, null)]);
  expect(await trimQuarantine(servicePool, GENEROUS)).toBe(2);
  expect(await left()).toEqual({
    kept: { count: 2, rejected: 4 },
    gone: { entries: 2, rejected: 4 },
  });
  expect(await trimQuarantine(servicePool, GENEROUS)).toBe(0);
});

test('the oldest go where all together are too large, the youngest stay', async () => {
  const { servicePool } = database;
  const ids = await addToQuarantine(servicePool, [
    entry(3, 5000),
    entry(2, 5000),
    entry(1, 5000),
    entry(0, 10),
  ]);
  expect(await trimQuarantine(servicePool, { days: 90, bytes: 10_000 })).toBe(2);
  const { rows } = await servicePool.query<{ id: number }>('SELECT id FROM quarantine ORDER BY id');
  expect(rows.map(({ id }) => id)).toEqual(ids.slice(2));
  expect((await left()).gone).toEqual({ entries: 2, rejected: 4 });
});

test('where not even the youngest fits nothing is kept', async () => {
  const { servicePool } = database;
  await addToQuarantine(servicePool, [entry(1, 9000), entry(0, 9000)]);
  expect(await trimQuarantine(servicePool, { days: 90, bytes: 5000 })).toBe(2);
  expect((await left()).kept).toEqual({ count: 0, rejected: 0 });
});

test('many are removed batch by batch, and counts of one cause are one row', async () => {
  const { servicePool } = database;
  await servicePool.query(
    `INSERT INTO quarantine (tenant, received_at, source, topic, device_id, reason, message, payload_bytes, rejected)
     SELECT 'x', '2026-01-01T00:30:00Z', 'mqtt', 't', 'd', 'malformed', 'm', 1, 1 FROM generate_series(1, 25000)`,
  );
  await countLeftOut(servicePool, [entry(0), entry(0)]);
  expect(await trimQuarantine(servicePool, GENEROUS)).toBe(25_000);
  const { rows } = await servicePool.query<{ entries: number }>(
    'SELECT entries FROM quarantine_left_out ORDER BY entries',
  );
  expect(rows.map(({ entries }) => entries)).toEqual([2, 25_000]);
});
