import { spawn } from 'node:child_process';
import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTemporaryDirectory, findOldestPostgres, runSql } from '@verimeter/test-support';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  startEmbeddedPostgres,
} from '../src/index.ts';
import { isAlive } from '../src/lib/postmaster-file.ts';

const oldest = await findOldestPostgres();

let home: Awaited<ReturnType<typeof createTemporaryDirectory>>;
let dataDir: string;
let running: EmbeddedPostgres[];

beforeEach(async () => {
  home = await createTemporaryDirectory();
  await chmod(home.path, 0o700); // as a home directory may be: no other account can enter
  dataDir = path.join(home.path, 'data');
  running = [];
});
afterEach(async () => {
  for (const server of running) await server.stop();
  await home.remove();
});

async function start(options: Partial<EmbeddedPostgresOptions> = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ dataDir, durable: false, ...options });
  running.push(server);
  return server;
}

async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) {
    await new Promise((resolve) => {
      setTimeout(resolve, 20);
    });
  }
}

/** Starts the server in a process of its own, which is killed without warning; returns the server's process id. */
async function startAndKillStarter(): Promise<number> {
  const entry = fileURLToPath(new URL('../src/index.ts', import.meta.url));
  const script = `
    import { startEmbeddedPostgres } from ${JSON.stringify(entry)};
    const server = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)}, durable: false });
    process.stdout.write(String(server.pid));
    setInterval(() => undefined, 1000);`;
  const starter = spawn(process.execPath, ['--input-type=module', '-e', script]);
  const pid = await new Promise<number>((resolve, reject) => {
    let errors = '';
    starter.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    starter.stdout.once('data', (chunk: Buffer) => resolve(Number(chunk.toString())));
    starter.once('exit', () => reject(new Error(`the starter ended: ${errors}`)));
  });
  const ended = new Promise((resolve) => starter.once('exit', resolve));
  starter.kill('SIGKILL');
  await ended;
  return pid;
}

describe('startEmbeddedPostgres', () => {
  test('creates a database in a directory that only its owner can enter and keeps its data', async () => {
    const first = await start();
    expect(first.adopted).toBe(false);
    await runSql(first.url, 'CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)');
    await first.stop();
    const second = await start();
    expect(await runSql(second.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
  });

  test('asks for a password that only the owner can read, on the loopback address only', async () => {
    const server = await start();
    const file = path.join(dataDir, 'postgres', 'password');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const password = (await readFile(file, 'utf8')).trim();
    expect(server.url).toContain(`:${password}@127.0.0.1:`);
    await expect(runSql(server.url.replace(password, 'wrong'), 'SELECT 1')).rejects.toMatchObject({
      code: '28P01',
    });
    await expect(runSql(server.url.replace(`:${password}`, ''), 'SELECT 1')).rejects.toThrow();
    expect(
      await runSql(server.url, `SELECT current_setting('listen_addresses') AS addresses`),
    ).toEqual([{ addresses: '127.0.0.1' }]);
    expect(await runSql(server.url, `SELECT DISTINCT auth_method FROM pg_hba_file_rules`)).toEqual([
      { auth_method: 'scram-sha-256' },
    ]);
  });

  test('writes to disk before it answers, unless it is a throwaway', async () => {
    const server = await start({ durable: true });
    expect(
      await runSql(
        server.url,
        `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit,
                current_setting('full_page_writes') AS pages, current_setting('data_checksums') AS checksums`,
      ),
    ).toEqual([{ fsync: 'on', commit: 'on', pages: 'on', checksums: 'on' }]);
  });

  test('a second start on the same directory says which process has it', async () => {
    await start();
    await expect(start()).rejects.toMatchObject({
      code: 'DIRECTORY_IN_USE',
      pid: process.pid,
      message: expect.stringContaining(String(process.pid)),
    });
  });

  test('takes over the server of a process that was killed', async () => {
    const pid = await startAndKillStarter();
    expect(isAlive(pid)).toBe(true);
    const server = await start();
    expect([server.adopted, server.pid]).toEqual([true, pid]);
    expect(await runSql(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await server.stop();
    expect(isAlive(pid)).toBe(false);
  });

  test('starts after process and server were both killed', async () => {
    const pid = await startAndKillStarter();
    process.kill(pid, 'SIGKILL');
    await until(() => !isAlive(pid));
    const server = await start();
    expect(server.adopted).toBe(false);
    expect(await runSql(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('a stale file that names a living process of something else does not hinder', async () => {
    const server = await start();
    await server.stop();
    const file = path.join(dataDir, 'postgres', 'cluster', 'postmaster.pid');
    await writeFile(file, `${String(process.ppid)}\n/elsewhere\n0\n5432\n\n127.0.0.1\n\nready\n`);
    expect((await start()).adopted).toBe(false);
  });

  test('a server that dies is started again on the same port', async () => {
    const server = await start({ durable: true });
    const { pid, port, url } = server;
    await runSql(url, 'CREATE TABLE kept (n int)');
    process.kill(pid, 'SIGKILL');
    await until(() => server.pid !== pid);
    expect(server.port).toBe(port);
    expect(await runSql(url, 'SELECT count(*)::int AS n FROM kept')).toEqual([{ n: 0 }]);
  });

  test('a given port that is taken is an error that names it', async () => {
    const occupant = createServer();
    const port = await new Promise<number>((resolve) => {
      occupant.listen(0, '127.0.0.1', () => {
        const address = occupant.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    try {
      await expect(start({ port })).rejects.toThrow(
        `port ${String(port)} for PostgreSQL is in use`,
      );
    } finally {
      occupant.close();
    }
    expect((await start({ port })).port).toBe(port); // and the directory is free again
  });

  test('a creation that was interrupted is started over', async () => {
    await mkdir(path.join(dataDir, 'postgres', 'cluster.new', 'base'), { recursive: true });
    const server = await start();
    expect(await runSql(server.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test('a lost password is replaced', async () => {
    const first = await start();
    await first.stop();
    await rm(path.join(dataDir, 'postgres', 'password'));
    const second = await start();
    expect(second.url).not.toBe(first.url);
    expect(await runSql(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  test.skipIf(oldest === undefined)('refuses the data of another major version', async () => {
    await chmod(home.path, 0o711); // PostgreSQL 15 needs a passable path
    const options = oldest === undefined ? {} : { binDirectory: oldest };
    const old = await start(options);
    await old.stop();
    await expect(start()).rejects.toMatchObject({
      code: 'CLUSTER_VERSION',
      message: expect.stringMatching(
        /made by PostgreSQL 15, this Verimeter has PostgreSQL 18.*backup/s,
      ),
    });
    const again = await start(options);
    expect(await runSql(again.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});
