import { createHash, randomBytes } from 'node:crypto';
import { type TestDatabase, createTestDatabase } from '@verimeter/test-support';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type LedgerRow,
  type LiveReadings,
  type Pool,
  KEPT_PAYLOAD_BYTES,
  addLiveEvents,
  addToLedger,
  timestamptz,
  addToQuarantine,
  changeEntries,
  closeBatch,
  ensureChannels,
  ensureTenant,
  foldLedger,
  journalParameters,
  lockEntries,
  readChannels,
  readDevices,
  readMembers,
  readTenants,
  readVerifications,
  trimLiveEvents,
  withTransaction,
} from '../src/index.ts';
import { newTenant } from './new-tenant.ts';

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = database.servicePool;
});
afterAll(() => database.drop());

let tenant = '';
beforeEach(async () => {
  tenant = await newTenant(pool);
});

const HOUR_US = Date.UTC(2026, 10, 24, 4) * 1000;

describe('tenants, devices, members, verifications', () => {
  test('creating a tenant twice keeps the first', async () => {
    await ensureTenant(pool, tenant, 'UTC');
    expect(await readTenants(pool)).toContainEqual({ tenant, zone: 'Asia/Ho_Chi_Minh' });
  });

  test('dates are plain text and identifiers sort bytewise', async () => {
    await pool.query(
      `INSERT INTO devices (tenant, device_id, kind) VALUES ($1, 'a', 'gateway'), ($1, 'Z', 'gateway'), ($1, '_', 'gateway')`,
      [tenant],
    );
    const devices = await readDevices(pool, tenant);
    expect(devices.map((device) => device.deviceId).slice(0, 4)).toEqual(['Z', '_', 'a', 'm1']);
    expect(devices[3]).toMatchObject({ verifiedOn: '2024-02-29', validUntil: null, lat: 10.75 });
    expect(await readDevices(pool, tenant, ['m2', 'nobody'])).toHaveLength(1);
  });

  test('open ends of memberships are infinite, instants are microseconds', async () => {
    await pool.query(
      `INSERT INTO groups (tenant, group_id, kind) VALUES ($1, 'g', 'electricity_area')`,
      [tenant],
    );
    await pool.query(
      `INSERT INTO members (tenant, group_id, device_id, role, valid_from, valid_to)
       VALUES ($1, 'g', 'm1', 'supply', DEFAULT, '2026-11-24T04:00:00.000001Z'),
              ($1, 'g', 'm1', 'consumer', '2026-11-24T04:00:00.000001Z', DEFAULT)`,
      [tenant],
    );
    const common = { groupId: 'g', deviceId: 'm1', feeder: null };
    expect(await readMembers(pool, tenant)).toEqual([
      { ...common, role: 'supply', fromUs: -Infinity, toUs: HOUR_US + 1 },
      { ...common, role: 'consumer', fromUs: HOUR_US + 1, toUs: Infinity },
    ]);
  });

  test('verifications come with every test point', async () => {
    await pool.query(
      `INSERT INTO verifications (tenant, device_id, verified_on, result, test_point, error)
       VALUES ($1, 'm1', '2026-01-02', 'fail', 'Imax', 0.031), ($1, 'm1', '2026-01-02', 'fail', '0.1Ib', -0.002)`,
      [tenant],
    );
    const points = await readVerifications(pool, tenant);
    expect(
      points.map(({ verifiedOn, testPoint, error }) => [verifiedOn, testPoint, error]),
    ).toEqual([
      ['2026-01-02', '0.1Ib', -0.002],
      ['2026-01-02', 'Imax', 0.031],
    ]);
  });
});

const wanted = (deviceId: string, unit = 'kW.h') => ({
  tenant,
  deviceId,
  quantity: 'active_energy_import',
  unit,
});

