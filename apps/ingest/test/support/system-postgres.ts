import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, chmod } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createTemporaryDirectory, findFreePort } from '@verimeter/test-support';
import pg from 'pg';

const PROGRAMS = '/usr/lib/postgresql/15/bin';

export const hasPostgres15 = existsSync(path.join(PROGRAMS, 'initdb'));

/** PostgreSQL does not run as root. */
const id = (flag: string): number =>
  process.getuid?.() === 0
    ? Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
    : Number(execFileSync('id', [flag], { encoding: 'utf8' }));

/** A throwaway PostgreSQL 15 of the system, the oldest version that is supported. */
export async function startPostgres15(): Promise<{ url: string; stop(): Promise<void> }> {
  const { path: directory, remove } = await createTemporaryDirectory('verimeter-postgres15-');
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
  const settings = ['fsync=off', 'unix_socket_directories=', 'listen_addresses=127.0.0.1'];
  const server = spawn(
    path.join(PROGRAMS, 'postgres'),
    ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    { ...user, cwd: directory, stdio: 'ignore' },
  );
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  for (;;) {
    const client = new pg.Client(url);
    try {
      await client.connect();
      await client.end();
      break;
    } catch (error) {
      if (server.exitCode !== null) throw error;
      await delay(50);
    }
  }
  return {
    url,
    async stop() {
      const exited = once(server, 'exit');
      server.kill('SIGINT');
      await exited;
      await remove();
    },
  };
}
