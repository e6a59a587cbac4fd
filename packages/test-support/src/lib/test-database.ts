import { randomBytes } from 'node:crypto';
import { type Pool, createAppPool, createServicePool } from '@verimeter/registry';
import { inject } from 'vitest';
import { runSql } from './sql.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Connection string of a superuser on the test server. */
    postgresUrl: string;
    /** Name of the migrated database that `createTestDatabase` clones. */
    templateDatabase: string;
    /** TEST_TIMESCALE_URL, where it is set. */
    timescaleUrl: string | undefined;
  }
}

/** A database of its own for a test file. */
export interface TestDatabase {
  /** Connection string of a superuser on this database. */
  readonly url: string;
  /** Acts as verimeter_service: all tenants. */
  readonly servicePool: Pool;
  /** Acts as verimeter_app: see `withTenant`. */
  readonly appPool: Pool;
  /** A further pool that acts as verimeter_service; ended by `drop`. */
  createServicePool(max: number): Pool;
  /** Ends the pools and drops the database, whoever is still connected. */
  drop(): Promise<void>;
}

async function onServer(sql: string): Promise<void> {
  await runSql(inject('postgresUrl'), sql);
}

function urlOf(database: string): string {
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${database}`;
  return url.href;
}

function newName(): string {
  return `verimeter_test_${randomBytes(8).toString('hex')}`;
}

/** An empty database without the schema; returns its URL and the function that drops it. */
export async function createEmptyDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = newName();
  await onServer(`CREATE DATABASE ${name}`);
  return { url: urlOf(name), drop: () => onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

/** Opens the pools on a migrated database; `afterwards` runs when they have ended. */
export function openTestDatabase(url: string, afterwards: () => Promise<void>): TestDatabase {
  const servicePool = createServicePool(url, { applicationName: 'test-service' });
  const appPool = createAppPool(url, { applicationName: 'test-app' });
  const pools = [servicePool, appPool];
  return {
    url,
    servicePool,
    appPool,
    createServicePool: (max) => {
      const pool = createServicePool(url, { applicationName: 'test-service', max });
      pools.push(pool);
      return pool;
    },
    drop: async () => {
      await Promise.all(pools.map((pool) => pool.end()));
      await afterwards();
    },
  };
}

/**
 * A migrated database, cloned from the template of the run. Create it in `beforeAll`, drop it in `afterAll`.
 * Needs the integration project (its global setup starts the server).
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const name = newName();
  await onServer(`CREATE DATABASE ${name} TEMPLATE ${inject('templateDatabase')}`);
  return openTestDatabase(urlOf(name), () =>
    onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  );
}
