import { tmpdir } from 'node:os';
import path from 'node:path';
import { createReadingBatch } from '@verimeter/reading-store';
import { ensureChannels, ensureTenant, withTransaction } from '@verimeter/registry';
import { createLogger } from '@verimeter/service-runtime';
import {
  type TestDatabase,
  createEmptyDatabase,
  createTestDatabase,
} from '@verimeter/test-support';
import { AUTO } from '@verimeter/open-store';
import { createTimescaleStore } from '@verimeter/timescale-store';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import {
  ANALYZE_CHANNEL,
  SchemaError,
  keepLateMarks,
  runAnalysis,
  startAnalytics,
} from '../src/index.ts';
import { markLateReadings } from '../src/lib/late-marks.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const START_US = Date.UTC(2026, 9, 1) * 1000;
const STEP_US = 900e6;

/** Devices of every kind; two of them have readings. */
async function fleet(tenant: string): Promise<void> {
  const pool = database.servicePool;
  await ensureTenant(pool, tenant);
  await pool.query(
    `INSERT INTO devices (tenant, device_id, kind, accuracy_class, verified_on, valid_until)
     VALUES ($1, 'e-grouped', 'electricity_meter', '1', '2025-01-01', '2031-01-01'),
            ($1, 'e-lone', 'electricity_meter', NULL, NULL, NULL),
            ($1, 'e-supply', 'electricity_meter', '0.5S', NULL, NULL),
            ($1, 'gateway', 'gateway', NULL, NULL, NULL),
            ($1, 's-1', 'environment_sensor', NULL, NULL, NULL),
            ($1, 's-ref', 'environment_sensor', NULL, NULL, NULL),
            ($1, 's-silent', 'environment_sensor', NULL, NULL, NULL),
            ($1, 'w-1', 'water_meter', '2', NULL, NULL)`,
    [tenant],
  );
  await pool.query(
    `INSERT INTO groups (tenant, group_id, kind) VALUES
       ($1, 'A', 'electricity_area'), ($1, 'N', 'sensor_network'), ($1, 'W', 'water_district')`,
    [tenant],
  );
  await pool.query(
    `INSERT INTO members (tenant, group_id, device_id, role) VALUES
       ($1, 'A', 'e-grouped', 'consumer'), ($1, 'A', 'e-supply', 'supply'),
       ($1, 'N', 's-1', 'sensor'), ($1, 'N', 's-ref', 'reference'), ($1, 'W', 'w-1', 'consumer')`,
    [tenant],
  );
  const store = createTimescaleStore(pool);
  const series = [
    ['e-grouped', 'active_energy_import', 'kW.h'],
    ['e-supply', 'active_energy_import', 'kW.h'],
    ['s-1', 'pm2_5', 'ug/m3'],
    ['s-1', 'temperature', 'Cel'],
    ['s-1', 'battery', '%'],
    ['s-ref', 'pm2_5', 'ug/m3'],
  ] as const;
  await withTransaction(pool, async (client) => {
    const channels = await ensureChannels(
      client,
      series.map(([deviceId, quantity, unit]) => ({ tenant, deviceId, quantity, unit })),
    );
    const count = 96 * 3;
    const batch = createReadingBatch(channels.length * count);
    for (const { channelId, deviceId } of channels)
      for (let k = 0; k < count; k += 1) {
        const row = batch.length;
        batch.channelId[row] = channelId;
        batch.tsUs[row] = START_US + k * STEP_US;
        batch.value[row] = deviceId === 'e-supply' ? 500 + 0.51 * k : 100 + 0.5 * k;
        batch.receivedAtUs[row] = START_US;
        batch.length = row + 1;
      }
    await store.write(client, batch);
  });
}

const analyze = (tenant: string, options: { asOfUs?: number; group?: string } = {}) =>
  runAnalysis({
    pool: database.servicePool,
    store: createTimescaleStore(database.servicePool),
    tenant,
    ...options,
  });

const row = (
  device_id: string,
  quantity: string,
  indication: string,
  limit: number | null,
  group_id: string | null,
  legal_status: string,
  offset_unit: string | null = null,
): object => ({
  device_id,
  quantity,
  indication,
  recommendation: 'none',
  limit,
  offset_unit,
  error_estimate: null,
  group_id,
  legal_status,
});

