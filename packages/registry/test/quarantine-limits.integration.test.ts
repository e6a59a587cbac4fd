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

test('ranges of ids that get no more entries are summed up once, and removed entries are not counted on', async () => {
  const { servicePool } = database;
  const [before = 0] = await addToQuarantine(servicePool, [entry(0)]);
  const base = (Math.floor(before / 10_000) + 1) * 10_000;
  // three full ranges and a begun one, a thousand entries each; an entry of 10 bytes counts 610
  await servicePool.query(
    `INSERT INTO quarantine (id, tenant, received_at, source, topic, device_id, reason, message, payload, payload_bytes, rejected)
     OVERRIDING SYSTEM VALUE
     SELECT $1 + r * 10000 + k, 'x', now(), 'mqtt', 't', 'd', 'malformed', 'm', '{}', 10, 1
       FROM generate_series(0, 3) r, generate_series(0, 999) k`,
    [base],
  );
  await servicePool.query('DELETE FROM quarantine WHERE id = $1', [before]);
  const sizes = async () => {
    const { rows } = await servicePool.query(
      'SELECT first_id - $1 AS id, bytes, settled FROM quarantine_sizes ORDER BY 1',
      [base],
    );
    return rows;
  };
  expect(await trimQuarantine(servicePool, { days: 90, bytes: 4000 * 610 })).toBe(0);
  const unsettled = { bytes: 610_000, settled: false };
  expect(await sizes()).toEqual([
    { id: 10_000, ...unsettled },
    { id: 20_000, ...unsettled },
  ]);
  await servicePool.query(`UPDATE quarantine_sizes SET full_at = now() - interval '6 minutes'`);
  expect(await trimQuarantine(servicePool, GENEROUS)).toBe(0);
  expect(await sizes()).toMatchObject([{ settled: true }, { settled: true }]);
  // A settled sum is what counts, not the entries: the second range is said not to leave room for the first.
  await servicePool.query('UPDATE quarantine_sizes SET bytes = 5000000 WHERE first_id = $1', [
    base + 10_000,
  ]);
  expect(await trimQuarantine(servicePool, { days: 90, bytes: 4000 * 610 })).toBe(1000);
  // Now it holds the oldest entry, and is summed up again.
  expect(await trimQuarantine(servicePool, { days: 90, bytes: 2500 * 610 })).toBe(500);
  expect((await left()).kept?.count).toBe(2500);
  expect(await trimQuarantine(servicePool, { days: 90, bytes: 2500 * 610 })).toBe(0);
  expect(await sizes()).toMatchObject([{ id: 20_000, settled: true }]);
});
