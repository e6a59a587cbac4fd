import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createTemporaryDirectory, findFreePort } from '@verimeter/test-support';

const MAIN = fileURLToPath(new URL('../../../verimeter/src/main.ts', import.meta.url));

/** `verimeter up --city none` as a process, with a data directory and ports of its own that stay over its ends. */
export interface EmbeddedUp {
  readonly mqttUrl: string;
  /** Of its database, as superuser. */
  databaseUrl(): Promise<string>;
  /** Starts it on its data directory; resolves with its ready line. */
  start(): Promise<void>;
  /** SIGKILL for the process, or for it and the database's. */
  kill(withDatabase: boolean): Promise<void>;
  metric(name: string): Promise<number>;
  close(): Promise<void>;
}

export async function createUp(): Promise<EmbeddedUp> {
  const directory = await createTemporaryDirectory('verimeter-chaos-up-');
  const dataDir = path.join(directory.path, 'data');
  const [httpPort, mqttPort] = [await findFreePort(), await findFreePort()];
  let child: ChildProcess | undefined;

  /** Process id and port of the database; the file's lines 1 and 4 (PostgreSQL 15 manual, 73.1). */
  async function postmaster(): Promise<{ pid: number; port: string }> {
    const file = path.join(dataDir, 'postgres', 'cluster', 'postmaster.pid');
    const [pid = '', , , port = ''] = (await readFile(file, 'utf8')).split('\n');
    return { pid: Number(pid), port };
  }
  async function end(signal: NodeJS.Signals): Promise<void> {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
  return {
    mqttUrl: `mqtt://127.0.0.1:${mqttPort}`,
    async databaseUrl() {
      const password = (await readFile(path.join(dataDir, 'postgres', 'password'), 'utf8')).trim();
      return `postgres://verimeter:${password}@127.0.0.1:${(await postmaster()).port}/verimeter`;
    },
    async start() {
      const ports = ['--port', String(httpPort), '--mqtt-port', String(mqttPort)];
      const started = spawn(
        process.execPath,
        [MAIN, 'up', '--city', 'none', '--data-dir', dataDir, ...ports],
        // Nothing of this process's environment leads it to another database.
        { env: { LOG_LEVEL: 'error' }, stdio: ['ignore', 'pipe', 'ignore'] },
      );
      child = started;
      const lines = createInterface(started.stdout);
      const [first] = await Promise.race([once(lines, 'line'), once(started, 'exit')]);
      if (!String(first).startsWith('ready ')) throw new Error('verimeter up did not start');
    },
    async kill(withDatabase) {
      const { pid } = await postmaster();
      if (withDatabase) process.kill(pid, 'SIGKILL');
      await end('SIGKILL');
    },
    async metric(name) {
      const text = await (await fetch(`http://127.0.0.1:${httpPort}/metrics`)).text();
      const line = text.split('\n').find((one) => one.startsWith(`${name}{`));
      return Number(line?.split(' ').at(-1) ?? 0);
    },
    async close() {
      await end('SIGTERM');
      await directory.remove();
    },
  };
}
