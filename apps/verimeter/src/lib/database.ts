import {
  ClusterVersionError,
  DirectoryInUseError,
  startEmbeddedPostgres,
} from '@verimeter/embedded';
import { ReadingStoreError, openReadingStore } from '@verimeter/open-store';
import type { ReadingEngine, ReadingStore } from '@verimeter/reading-store';
import {
  type Pool,
  type PoolClient,
  type SchemaState,
  createServicePool,
  migrate,
  schemaState,
} from '@verimeter/registry';
import { delay, redactUrl } from '@verimeter/service-runtime';
import type { Environment } from '../config.ts';
import { CommandError } from './arguments.ts';
import { readServer } from './instance-file.ts';
import { say } from './output.ts';

/** A database that a command may use until it is closed. */
export interface OpenDatabase {
  readonly url: string;
  close(): Promise<void>;
}

/** Another command holds the embedded database this long at most before one gives up. */
const WAIT_MS = 60_000;

/**
 * The database of a command: DATABASE_URL, else that of the `up` that runs on the data directory, else the embedded
 * one, started for the command and migrated, unless its schema is to stay as it is.
 */
export async function openDatabase(
  environment: Environment,
  schema: 'migrate' | 'as it is' = 'migrate',
): Promise<OpenDatabase> {
  if (environment.databaseUrl !== undefined)
    return { url: environment.databaseUrl, close: () => Promise.resolve() };
  const deadline = performance.now() + WAIT_MS;
  let told = false;
  for (;;) {
    try {
      // oxlint-disable-next-line no-await-in-loop
      const server = await startEmbeddedPostgres({ dataDir: environment.dataDir });
      try {
        // oxlint-disable-next-line no-await-in-loop
        if (schema === 'migrate') await migrate(server.url);
      } catch (error) {
        // oxlint-disable-next-line no-await-in-loop
        await server.stop();
        throw error;
      }
      return { url: server.url, close: () => server.stop() };
    } catch (error) {
      if (error instanceof ClusterVersionError)
        throw new CommandError(error.message, { cause: error });
      if (!(error instanceof DirectoryInUseError)) throw error;
      // oxlint-disable-next-line no-await-in-loop
      const running = await readServer(environment.dataDir);
      if (running?.pid === error.pid)
        return { url: running.database_url, close: () => Promise.resolve() };
      if (performance.now() > deadline) throw new CommandError(error.message, { cause: error });
      if (!told) say(`waiting for process ${error.pid}, which uses ${environment.dataDir}`);
      told = true;
      // oxlint-disable-next-line no-await-in-loop
      await delay(200);
    }
  }
}

/** @throws CommandError naming the command that mends it. */
export async function requireCurrentSchema(pool: Pool, url: string): Promise<void> {
  const state: SchemaState = await schemaState(pool);
  switch (state) {
    case 'current':
      return;
    case 'unmigrated':
      throw new CommandError(
        `the database ${redactUrl(url)} is not migrated to this version; run: verimeter migrate`,
      );
    case 'ahead':
      throw new CommandError(
        `the database ${redactUrl(url)} belongs to a newer Verimeter; update this installation`,
      );
    default:
      state satisfies never;
  }
}

/**
 * Runs a command's work on its database with a pool that acts as verimeter_service. `statementTimeoutMs` is for work
 * whose single statements may run for longer than the minute that is usual.
 */
export async function withDatabase<T>(
  environment: Environment,
  applicationName: string,
  work: (pool: Pool, url: string) => Promise<T>,
  statementTimeoutMs?: number,
): Promise<T> {
  const database = await openDatabase(environment);
  try {
    const pool = createServicePool(database.url, {
      applicationName,
      max: 4,
      statementTimeoutMs,
    });
    try {
      await requireCurrentSchema(pool, database.url);
      return await work(pool, database.url);
    } finally {
      await pool.end();
    }
  } finally {
    await database.close();
  }
}

/** The store behind the readings of a database while `work` runs. @throws CommandError where the one that was chosen cannot be had */
export async function withStore<T>(
  pool: Pool,
  { readingStore }: Pick<Environment, 'readingStore'>,
  work: (store: ReadingStore<PoolClient>) => Promise<T>,
): Promise<T> {
  const engine = await openEngine(pool, { readingStore });
  try {
    return await work(engine.store);
  } finally {
    await engine.close();
  }
}

/** @throws CommandError where the engine that was chosen cannot be had */
export async function openEngine(
  pool: Pool,
  { readingStore }: Pick<Environment, 'readingStore'>,
): Promise<ReadingEngine<PoolClient>> {
  try {
    return await openReadingStore(pool, readingStore, {
      onProblem: (error) => say(`readings wait for their store: ${error.message}`),
    });
  } catch (error) {
    if (error instanceof ReadingStoreError) throw new CommandError(error.message, { cause: error });
    throw error;
  }
}