describe('ensureChannels', () => {
  test('creates what is missing, finds what is there and keeps the first unit', async () => {
    const [first] = await ensureChannels(pool, [wanted('m1', 'kW.h')]);
    const both = await ensureChannels(pool, [wanted('m1', 'W.h'), wanted('m2', 'MW.h')]);
    expect(both).toHaveLength(2);
    expect(both).toContainEqual(first);
    expect(both.find((channel) => channel.deviceId === 'm2')?.unit).toBe('MW.h');
    expect(await readChannels(pool, tenant)).toEqual(
      both.toSorted((a, b) => (a.deviceId < b.deviceId ? -1 : 1)),
    );
  });

  test('of one key twice in a call, the first unit counts', async () => {
    expect(await ensureChannels(pool, [wanted('m1', 'W.h'), wanted('m1', 'kW.h')])).toMatchObject([
      { unit: 'W.h' },
    ]);
  });

  test('leaves out devices that are not registered', async () => {
    const channels = await ensureChannels(pool, [wanted('nobody'), wanted('m3')]);
    expect(channels.map((channel) => channel.deviceId)).toEqual(['m3']);
  });

  test('racing writers agree on one id per channel and none of them fails', async () => {
    const all = Array.from({ length: 9 }, (_, index) => wanted(`m${String(index + 1)}`));
    const results = await Promise.all(
      [all, all.toReversed(), all, all.toReversed()].map((keys) =>
        withTransaction(pool, (client) => ensureChannels(client, keys)),
      ),
    );
    const ids = results.map((channels) =>
      channels.map((channel) => channel.channelId).toSorted((a, b) => a - b),
    );
    expect(ids[0]).toHaveLength(9);
    expect(new Set(ids.map(String)).size).toBe(1);
  });
});

const row = (deviceId: string | null, counts: Partial<LedgerRow>): LedgerRow => ({
  tenant,
  deviceId,
  topic: null,
  receivedAtUs: HOUR_US + 1_234_567,
  source: 'mqtt',
  received: 0,
  ...counts,
});

const read = async (): Promise<unknown[]> => {
  const result = await pool.query(
    `SELECT device_id, topic, hour, received, stored, duplicate, conflicting, rejected, pending
       FROM ledger WHERE tenant = $1 ORDER BY device_id, topic`,
    [tenant],
  );
  return result.rows;
};

const NO_READINGS: LiveReadings = { tenants: [], ends: [], channelIds: [], ts: [], values: [] };

const close = (
  live: LiveReadings,
  rows: readonly LedgerRow[] = [],
  mark = randomBytes(16),
): Promise<boolean> =>
  closeBatch(pool, { mark, atUs: HOUR_US, ledger: journalParameters(rows), live });

describe('the end of a batch', () => {
  test('a mark counts once', async () => {
    const mark = randomBytes(16);
    const rows = [row('m1', { received: 2, stored: 2 })];
    expect(await close(NO_READINGS, rows, mark)).toBe(true);
    expect(await close(NO_READINGS, rows, mark)).toBe(false);
    expect(await read()).toMatchObject([{ device_id: 'm1', received: 2, stored: 2 }]);
  });

  test('the ledger shows what the journal has, before and after it is folded', async () => {
    await addToLedger(pool, [row('m1', { received: 1, stored: 1 })]);
    await close(NO_READINGS, [
      row('m1', { received: 3, stored: 2, duplicate: 1 }),
      row('m2', { received: 1, rejected: 1 }),
      row(null, { topic: 'x', received: 1, rejected: 1 }),
      row('m1', { received: 1, conflicting: 1, source: 'replay' }),
      row('m3', { received: 3, pending: 3 }),
    ]);
    await close(NO_READINGS, [
      row('m1', { received: 5, stored: 5 }),
      row('m3', { received: 0, stored: 2, pending: -2 }),
    ]);
    const sums = async (): Promise<unknown[]> => {
      const result = await pool.query(
        `SELECT device_id, topic, source, hour, sum(received)::int AS received, sum(stored)::int AS stored,
                sum(duplicate)::int AS duplicate, sum(conflicting)::int AS conflicting, sum(rejected)::int AS rejected,
                sum(pending)::int AS pending
           FROM ledger WHERE tenant = $1
          GROUP BY device_id, topic, source, hour ORDER BY source, device_id, topic`,
        [tenant],
      );
      return result.rows;
    };
    const zero = {
      topic: null,
      source: 'mqtt',
      hour: HOUR_US,
      stored: 0,
      duplicate: 0,
      conflicting: 0,
      rejected: 0,
      pending: 0,
    };
    const expected = [
      { ...zero, device_id: 'm1', received: 9, stored: 8, duplicate: 1 },
      { ...zero, device_id: 'm2', received: 1, rejected: 1 },
      { ...zero, device_id: 'm3', received: 3, stored: 2, pending: 1 },
      { ...zero, device_id: null, topic: 'x', received: 1, rejected: 1 },
      { ...zero, device_id: 'm1', source: 'replay', received: 1, conflicting: 1 },
    ];
    expect(await sums()).toEqual(expected);
    const folded = await Promise.all([foldLedger(pool, 2), foldLedger(pool, 100)]);
    await foldLedger(pool, 100);
    expect(folded.some((batches) => batches > 0)).toBe(true);
    expect(await sums()).toEqual(expected);
    const left = await pool.query('SELECT FROM ledger_journal');
    expect(left.rowCount).toBe(0);
  });

  test('every tenant is announced its own readings', async () => {
    const other = `${tenant}-other`;
    await ensureTenant(pool, other, 'Asia/Ho_Chi_Minh');
    const channelIds = [1, 2, 3];
    const ts = channelIds.map((k) => timestamptz(HOUR_US + k));
    await close({
      tenants: [tenant, other],
      ends: [2, 3],
      channelIds,
      ts,
      values: [0.1, 0.2, 0.3],
    });
    const events = await pool.query(
      `SELECT tenant, channel_ids, values, cardinality(ts) AS instants FROM live_events
        WHERE tenant IN ($1, $2) ORDER BY id`,
      [tenant, other],
    );
    expect(events.rows).toEqual([
      { tenant, channel_ids: [1, 2], values: [0.1, 0.2], instants: 2 },
      { tenant: other, channel_ids: [3], values: [0.3], instants: 1 },
    ]);
  });
});

