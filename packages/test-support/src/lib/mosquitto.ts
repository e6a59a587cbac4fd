import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, readFileSync } from 'node:fs';
import { chmod, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createTemporaryDirectory, findFreePort } from './temporary.ts';

const CONFIGURATION = fileURLToPath(
  new URL('../../../../infra/mosquitto/mosquitto.conf', import.meta.url),
);
const START_TIMEOUT_MS = 10_000;

/** Path of the Mosquitto program on this machine, or undefined. */
export function findMosquitto(): string | undefined {
  for (const candidate of [
    '/usr/sbin/mosquitto',
    '/usr/bin/mosquitto',
    '/usr/local/sbin/mosquitto',
  ])
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      continue; // not there: the next place
    }
  return undefined;
}

export interface Mosquitto {
  readonly url: string;
  readonly port: number;
  /** Ends it as a crash would: nothing is saved. */
  kill(): Promise<void>;
  /** Ends it in order: it saves what it has. */
  shutDown(): Promise<void>;
  /** Loses everything it has, sessions included, and starts again. */
  forget(): Promise<void>;
  /** Starts it again on the same port and persistence file. */
  start(): Promise<void>;
  /** Ends it in order and removes its files. */
  stop(): Promise<void>;
}

/**
 * A running Mosquitto with the configuration of `infra/mosquitto`, on a free port and a directory of its own; `settings` replaces the
 * values of lines by the name they begin with.
 */
export async function startMosquitto(
  program: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<Mosquitto> {
  const temporary = await createTemporaryDirectory('verimeter-mosquitto-');
  const directory = temporary.path;
  await chmod(directory, 0o777); // as root Mosquitto becomes the user `mosquitto` before it writes
  const port = await findFreePort();
  const file = path.join(directory, 'mosquitto.conf');
  const own = {
    listener: `${port} 127.0.0.1`,
    persistence_location: `${directory}/`,
    ...settings,
  };
  let configuration = readFileSync(CONFIGURATION, 'utf8');
  for (const [name, value] of Object.entries(own))
    configuration = configuration.replace(new RegExp(`^${name} .*$`, 'm'), `${name} ${value}`);
  await writeFile(file, configuration, { mode: 0o644 });
  let child: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    const started = spawn(program, ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
    child = started;
    let output = '';
    started.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (!(await answers(port))) {
      if (started.exitCode !== null || performance.now() > deadline)
        throw new Error(`Mosquitto did not start: ${output}`);
      await delay(20);
    }
  };
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  await start();
  return {
    url: `mqtt://127.0.0.1:${port}`,
    port,
    start,
    kill: () => end('SIGKILL'),
    shutDown: () => end('SIGTERM'),
    async forget() {
      await end('SIGKILL');
      await rm(path.join(directory, 'mosquitto.db'), { force: true });
      await start();
    },
    stop: async () => {
      await end('SIGTERM');
      await temporary.remove();
    },
  };
}

/** Whether something listens on the port of this machine. */
export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
