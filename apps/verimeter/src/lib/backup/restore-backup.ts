import { createHash } from 'node:crypto';
import { gatheredRows } from '@verimeter/open-store';
import type { BulkStore, RowLoader } from '@verimeter/reading-store';
import {
  type AppliedMigration,
  type Migration,
  type Pool,
  type PoolClient,
  readMigrations,
  withTransaction,
} from '@verimeter/registry';
import {
  type RowLoad,
  compressChunks,
  createRowLoad,
  readLayout,
  rowsOfCopy,
} from '@verimeter/timescale-store';
import {
  BackupFileError,
  type BackupHeader,
  type BackupRecord,
  type BackupSection,
  type BackupSequence,
  type SectionEnd,
} from './backup-format.ts';
import { copyIn } from './copy-streams.ts';
import { READINGS, type StoredTable, readStoredTables } from './stored-tables.ts';

/** The database is not one into which this backup can be restored; nothing was changed. */
export class RestoreTargetError extends Error {
  readonly code = 'restore_target';
}

/** Migrations that make the schema of a backup. @throws BackupFileError where this version does not have them. */
export function schemaOfBackup(header: BackupHeader): Migration[] {
  const known = new Map(readMigrations().map((migration) => [migration.name, migration]));
  return header.migrations.map(({ name, sha256 }) => {
    const migration = known.get(name);
    if (migration === undefined)
      throw new BackupFileError(
        `has the schema of a newer Verimeter (${header.product_version}, ${name}); restore it with that version`,
      );
    if (migration.sha256 !== sha256)
      throw new BackupFileError(
        `was made with another content of migration ${name}; restore it with the Verimeter that made it`,
      );
    return migration;
  });
}

/** @throws RestoreTargetError where the database is not empty, or has migrations that the backup does not have. */
export function checkTarget(
  applied: readonly AppliedMigration[] | undefined,
  otherTables: readonly string[],
  header: BackupHeader,
): void {
  if (applied === undefined) {
    if (otherTables.length > 0)
      throw new RestoreTargetError(
        `the database is not empty: it has ${otherTables.slice(0, 3).join(', ')}; restore into a new one`,
      );
    return;
  }
  const names = new Set(header.migrations.map(({ name }) => name));
  const ahead = applied.find(({ name }) => !names.has(name));
  if (ahead !== undefined)
    throw new RestoreTargetError(
      `the database has migration ${ahead.name}, which is newer than the backup; restore into a database that was never migrated`,
    );
}

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

/** @throws RestoreTargetError where a table that a tenant's data is in has a row. */
async function requireEmpty(client: PoolClient, tables: readonly StoredTable[]): Promise<void> {
  for (const { name, hasTenant } of tables) {
    if (!hasTenant && name !== READINGS) continue;
    // oxlint-disable-next-line no-await-in-loop -- one connection
    const { rows } = await client.query<{ filled: boolean }>(
      `SELECT EXISTS (SELECT FROM public."${name}") AS filled`,
    );
    if (rows[0]?.filled === true)
      throw new RestoreTargetError(
        `the database is not empty: there are rows in ${name}; restore into a new database or data directory`,
      );
  }
}

/** Locked until the end, empty, and open for its owner: COPY refuses row-level security. */
async function openTables(client: PoolClient, tables: readonly StoredTable[]): Promise<void> {
  await client.query('SET LOCAL ROLE verimeter_owner');
  await client.query("SET LOCAL lock_timeout = '30s'");
  await client.query(
    `LOCK TABLE ${quoted(tables.map(({ name }) => name))} IN ACCESS EXCLUSIVE MODE`,
  );
  for (const { name, forced } of tables)
    // oxlint-disable-next-line no-await-in-loop
    if (forced) await client.query(`ALTER TABLE public."${name}" NO FORCE ROW LEVEL SECURITY`);
  await requireEmpty(client, tables);
  // What is left are notes of services that wait, and rows that migrations made; the backup has them.
  for (const { name } of tables.toReversed())
    // oxlint-disable-next-line no-await-in-loop
    await client.query(`DELETE FROM public."${name}"`);
}

