import path from 'node:path';
import { hasEmbeddedPostgres, removeEmbeddedPostgres } from '@verimeter/embedded';
import { CommandError, UsageError } from '../arguments.ts';
import { BackupFileError } from '../backup/backup-format.ts';
import { RestoreTargetError, type RestoreSummary } from '../backup/restore-backup.ts';
import {
  bringUpToDate,
  openBackup,
  restoreDatabase,
  settleWaiting,
} from '../backup/restore-database.ts';
import type { CommandContext } from '../command.ts';
import { openDatabase } from '../database.ts';
import { interruptible } from '../interruption.ts';
import { say, writeLine } from '../output.ts';
import { createProgress, createRowProgress, grouped } from '../progress.ts';
import { fileError } from '../whole-file.ts';

async function restore(
  context: CommandContext,
  file: string,
  signal: AbortSignal,
): Promise<{ summary: RestoreSummary; applied: string[] }> {
  const { environment } = context;
  const checking = createProgress('checking');
  const backup = await openBackup(file, signal, (done, total) =>
    checking.update(done, total, `${grouped(done / 1e6)} MB`),
  );
  try {
    const isNew =
      environment.databaseUrl === undefined && !hasEmbeddedPostgres(environment.dataDir);
    const database = await openDatabase(environment, 'as it is');
    const progress = createRowProgress('restore');
    let summary: RestoreSummary;
    try {
      summary = await restoreDatabase(
        database.url,
        backup,
        signal,
        (rows) => progress.update(rows, undefined),
        environment.readingStore,
      );
    } catch (error) {
      await database.close();
      if (isNew) await removeEmbeddedPostgres(environment.dataDir);
      throw error;
    }
    progress.finish(summary.rows);
    try {
      const applied = await bringUpToDate(database.url, (name) => say(`applying ${name}`));
      if (environment.readingStore.engine !== 'questdb') {
        const settled = await settleWaiting(database.url, environment.readingStore);
        if (settled > 0)
          say(
            `${settled} batches that waited for QuestDB when the backup was made are in PostgreSQL`,
          );
      }
      return { summary, applied };
    } finally {
      await database.close();
    }
  } finally {
    await backup.records.return(undefined);
  }
}

/** Fills an empty database from a backup. */
export async function run(context: CommandContext): Promise<number> {
  const [named] = context.positionals;
  if (named === undefined) throw new UsageError('restore needs a FILE');
  const file = path.resolve(context.environment.workingDirectory, named);
  const begin = performance.now();
  let done: { summary: RestoreSummary; applied: string[] };
  try {
    done = await interruptible((signal) => restore(context, file, signal));
  } catch (error) {
    if (error instanceof BackupFileError)
      throw new CommandError(`${named} ${error.message}; nothing was restored`, { cause: error });
    if (error instanceof RestoreTargetError)
      throw new CommandError(error.message, { cause: error });
    throw fileError(error, named);
  }
  const { summary, applied } = done;
  const { header } = summary;
  if (header.readings === 'elsewhere')
    say('this backup was made without the readings, which are in QuestDB (docs/how-to/backup.md)');
  if (context.json)
    await writeLine(
      JSON.stringify({
        rows: summary.rows,
        readings: header.readings === 'included' ? summary.readings : null,
        tables: summary.tables,
        tenants: header.tenants,
        backup_created_at: header.created_at,
        backup_product_version: header.product_version,
        migrations_applied: applied,
        seconds: Number(((performance.now() - begin) / 1000).toFixed(3)),
      }),
    );
  else
    await writeLine(
      `restored ${grouped(summary.rows)} rows of ${summary.tables} tables, ${grouped(summary.readings)} of them readings, ${
        header.tenants.length
      } tenants, as of ${header.created_at}${
        applied.length === 0 ? '' : `; then ${applied.length} migrations were applied`
      }`,
    );
  return 0;
}
