import pg from 'pg';
import type { Queryable } from './pools.ts';

/** A migration as the journal of the database has it. */
export interface AppliedMigration {
  readonly name: string;
  readonly sha256: string;
}

/** What was applied to the database, in order; undefined where it was never migrated. */
export async function appliedMigrations(
  client: Queryable,
): Promise<AppliedMigration[] | undefined> {
  // Asked first because a failed SELECT would not tell a missing table from other trouble.
  const table = await client.query<{ present: boolean }>(
    `SELECT to_regclass('public.schema_migrations') IS NOT NULL AS present`,
  );
  if (table.rows[0]?.present !== true) return undefined;
  const journal = await client.query<AppliedMigration>(
    'SELECT name, sha256 FROM public.schema_migrations ORDER BY name COLLATE "C"',
  );
  return journal.rows;
}

/** What a database holds, migrated or not. */
export interface DatabaseContent {
  readonly applied: readonly AppliedMigration[] | undefined;
  /** Tables in the schema public. */
  readonly tables: readonly string[];
}

/** Looks at a database as the login itself: before the first migration there is no role to act as. */
export async function inspectDatabase(connectionString: string): Promise<DatabaseContent> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // fails the running query; the event itself adds nothing
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY relname`,
    );
    return {
      applied: await appliedMigrations(client),
      tables: tables.rows.map(({ name }) => name),
    };
  } finally {
    await client.end();
  }
}
