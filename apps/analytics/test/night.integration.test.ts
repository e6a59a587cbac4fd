import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createReadingBatch } from '@verimeter/reading-store';
import { ensureChannels, ensureTenant, withTransaction } from '@verimeter/registry';
import { createLogger, createMetrics } from '@verimeter/service-runtime';
import { type TestDatabase, createTestDatabase } from '@verimeter/test-support';
import { AUTO } from '@verimeter/open-store';
import { createTimescaleStore } from '@verimeter/timescale-store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { analyzeTenant } from '../src/lib/analyze-tenant.ts';
import { nightProgress } from '../src/lib/night-progress.ts';

const TENANT = 'mixed';
const START_US = Date.UTC(2026, 9, 1) * 1000;
const STEP_US = 900e6;
const COUNT = 96 * 3;
/** Devices of other kinds that report for a shorter or longer time. The water meters' verification ends in between. */
const COUNTS: Readonly<Record<string, number>> = {
  's-2': 96 * 4,
  'w-1': 96 * 6,
  'w-supply': 96 * 2,
};
/** Devices are published 200 at a time, in the order of their ids. */
const BETWEEN = 200;
const MOST = Math.max(COUNT, ...Object.values(COUNTS));

let database: TestDatabase;
let directory: string;
beforeAll(async () => {
  database = await createTestDatabase();
  directory = await mkdtemp(path.join(tmpdir(), 'verimeter-nights-'));
  await fillTenant();
});
afterAll(async () => {
  await database.drop();
  await rm(directory, { recursive: true, force: true });
});

/**
 * Devices of every kind. Area A and B are cascaded: the supply of B is a consumer of A. C has no reading, D none of its supply. One meter has moved from A to B,
 * one is in both lists, one in none. Of district W the home, of network N one sensor has the later last reading; that of the home is the last of all.
 */
