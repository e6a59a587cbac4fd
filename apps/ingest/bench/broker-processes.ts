import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  answers,
  createTemporaryDirectory,
  findFreePort,
  findMosquitto,
  startMosquitto,
} from '@verimeter/test-support';

export interface MeasuredBroker {
  readonly url: string;
  /** SIGKILL. */
  kill(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

const START_MS = 120_000;
const RABBITMQ = '/usr/lib/rabbitmq/bin/rabbitmq-server';
const NATS = '/usr/sbin/nats-server';

const shipped = (file: string): string =>
  readFileSync(new URL(`../../../infra/${file}`, import.meta.url), 'utf8');

/** A started broker with the configuration of `infra`; undefined where its program is not on this machine. */
export async function startMeasuredBroker(name: string): Promise<MeasuredBroker | undefined> {
  if (name === 'mosquitto') {
    const program = findMosquitto();
    return program === undefined ? undefined : startMosquitto(program);
  }
  const program = name === 'rabbitmq' ? RABBITMQ : NATS;
  if (!existsSync(program)) return undefined;
  const temporary = await createTemporaryDirectory(`verimeter-${name}-`);
  const port = await findFreePort();
  const command = await (name === 'rabbitmq' ? rabbitmq : nats)(temporary.path, port);
  let child: ChildProcess;

  async function start(): Promise<void> {
    // A group of its own: the server is a child of the script that starts it.
    child = spawn(program, command.args, { env: command.env, stdio: 'ignore', detached: true });
    const deadline = performance.now() + START_MS;
    while (!(await answers(port))) {
      if (performance.now() > deadline) throw new Error(`${name} did not start`);
      await delay(100);
    }
  }
  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const exited = once(child, 'exit');
    process.kill(-(child.pid ?? 0), signal);
    await exited;
  }
  await start();
  return {
    url: `mqtt://127.0.0.1:${port}`,
    start,
    kill: () => end('SIGKILL'),
    async stop() {
      await end('SIGTERM');
      await temporary.remove();
    },
  };
}

interface Command {
  readonly args: string[];
  readonly env: Record<string, string>;
}

const PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

async function rabbitmq(directory: string, port: number): Promise<Command> {
  await chmod(directory, 0o777);
  const config = path.join(directory, 'rabbitmq.conf');
  await writeFile(
    config,
    `${shipped('rabbitmq/rabbitmq.conf').replace('127.0.0.1:1883', `127.0.0.1:${port}`)}\nlisteners.tcp.default = ${await findFreePort()}\n`,
  );
  const plugins = path.join(directory, 'enabled_plugins');
  await writeFile(plugins, '[rabbitmq_mqtt].');
  return {
    args: [],
    env: {
      PATH,
      HOME: directory,
      RABBITMQ_NODENAME: `verimeter${port}@localhost`,
      RABBITMQ_CONFIG_FILE: config,
      RABBITMQ_ENABLED_PLUGINS_FILE: plugins,
      RABBITMQ_MNESIA_BASE: directory,
      RABBITMQ_LOG_BASE: directory,
      RABBITMQ_PID_FILE: path.join(directory, 'pid'),
    },
  };
}

async function nats(directory: string, port: number): Promise<Command> {
  const config = path.join(directory, 'nats.conf');
  await writeFile(
    config,
    shipped('nats/nats-server.conf')
      .replace('127.0.0.1:4222', `127.0.0.1:${await findFreePort()}`)
      .replace('127.0.0.1:1883', `127.0.0.1:${port}`)
      .replace('/var/lib/nats', directory),
  );
  return { args: ['-c', config], env: { PATH } };
}