const usOf = (text: string): number => Date.parse(text) * 1000;

describe('what was settled', () => {
  test('is merged by hours that are over, under the youngest id, and forgotten in the end', async () => {
    const note = async (settledAt: string, ts: string, received: string): Promise<number> => {
      const { rows } = await pool.query<{ id: number }>(
        `INSERT INTO store_settled (settled_at, first_ts, last_ts, first_received, last_received)
         VALUES ($1, $2, $2, $3, $3) RETURNING id`,
        [settledAt, ts, received],
      );
      return rows[0]?.id ?? 0;
    };
    await note('2020-01-01T00:10Z', '2020-01-01Z', '2020-01-01Z');
    await note('2026-01-01T00:10Z', '2025-12-31Z', '2026-01-01T00:09Z');
    const youngest = await note('2026-01-01T00:50Z', '2026-01-01Z', '2026-01-01T00:01Z');
    const now = await note(new Date().toISOString(), '2026-11-01Z', '2026-11-01Z');
    await pool.query(`SELECT fold_settled(now() - '2025-01-01Z'::timestamptz)`);
    const { rows } = await pool.query(
      `SELECT id, first_ts, last_ts, first_received, last_received FROM store_settled ORDER BY id`,
    );
    expect(rows).toEqual([
      {
        id: youngest,
        first_ts: usOf('2025-12-31T00:00Z'),
        last_ts: usOf('2026-01-01T00:00Z'),
        first_received: usOf('2026-01-01T00:01Z'),
        last_received: usOf('2026-01-01T00:09Z'),
      },
      expect.objectContaining({ id: now }),
    ]);
  });
});