async function closeTables(client: PoolClient, tables: readonly StoredTable[]): Promise<void> {
  for (const { name, forced } of tables)
    // oxlint-disable-next-line no-await-in-loop
    if (forced) await client.query(`ALTER TABLE public."${name}" FORCE ROW LEVEL SECURITY`);
}

type Records = AsyncIterator<BackupRecord>;

async function nextRecord(records: Records): Promise<BackupRecord> {
  const next = await records.next();
  if (next.done === true) throw new BackupFileError('ends before its last record');
  return next.value;
}

/** An engine beside PostgreSQL. */
export interface BesideTarget {
  readonly bulk: Pick<BulkStore, 'months'>;
  readonly loader: RowLoader;
}

interface LoadOptions {
  readonly signal: AbortSignal;
  /** Where the readings go, if not into the table; empty, and cleared by the caller where the restore fails. */
  readonly beside?: BesideTarget | undefined;
}

async function loadSection(
  client: PoolClient,
  section: BackupSection,
  records: Records,
  options: LoadOptions & { readonly rowLoad: RowLoad | undefined },
): Promise<number> {
  const { signal, rowLoad, beside } = options;
  const { table, columns, span } = section;
  const loader = table === READINGS ? beside?.loader : undefined;
  if (span !== undefined && loader === undefined)
    await client.query(
      "SELECT ensure_reading_partitions($1::timestamptz, $2::timestamptz - interval '1 microsecond')",
      [span.from, span.to],
    );
  // Triggers of tables that were loaded before may have left rows; the backup has those that belong here.
  if (table !== READINGS) await client.query(`DELETE FROM public."${table}"`);
  const hash = createHash('sha256');
  let end: SectionEnd | undefined;
  let bytes = 0;
  async function* data(): AsyncGenerator<Buffer> {
    for (;;) {
      signal.throwIfAborted();
      // oxlint-disable-next-line no-await-in-loop -- one stream
      const record = await nextRecord(records);
      if (record.kind === 'sectionEnd') {
        end = record.content;
        return;
      }
      if (record.kind !== 'data') throw new BackupFileError(`has a ${record.kind} within ${table}`);
      hash.update(record.content);
      bytes += record.content.length;
      yield record.content;
    }
  }
  const rows =
    loader !== undefined
      ? await loadRows(loader, data())
      : rowLoad === undefined || table !== READINGS
        ? await copyIn(
            client,
            `COPY public."${table}" (${quoted(columns)}) FROM STDIN (FORMAT binary)`,
            data(),
          )
        : await copyIn(client, rowLoad.copy, rowLoad.content(data()));
  if (end?.rows !== rows || end.bytes !== bytes || end.sha256 !== hash.digest('hex'))
    throw new BackupFileError(
      `has other rows of ${table} than it states: ${String(rows)} stored, ${String(end?.rows)} stated`,
    );
  return rows;
}

/** Rows of readings that are loaded at once. */
const ROWS_AT_A_TIME = 50_000;

/** Binary COPY of readings into another engine; returns how many there were. */
async function loadRows(loader: RowLoader, bytes: AsyncIterable<Buffer>): Promise<number> {
  let loaded = 0;
  for await (const rows of gatheredRows(rowsOfCopy(bytes), ROWS_AT_A_TIME)) {
    await loader.load(rows);
    loaded += rows.length;
  }
  return loaded;
}

/** What was accepted can be read, as many readings as there were. */
async function requireShown({ bulk, loader }: BesideTarget, readings: number): Promise<void> {
  await loader.shown();
  const shown = (await bulk.months()).reduce((sum, month) => sum + (month.readings ?? 0), 0);
  if (shown !== readings)
    throw new RestoreTargetError(
      `QuestDB has taken ${readings} readings and shows ${shown}: see its log, and restore again`,
    );
}

async function setSequences(
  client: PoolClient,
  sequences: readonly BackupSequence[],
): Promise<void> {
  for (const { table, column, last_value: value, is_called: called } of sequences)
    // oxlint-disable-next-line no-await-in-loop
    await client.query('SELECT setval(pg_get_serial_sequence($1, $2), $3::int8, $4)', [
      `public.${table}`,
      column,
      value,
      called,
    ]);
}

