import pg from 'pg';
import { type AppliedMigration, appliedMigrations } from './applied-migrations.ts';
import { type Migration, readMigrations } from './migration-files.ts';
import { prepareRoles } from './roles.ts';

/** The database cannot be brought to the current schema; the message says what to do. */
export class MigrationError extends Error {
  readonly code = 'MIGRATION_FAILED';
}

export interface MigrateOptions {
  readonly onProgress?: ((migration: string) => void) | undefined;
  /** How long to wait for another migrator; default 60,000 ms. */
  readonly lockTimeoutMs?: number | undefined;
  /** Default: the files of this package. */
  readonly migrations?: readonly Migration[];
}

/** Advisory lock of the migrator: any constant that nothing else in the database uses. */
const LOCK_KEY = 7_306_089_412;

/** Migrations still to apply. @throws MigrationError on drift: what was applied is not what the files say. */
function pendingMigrations(
  migrations: readonly Migration[],
  journal: readonly AppliedMigration[],
): Migration[] {
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const applied of journal) {
    const file = known.get(applied.name);
    if (file === undefined) {
      throw new MigrationError(
        `the database has migration ${applied.name}, which this version does not know: ` +
          'it belongs to a newer Verimeter; update this installation',
      );
    }
    if (file.sha256 !== applied.sha256) {
      throw new MigrationError(
        `migration ${applied.name} was changed after it was applied (SHA-256 ${applied.sha256} in the ` +
          `database, ${file.sha256} in the file); restore the file and put the change into a new one`,
      );
    }
  }
  const done = new Set(journal.map((applied) => applied.name));
  return migrations.filter((migration) => !done.has(migration.name));
}

async function lock(client: pg.ClientBase, timeoutMs: number): Promise<void> {
  await client.query(`SET lock_timeout = ${String(timeoutMs)}`);
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
  } catch (cause) {
    if (cause instanceof pg.DatabaseError && cause.code === '55P03') {
      throw new MigrationError(
        `another migration has been running for ${String(timeoutMs / 1000)} s; try again when it has ended`,
        { cause },
      );
    }
    throw cause;
  }
  // The lock table of the migrations themselves: rather fail than block the services behind a waiting ALTER TABLE.
  await client.query('SET lock_timeout = 10000');
}

async function apply(client: pg.ClientBase, migration: Migration): Promise<void> {
  try {
    await client.query('BEGIN');
    await client.query('SET LOCAL ROLE verimeter_owner');
    await client.query(migration.sql);
    await client.query('INSERT INTO schema_migrations (name, sha256) VALUES ($1, $2)', [
      migration.name,
      migration.sha256,
    ]);
    await client.query('COMMIT');
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new MigrationError(`migration ${migration.name} failed and was undone: ${detail}`, {
      cause,
    });
  }
}

async function createJournal(client: pg.ClientBase): Promise<void> {
  await client.query(`
    BEGIN;
    SET LOCAL ROLE verimeter_owner;
    CREATE TABLE public.schema_migrations (
      name text PRIMARY KEY, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now());
    GRANT SELECT ON public.schema_migrations TO verimeter_service, verimeter_app;
    COMMIT`);
}

async function runMigrations(client: pg.ClientBase, options: MigrateOptions): Promise<string[]> {
  await lock(client, options.lockTimeoutMs ?? 60_000);
  let journal: readonly AppliedMigration[] | undefined = await appliedMigrations(client);
  if (journal === undefined) {
    await prepareRoles(client);
    await createJournal(client);
    journal = [];
  }
  const pending = pendingMigrations(options.migrations ?? readMigrations(), journal);
  if (pending.length > 0) await prepareRoles(client);
  for (const migration of pending) {
    options.onProgress?.(migration.name);
    await apply(client, migration);
  }
  return pending.map((migration) => migration.name);
}

/**
 * Brings a database to the current schema; returns the names of the migrations applied, none when it was current.
 * Each migration is one transaction, run as verimeter_owner. Several migrators at once wait for each other.
 * @throws MigrationError
 */
export async function migrate(
  connectionString: string,
  options: MigrateOptions = {},
): Promise<{ applied: string[] }> {
  const client = new pg.Client({
    connectionString,
    application_name: 'verimeter-migrate',
    connectionTimeoutMillis: 10_000,
  });
  // A connection that breaks fails the running query; the event itself adds nothing.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return { applied: await runMigrations(client, options) };
  } finally {
    await client.end(); // also gives back the advisory lock
  }
}

export type SchemaState = 'current' | 'unmigrated' | 'ahead';

/**
 * How the schema compares with this version's migrations: `unmigrated` (some are missing), `ahead` (a newer version was
 * here) or `current`. @throws MigrationError on drift.
 */
export async function schemaState(
  pool: pg.Pool,
  migrations: readonly Migration[] = readMigrations(),
): Promise<SchemaState> {
  let journal: readonly AppliedMigration[] | undefined;
  let client: pg.PoolClient;
  try {
    client = await pool.connect();
  } catch (error) {
    // The pools do SET ROLE: before the first migration there is no such role (or no membership yet).
    if (error instanceof pg.DatabaseError && error.code === '22023') return 'unmigrated';
    throw error;
  }
  try {
    journal = await appliedMigrations(client);
  } finally {
    client.release();
  }
  if (journal === undefined) return 'unmigrated';
  const names = new Set(migrations.map((migration) => migration.name));
  if (journal.some((applied) => !names.has(applied.name))) return 'ahead';
  return pendingMigrations(migrations, journal).length === 0 ? 'current' : 'unmigrated';
}
