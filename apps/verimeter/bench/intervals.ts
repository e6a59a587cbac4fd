// What it costs to keep intervals: formed from a history, for one more day, and for readings that came late.
// Usage: node apps/verimeter/bench/intervals.ts [METERS] [DAYS]. Prints one JSON line per case.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { lookForDays } from '@verimeter/analytics';
import { startEmbeddedPostgres } from '@verimeter/embedded';
import { createServicePool, ensureTenant, migrate, type Pool } from '@verimeter/registry';
import { createTimescaleStore } from '@verimeter/timescale-store';

const TENANT = 'demo';
const meters = Number(process.argv[2] ?? 1000);
const days = Number(process.argv[3] ?? 30);
const TIMES = 3;
/** A million readings in one statement may take longer than a service waits. */
const PATIENCE_MS = 600_000;

const say = (record: Record<string, unknown>): boolean =>
  process.stdout.write(`${JSON.stringify(record)}\n`);

async function register(pool: Pool): Promise<void> {
  await ensureTenant(pool, TENANT);
  await pool.query(
    `INSERT INTO devices (tenant, device_id, kind)
     SELECT $1, 'E-' || k, 'electricity_meter' FROM generate_series(1, $2::int) k`,
    [TENANT, meters],
  );
  await pool.query(
    `INSERT INTO channels (tenant, device_id, quantity, unit)
     SELECT tenant, device_id, 'active_energy_import', 'kW.h' FROM devices`,
  );
}

/** What is missing: one in 200. */
const MISSING = '(k * 7919 + c.channel_id * 104729) % 200 = 0';

/** Quarter-hours `from` to `until` of the channels that `which` says, up to the last midnight. */
const store = (pool: Pool, from: number, until: number, which: string) =>
  pool.query(
    `INSERT INTO readings (ts, received_at, value, channel_id)
     SELECT date_trunc('day', now(), 'UTC') - interval '${days} days' + k * interval '15 minutes', clock_timestamp(),
            1000 + round((k * 0.25 + 0.1 * sin(k))::numeric, 2), c.channel_id
       FROM generate_series($1::int, $2::int) k, channels c
      WHERE ${which}
      ORDER BY k, c.channel_id`,
    [from, until],
  );

async function fill(pool: Pool): Promise<void> {
  await pool.query(`SELECT ensure_reading_partitions(now() - make_interval(days => $1), now())`, [
    days + 1,
  ]);
  for (let day = 0; day < days; day += 1)
    // oxlint-disable-next-line no-await-in-loop
    await store(pool, day * 96 + 1, (day + 1) * 96, `NOT (${MISSING})`);
}

async function looks(pool: Pool): Promise<void> {
  const readings = createTimescaleStore(pool);
  const look = async (name: string): Promise<void> => {
    const begin = performance.now();
    const cpu = process.cpuUsage();
    const written = await lookForDays({ pool, store: readings, tenant: TENANT });
    const { user, system } = process.cpuUsage(cpu);
    say({
      case: name,
      written,
      ms: Math.round(performance.now() - begin),
      cpu_ms: Math.round((user + system) / 1000),
    });
  };
  await look('from the beginning');
  await look('nothing new');
  for (let time = 0; time < TIMES; time += 1) {
    // oxlint-disable-next-line no-await-in-loop
    await pool.query(`DELETE FROM interval_days WHERE day = (SELECT max(day) FROM interval_days)`);
    // oxlint-disable-next-line no-await-in-loop
    await pool.query(`UPDATE interval_looks SET formed_until = formed_until - 1`);
    // oxlint-disable-next-line no-await-in-loop
    await look('one more day of all');
  }
  for (let time = 0; time < TIMES; time += 1) {
    // oxlint-disable-next-line no-await-in-loop
    const day = days - 3 - time;
    // oxlint-disable-next-line no-await-in-loop
    await store(pool, day * 96 + 1, day * 96 + 96, `${MISSING} AND c.channel_id % 100 = 0`);
    // oxlint-disable-next-line no-await-in-loop
    await look('one in a hundred gets what was missing of a day some days ago');
  }
  await look('nothing new');
  const { rows } = await pool.query<{ bytes: number; rows: number }>(
    `SELECT pg_total_relation_size('interval_days') AS bytes, count(*) AS rows FROM interval_days`,
  );
  say({ case: 'size', ...rows[0] });
}

const dataDir = await mkdtemp(path.join(tmpdir(), 'verimeter-bench-'));
const server = await startEmbeddedPostgres({ dataDir });
const pool = createServicePool(server.url, {
  applicationName: 'bench-intervals',
  max: 5,
  statementTimeoutMs: PATIENCE_MS,
});
try {
  await migrate(server.url);
  await register(pool);
  await fill(pool);
  await pool.query('ANALYZE');
  await looks(pool);
} finally {
  await pool.end();
  await server.stop();
  await rm(dataDir, { recursive: true, force: true });
}
