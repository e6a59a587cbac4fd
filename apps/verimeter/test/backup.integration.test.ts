import { access, copyFile, open, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  type Pool,
  createServicePool,
  inspectDatabase,
  migrate,
  readMigrations,
} from '@verimeter/registry';
import {
  type TestDatabase,
  createEmptyDatabase,
  createTemporaryDirectory,
  createTestDatabase,
  findTimescaleServer,
  runSql,
} from '@verimeter/test-support';
import { createTimescaleStore } from '@verimeter/timescale-store';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { writeBackupFile } from '../src/lib/backup/backup-file.ts';
import type { BackupRecord } from '../src/lib/backup/backup-format.ts';
import { checkTarget } from '../src/lib/backup/restore-backup.ts';
import { bringUpToDate, openBackup, restoreDatabase } from '../src/lib/backup/restore-database.ts';
import { type BackupSummary, backupRecords } from '../src/lib/backup/write-backup.ts';
import { EXPORT_KINDS } from '../src/lib/export/exports.ts';
import { checkLedger } from '../src/lib/ledger/check-ledger.ts';
import { describeLayouts } from './backup-layouts.ts';
import { exported, fillDatabase, tableDigests } from './full-database.ts';
import { runProgram } from './program.ts';

const never = new AbortController().signal;
let source: TestDatabase;
let directory: Awaited<ReturnType<typeof createTemporaryDirectory>>;
let file: string;
let summary: BackupSummary;

const at = (name: string): string => path.join(directory.path, name);

async function backUp(pool: Pool, target: string, onRows?: () => void): Promise<BackupSummary> {
  const client = await pool.connect();
  let complete: BackupSummary | undefined;
  try {
    await writeBackupFile(
      target,
      backupRecords(client, {
        nowMs: Date.now(),
        onProgress: onRows,
        onComplete: (made) => (complete = made),
      }),
      never,
    );
  } finally {
    client.release(true);
  }
  if (complete === undefined) throw new Error('the backup has no end');
  return complete;
}

beforeAll(async () => {
  source = await createTestDatabase();
  directory = await createTemporaryDirectory();
  file = at('whole.backup');
  await fillDatabase(source.servicePool, directory.path);
  summary = await backUp(source.servicePool, file);
});
afterAll(async () => {
  await source.drop();
  await directory.remove();
});

/** A database without the schema, dropped when the test has ended. */
async function emptyDatabase(): Promise<string> {
  const { url, drop } = await createEmptyDatabase();
  onTestFinished(drop);
  return url;
}

function poolOf(url: string): Pool {
  const pool = createServicePool(url, { applicationName: 'test', max: 4 });
  onTestFinished(() => pool.end());
  return pool;
}

const exists = (name: string): Promise<boolean> =>
  access(name).then(
    () => true,
    () => false,
  );

/** The value that the next row of a table gets, without leaving one. */
async function nextFinding(pool: Pool): Promise<unknown> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<{ id: number }>(
      `INSERT INTO findings (tenant, device_id) VALUES ('demo', 'W1') RETURNING id`,
    );
    return rows[0]?.id;
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

test('what was backed up is restored: every table, every export, the ledger, the next numbers, the protection', async () => {
  expect(summary).toMatchObject({ readings: 16, header: { tenants: ['demo', 'other'] } });
  const url = await emptyDatabase();
  expect(await restoreDatabase(url, await openBackup(file, never), never)).toMatchObject({
    readings: 16,
    rows: summary.rows,
  });
  expect(await bringUpToDate(url)).toEqual([]);

  const target = poolOf(url);
  expect(await tableDigests(target)).toEqual(await tableDigests(source.servicePool));
  for (const kind of EXPORT_KINDS) {
    const original = await exported(source.servicePool, kind);
    expect(await exported(target, kind)).toBe(original);
    expect(original.length).toBeGreaterThan(20);
  }
  expect(
    await checkLedger(target, {
      tenant: 'demo',
      store: createTimescaleStore(target),
      period: { fromUs: -Infinity, toUs: Infinity },
    }),
  ).toMatchObject({ kind: 'checked', readings: 8, violationCount: 0 });
  expect(await nextFinding(target)).toBe(await nextFinding(source.servicePool));

  const security = `SELECT relname, relrowsecurity, relforcerowsecurity, relacl::text FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname`;
  expect(await runSql(url, security)).toEqual(await runSql(source.url, security));
  // Named by a transaction that has not been yet in this cluster, then by the one that restored.
  const shown = `SELECT age(shown::xid) >= 0 AS past FROM analysis_runs`;
  expect(await runSql(source.url, shown)).toEqual([{ past: false }]);
  expect(await runSql(url, shown)).toEqual([{ past: true }]);
});