/**
 * Columns `shown` and `…_shown` name what a store showed when something was read, by a transaction of the database that was backed up.
 * In this one all restored rows come from the transaction of the restore: named by it, everything counts as shown since, which costs one
 * more look and misses nothing.
 */
async function renameShown(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ table: string; column: string }>(
    `SELECT c.table_name AS table, c.column_name AS column FROM information_schema.columns c
       JOIN information_schema.tables t USING (table_schema, table_name)
      WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.data_type = 'text'
            AND (c.column_name = 'shown' OR c.column_name LIKE '%\\_shown')`,
  );
  for (const { table, column } of rows)
    // oxlint-disable-next-line no-await-in-loop
    await client.query(
      `UPDATE public."${table}" SET "${column}" = pg_snapshot_xmin(pg_current_snapshot())::xid::text
        WHERE "${column}" IS NOT NULL`,
    );
}

export interface RestoreSummary {
  readonly header: BackupHeader;
  readonly tables: number;
  readonly rows: number;
  readonly readings: number;
}

/** The header of a file, the first of its records. */
export async function readBackupHeader(records: Records): Promise<BackupHeader> {
  const first = await nextRecord(records);
  if (first.kind !== 'header') throw new BackupFileError('does not begin with its header');
  return first.content;
}

/**
 * Loads what follows the header into an empty database that has the schema of the backup: all of it in one transaction, or nothing.
 * @throws BackupFileError, RestoreTargetError
 */
export function loadBackup(
  pool: Pool,
  header: BackupHeader,
  records: Records,
  options: LoadOptions & {
    readonly onProgress?: ((rows: number) => void) | undefined;
  },
): Promise<RestoreSummary> {
  return withTransaction(pool, async (client) => {
    const tables = await readStoredTables(client);
    const isHypertable =
      options.beside === undefined && (await readLayout(client)) === 'hypertable';
    const rowLoad = isHypertable ? createRowLoad() : undefined;
    let lastTo: string | undefined;
    await openTables(client, tables);
    const names = new Set(tables.map(({ name }) => name));
    const sums = { sections: 0, rows: 0, readings: 0 };
    for (;;) {
      options.signal.throwIfAborted();
      // oxlint-disable-next-line no-await-in-loop -- one stream into one connection
      const record = await nextRecord(records);
      if (record.kind === 'footer') {
        const { sections, rows, sequences } = record.content;
        if (sections !== sums.sections || rows !== sums.rows)
          throw new BackupFileError('does not have all the tables that it states');
        // oxlint-disable-next-line no-await-in-loop
        await setSequences(client, sequences);
        break;
      }
      if (record.kind !== 'section')
        throw new BackupFileError(`has a ${record.kind} between two tables`);
      const { table } = record.content;
      if (!names.has(table))
        throw new BackupFileError(`has a table ${table} that its schema lacks`);
      // oxlint-disable-next-line no-await-in-loop
      const rows = await loadSection(client, record.content, records, { ...options, rowLoad });
      const { span } = record.content;
      lastTo ??= span?.to;
      // Months come one after the other: what is whole does not wait uncompressed for the rest. Where the newest comes first, an older one has
      // rows for its chunks.
      if (rowLoad !== undefined && span !== undefined && header.newest_first !== true)
        // oxlint-disable-next-line no-await-in-loop
        await compressChunks(client, span.to);
      sums.sections += 1;
      sums.rows += rows;
      if (table === READINGS) sums.readings += rows;
      options.onProgress?.(sums.rows);
    }
    if (rowLoad !== undefined && lastTo !== undefined) await compressChunks(client, lastTo);
    if (options.beside !== undefined) await requireShown(options.beside, sums.readings);
    await renameShown(client);
    await closeTables(client, tables);
    return { header, tables: tables.length, rows: sums.rows, readings: sums.readings };
  });
}

/** Statistics for the planner, which rows that were just loaded do not have. */
export async function analyzeTables(pool: Pool): Promise<void> {
  await withTransaction(pool, async (client) => {
    const tables = await readStoredTables(client);
    await client.query('SET LOCAL ROLE verimeter_owner');
    await client.query(`ANALYZE ${quoted(tables.map(({ name }) => name))}`);
  });
}
