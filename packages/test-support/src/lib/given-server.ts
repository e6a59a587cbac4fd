import { randomBytes } from 'node:crypto';
import { migrate } from '@verimeter/registry';
import { inject } from 'vitest';
import { runSql } from './sql.ts';
import { type TestDatabase, openTestDatabase } from './test-database.ts';

/** URL of a superuser on a server with TimescaleDB, where TEST_TIMESCALE_URL names one. */
export function findTimescaleServer(): string | undefined {
  return inject('timescaleUrl');
}

/** A migrated database of its own on a server that runs already. */
export async function createTestDatabaseAt(serverUrl: string): Promise<TestDatabase> {
  const name = `verimeter_test_${randomBytes(8).toString('hex')}`;
  await runSql(serverUrl, `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  await migrate(url.href);
  return openTestDatabase(url.href, async () => {
    await runSql(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  });
}
