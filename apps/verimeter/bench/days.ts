// What days that are summed up ahead cost and save: a year of 15-minute registers by month and by day, size, upkeep, late readings.
// Usage: node apps/verimeter/bench/days.ts [METERS] [DAYS] [URL]. With the URL of an empty database that has TimescaleDB it runs there, on a
// hypertable that is compressed except for its last days; without, on plain PostgreSQL of its own. Prints one JSON line per case: milliseconds, and those of them in which the
// backend of PostgreSQL had a processor (Linux), which other work on the machine does not change.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '@verimeter/embedded';
import { createReadingBatch } from '@verimeter/reading-store';
import {
  createAppPool,
  createServicePool,
  ensureTenant,
  migrate,
  type Pool,
  withTenant,
  withTransaction,
} from '@verimeter/registry';
import {
  chooseLayout,
  createPostgresUpkeep,
  createTimescaleStore,
} from '@verimeter/timescale-store';

const TENANT = 'demo';
const ZONE = 'Asia/Ho_Chi_Minh';
const meters = Number(process.argv[2] ?? 100);
const days = Number(process.argv[3] ?? 365);
const url = process.argv[4];
const DAY_US = 86_400e6;
const QUARTER_US = 900e6;
const END_US = Math.floor((Date.now() * 1000) / DAY_US) * DAY_US;
const FROM_US = END_US - days * DAY_US;
const QUESTIONS = 60;
const instant = (us: number): string => new Date(us / 1000).toISOString();

