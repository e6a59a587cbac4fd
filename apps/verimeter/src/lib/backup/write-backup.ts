import { createHash } from 'node:crypto';
import type { SnapshotWatch } from '@verimeter/reading-store';
import { type PoolClient, appliedMigrations } from '@verimeter/registry';
import { readProductVersion } from '../product-version.ts';
import type { BackupHeader, BackupRecord, BackupSection, BackupSequence } from './backup-format.ts';
import { copyOut } from './copy-streams.ts';
import { readingsBeside } from './readings-beside.ts';
import {
  READINGS,
  type StoredTable,
  readReadingSpans,
  readStoredTables,
  readingsRelation,
} from './stored-tables.ts';

export interface BackupOptions {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Where the readings are in an engine beside PostgreSQL; opened before this begins. */
  readonly beside?: SnapshotWatch<PoolClient> | undefined;
  /** Rows so far, and how many there are according to the statistics of the tables; undefined where they have none. */
  readonly onProgress?: ((rows: number, estimate: number | undefined) => void) | undefined;
  /** Called behind the last record. */
  readonly onComplete: (summary: BackupSummary) => void;
}

/** What a backup held, for the person who made it. */
export interface BackupSummary {
  readonly header: BackupHeader;
  readonly tables: number;
  readonly rows: number;
  readonly readings: number;
}

const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

async function readHeader(client: PoolClient, options: BackupOptions): Promise<BackupHeader> {
  const migrations = await appliedMigrations(client);
  const tenants = await client.query<{ tenant: string }>(
    'SELECT tenant FROM tenants ORDER BY tenant',
  );
  const server = await client.query<{ server_version: string }>('SHOW server_version');
  return {
    product_version: readProductVersion(),
    created_at: new Date(options.nowMs).toISOString(),
    postgres_version: server.rows[0]?.server_version ?? '',
    tenants: tenants.rows.map(({ tenant }) => tenant),
    migrations: migrations ?? [],
    readings: 'included',
    ...(options.beside === undefined ? {} : { newest_first: true }),
  };
}

/** Estimated by the last ANALYZE or VACUUM of each table; partitions count, their parents do not. */
async function estimateRows(client: PoolClient): Promise<number | undefined> {
  const { rows } = await client.query<{ estimate: number | null }>(
    `SELECT sum(greatest(reltuples, 0))::int8 AS estimate FROM pg_class
      WHERE relkind = 'r' AND pg_get_userbyid(relowner) = 'verimeter_owner'`,
  );
  const estimate = rows[0]?.estimate ?? 0;
  return estimate > 0 ? estimate : undefined;
}

/** The next value of each sequence. Read after the rows: never behind them. */
async function readSequences(
  client: PoolClient,
  tables: readonly StoredTable[],
): Promise<BackupSequence[]> {
  await client.query('SET LOCAL ROLE verimeter_owner'); // a service may not read them
  const found: BackupSequence[] = [];
  for (const { name: table, sequences } of tables)
    for (const column of sequences) {
      // oxlint-disable-next-line no-await-in-loop -- one connection, one snapshot
      const named = await client.query<{ name: string }>(
        'SELECT pg_get_serial_sequence($1, $2) AS name',
        [`public.${table}`, column],
      );
      // oxlint-disable-next-line no-await-in-loop
      const state = await client.query<{ last_value: number; is_called: boolean }>(
        `SELECT last_value, is_called FROM ${named.rows[0]?.name ?? ''}`,
      );
      const [row] = state.rows;
      if (row !== undefined) found.push({ table, column, ...row });
    }
  return found;
}

/**
 * The records of a backup: all rows of one moment, table by table, in constant memory. Services go on meanwhile; a migration waits.
 */
export async function* backupRecords(
  client: PoolClient,
  options: BackupOptions,
): AsyncGenerator<BackupRecord> {
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  await options.beside?.begin(client);
  const header = await readHeader(client, options);
  yield { kind: 'header', content: header };
  const tables = await readStoredTables(client);
  const estimate = await estimateRows(client);
  const sums = { sections: 0, rows: 0, readings: 0 };

  const copySql = (sql: string): AsyncGenerator<Buffer, number> =>
    copyOut(client, `COPY ${sql} TO STDOUT (FORMAT binary)`);

  async function* section(
    content: BackupSection,
    copied: AsyncGenerator<Buffer, number>,
  ): AsyncGenerator<BackupRecord> {
    yield { kind: 'section', content };
    const hash = createHash('sha256');
    let bytes = 0;
    let rows: number;
    try {
      let next = await copied.next();
      // oxlint-disable-next-line no-await-in-loop -- one stream
      for (; next.done !== true; next = await copied.next()) {
        hash.update(next.value);
        bytes += next.value.length;
        yield { kind: 'data', content: next.value };
      }
      rows = next.value;
    } finally {
      await copied.return(0); // also where nobody reads on
    }
    sums.sections += 1;
    sums.rows += rows;
    if (content.table === READINGS) sums.readings += rows;
    options.onProgress?.(sums.rows, estimate);
    yield { kind: 'sectionEnd', content: { rows, bytes, sha256: hash.digest('hex') } };
  }

  for (const { name: table, columns } of tables) {
    if (table !== READINGS) {
      const copied = copySql(`public."${table}" (${quoted(columns)})`);
      yield* section({ table, columns: [...columns] }, copied);
      continue;
    }
    if (options.beside !== undefined) {
      // oxlint-disable-next-line no-await-in-loop -- one connection, one snapshot
      for await (const { span, copied } of readingsBeside(client, options.beside))
        yield* section({ table, columns: [...columns], span }, copied);
      continue;
    }
    // oxlint-disable-next-line no-await-in-loop -- one connection, one snapshot
    const relation = await readingsRelation(client);
    // oxlint-disable-next-line no-await-in-loop
    for (const span of await readReadingSpans(client))
      yield* section(
        { table, columns: [...columns], span },
        copySql(
          `(SELECT ${quoted(columns)} FROM ${relation} WHERE ts >= '${span.from}' AND ts < '${span.to}')`,
        ),
      );
  }
  const sequences = await readSequences(client, tables);
  await client.query('COMMIT');
  yield { kind: 'footer', content: { sections: sums.sections, rows: sums.rows, sequences } };
  options.onComplete({ header, tables: tables.length, rows: sums.rows, readings: sums.readings });
}
