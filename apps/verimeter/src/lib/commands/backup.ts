import { statSync } from 'node:fs';
import path from 'node:path';
import { hasEmbeddedPostgres } from '@verimeter/embedded';
import { createServicePool, inspectDatabase, readMigrations } from '@verimeter/registry';
import { redactUrl } from '@verimeter/service-runtime';
import { CommandError, UsageError } from '../arguments.ts';
import { writeBackupFile } from '../backup/backup-file.ts';
import { type BackupSummary, backupRecords } from '../backup/write-backup.ts';
import type { CommandContext } from '../command.ts';
import { openDatabase, openEngine } from '../database.ts';
import { interruptible } from '../interruption.ts';
import { writeLine } from '../output.ts';
import { createRowProgress, grouped } from '../progress.ts';
import { fileError } from '../whole-file.ts';

/** A table may take hours: the usual limit of a statement is for services. */
const STATEMENT_TIMEOUT_MS = 7 * 86_400_000;

/** From here on a backup can tell which readings of QuestDB belong to its moment. */
const BESIDE_SINCE = '0029_batches_asked_for.sql';

/** @throws CommandError where the database has no tables of this product, those of a newer version, or too old ones for QuestDB. */
async function requireKnownSchema(url: string, engine: string): Promise<void> {
  const { applied } = await inspectDatabase(url);
  if (applied === undefined)
    throw new CommandError(
      `the database ${redactUrl(url)} was never migrated: there is nothing to back up`,
    );
  const known = new Set(readMigrations().map(({ name }) => name));
  const newer = applied.find(({ name }) => !known.has(name));
  if (newer !== undefined)
    throw new CommandError(
      `the database ${redactUrl(url)} belongs to a newer Verimeter (${newer.name}); make the backup with that version`,
    );
  if (engine === 'questdb' && !applied.some(({ name }) => name === BESIDE_SINCE))
    throw new CommandError(
      `the readings are in QuestDB, and the schema of ${redactUrl(url)} is older than backups of these: make the backup with the version that it is of, or run verimeter migrate before`,
    );
}

async function backUp(
  context: CommandContext,
  file: string,
  signal: AbortSignal,
): Promise<{ summary: BackupSummary; bytes: number }> {
  const { environment } = context;
  // As it is: a backup before an update must not begin with the update.
  const database = await openDatabase(environment, 'as it is');
  try {
    await requireKnownSchema(database.url, environment.readingStore.engine);
    const pool = createServicePool(database.url, {
      applicationName: 'verimeter-backup',
      max: 2,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    });
    const engine = await openEngine(pool, environment);
    const beside = await engine.bulk.watchSnapshot?.();
    const client = await pool.connect();
    const progress = createRowProgress('backup');
    try {
      let summary: BackupSummary | undefined;
      const records = backupRecords(client, {
        nowMs: Date.now(),
        beside,
        onProgress: (rows, estimate) => progress.update(rows, estimate),
        onComplete: (complete) => (summary = complete),
      });
      const bytes = await writeBackupFile(file, records, signal);
      if (summary === undefined) throw new Error('the backup has no end');
      progress.finish(summary.rows);
      return { summary, bytes };
    } finally {
      client.release(true); // also where it was stopped in the middle of a copy
      await beside?.close();
      await engine.close();
      await pool.end();
    }
  } finally {
    await database.close();
  }
}

/** Writes the whole database into one file. */
export async function run(context: CommandContext): Promise<number> {
  const { environment, json } = context;
  const [named] = context.positionals;
  if (named === undefined) throw new UsageError('backup needs a FILE');
  const file = path.resolve(environment.workingDirectory, named);
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true)
    throw new CommandError(`${named}: is a directory; a backup is one file`);
  if (environment.databaseUrl === undefined && !hasEmbeddedPostgres(environment.dataDir))
    throw new CommandError(
      `there is no database in ${environment.dataDir}; name it with --data-dir or DATABASE_URL`,
    );
  const begin = performance.now();
  let made: { summary: BackupSummary; bytes: number };
  try {
    made = await interruptible((signal) => backUp(context, file, signal));
  } catch (error) {
    throw fileError(error, named);
  }
  const { summary, bytes } = made;
  const { header } = summary;
  if (json)
    await writeLine(
      JSON.stringify({
        file,
        bytes,
        rows: summary.rows,
        readings: summary.readings,
        tables: summary.tables,
        tenants: header.tenants,
        schema: header.migrations.at(-1)?.name ?? null,
        product_version: header.product_version,
        seconds: Number(((performance.now() - begin) / 1000).toFixed(3)),
      }),
    );
  else
    await writeLine(
      `${grouped(summary.rows)} rows of ${summary.tables} tables, ${grouped(summary.readings)} of them readings, ${
        header.tenants.length
      } tenants: ${(bytes / 1e6).toFixed(1)} MB in ${named}`,
    );
  return 0;
}
