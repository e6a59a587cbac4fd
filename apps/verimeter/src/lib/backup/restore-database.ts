import { createServicePool, inspectDatabase, migrate } from '@verimeter/registry';
import { checkBackupFile, readBackupFile } from './backup-file.ts';
import type { BackupHeader, BackupRecord } from './backup-format.ts';
import {
  type RestoreSummary,
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
    max: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });

/**
 * Loads a backup into a database that is empty: with its own schema, all of it or nothing.
 * @throws BackupFileError, RestoreTargetError
 */
export async function restoreDatabase(
  url: string,
  { header, records }: OpenedBackup,
  signal: AbortSignal,
  onProgress: (rows: number) => void = () => undefined,
): Promise<RestoreSummary> {
  const { applied, tables } = await inspectDatabase(url);
  checkTarget(applied, tables, header);
  await migrate(url, { migrations: schemaOfBackup(header) });
  const pool = openPool(url);
  try {
    return await loadBackup(pool, header, records, { signal, onProgress });
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
