// What the looks that run beside `up` cost where much is stored: events of registers, late readings, size of the quarantine.
// Usage: node apps/verimeter/bench/looks.ts [METERS] [DAYS] [DIR]. Prints one JSON line per case; DIR is kept, and not filled again.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { scanRegisters } from '@verimeter/analytics';
import { startEmbeddedPostgres } from '@verimeter/embedded';
import {
  addToQuarantine,
  createServicePool,
  ensureTenant,
  migrate,
  type Pool,
  trimQuarantine,
  withTransaction,
} from '@verimeter/registry';
import { createTimescaleStore } from '@verimeter/timescale-store';

const TENANT = 'demo';
const meters = Number(process.argv[2] ?? 13_000);
const days = Number(process.argv[3] ?? 30);
const given = process.argv[4];
const STEPS_PER_DAY = 48;
const QUARANTINED = 500_000;
/** A million entries in one statement may take longer than a service waits. */
const PATIENCE_MS = 600_000;

function say(record: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(record)}\n`);
}

async function timed<T>(name: string, work: () => Promise<T>): Promise<T> {
  const begin = performance.now();
  const result = await work();
  say({ case: name, ms: Math.round(performance.now() - begin) });
  return result;
}

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

interface HalfHours {
  /** Half-hours from the first one on. */
  readonly from: number;
  readonly until: number;
  readonly received: string;
  /** Of the meters. */
  readonly share?: number;
  readonly value?: string;
}

const COUNTING = '1000 + s.k * 0.25';

/** Half-hours of some meters, instant by instant, as they would come. */
function store(pool: Pool, { from, until, received, share = 1, value = COUNTING }: HalfHours) {
  return pool.query(
    `INSERT INTO readings (ts, received_at, value, channel_id)
     SELECT s.ts, ${received}, ${value}, c.channel_id
       FROM (SELECT k, date_trunc('day', now()) - interval '${days} days' + k * interval '30 minutes' AS ts
               FROM generate_series($1::int, $2::int - 1) k) s
       CROSS JOIN (SELECT channel_id FROM channels ORDER BY channel_id LIMIT $3) c
      ORDER BY s.ts, c.channel_id`,
    [from, until, Math.round(meters * share)],
  );
}

/** A history that was imported ten minutes ago. */
async function fill(pool: Pool): Promise<void> {
  await pool.query(`SELECT ensure_reading_partitions(now() - make_interval(days => $1), now())`, [
    days + 1,
  ]);
  const received = `clock_timestamp() - interval '10 minutes'`;
  for (let day = 0; day < days; day += 1)
    // oxlint-disable-next-line no-await-in-loop
    await store(pool, { from: day * STEPS_PER_DAY, until: (day + 1) * STEPS_PER_DAY, received });
}

const minutes = (count: number): number => count * 60e6;

async function nowUs(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ now: number }>('SELECT clock_timestamp() AS now');
  return rows[0]?.now ?? 0;
}

/** What the database does by itself within a minute. */
async function settle(pool: Pool): Promise<void> {
  await withTransaction(pool, async (client) => {
    await client.query('SET LOCAL ROLE verimeter_owner');
    await client.query(
      `SELECT brin_summarize_new_values(x.indexrelid)
         FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am a ON a.oid = i.relam
        WHERE a.amname = 'brin' AND i.relkind = 'i' AND x.indrelid::regclass::text LIKE 'readings%'`,
    );
  });
}

const TIMES = 3;

async function looks(pool: Pool): Promise<void> {
  const readings = createTimescaleStore(pool);
  const shown = await readings.shown();
  const arrived = async (name: string, endUs: number, backUs: number) => {
    await settle(pool);
    for (let time = 0; time < TIMES; time += 1)
      // oxlint-disable-next-line no-await-in-loop
      await timed(`arrivals, ${name}`, () =>
        readings.lateArrivals(TENANT, {
          notIn: shown,
          receivedAfterUs: endUs - backUs,
          fromUs: 0,
          untilUs: endUs + minutes(60),
        }),
      );
  };
  const justNow = await nowUs(pool);
  await arrived('ten minutes after an import, of four hours', justNow, minutes(240));
  await arrived('ten minutes after an import, of two minutes', justNow, minutes(2));

  let step = days * STEPS_PER_DAY;
  const next = async (share: number, value?: string) => {
    const received = 'clock_timestamp()';
    const half = { from: step, until: step + 1, received, share };
    await store(pool, value === undefined ? half : { ...half, value });
    step += 1;
  };
  const scan = async (name: string, before: () => Promise<unknown> = () => settle(pool)) => {
    await before();
    await timed(`registers, ${name}`, () =>
      scanRegisters({ pool, store: readings, tenant: TENANT }),
    );
  };
  await scan('first look at all readings');
  await scan('nothing new');
  for (let time = 0; time < TIMES; time += 1) {
    // oxlint-disable-next-line no-await-in-loop
    await scan('nothing new');
    // oxlint-disable-next-line no-await-in-loop
    await scan('one in sixty has a new reading', () => next(1 / 60));
    // oxlint-disable-next-line no-await-in-loop
    await scan('all have a new reading', () => next(1));
    // oxlint-disable-next-line no-await-in-loop
    await scan('nothing new, of four hours', () =>
      pool.query(`UPDATE register_scans SET swept_at = swept_at - interval '1 hour'`),
    );
  }
  const fallen = `CASE WHEN c.channel_id % 100 = 0 THEN (s.k - ${step}) * 0.25 ELSE ${COUNTING} END`;
  await scan('all have a new reading, one in a hundred falls to 0', () => next(1, fallen));
  await scan('all have a new reading, those go on from 0', () => next(1, fallen));

  // Eight half-hours that come as they should, long after the import.
  const laterUs = justNow + minutes(600);
  const begin = `to_timestamp(${laterUs / 1e6}) - interval '4 hours'`;
  const received = `${begin} + (s.k - ${step} + random()) * interval '30 minutes'`;
  await store(pool, { from: step, until: step + 8, received });
  await arrived('in operation, of four hours', laterUs, minutes(240));
  await arrived('in operation, of two minutes', laterUs, minutes(2));
}

async function quarantine(pool: Pool): Promise<void> {
  const entry = {
    tenant: TENANT,
    receivedAtUs: await nowUs(pool),
    source: 'mqtt',
    topic: `verimeter/v1/${TENANT}/E-1/readings`,
    deviceId: 'E-1',
    reason: 'wrong_type' as const,
    field: 'values.voltage_l1',
    message: 'values.voltage_l1 is the text "229.9"; send a JSON number.',
    payload: Buffer.alloc(300, 0x7b),
    rejected: 1,
  };
  const many = Array.from({ length: 10_000 }, () => entry);
  for (let kept = 0; kept < QUARANTINED; kept += many.length)
    // oxlint-disable-next-line no-await-in-loop
    await addToQuarantine(pool, many);
  const limits = { days: 90, bytes: 2 * 1024 ** 3 };
  await timed(`quarantine of ${QUARANTINED}, first look`, () => trimQuarantine(pool, limits));
  await pool.query(`UPDATE quarantine_sizes SET full_at = full_at - interval '10 minutes'`);
  await timed('quarantine, second look', () => trimQuarantine(pool, limits));
  await timed('quarantine, any other', () => trimQuarantine(pool, limits));
}

const dataDir = given ?? (await mkdtemp(path.join(tmpdir(), 'verimeter-bench-')));
const server = await startEmbeddedPostgres({ dataDir });
const pool = createServicePool(server.url, {
  applicationName: 'bench-looks',
  max: 4,
  statementTimeoutMs: PATIENCE_MS,
});
try {
  await migrate(server.url);
  const { rows } = await pool.query('SELECT FROM channels LIMIT 1');
  if (rows.length === 0) {
    await register(pool);
    await timed(`${meters * days * STEPS_PER_DAY} readings stored`, () => fill(pool));
    await pool.query('ANALYZE');
    await quarantine(pool);
    await looks(pool);
  }
} finally {
  await pool.end();
  await server.stop();
  if (given === undefined) await rm(dataDir, { recursive: true, force: true });
}
