import { chmod, stat } from 'node:fs/promises';
import { startEmbeddedPostgres } from '@verimeter/embedded';
import { migrate } from '@verimeter/registry';
import { createTemporaryDirectory } from './temporary.ts';
import { type TestDatabase, openTestDatabase } from './test-database.ts';

/** The oldest supported PostgreSQL, where Debian's package `postgresql-15` puts it. */
const OLDEST_BINARIES = '/usr/lib/postgresql/15/bin';

/** Directory of the programs of the oldest supported PostgreSQL, or undefined where it is not installed. */
export async function findOldestPostgres(): Promise<string | undefined> {
  try {
    await stat(OLDEST_BINARIES);
    return OLDEST_BINARIES;
  } catch {
    process.stdout.write(`not run: tests that need PostgreSQL 15 in ${OLDEST_BINARIES}\n`);
    return undefined;
  }
}

/** A migrated database on a throwaway server of its own, made by the programs of `binDirectory`. */
export async function createTestDatabaseOn(binDirectory: string): Promise<TestDatabase> {
  const directory = await createTemporaryDirectory('verimeter-test-postgres-');
  await chmod(directory.path, 0o711); // the database's account passes through
  const server = await startEmbeddedPostgres({
    dataDir: directory.path,
    durable: false,
    binDirectory,
  });
  await migrate(server.url);
  return openTestDatabase(server.url, async () => {
    await server.stop();
    await directory.remove();
  });
}