const read = async (): Promise<unknown> =>
  (
    await database.servicePool.query(
      `SELECT to_jsonb(h) - 'run_id' AS row FROM health h WHERE tenant = 'rows' ORDER BY device_id, quantity`,
    )
  ).rows;

test('every registered device has a row; what may not be claimed is empty', async () => {
  await fleet('rows');
  const summary = await analyze('rows');
  expect(summary).toMatchObject({ devices: 8, groups: 3, asOfUs: START_US + 287 * STEP_US });
  const { rows } = await database.servicePool.query(
    `SELECT device_id, quantity, indication, recommendation, "limit", offset_unit, error_estimate, group_id,
            legal_status FROM health WHERE tenant = 'rows' ORDER BY device_id, quantity`,
  );
  const meter = 'active_energy_import';
  expect(rows.slice(1)).toEqual([
    row('e-lone', meter, 'no_reference', 0.02, null, 'unknown'),
    row('e-supply', meter, 'no_reference', 0.005, 'A', 'unknown'),
    row('gateway', '', 'no_reference', null, null, 'not_regulated'),
    row('s-1', 'pm2_5', 'insufficient_data', 0.2, 'N', 'not_regulated'),
    // nobody else in the network measures it
    row('s-1', 'temperature', 'no_reference', 0.5, 'N', 'not_regulated', 'Cel'),
    row('s-ref', 'pm2_5', 'no_reference', 0.2, 'N', 'not_regulated'),
    row('s-silent', '', 'no_reference', null, null, 'not_regulated'),
    row('w-1', 'water_volume', 'insufficient_data', 0.05, 'W', 'unknown'),
  ]);
  // Three days of one meter: whatever is said of it, it is no claim.
  expect(rows[0]).toMatchObject({
    device_id: 'e-grouped',
    recommendation: 'none',
    limit: 0.01,
    group_id: 'A',
    legal_status: 'valid',
  });
});

test('the same data gives the same rows, run after run', async () => {
  const before = await read();
  const first = await analyze('rows');
  const second = await analyze('rows');
  expect(second.runId).toBeGreaterThan(first.runId);
  expect(await read()).toEqual(before);
});

test('an as-of before all data says so without failing', async () => {
  const asOfUs = START_US - STEP_US;
  const summary = await analyze('rows', { asOfUs });
  expect(summary.recommendations).toEqual({ none: 9 });
  const { rows } = await database.servicePool.query(
    `SELECT DISTINCT as_of FROM health WHERE tenant = 'rows'`,
  );
  expect(rows).toEqual([{ as_of: asOfUs }]);
});

test('a tenant without devices or readings is analysed as well', async () => {
  await ensureTenant(database.servicePool, 'empty');
  expect(await analyze('empty')).toMatchObject({ devices: 0, groups: 0, asOfUs: undefined });
});

test('a tenant or a group that does not exist is named', async () => {
  await expect(analyze('nobody')).rejects.toThrow('there is no tenant nobody');
  await expect(analyze('rows', { group: 'G0' })).rejects.toThrow('tenant rows has no group G0');
});

test('a finding follows its subject until it is settled, and its change is announced', async () => {
  const pool = database.servicePool;
  await fleet('findings');
  await pool.query(
    `INSERT INTO findings (tenant, device_id, quantity, indication, recommendation, status)
     VALUES ('findings', 'e-supply', 'active_energy_import', 'drift_likely', 'reverify', 'ordered')`,
  );
  await analyze('findings');
  const { rows } = await pool.query(
    `SELECT device_id, indication, recommendation, status FROM findings
      WHERE tenant = 'findings' AND device_id IS NOT NULL`,
  );
  expect(rows).toEqual([
    {
      device_id: 'e-supply',
      indication: 'no_reference',
      recommendation: 'none',
      status: 'ordered',
    },
  ]);
  const events = await pool.query<{ body: object }>(
    `SELECT body FROM live_events WHERE tenant = 'findings' AND kind = 'finding' ORDER BY id`,
  );
  expect(events.rows.map(({ body }) => body)).toContainEqual(
    expect.objectContaining({ device_id: 'e-supply', recommendation: 'none' }),
  );
});