test('tables of a move under way and partitions that retention has detached are left out', async () => {
  const database = await createTestDatabase();
  onTestFinished(() => database.drop());
  const { url, servicePool } = database;
  await fillDatabase(servicePool, directory.path);
  // As `store move` and retention leave them when they are cut off; of the second kind the service may not read.
  await runSql(
    url,
    `SET ROLE verimeter_owner;
     CREATE TABLE readings_next (LIKE readings);
     GRANT SELECT ON readings_next TO verimeter_service;
     CREATE TABLE readings_plain (LIKE readings);
     CREATE TABLE retired_readings_y2020m01 (LIKE readings);
     CREATE TABLE readings_y2020m02 (LIKE readings)`,
  );
  const name = at('leftovers.backup');
  const made = await backUp(servicePool, name);
  const target = await emptyDatabase();
  expect(await restoreDatabase(target, await openBackup(name, never), never)).toMatchObject({
    readings: made.readings,
    rows: made.rows,
  });
  expect(made).toMatchObject({ readings: summary.readings, rows: summary.rows });
});

test('every sequence belongs to a column, so that none is forgotten', async () => {
  const free = await runSql(
    source.url,
    `SELECT relname FROM pg_class c WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i'))`,
  );
  expect(free).toEqual([]);
});

test(
  'the commands: a database into a new data directory; damaged files and a second restore are refused',
  { timeout: 120_000 },
  async () => {
    const made = at('by-command.backup');
    const backup = await runProgram(['backup', made, '--json'], { DATABASE_URL: source.url });
    expect(backup).toMatchObject({ status: 0 });
    expect(JSON.parse(backup.stdout)).toMatchObject({
      file: made,
      rows: summary.rows,
      readings: 16,
      schema: readMigrations().at(-1)?.name,
    });
    expect((await stat(made)).mode & 0o777).toBe(0o600);
    expect(await exists(`${made}.partial`)).toBe(false);

    const options = ['--data-dir', at('fresh')];
    const damaged = at('damaged.backup');
    await copyFile(made, damaged);
    const handle = await open(damaged, 'r+');
    const middle = Math.floor((await handle.stat()).size / 2);
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, middle);
    await handle.write(Buffer.from([(buffer[0] ?? 0) ^ 0xff]), 0, 1, middle);
    await handle.close();
    const refused = await runProgram(['restore', damaged, ...options]);
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(refused.stderr).toMatch(/is damaged.*nothing was restored/);
    expect(await exists(at('fresh'))).toBe(false);

    const first = await runProgram(['restore', made, '--json', ...options]);
    expect(first).toMatchObject({ status: 0 });
    expect(JSON.parse(first.stdout)).toMatchObject({ readings: 16, migrations_applied: [] });
    const second = await runProgram(['restore', made, ...options]);
    expect(second).toMatchObject({ status: 1, stdout: '' });
    expect(second.stderr).toMatch(/the database is not empty: there are rows in \w+/);
    const printed = await runProgram(['export', 'readings', ...options]);
    expect(printed.stdout).toBe(await exported(source.servicePool, 'readings'));
  },
);

