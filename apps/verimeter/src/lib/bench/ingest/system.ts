import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startEmbeddedPostgres } from '@verimeter/embedded';
import { migrate } from '@verimeter/registry';
import { z } from 'zod';
import { childEnvironment } from '../../../config.ts';
import { readServer } from '../../instance-file.ts';

/** What is measured: the program as its users run it, in processes of its own, with a database that is thrown away. */
export interface IngestSystem {
  readonly name: string;
  readonly mqtt: URL;
  readonly databaseUrl: string;
  /** Whether a PUBACK means stored; else that the broker has the message. */
  readonly acknowledgesStored: boolean;
  /** Stops and starts what reads from the broker; a broker of another program only. */
  readonly worker: { stop(): Promise<void>; start(): Promise<void> } | undefined;
  /** Of the process that ingests; undefined while it does not run. */
  readonly processId: () => number | undefined;
  stop(): Promise<void>;
}

const MAIN = fileURLToPath(new URL('../../../main.ts', import.meta.url));
const START_MS = 60_000;
const ready = z.object({ event: z.literal('ready'), mqtt: z.url() });

/** `verimeter up`: broker, pipeline and database in one program. */
export async function startUp(): Promise<IngestSystem> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'verimeter-bench-'));
  const args = ['up', '--city', 'none', '--data-dir', dataDir, '--json'];
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: childEnvironment({ DATABASE_URL: '' }),
  });
  const said: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
  try {
    const { mqtt } = ready.parse(JSON.parse(await firstLine(child)));
    const server = await readServer(dataDir);
    if (server === undefined) throw new Error('up does not say where its database is');
    return {
      name: 'embedded broker',
      mqtt: new URL(mqtt),
      databaseUrl: server.database_url,
      acknowledgesStored: true,
      worker: undefined,
      processId: () => child.pid,
      async stop() {
        await end(child);
        await rm(dataDir, { recursive: true, force: true });
      },
    };
  } catch (error) {
    child.kill('SIGTERM');
    throw new Error(`up did not start: ${said.join('')}`, { cause: error });
  }
}

/** `verimeter ingest` behind a broker that is there already. */
export async function startBehind(mqttUrl: string): Promise<IngestSystem> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'verimeter-bench-'));
  const server = await startEmbeddedPostgres({ dataDir: path.join(dataDir, 'database') });
  await migrate(server.url);
  let child: ChildProcess | undefined;
  const worker = {
    async start(): Promise<void> {
      // As scripts/workspace.mjs starts it (docs/decisions/0103).
      child = spawn(process.execPath, ['--max-semi-space-size=8', MAIN, 'ingest'], {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: childEnvironment({
          DATABASE_URL: server.url,
          MQTT_URL: mqttUrl,
          MQTT_CLIENT_ID: 'verimeter-bench',
          MQTT_SESSION_EXPIRY_S: '600',
          HTTP_PORT: String(WORKER_PORT),
          LOG_LEVEL: 'warn',
        }),
      });
      await untilReady(`http://127.0.0.1:${WORKER_PORT}/health/ready`, child);
    },
    async stop(): Promise<void> {
      if (child !== undefined) await end(child);
    },
  };
  await worker.start();
  return {
    name: `broker at ${new URL(mqttUrl).host}`,
    mqtt: new URL(mqttUrl),
    databaseUrl: server.url,
    acknowledgesStored: false,
    worker,
    processId: () => child?.pid,
    async stop() {
      await worker.stop();
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

const WORKER_PORT = 18_081;

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('the program has no output');
  const lines = createInterface(child.stdout);
  const line = await Promise.race([once(lines, 'line'), once(child, 'exit')]);
  const [text] = line;
  if (typeof text !== 'string') throw new Error('up did not start');
  return text;
}

async function untilReady(url: string, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + START_MS;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop
    const response = await fetch(url).catch(() => undefined); // it does not listen yet
    if (response?.status === 200) return;
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error('ingest did not become ready');
    // oxlint-disable-next-line no-await-in-loop
    await delay(50);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}