const log = createLogger('test', 'silent');
const config = () => ({
  databaseUrl: database.url,
  readingStore: AUTO,
  nightDirectory: path.join(tmpdir(), 'verimeter-nights-never-used'),
  host: '127.0.0.1',
  port: 0,
  zone: 'UTC',
  logLevel: 'silent' as const,
});

const runsOf = async (tenant: string): Promise<number | null> =>
  (
    await database.servicePool.query(
      'SELECT FROM analysis_runs WHERE tenant = $1 AND finished_at IS NOT NULL',
      [tenant],
    )
  ).rowCount;

test('the service makes up for a missed night and answers a request', async () => {
  await fleet('service');
  const service = await startAnalytics(config(), log);
  try {
    const ready = await fetch(`${service.url}/health/ready`);
    expect(await ready.json()).toEqual({
      status: 'ready',
      checks: { database: 'ok', store: 'ok' },
    });
    await vi.waitFor(async () => expect(await runsOf('service')).toBe(1), 20_000);
    await vi.waitFor(async () => {
      // Sent again until it is heard: the service may not be listening yet.
      await database.servicePool.query('SELECT pg_notify($1, $2)', [ANALYZE_CHANNEL, 'service']);
      expect(await runsOf('service')).toBeGreaterThan(1);
    }, 20_000);
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    expect(metrics).toMatch(/analytics_runs_total\{outcome="done",service="analytics"\} [1-9]/);
  } finally {
    await service.stop();
  }
});

test('an unmigrated database ends the service with the command that helps', async () => {
  const empty = await createEmptyDatabase();
  try {
    await expect(startAnalytics({ ...config(), databaseUrl: empty.url }, log)).rejects.toThrow(
      SchemaError,
    );
  } finally {
    await empty.drop();
  }
});

test('a reading that was on its way for hours marks its group with the next look that goes so far back', async () => {
  const pool = database.servicePool;
  const store = createTimescaleStore(pool);
  await fleet('swept');
  await analyze('swept');
  const look = () => markLateReadings(pool, store, 'swept');
  expect(await look()).toEqual([]);
  await pool.query(
    `INSERT INTO readings (ts, received_at, value, channel_id)
       SELECT to_timestamp($1::float8 / 1e6), now() - interval '3 hours', 99.5, channel_id FROM channels
        WHERE tenant = 'swept' AND device_id = 'e-grouped'`,
    [START_US + STEP_US / 2],
  );
  expect(await look()).toEqual([]);
  await pool.query(
    `UPDATE late_looks SET swept_at = swept_at - interval '1 hour' WHERE tenant = 'swept'`,
  );
  expect(await look()).toEqual(['A']);
});

test('a group that a reading came late for is marked while the service runs, until it is analysed again', async () => {
  const pool = database.servicePool;
  await fleet('late');
  await analyze('late');
  const stopping = new AbortController();
  const marking = keepLateMarks({
    pool,
    store: createTimescaleStore(pool),
    log: createLogger('analytics', 'silent'),
    signal: stopping.signal,
    everyMs: 20,
  });
  const marked = async (): Promise<unknown> =>
    (
      await pool.query(
        `SELECT group_id, late_from, late_channels FROM group_health WHERE tenant = 'late' AND late_noticed_at IS NOT NULL`,
      )
    ).rows;
  const early = START_US + STEP_US / 2;
  await pool.query(
    `INSERT INTO readings (ts, received_at, value, channel_id)
       SELECT to_timestamp($1::float8 / 1e6), now(), 99.5, channel_id FROM channels
        WHERE tenant = 'late' AND device_id = 'e-grouped'`,
    [early],
  );
  await expect
    .poll(marked, { timeout: 10_000 })
    .toEqual([{ group_id: 'A', late_from: early, late_channels: 1 }]);
  await analyze('late');
  expect(await marked()).toEqual([]);
  stopping.abort();
  await marking;
});
