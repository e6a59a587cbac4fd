import { createEmptyDatabase } from '@verimeter/test-support';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type Migration,
  createAppPool,
  createServicePool,
  migrate,
  readMigrations,
  schemaState,
} from '../src/index.ts';

const names = readMigrations().map((migration) => migration.name);

const extra = (sql: string): Migration => ({
  name: '9001_extra.sql',
  sql,
  sha256: `sha of ${sql}`,
});

describe('migrate', () => {
  let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
  beforeEach(async () => {
    database = await createEmptyDatabase();
  });
  afterEach(() => database.drop());

  async function query<T extends pg.QueryResultRow>(
    sql: string,
    connectionString = database.url,
  ): Promise<T[]> {
    const client = new pg.Client({ connectionString });
    await client.connect();
    try {
      return (await client.query<T>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  async function stateOf(migrations?: readonly Migration[]): Promise<string> {
    const pool = createServicePool(database.url, { applicationName: 'test' });
    try {
      return await schemaState(pool, migrations);
    } finally {
      await pool.end();
    }
  }

  test('applies every migration once, in order, and says so', async () => {
    const progress: string[] = [];
    const first = await migrate(database.url, { onProgress: (name) => progress.push(name) });
    expect(first.applied).toEqual(names);
    expect(progress).toEqual(names);
    expect(await migrate(database.url)).toEqual({ applied: [] });
  });

  test('migrators that start together apply each migration once', async () => {
    const results = await Promise.all(Array.from({ length: 3 }, () => migrate(database.url)));
    expect(results.flatMap((result) => result.applied).toSorted()).toEqual(names);
  });

  test('refuses a migration that was changed after it was applied', async () => {
    const migrations = [...readMigrations(), extra('CREATE TABLE note (text text)')];
    await migrate(database.url, { migrations });
    const changed = [...readMigrations(), extra('CREATE TABLE note (text text, at date)')];
    await expect(migrate(database.url, { migrations: changed })).rejects.toThrow(
      /9001_extra\.sql was changed after it was applied/,
    );
  });

  test('refuses a database of a newer version, and the state says ahead', async () => {
    await migrate(database.url, { migrations: [...readMigrations(), extra('SELECT 1')] });
    await expect(migrate(database.url)).rejects.toThrow(/belongs to a newer Verimeter/);
    expect(await stateOf()).toBe('ahead');
  });

  test('undoes a migration that fails, keeps those before it and can go on later', async () => {
    const broken = [
      ...readMigrations(),
      extra('CREATE TABLE note (text text); SELECT no_such_column'),
    ];
    await expect(migrate(database.url, { migrations: broken })).rejects.toThrow(
      /9001_extra\.sql failed and was undone/,
    );
    expect(await query(`SELECT to_regclass('public.note') AS note`)).toEqual([{ note: null }]);
    const mended = [...readMigrations(), extra('CREATE TABLE note (text text)')];
    expect(await migrate(database.url, { migrations: mended })).toEqual({
      applied: ['9001_extra.sql'],
    });
  });

  test('the state is unmigrated before, current after, unmigrated again with a new file', async () => {
    expect(await stateOf()).toBe('unmigrated');
    await migrate(database.url);
    expect(await stateOf()).toBe('current');
    expect(await stateOf([...readMigrations(), extra('SELECT 1')])).toBe('unmigrated');
  });

  test('gives up with a clear message while another migration holds the lock', async () => {
    const holder = new pg.Client({ connectionString: database.url });
    await holder.connect();
    try {
      // The key of migrate.ts; were it another one, the migration below would run and the test fail.
      await holder.query('SELECT pg_advisory_lock(7306089412)');
      await expect(migrate(database.url, { lockTimeoutMs: 50 })).rejects.toThrow(
        /another migration has been running/,
      );
    } finally {
      await holder.end();
    }
  });

  test('everything it makes belongs to verimeter_owner', async () => {
    await migrate(database.url);
    const foreign = await query(
      `SELECT relname FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relowner <> 'verimeter_owner'::regrole
       UNION ALL
       SELECT proname FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND proowner <> 'verimeter_owner'::regrole`,
    );
    expect(foreign).toEqual([]);
  });

  test('a login without rights is told which rights it lacks', async () => {
    const login = `poor_${process.pid}`;
    await query(`CREATE ROLE ${login} LOGIN PASSWORD 'poor'`);
    const url = new URL(database.url);
    url.username = login;
    url.password = 'poor';
    try {
      await expect(migrate(url.href)).rejects.toMatchObject({
        code: 'INSUFFICIENT_RIGHTS',
        message: expect.stringContaining('GRANT'),
      });
    } finally {
      await query(`DROP ROLE ${login}`);
    }
  });

  test('a database owner who may create roles needs no superuser', async () => {
    const login = `creator_${process.pid}`;
    const name = new URL(database.url).pathname.slice(1);
    // The roles may exist on the server already; then somebody has to have granted them.
    await query(`CREATE ROLE ${login} LOGIN CREATEROLE PASSWORD 'creator'`);
    await query(`ALTER DATABASE ${name} OWNER TO ${login}`);
    await query(`GRANT verimeter_owner, verimeter_service, verimeter_app TO ${login}`);
    const url = new URL(database.url);
    url.username = login;
    url.password = 'creator';
    try {
      expect((await migrate(url.href)).applied).toEqual(names);
      const pool = createAppPool(url.href, { applicationName: 'test' });
      try {
        expect(await schemaState(pool)).toBe('current');
      } finally {
        await pool.end();
      }
    } finally {
      await query(`ALTER DATABASE ${name} OWNER TO CURRENT_USER`);
      await query(`DROP OWNED BY ${login}; DROP ROLE ${login}`);
    }
  });
});