async function fillTenant(): Promise<void> {
  const pool = database.servicePool;
  await ensureTenant(pool, TENANT);
  await pool.query(
    `INSERT INTO devices (tenant, device_id, kind, accuracy_class, verified_on, valid_until)
     VALUES ($1, 'a-1', 'electricity_meter', '1', '2025-01-01', '2031-01-01'),
            ($1, 'a-supply', 'electricity_meter', '0.5S', NULL, NULL),
            ($1, 'b-supply', 'electricity_meter', '0.5S', NULL, NULL),
            ($1, 'b-1', 'electricity_meter', '1', NULL, NULL),
            ($1, 'both', 'electricity_meter', '1', NULL, NULL),
            ($1, 'c-1', 'electricity_meter', '1', NULL, NULL),
            ($1, 'c-supply', 'electricity_meter', '1', NULL, NULL),
            ($1, 'd-1', 'electricity_meter', '1', NULL, NULL),
            ($1, 'd-supply', 'electricity_meter', '1', NULL, NULL),
            ($1, 'gateway', 'gateway', NULL, NULL, NULL),
            ($1, 'lone', 'electricity_meter', NULL, NULL, NULL),
            ($1, 'moved', 'electricity_meter', '1', NULL, NULL),
            ($1, 'odd', 'gateway', NULL, NULL, NULL),
            ($1, 's-1', 'environment_sensor', NULL, NULL, NULL),
            ($1, 's-silent', 'environment_sensor', NULL, NULL, NULL),
            ($1, 's-2', 'environment_sensor', NULL, NULL, NULL),
            ($1, 'w-1', 'water_meter', '2', '2021-10-05', '2026-10-05'),
            ($1, 'w-supply', 'water_meter', '2', '2021-10-05', '2026-10-05')`,
    [TENANT],
  );
  // so many that devices of one group are not published together
  await pool.query(
    `INSERT INTO devices (tenant, device_id, kind)
     SELECT $1, after || '-' || lpad(k::text, 3, '0'), 'gateway' FROM unnest(ARRAY['s-1', 'w-1']) after, generate_series(1, $2) k`,
    [TENANT, BETWEEN],
  );
  await pool.query(
    `INSERT INTO groups (tenant, group_id, kind) VALUES
       ($1, 'A', 'electricity_area'), ($1, 'B', 'electricity_area'), ($1, 'C', 'electricity_area'), ($1, 'D', 'electricity_area'),
       ($1, 'N', 'sensor_network'), ($1, 'W', 'water_district'), ($1, 'Z', 'electricity_area')`,
    [TENANT],
  );
  await pool.query(
    `INSERT INTO members (tenant, group_id, device_id, role, valid_from, valid_to) VALUES
       ($1, 'A', 'a-1', 'consumer', '-infinity', 'infinity'),
       ($1, 'A', 'a-supply', 'supply', '-infinity', 'infinity'),
       ($1, 'A', 'b-supply', 'consumer', '-infinity', 'infinity'),
       ($1, 'A', 'both', 'consumer', '-infinity', 'infinity'),
       ($1, 'A', 'moved', 'consumer', '-infinity', '2026-10-02Z'),
       ($1, 'A', 'odd', 'consumer', '-infinity', 'infinity'),
       ($1, 'B', 'b-supply', 'supply', '-infinity', 'infinity'),
       ($1, 'B', 'b-1', 'consumer', '-infinity', 'infinity'),
       ($1, 'B', 'both', 'consumer', '-infinity', 'infinity'),
       ($1, 'B', 'moved', 'consumer', '2026-10-02Z', 'infinity'),
       ($1, 'C', 'c-1', 'consumer', '-infinity', 'infinity'),
       ($1, 'C', 'c-supply', 'supply', '-infinity', 'infinity'),
       ($1, 'D', 'd-1', 'consumer', '-infinity', 'infinity'),
       ($1, 'D', 'd-supply', 'supply', '-infinity', 'infinity'),
       ($1, 'N', 's-1', 'sensor', '-infinity', 'infinity'),
       ($1, 'N', 's-2', 'sensor', '-infinity', 'infinity'),
       ($1, 'N', 's-silent', 'sensor', '-infinity', 'infinity'),
       ($1, 'W', 'w-1', 'consumer', '-infinity', 'infinity'),
       ($1, 'W', 'w-supply', 'supply', '-infinity', 'infinity')`,
    [TENANT],
  );
  const series = [
    ...['a-1', 'a-supply', 'b-supply', 'b-1', 'both', 'lone', 'moved', 'd-1'].map(
      (deviceId) => [deviceId, 'active_energy_import', 'kW.h'] as const,
    ),
    ...['s-1', 's-2'].map((deviceId) => [deviceId, 'pm2_5', 'ug/m3'] as const),
    ...['w-1', 'w-supply'].map((deviceId) => [deviceId, 'water_volume', 'm3'] as const),
  ];
  await withTransaction(pool, async (client) => {
    const channels = await ensureChannels(
      client,
      series.map(([deviceId, quantity, unit]) => ({ tenant: TENANT, deviceId, quantity, unit })),
    );
    const batch = createReadingBatch(channels.length * MOST);
    for (const { channelId, deviceId } of channels)
      for (let k = 0; k < (COUNTS[deviceId] ?? COUNT); k++) {
        const row = batch.length++;
        batch.channelId[row] = channelId;
        batch.tsUs[row] = START_US + k * STEP_US;
        batch.value[row] = (deviceId.endsWith('supply') ? 5 : 1) * (100 + 0.5 * k);
        batch.receivedAtUs[row] = START_US;
      }
    await createTimescaleStore(pool).write(client, batch);
  });
}

function analyze(nightDirectory: string, nightFrom: number) {
  const lines: string[] = [];
  const metrics = createMetrics('analytics');
  const log = createLogger('analytics', 'info', {
    destination: { write: (line: string) => void lines.push(line) },
  });
  const summary = analyzeTenant({
    pool: database.servicePool,
    store: createTimescaleStore(database.servicePool),
    tenant: TENANT,
    config: { databaseUrl: database.url, readingStore: AUTO, nightDirectory },
    log,
    progress: nightProgress(metrics, log),
    signal: new AbortController().signal,
    nightFrom,
  });
  return { summary, lines, metrics };
}