describe('the ledger', () => {
  test('adds up per device and hour, also within one call and without a device', async () => {
    await addToLedger(pool, [
      row('m1', { received: 3, stored: 2, duplicate: 1 }),
      row('m1', { received: 1, conflicting: 1 }),
      row(null, { topic: 'x', received: 1, rejected: 1 }),
    ]);
    await addToLedger(pool, [
      row('m1', { received: 5, pending: 5 }),
      row(null, { topic: 'x', received: 2, rejected: 2 }),
    ]);
    const zero = { stored: 0, duplicate: 0, conflicting: 0, rejected: 0, pending: 0 };
    expect(await read()).toEqual([
      {
        ...zero,
        device_id: 'm1',
        topic: null,
        hour: HOUR_US,
        received: 9,
        stored: 2,
        duplicate: 1,
        conflicting: 1,
        pending: 5,
      },
      { ...zero, device_id: null, topic: 'x', hour: HOUR_US, received: 3, rejected: 3 },
    ]);
  });

  test('transactions that account for the same devices in opposite orders do not deadlock', async () => {
    const devices = Array.from({ length: 200 }, (_, index) => `d${String(index)}`);
    const rows = devices.map((deviceId) => row(deviceId, { received: 1, stored: 1 }));
    await Promise.all(
      [rows, rows.toReversed(), rows, rows.toReversed(), rows, rows.toReversed()].map((entries) =>
        withTransaction(pool, (client) => addToLedger(client, entries)),
      ),
    );
    const total = await pool.query(
      'SELECT sum(received)::int AS received, count(*)::int AS rows FROM ledger WHERE tenant = $1',
      [tenant],
    );
    expect(total.rows).toEqual([{ received: 1200, rows: 200 }]);
  });
});

const entry = (payload: Buffer) => ({
  tenant,
  receivedAtUs: HOUR_US + 5,
  source: 'mqtt',
  topic: 'verimeter/v1/x/y/readings',
  deviceId: 'y',
  reason: 'malformed' as const,
  field: '',
  message: 'not JSON',
  payload,
  rejected: 1,
});

const sha256 = (payload: Buffer): string => createHash('sha256').update(payload).digest('hex');

describe('the quarantine', () => {
  test('keeps a payload of 64 KiB as it came, of a larger one the size and hash', async () => {
    const whole = Buffer.alloc(KEPT_PAYLOAD_BYTES, 0xff);
    const larger = Buffer.alloc(KEPT_PAYLOAD_BYTES + 1, 0xfe);
    const ids = await addToQuarantine(pool, [entry(whole), entry(larger)]);
    const stored = await pool.query<{ payload: Buffer | null; payload_bytes: number }>(
      `SELECT payload, payload_bytes, encode(payload_sha256, 'hex') AS sha256
         FROM quarantine WHERE id = ANY ($1) ORDER BY id`,
      [ids],
    );
    expect(stored.rows).toEqual([
      { payload: whole, payload_bytes: KEPT_PAYLOAD_BYTES, sha256: sha256(whole) },
      { payload: null, payload_bytes: KEPT_PAYLOAD_BYTES + 1, sha256: sha256(larger) },
    ]);
  });

  test('accepts a NUL in a topic or message, which PostgreSQL cannot hold', async () => {
    const [id = 0] = await addToQuarantine(pool, [
      { ...entry(Buffer.from('x')), topic: 'a\u0000b', message: 'c\u0000' },
    ]);
    expect(await lockEntries(pool, [id])).toMatchObject([{ topic: 'a\uFFFDb' }]);
  });

  test('an entry is locked by one replay at a time, which the next one sees', async () => {
    const [id = 0] = await addToQuarantine(pool, [entry(Buffer.from('{}'))]);
    const replay = (): Promise<string | undefined> =>
      withTransaction(pool, async (client) => {
        const [found] = await lockEntries(client, [id]);
        if (found?.status === 'open')
          await changeEntries(client, [{ ...found, status: 'replayed' }]);
        return found?.status;
      });
    expect(new Set(await Promise.all([replay(), replay()]))).toEqual(new Set(['open', 'replayed']));
  });
});

