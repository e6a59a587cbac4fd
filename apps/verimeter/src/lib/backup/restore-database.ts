import { AUTO, type ReadingStoreSettings, openReadingStore } from '@verimeter/open-store';
import { settleElsewhere } from '@verimeter/questdb-store';
import type { BulkStore } from '@verimeter/reading-store';
import { type PoolClient, createServicePool, inspectDatabase, migrate } from '@verimeter/registry';
import { checkBackupFile, readBackupFile } from './backup-file.ts';
import type { BackupHeader, BackupRecord } from './backup-format.ts';
import {
  type BesideTarget,
  type RestoreSummary,
  RestoreTargetError,
  analyzeTables,
  checkTarget,
  loadBackup,
  readBackupHeader,
  schemaOfBackup,
} from './restore-backup.ts';

/** A table may take hours: the usual limit of a statement is for services. */
const STATEMENT_TIMEOUT_MS = 7 * 86_400_000;

/** A backup file that was checked as a whole. */
export interface OpenedBackup {
  readonly header: BackupHeader;
  /** Behind the header. */
  readonly records: AsyncGenerator<BackupRecord>;
}

/** Checks the whole file, then opens it. @throws BackupFileError */
export async function openBackup(
  file: string,
  signal: AbortSignal,
  onChecked: (bytes: number, total: number) => void = () => undefined,
): Promise<OpenedBackup> {
  const size = await checkBackupFile(file, signal, onChecked);
  const records = readBackupFile(file, size, signal);
  const header = await readBackupHeader(records);
  schemaOfBackup(header); // before a database is made for it
  return { header, records };
}

const openPool = (url: string): ReturnType<typeof createServicePool> =>
  createServicePool(url, {
    applicationName: 'verimeter-restore',
    max: 2,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });

/**
 * Loads a backup into a database that is empty: with its own schema, all of it or nothing. `beside`: the engine for the readings, where that is
 * none of PostgreSQL; it has to be empty, and is emptied where the restore fails.
 * @throws BackupFileError, RestoreTargetError
 */
export async function restoreDatabase(
  url: string,
  { header, records }: OpenedBackup,
  signal: AbortSignal,
  onProgress: (rows: number) => void = () => undefined,
  readingStore: ReadingStoreSettings = AUTO,
): Promise<RestoreSummary> {
  const { applied, tables } = await inspectDatabase(url);
  checkTarget(applied, tables, header);
  await migrate(url, { migrations: schemaOfBackup(header) });
  const pool = openPool(url);
  try {
    const load = (beside?: BesideTarget): Promise<RestoreSummary> =>
      loadBackup(pool, header, records, { signal, onProgress, beside });
    if (readingStore.engine !== 'questdb') return await load();
    const { bulk } = await openReadingStore(pool, readingStore);
    return await loadBeside(bulk, load);
  } finally {
    await pool.end();
  }
}

/** Into an engine beside PostgreSQL, which knows no transaction that spans both. */
async function loadBeside(
  bulk: BulkStore<PoolClient>,
  load: (beside: BesideTarget) => Promise<RestoreSummary>,
): Promise<RestoreSummary> {
  if ((await bulk.months()).length > 0)
    throw new RestoreTargetError(
      'QuestDB is not empty: it has readings; restore into another one, or empty it first (TRUNCATE TABLE readings; TRUNCATE TABLE readings_history in its console)',
    );
  const loader = bulk.openLoader();
  try {
    return await load({ bulk, loader });
  } catch (error) {
    await bulk.clear?.().catch(() => undefined); // the first failure is the one to tell
    throw error;
  } finally {
    await loader.close();
  }
}

/**
 * Readings that were on their way to QuestDB when the backup was made go into PostgreSQL, where that keeps the readings now. Returns in how many
 * batches.
 */
export async function settleWaiting(
  url: string,
  readingStore: ReadingStoreSettings = AUTO,
): Promise<number> {
  const pool = openPool(url);
  try {
    const { store } = await openReadingStore(pool, readingStore);
    return await settleElsewhere(pool, store);
  } finally {
    await pool.end();
  }
}

/** Brings a restored database to the schema of this version, and its statistics up to date; returns the migrations. */
export async function bringUpToDate(
  url: string,
  onMigration: (name: string) => void = () => undefined,
): Promise<string[]> {
  const { applied } = await migrate(url, { onProgress: onMigration });
  const pool = openPool(url);
  try {
    await analyzeTables(pool);
  } finally {
    await pool.end();
  }
  return applied;
}