function say(record: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(record)}\n`);
}

async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
  const begin = performance.now();
  const result = await work();
  say({ case: name, ms: Math.round(performance.now() - begin) });
  return result;
}

interface Backend {
  query(text: string): Promise<{ rows: { pid: number }[] }>;
}

/** Milliseconds on a processor so far: the first number of its schedstat, nanoseconds. */
async function processorMs(client: Backend): Promise<number> {
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
  const text = await readFile(`/proc/${String(rows[0]?.pid)}/schedstat`, 'utf8');
  return Number(text.split(' ')[0]) / 1e6;
}

function quantiles(took: number[]): { p50: number; p99: number } {
  took.sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round((took[Math.floor(share * took.length)] ?? 0) * 100) / 100;
  return { p50: at(0.5), p99: at(0.99) };
}

async function fill(pool: Pool): Promise<void> {
  await ensureTenant(pool, TENANT, ZONE);
  await pool.query(
    `INSERT INTO devices (tenant, device_id, kind) SELECT $1, 'E-' || k, 'electricity_meter' FROM generate_series(1, $2::int) k`,
    [TENANT, meters],
  );
  await pool.query(
    `INSERT INTO channels (tenant, device_id, quantity, unit) SELECT tenant, device_id, 'active_energy_import', 'kW.h' FROM devices`,
  );
  await pool.query('SELECT ensure_reading_partitions($1, $2)', [instant(FROM_US), instant(END_US)]);
  for (let day = 0; day < days; day += 1)
    // oxlint-disable-next-line no-await-in-loop -- as it came: instant by instant
    await pool.query(
      `INSERT INTO readings (ts, channel_id, ${
        url === undefined ? 'received_at, value' : 'received_s, quanta, decimals'
      })
       SELECT t, c.channel_id, ${
         url === undefined
           ? `t + interval '2 seconds', round((($2::int * 96 + k) * 0.25 + random() / 8)::numeric, 3)`
           : `extract(epoch FROM t)::int8 - 946684798, (($2::int * 96 + k) * 250 + random() * 125)::int8, 3`
       }
         FROM generate_series(0, 95) k CROSS JOIN LATERAL (SELECT $1::timestamptz + k * interval '15 minutes' AS t) i CROSS JOIN channels c`,
      [instant(FROM_US + day * DAY_US), day],
    );
}

async function ask(pool: Pool, name: string, resolution: string): Promise<void> {
  const took: number[] = [];
  const processor: number[] = [];
  for (let question = 0; question < QUESTIONS; question += 1) {
    const device = `E-${String(1 + ((question * 37) % meters))}`;
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await withTenant(pool, TENANT, async (client) => {
      const before = await processorMs(client);
      const begin = performance.now();
      await client.query(
        `SELECT * FROM reading_aggregates($1, 'active_energy_import', true, $2, $3, $4, $5, 1000)`,
        [device, instant(FROM_US), instant(END_US), resolution, ZONE],
      );
      took.push(performance.now() - begin);
      processor.push((await processorMs(client)) - before);
    });
  }
  say({
    case: name,
    resolution,
    ms: quantiles(took),
    processor_ms: quantiles(processor),
    questions: QUESTIONS,
  });
}

async function sizes(pool: Pool): Promise<void> {
  const { rows } = await pool.query<Record<string, number>>(
    `SELECT (SELECT count(*) FROM readings)::int AS readings, pg_total_relation_size('reading_days')::int8 AS days_bytes,
            (SELECT count(*) FROM reading_days WHERE count IS NOT NULL)::int AS days, pg_relation_size('reading_days')::int8 AS heap_bytes`,
  );
  const [row] = rows;
  const { bytes } = await createPostgresUpkeep(pool).size();
  const readings = Number(row?.['readings']);
  say({
    case: 'size',
    ...row,
    readings_bytes: bytes,
    bytes_per_reading: Math.round((100 * bytes) / readings) / 100,
    days_bytes_per_reading: Math.round((100 * Number(row?.['days_bytes'])) / readings) / 100,
  });
}

/** Batches of 10,000 readings: one instant of many meters, or days of some; `lateDays` before now. */
async function writeLate(
  pool: Pool,
  name: string,
  offsetUs: number,
  perMeter: number,
): Promise<void> {
  const store = createTimescaleStore(pool);
  const took: number[] = [];
  for (let round = 0; round < 10; round += 1) {
    const batch = createReadingBatch(10_000);
    for (let row = 0; row < 10_000; row += 1) {
      const meter = Math.floor(row / perMeter) % meters;
      const turn = Math.floor(row / (perMeter * meters));
      batch.channelId[row] = 1 + meter;
      batch.tsUs[row] =
        FROM_US + offsetUs + 1 + round + ((row % perMeter) + turn * perMeter) * QUARTER_US;
      batch.value[row] = 1;
      batch.receivedAtUs[row] = Date.now() * 1000;
    }
    batch.length = 10_000;
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await withTransaction(pool, async (client) => {
      const before = await processorMs(client);
      await store.write(client, batch);
      took.push((await processorMs(client)) - before);
    });
  }
  say({ case: name, rows: 10_000, processor_ms: quantiles(took) });
}

const directory = await mkdtemp(path.join(tmpdir(), 'verimeter-days-'));
const server =
  url === undefined
    ? await startEmbeddedPostgres({ dataDir: directory })
    : { url, stop: () => Promise.resolve() };
const pool = createServicePool(server.url, {
  applicationName: 'bench',
  statementTimeoutMs: 600_000,
});
const appPool = createAppPool(server.url, { applicationName: 'bench' });
const admin = createServicePool(server.url, {
  applicationName: 'bench',
  statementTimeoutMs: 600_000,
});
try {
  await migrate(server.url);
  if (url !== undefined) await chooseLayout(url, 'timescale');
  await timed('fill', () => fill(pool));
  const client = await admin.connect();
  await client.query('RESET ROLE');
  if (url !== undefined)
    await timed('compress', () =>
      client.query(
        `SELECT compress_chunk(c, if_not_compressed => true) FROM show_chunks('readings', older_than => now() - interval '14 days') c`,
      ),
    );
  await timed('vacuum', () => client.query('VACUUM ANALYZE'));
  for (const resolution of ['1mo', '1d']) await ask(appPool, 'before', resolution);
  // Sunk in the past of the history: no day of it is summed up yet.
  await writeLate(pool, 'history written before days are summed up', 10 * DAY_US, 96);
  const upkeep = createPostgresUpkeep(pool, { budgetMs: 600_000, lookEveryMs: 0 });
  await timed('first round', () => upkeep.tend(Date.now() * 1000));
  await timed('round at rest', () => createPostgresUpkeep(pool).tend(Date.now() * 1000));
  await client.query('VACUUM ANALYZE reading_days');
  client.release(true);
  await sizes(pool);
  for (const resolution of ['1mo', '1d']) await ask(appPool, 'after', resolution);
  await writeLate(pool, 'late: days of meters', 60 * DAY_US, 96);
  await writeLate(pool, 'late: one instant of many meters', 100 * DAY_US, 1);
  const { rows } = await pool.query(
    'SELECT count(*)::int AS open FROM reading_days WHERE count IS NULL',
  );
  say({ case: 'days made dirty', ...rows[0] });
  for (const resolution of ['1mo', '1d']) await ask(appPool, 'while dirty', resolution);
  await timed('round after late readings', () => upkeep.tend(Date.now() * 1000));
  for (const resolution of ['1mo', '1d']) await ask(appPool, 'clean again', resolution);
} finally {
  await Promise.all([pool.end(), appPool.end(), admin.end()]);
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}
