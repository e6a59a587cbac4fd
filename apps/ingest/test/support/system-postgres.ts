import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, chmod } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createTemporaryDirectory, findFreePort } from '@verimeter/test-support';
import pg from 'pg';

const START_TIMEOUT_MS = 60_000;
const PROGRAMS = '/usr/lib/postgresql/15/bin';

export const hasPostgres15 = existsSync(path.join(PROGRAMS, 'initdb'));

/** PostgreSQL does not run as root. */
const id = (flag: string): number =>
  process.getuid?.() === 0
    ? Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
    : Number(execFileSync('id', [flag], { encoding: 'utf8' }));

export interface SystemPostgres {
  readonly url: string;
  readonly port: number;
  /** Process id of the postmaster; undefined when it has ended. */
  readonly pid: number | undefined;
  /** Ends it as a crash would: postmaster and backends at once. */
  kill(): Promise<void>;
  /** Starts it again on its port and data. */
  start(): Promise<void>;
  /** SIGSTOP, SIGCONT: to the postmaster and all its processes. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  /** Whom it runs as. */
  readonly user: { readonly uid: number; readonly gid: number };
  stop(): Promise<void>;
}

export interface PostgresOptions {
  /** With `fsync`, for tests of what survives a crash. */
  readonly durable?: boolean;
  /** An existing directory for it, which stays; default: a temporary one. */
  readonly directory?: string;
  readonly settings?: readonly string[];
}

/**
 * A throwaway PostgreSQL 15 of the system, the oldest version that is supported.
 */
export async function startPostgres15(options: PostgresOptions = {}): Promise<SystemPostgres> {
  const { path: directory, remove } =
    options.directory === undefined
      ? await createTemporaryDirectory('verimeter-postgres15-')
      : { path: options.directory, remove: async () => undefined };
  const user = { uid: id('-u'), gid: id('-g') };
  await chown(directory, user.uid, user.gid);
  await chmod(directory, 0o700);
  const data = path.join(directory, 'data');
  execFileSync(
    path.join(PROGRAMS, 'initdb'),
    ['-D', data, '-A', 'trust', '-U', 'postgres', '--no-sync', '-E', 'UTF8', '--no-locale'],
    { ...user, cwd: directory, stdio: 'ignore' },
  );
  const port = await findFreePort();
  const settings = [
    ...(options.durable === true ? [] : ['fsync=off']),
    ...(options.settings ?? []),
    'unix_socket_directories=',
    'listen_addresses=127.0.0.1',
  ];
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  let server: ChildProcess;
  const spawnServer = (): ChildProcess =>
    spawn(
      path.join(PROGRAMS, 'postgres'),
      ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
      { ...user, cwd: directory, stdio: 'ignore' },
    );
  async function start(): Promise<void> {
    const deadline = performance.now() + START_TIMEOUT_MS;
    server = spawnServer();
    for (;;) {
      const client = new pg.Client(url);
      try {
        await client.connect();
        await client.end();
        return;
      } catch (error) {
        if (performance.now() > deadline) throw error;
        // Backends of the killed one may still hold its shared memory: then the new one ends at once.
        if (server.exitCode !== null) server = spawnServer();
        await delay(50);
      }
    }
  }
  async function end(signal: 'SIGKILL' | 'SIGINT'): Promise<void> {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const exited = once(server, 'exit');
    server.kill(signal);
    await exited;
  }
  await start();
  return {
    url,
    port,
    get pid() {
      return server.exitCode === null && server.signalCode === null ? server.pid : undefined;
    },
    start,
    kill: () => end('SIGKILL'),
    user,
    signal(name) {
      const postmaster = server.pid ?? 0;
      const backends = execFileSync('pgrep', ['-P', String(postmaster)], { encoding: 'utf8' });
      for (const pid of [postmaster, ...backends.trim().split('\n').map(Number)])
        process.kill(pid, name);
    },
    async stop() {
      await end('SIGINT');
      await remove();
    },
  };
}
