import { startEmbeddedPostgres } from '@verimeter/embedded';
import { openReadingStore } from '@verimeter/open-store';
import { type Queryable, createAppPool, createServicePool, migrate } from '@verimeter/registry';
import {
  PLAIN_FORM,
  type PostgresEngine,
  chooseLayout,
  createChannelDecimals,
  createPostgresUpkeep,
  createQuantaForm,
} from '@verimeter/timescale-store';
import { formatTimestamp } from '@verimeter/telemetry';
import { registerDevices } from './bench-registry.ts';
import type { DataSet } from './data-set.ts';
import type { MeasuredEngine } from './engine.ts';
import { fillPostgres } from './fill-postgres.ts';
import { postgresOwnLimits } from './postgres-own-limits.ts';
import { sumUpDays } from './sum-up-days.ts';

/** Between two looks at how many days are left. */
const TEND_BUDGET_MS = 5000;
/** A day of all channels is one statement; VACUUM of a year takes its time. */
const STATEMENT_TIMEOUT_MS = 3_600_000;

/** PostgreSQL of this program, in a directory that is kept. */
export async function openEmbedded(dataDir: string, dataSet: DataSet): Promise<MeasuredEngine> {
  const server = await startEmbeddedPostgres({ dataDir });
  try {
    const engine = await openDatabase('postgres', server.url, dataSet);
    return {
      ...engine,
      isOurs: true,
      async close() {
        await engine.close();
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

const DAY_US = 86_400e6;

/** Makes partitions or chunks for a span; asked for each day once. */
function roomOf(
  admin: Queryable,
  engine: PostgresEngine,
): (fromUs: number, untilUs: number) => Promise<void> {
  const made = new Set<number>();
  const ensure = engine === 'timescale' ? 'ensure_reading_chunks' : 'ensure_reading_partitions';
  return async (fromUs, untilUs) => {
    const days: number[] = [];
    for (let day = Math.floor(fromUs / DAY_US); day * DAY_US <= untilUs; day++)
      if (!made.has(day)) days.push(day);
    if (days.length === 0) return;
    await admin.query(`SELECT ${ensure}($1, $2)`, [
      formatTimestamp(fromUs),
      formatTimestamp(untilUs),
    ]);
    for (const day of days) made.add(day);
  };
}

/**
 * Readings that are written for the measurement are of this time on: those of the past would be late, and who writes late readings looks
 * for days that are summed up (docs/decisions/0133), which live readings do not have to.
 */
const WRITE_FROM_US = Date.UTC(2100, 0, 1) * 1000;

/** Drops partitions or chunks of what was written for the measurement. Not as retention does: that keeps account of what it removes. */
async function dropFrom(admin: Queryable, engine: PostgresEngine, fromUs: number): Promise<void> {
  const from = formatTimestamp(fromUs);
  if (engine === 'timescale') {
    await admin.query(
      `SELECT public.drop_chunks('public.readings', newer_than => $1::timestamptz)`,
      [from],
    );
    return;
  }
  const { rows } = await admin.query<{ drop: string }>(
    `SELECT format('DROP TABLE %s', c.oid::regclass) AS drop
       FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      CROSS JOIN LATERAL regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \\(''(.*)''\\) TO') m (bound)
      WHERE i.inhparent = 'public.readings'::regclass AND (m.bound)[1]::timestamptz >= $1`,
    [from],
  );
  // oxlint-disable-next-line no-await-in-loop -- one after the other
  for (const { drop } of rows) await admin.query(drop);
}

/** A database on a server that is there; its login must be a superuser. */
export async function openDatabase(
  name: 'postgres' | 'timescale',
  url: string,
  dataSet: DataSet,
): Promise<MeasuredEngine> {
  await migrate(url);
  if (name === 'timescale') await chooseLayout(url, 'timescale');
  const options = { applicationName: 'verimeter-bench', statementTimeoutMs: STATEMENT_TIMEOUT_MS };
  const pool = createServicePool(url, options);
  const appPool = createAppPool(url, options);
  const reading = await openReadingStore(pool, { engine: name });
  const { upkeep } = reading;
  // The login itself: fills, vacuums, drops. One connection that is held, since each new one acts as verimeter_service.
  const adminPool = createServicePool(url, { ...options, max: 1 });
  const admin = await adminPool.connect();
  await admin.query('RESET ROLE');
  const { rows } = await admin.query<{ version: string }>(
    `SELECT current_setting('server_version') AS version`,
  );
  const extension = await admin.query<{ version: string }>(
    `SELECT extversion AS version FROM pg_extension WHERE extname = 'timescaledb'`,
  );
  const devices = await registerDevices(pool, dataSet.channels);
  return {
    name,
    isOurs: false,
    version: `PostgreSQL ${rows[0]?.version ?? ''}${name === 'timescale' ? `, TimescaleDB ${extension.rows[0]?.version ?? ''}` : ''}`,
    pool,
    appPool,
    reading,
    devices,
    fill: (wanted, onReadings) =>
      fillPostgres(
        { admin, engine: name, ensure: roomOf(admin, name) },
        wanted,
        devices,
        onReadings,
      ),
    size: () => upkeep.size(),
    async tend(onDays) {
      const tending = createPostgresUpkeep(pool, { budgetMs: TEND_BUDGET_MS });
      const days = await sumUpDays(pool, admin, tending, onDays);
      // What is left is indexes of months that are over.
      await createPostgresUpkeep(pool, { budgetMs: STATEMENT_TIMEOUT_MS }).tend(Date.now() * 1000);
      return days;
    },
    writeFromUs: WRITE_FROM_US,
    dropWritten: () => dropFrom(admin, name, WRITE_FROM_US),
    own: postgresOwnLimits(
      pool,
      roomOf(admin, name),
      name === 'timescale' ? createQuantaForm(createChannelDecimals()) : PLAIN_FORM,
    ),
    async close() {
      await reading.close();
      admin.release();
      await Promise.all([pool.end(), appPool.end(), adminPool.end()]);
    },
  };
}
