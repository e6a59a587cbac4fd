import { type Pool, createServicePool, migrate } from '@verimeter/registry';
import {
  type TestDatabase,
  createEmptyDatabase,
  createTemporaryDirectory,
  createTestDatabase,
  createTestDatabaseAt,
  runSql,
} from '@verimeter/test-support';
import { chooseLayout } from '@verimeter/timescale-store';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { writeBackupFile } from '../src/lib/backup/backup-file.ts';
import { bringUpToDate, openBackup, restoreDatabase } from '../src/lib/backup/restore-database.ts';
import { backupRecords } from '../src/lib/backup/write-backup.ts';
import { fillDatabase, tableDigests } from './full-database.ts';

const never = new AbortController().signal;

/** Registers with watt-hours, doubles that no decimal is, and a repetition every hundred: a year and a half, compressed and not. */
const READINGS = `
  INSERT INTO readings (channel_id, ts, value, flags, received_at)
  SELECT c.channel_id, t, CASE WHEN k % 97 = 96 THEN k / 3.0::float8 ELSE k / 1000.0::float8 END, (k % 3) * 2,
         t + interval '2 seconds' + k * interval '1234 microseconds'
    FROM channels c CROSS JOIN generate_series(0, 8000) AS k
   CROSS JOIN LATERAL (SELECT date_trunc('hour', now()) - interval '500 days' + k * interval '1 hour 27 minutes' AS t) i
  ON CONFLICT DO NOTHING`;

/** Number and hash of all readings, with received times as a hypertable keeps them. */
const SUMS = `
  SELECT count(*)::int AS readings, sum(hash_record_extended(ROW(channel_id, ts, value, flags, date_trunc('second', received_at)), 0)::numeric)::text AS hashes,
         encode(sha256(string_agg(float8send(value), ''::bytea ORDER BY channel_id, ts)), 'hex') AS bits
    FROM stored_readings`;

async function emptyHypertable(serverUrl: string): Promise<TestDatabase> {
  const database = await createTestDatabaseAt(serverUrl);
  await chooseLayout(database.url, 'timescale');
  return database;
}

async function backUp(pool: Pool, file: string): Promise<void> {
  const client = await pool.connect();
  try {
    const options = {
      nowMs: Date.now(),
      readingsElsewhere: false,
      onComplete: () => undefined,
    };
    await writeBackupFile(file, backupRecords(client, options), never);
  } finally {
    client.release(true);
  }
}

/** All tables but the readings, whose columns differ. */
const others = async (pool: Pool): Promise<Record<string, string>> => {
  const { readings: _readings, ...rest } = await tableDigests(pool);
  return rest;
};

/** Backups of one layout of the readings, restored into the other one. */
export function describeLayouts(serverUrl: string): void {
  describe('backups and the layout of readings', () => {
    let plain: TestDatabase;
    let hypertable: TestDatabase;
    let directory: Awaited<ReturnType<typeof createTemporaryDirectory>>;
    const at = (name: string): string => `${directory.path}/${name}`;

    beforeAll(async () => {
      directory = await createTemporaryDirectory();
      plain = await createTestDatabase();
      await fillDatabase(plain.servicePool, directory.path);
      await runSql(
        plain.url,
        `SELECT ensure_reading_partitions(now() - interval '501 days', now()); ${READINGS}`,
      );
      hypertable = await emptyHypertable(serverUrl);
    });
    afterAll(async () => {
      await plain.drop();
      await hypertable.drop();
      await directory.remove();
    });

    test('plain readings are restored into a hypertable, compressed behind the late window, and no bit is another', async () => {
      await backUp(plain.servicePool, at('plain.backup'));
      await restoreDatabase(hypertable.url, await openBackup(at('plain.backup'), never), never);
      expect(await bringUpToDate(hypertable.url)).toEqual([]);
      expect(await runSql(hypertable.url, SUMS)).toEqual(await runSql(plain.url, SUMS));
      expect(await others(hypertable.servicePool)).toEqual(await others(plain.servicePool));
      const chunks = await runSql(
        hypertable.url,
        `SELECT bool_and(is_compressed) FILTER (WHERE range_end < now() - interval '14 days') AS old, bool_or(is_compressed) FILTER (WHERE range_end > now() - interval '14 days') AS young
           FROM timescaledb_information.chunks WHERE hypertable_name = 'readings'`,
      );
      expect(chunks).toEqual([{ old: true, young: false }]);
      await expect(
        restoreDatabase(hypertable.url, await openBackup(at('plain.backup'), never), never),
      ).rejects.toMatchObject({ code: 'restore_target' });
    });

    test('a hypertable is restored into plain PostgreSQL, and into another hypertable', async () => {
      await backUp(hypertable.servicePool, at('hypertable.backup'));
      const { url, drop } = await createEmptyDatabase();
      onTestFinished(drop);
      await migrate(url);
      const again = await emptyHypertable(serverUrl);
      onTestFinished(() => again.drop());
      for (const target of [url, again.url]) {
        // oxlint-disable-next-line no-await-in-loop -- one server
        await restoreDatabase(target, await openBackup(at('hypertable.backup'), never), never);
        const pool = createServicePool(target, { applicationName: 'test', max: 1 });
        try {
          // oxlint-disable-next-line no-await-in-loop
          expect(await runSql(target, SUMS)).toEqual(await runSql(plain.url, SUMS));
          // oxlint-disable-next-line no-await-in-loop
          expect(await others(pool)).toEqual(await others(plain.servicePool));
        } finally {
          // oxlint-disable-next-line no-await-in-loop
          await pool.end();
        }
      }
    });

    test('a restore that is stopped leaves the hypertable empty', async () => {
      const target = await emptyHypertable(serverUrl);
      onTestFinished(() => target.drop());
      const controller = new AbortController();
      await expect(
        restoreDatabase(
          target.url,
          await openBackup(at('plain.backup'), never),
          controller.signal,
          (rows) => {
            if (rows > 20_000) controller.abort();
          },
        ),
      ).rejects.toThrow();
      expect(await runSql(target.url, 'SELECT count(*)::int AS count FROM readings')).toEqual([
        { count: 0 },
      ]);
    });
  });
}
