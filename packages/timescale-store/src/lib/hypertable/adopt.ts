import pg from 'pg';
import { readLayout } from '../layout.ts';
import { asOwner } from './as-owner.ts';
import { type Extension, readExtension } from './extension.ts';
import { ADD_JOB, ADOPT_HYPERTABLE, createHypertable } from './schema.ts';

/** READING_STORE as far as PostgreSQL is concerned. */
export type WantedStore = 'auto' | 'postgres' | 'timescale';

/** READING_STORE=timescale, and there is no way to it; the message says what is missing and what to do. */
export class TimescaleUnavailableError extends Error {
  readonly code = 'timescale_unavailable';
}

export type LayoutChoice =
  | { readonly kind: 'timescale'; readonly made: boolean }
  /** `reason`: why it is not a hypertable; undefined where none was asked for. */
  | { readonly kind: 'postgres'; readonly reason: string | undefined };

/** Where the old table may not be waited for longer: writers stand behind whoever waits. */
const LOCK_TIMEOUT_MS = 5000;

async function hasReadings(client: pg.ClientBase): Promise<boolean> {
  const { rows } = await client.query<{ present: boolean }>(
    'SELECT EXISTS (SELECT FROM public.readings) AS present',
  );
  return rows[0]?.present === true;
}

/** Installs the extension in the database where it is not. @throws TimescaleUnavailableError */
export async function requireExtension(client: pg.ClientBase, found: Extension): Promise<void> {
  if (found.missing !== undefined) throw new TimescaleUnavailableError(found.missing);
  if (found.installed !== undefined) return;
  try {
    await client.query('CREATE EXTENSION IF NOT EXISTS timescaledb');
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new TimescaleUnavailableError(
      `the extension cannot be created (${said}); as a superuser, run in this database: CREATE EXTENSION timescaledb`,
      { cause },
    );
  }
}

async function makeEmptyHypertable(client: pg.ClientBase): Promise<boolean> {
  const made = await asOwner(client, async () => {
    await client.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
    await client.query('LOCK TABLE public.readings IN ACCESS EXCLUSIVE MODE');
    if (await hasReadings(client)) return false;
    await client.query('ALTER TABLE readings RENAME TO readings_plain');
    await client.query(createHypertable('readings'));
    await client.query(ADOPT_HYPERTABLE);
    await client.query('DROP TABLE readings_plain');
    return true;
  });
  if (made) await client.query(ADD_JOB);
  return made;
}

/**
 * Makes `readings` a hypertable where that is wanted, possible, and nothing is stored yet; a table with readings stays as it is until it is
 * moved on purpose. The database is migrated; the login may create the extension or it is there.
 * @throws TimescaleUnavailableError where READING_STORE=timescale cannot be had
 */
export async function chooseLayout(
  connectionString: string,
  wanted: WantedStore,
): Promise<LayoutChoice> {
  const client = new pg.Client({
    connectionString,
    application_name: 'verimeter-migrate',
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', () => undefined); // a connection that breaks fails the running query
  await client.connect();
  try {
    if ((await readLayout(client)) === 'hypertable') return { kind: 'timescale', made: false };
    if (wanted === 'postgres') return { kind: 'postgres', reason: undefined };
    const extension = await readExtension(client);
    if (extension.missing !== undefined && wanted === 'auto')
      return {
        kind: 'postgres',
        reason: extension.available === undefined ? undefined : extension.missing,
      };
    try {
      if (await hasReadings(client)) throw new TimescaleUnavailableError(STORED);
      await requireExtension(client, extension);
      if (!(await makeEmptyHypertable(client))) throw new TimescaleUnavailableError(STORED);
      return { kind: 'timescale', made: true };
    } catch (error) {
      if (wanted === 'auto' && error instanceof TimescaleUnavailableError)
        return { kind: 'postgres', reason: error.message };
      throw error;
    }
  } finally {
    await client.end();
  }
}

const STORED =
  'readings are stored in plain PostgreSQL already; verimeter store move timescale moves them while the services run';