/** Devices that two areas list at once: nothing is said of them by either, and what is shown may be of one or the other. */
const SHARED = ['b-supply', 'both'];

async function published(): Promise<unknown> {
  const health = await database.servicePool.query(
    `SELECT to_jsonb(h) - 'run_id' AS row FROM health h
      WHERE tenant = $1 AND device_id <> ALL ($2) ORDER BY device_id, quantity`,
    [TENANT, SHARED],
  );
  const groups = await database.servicePool.query(
    `SELECT to_jsonb(g) - 'run_id' AS row FROM group_health g WHERE tenant = $1 ORDER BY group_id`,
    [TENANT],
  );
  const lots = await database.servicePool.query(
    `SELECT to_jsonb(l) - 'run_id' AS row FROM lot_health l WHERE tenant = $1 ORDER BY lot, quantity`,
    [TENANT],
  );
  expect(lots.rows.length).toBeGreaterThan(0);
  return { health: health.rows, groups: groups.rows, lots: lots.rows };
}

test('a night says of every device and group of a tenant what a full analysis says', async () => {
  await analyze(directory, Infinity).summary;
  const whole = await published();
  await database.servicePool.query('DELETE FROM health WHERE tenant = $1', [TENANT]);
  await database.servicePool.query('DELETE FROM group_health WHERE tenant = $1', [TENANT]);
  await database.servicePool.query('DELETE FROM lot_health WHERE tenant = $1', [TENANT]);
  const { summary, metrics, lines } = analyze(directory, 1);
  expect(await summary).toMatchObject({ areas: 5, outcomes: { new: 3, silent: 2 } });
  expect(await published()).toEqual(whole);
  const shared = await database.servicePool.query(
    'SELECT device_id, group_id FROM health WHERE tenant = $1 AND device_id = ANY ($2) ORDER BY device_id',
    [TENANT, SHARED],
  );
  expect(shared.rows).toEqual(SHARED.map((device_id) => ({ device_id, group_id: 'A' })));
  expect(await metrics.metrics()).toContain(
    'analytics_night_areas_total{outcome="silent",service="analytics"} 2',
  );
  expect(lines.join('\n')).toContain('the night goes on');
});

test('the night is done once it is published as a whole', async () => {
  const runs = await database.servicePool.query(
    `SELECT as_of, configuration ? 'night' AS night, finished_at IS NOT NULL AS finished,
            (SELECT count(DISTINCT run_id)::int FROM health h WHERE h.tenant = r.tenant) AS shown
       FROM analysis_runs r WHERE tenant = $1 ORDER BY run_id`,
    [TENANT],
  );
  expect(runs.rows).toEqual([
    { as_of: null, night: false, finished: true, shown: 1 },
    { as_of: null, night: true, finished: true, shown: 1 },
  ]);
});

test('of two nights at once the later one waits and finds everything done', async () => {
  const own = path.join(directory, 'two');
  const both = await Promise.all([analyze(own, 1).summary, analyze(own, 1).summary]);
  const outcomes = both.flatMap((summary) => ('outcomes' in summary ? summary.outcomes : []));
  expect(outcomes).toHaveLength(2);
  expect(outcomes).toContainEqual({ new: 3, silent: 2 });
  expect(outcomes).toContainEqual({ already: 3, silent: 2 });
});

test('where nothing can be kept every analysis is a full one, and the log says so', async () => {
  const file = path.join(directory, 'a-file');
  await writeFile(file, '');
  const { summary, lines } = analyze(path.join(file, 'nights'), 1);
  expect(await summary).toMatchObject({ devices: 18 + 2 * BETWEEN, groups: 7 });
  expect(lines.join('\n')).toContain('nothing can be kept from night to night');
});