test('a restore that is stopped, or loses its connection, leaves the database empty; repeated, it succeeds', async () => {
  const url = await emptyDatabase();
  await migrate(url);
  const pool = poolOf(url);
  const empty = await tableDigests(pool);
  let ended: Promise<unknown> | undefined;
  async function attempt(onRows: () => void, signal = never): Promise<unknown> {
    const { header, records } = await openBackup(file, never);
    async function* held(): AsyncGenerator<BackupRecord> {
      for await (const record of records) {
        await ended;
        yield record;
      }
    }
    return restoreDatabase(url, { header, records: held() }, signal, onRows);
  }

  const controller = new AbortController();
  await expect(attempt(() => controller.abort(), controller.signal)).rejects.toThrow();
  expect(await tableDigests(pool)).toEqual(empty);

  await expect(
    attempt(() => {
      ended ??= runSql(
        url,
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'verimeter-restore'`,
      );
    }),
  ).rejects.toThrow();
  expect(await ended).toHaveLength(1);
  expect(await tableDigests(pool)).toEqual(empty);

  await attempt(() => undefined);
  expect(await tableDigests(pool)).toEqual(await tableDigests(source.servicePool));
});

test('a backup of an older schema is restored and brought to this one', async () => {
  const old = await emptyDatabase();
  const migrations = readMigrations();
  await migrate(old, { migrations: migrations.slice(0, -2) });
  await runSql(
    old,
    `SET ROLE verimeter_service; INSERT INTO tenants (tenant) VALUES ('old');
     INSERT INTO devices (tenant, device_id, kind) VALUES ('old', 'M1', 'water_meter')`,
  );
  const older = at('older.backup');
  await backUp(poolOf(old), older);
  const url = await emptyDatabase();
  await restoreDatabase(url, await openBackup(older, never), never);
  expect(await bringUpToDate(url)).toEqual(migrations.slice(-2).map(({ name }) => name));
  expect(await runSql(url, 'SELECT tenant, device_id FROM devices')).toEqual([
    { tenant: 'old', device_id: 'M1' },
  ]);
  await expect(
    restoreDatabase(source.url, await openBackup(older, never), never),
  ).rejects.toMatchObject({
    code: 'restore_target',
    message: expect.stringContaining('newer than the backup'),
  });
});

async function* newerRecords(): AsyncGenerator<BackupRecord> {
  yield {
    kind: 'header',
    content: {
      product_version: '9.0.0',
      created_at: '2030-01-01T00:00:00.000Z',
      postgres_version: '20.1',
      tenants: [],
      migrations: [{ name: '9999_future.sql', sha256: '00' }],
      readings: 'included',
    },
  };
  yield { kind: 'footer', content: { sections: 0, rows: 0, sequences: [] } };
}

test('a backup of a newer version, and a database of something else, are refused', async () => {
  const newer = at('newer.backup');
  await writeBackupFile(newer, newerRecords(), never);
  await expect(openBackup(newer, never)).rejects.toMatchObject({
    code: 'backup_file',
    message: expect.stringContaining('schema of a newer Verimeter (9.0.0, 9999_future.sql)'),
  });
  const url = await emptyDatabase();
  await runSql(url, 'CREATE TABLE invoices (n int)');
  const { applied, tables } = await inspectDatabase(url);
  expect(() => checkTarget(applied, tables, summary.header)).toThrow(
    'the database is not empty: it has invoices',
  );
});

test('a backup is of one moment, whatever is written meanwhile', async () => {
  const whole = at('moment.backup');
  let written: Promise<unknown> | undefined;
  const digests = await tableDigests(source.servicePool);
  await backUp(source.servicePool, whole, () => {
    written ??= runSql(
      source.url,
      `SET ROLE verimeter_service; INSERT INTO tenants (tenant) VALUES ('late');
       INSERT INTO devices (tenant, device_id, kind) VALUES ('late', 'M1', 'water_meter');
       SELECT ensure_reading_partitions('2031-01-01Z', '2031-01-01Z');
       INSERT INTO readings (channel_id, ts, value, received_at) SELECT channel_id, '2031-01-01Z', 1, now() FROM channels LIMIT 1`,
    );
  });
  await written;
  const url = await emptyDatabase();
  await restoreDatabase(url, await openBackup(whole, never), never);
  expect(await tableDigests(poolOf(url))).toEqual(digests);
  expect(await tableDigests(source.servicePool)).not.toEqual(digests);
});

test('wrong use and an empty data directory are told', async () => {
  expect(await runProgram(['restore'])).toMatchObject({ status: 2 });
  const none = await runProgram(['backup', at('none'), '--data-dir', at('empty')]);
  expect(none).toMatchObject({ status: 1 });
  expect(none.stderr).toContain('there is no database in');
  expect(await exists(at('empty'))).toBe(false);
});

const timescale = findTimescaleServer();
if (timescale !== undefined) describeLayouts(timescale);