describe('live events', () => {
  test('a reader that has seen an id misses none below it', async () => {
    // Both transactions are open at once; the one that began first commits last.
    const first = await pool.connect();
    const second = await pool.connect();
    try {
      await first.query('BEGIN');
      await second.query('BEGIN');
      await addLiveEvents(first, [{ tenant, kind: 'finding', body: { n: 1 } }]);
      const blocked = addLiveEvents(second, [{ tenant, kind: 'finding', body: { n: 2 } }]);
      await first.query('COMMIT');
      await blocked;
      await second.query('COMMIT');
    } finally {
      first.release();
      second.release();
    }
    const events = await pool.query(`SELECT body FROM live_events WHERE tenant = $1 ORDER BY id`, [
      tenant,
    ]);
    expect(events.rows).toEqual([{ body: { n: 1 } }, { body: { n: 2 } }]);
  });

  test('readings come as arrays with their instants, and listeners hear of them', async () => {
    const listener = await pool.connect();
    try {
      const heard = new Promise<string | undefined>((resolve) => {
        listener.on('notification', (message) => resolve(message.payload));
      });
      await listener.query('LISTEN verimeter_events');
      await close({
        tenants: [tenant],
        ends: [2],
        channelIds: [7, 8],
        ts: [HOUR_US, HOUR_US + 1].map(timestamptz),
        values: [0.1, -2],
      });
      const events = await pool.query<{ id: number }>(
        `SELECT id, channel_ids, values, (extract(epoch FROM ts[2]) * 1000000)::int8 AS second
           FROM live_events WHERE tenant = $1`,
        [tenant],
      );
      expect(events.rows).toMatchObject([
        { channel_ids: [7, 8], values: [0.1, -2], second: HOUR_US + 1 },
      ]);
      expect(await heard).toBe(String(events.rows[0]?.id));
      await listener.query('UNLISTEN *');
    } finally {
      listener.release(true);
    }
  });

  test('trimming removes the old ones only', async () => {
    await addLiveEvents(pool, [{ tenant, kind: 'quarantine', body: {} }]);
    await pool.query(
      `INSERT INTO live_events (tenant, kind, created_at) VALUES ($1, 'finding', now() - interval '2 hours')`,
      [tenant],
    );
    await trimLiveEvents(pool);
    const left = await pool.query('SELECT kind FROM live_events WHERE tenant = $1', [tenant]);
    expect(left.rows).toEqual([{ kind: 'quarantine' }]);
  });

  test('trimming by size removes the oldest ones, whole events', async () => {
    const channelIds = Array.from({ length: 10_000 }, (_, k) => k);
    const ts = channelIds.map(() => timestamptz(HOUR_US));
    await pool.query('DELETE FROM live_events');
    for (let k = 0; k < 4; k += 1)
      // oxlint-disable-next-line no-await-in-loop -- in this order
      await close({ tenants: [tenant], ends: [10_000], channelIds, ts, values: channelIds });
    const { rows } = await pool.query<{ id: number }>('SELECT id FROM live_events ORDER BY id');
    // Three arrays of 10,000 elements: 4, 8 and 8 bytes each.
    expect(await trimLiveEvents(pool, 3600, 2.5 * 200_000)).toBe(2);
    const left = await pool.query('SELECT id FROM live_events ORDER BY id');
    expect(left.rows).toEqual(rows.slice(2));
  });
});

describe('announcements of registry changes', () => {
  test('name the device, or for many the tenant; being online is none', async () => {
    const listener = await pool.connect();
    try {
      const messages: unknown[] = [];
      const until = (text: string): Promise<void> =>
        new Promise((resolve) => {
          listener.on('notification', (message) => {
            if (message.payload === text) resolve();
          });
        });
      listener.on('notification', (message) => {
        if (message.channel === 'verimeter_registry')
          messages.push(JSON.parse(message.payload ?? ''));
      });
      await listener.query('LISTEN verimeter_registry; LISTEN end_of_test');
      const finished = until('finished');
      await pool.query(`UPDATE devices SET online = true WHERE tenant = $1`, [tenant]);
      await pool.query(
        `UPDATE devices SET kind = 'instrument' WHERE tenant = $1 AND device_id = 'm9'`,
        [tenant],
      );
      await ensureChannels(pool, [
        { tenant, deviceId: 'm1', quantity: 'active_energy_import', unit: 'kW.h' },
      ]);
      await pool.query(
        `INSERT INTO devices (tenant, device_id, kind)
         SELECT $1, 'n' || i, 'gateway' FROM generate_series(1, 21) i`,
        [tenant],
      );
      await pool.query(`NOTIFY end_of_test, 'finished'`); // delivered after all before it
      await finished;
      expect(messages).toEqual([
        { table: 'devices', tenant, device_id: 'm9' },
        { table: 'channels', tenant, device_id: 'm1' },
        { table: 'devices', tenant, device_id: null },
      ]);
    } finally {
      listener.release(true);
    }
  });
});
