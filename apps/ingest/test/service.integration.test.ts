import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  createEmptyDatabase,
  findFreePort,
  findMosquitto,
  startMosquitto,
} from '@verimeter/test-support';
import mqtt from 'mqtt';
import { afterEach, describe, expect, test } from 'vitest';
import { createWorld } from './support/world.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const program = findMosquitto();
if (program === undefined) process.stdout.write('Mosquitto not found: service tests skipped\n');

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Service {
  readonly process: ChildProcess;
  readonly exited: Promise<unknown[]>;
  readonly url: string;
  errors(): string;
}

async function startService(env: Record<string, string>): Promise<Service> {
  const port = await findFreePort();
  const child = spawn(process.execPath, [MAIN], {
    env: { HTTP_PORT: String(port), ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let errors = '';
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
  const exited = once(child, 'exit');
  closers.push(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return { process: child, exited, url: `http://127.0.0.1:${port}`, errors: () => errors };
}

async function readiness(url: string): Promise<unknown> {
  try {
    const response = await fetch(`${url}/health/ready`);
    const body: unknown = await response.json();
    return { code: response.status, ...(typeof body === 'object' ? body : {}) };
  } catch {
    return 'nothing listens yet';
  }
}

describe.skipIf(program === undefined)('the ingest service', () => {
  test('is ready when database, broker and store are, and stops cleanly on SIGTERM', async () => {
    const world = await createWorld();
    closers.push(() => world.close());
    const mosquitto = await startMosquitto(program ?? '');
    closers.push(() => mosquitto.stop());
    const service = await startService({
      DATABASE_URL: world.url,
      MQTT_URL: mosquitto.url,
      INGEST_FLUSH_MS: '2000', // long enough that SIGTERM finds messages in hand
    });
    await expect
      .poll(() => readiness(service.url), { timeout: 15_000 })
      .toEqual({
        code: 200,
        status: 'ready',
        checks: { database: 'ok', broker: 'ok', store: 'ok' },
      });
    const device = await mqtt.connectAsync(mosquitto.url);
    closers.push(() => device.endAsync(true));
    await device.publishAsync('verimeter/v1/demo/M1/readings', '{"values":{"noise":1}}', {
      qos: 1,
    });
    const unacknowledged = async (): Promise<string> =>
      (await fetch(`${service.url}/metrics`)).text();
    await expect.poll(unacknowledged).toMatch(/ingest_unacked_messages\{.*\} 1/);

    // A broker that goes away: not ready, still alive, ready again when it returns.
    await mosquitto.kill();
    await expect.poll(() => readiness(service.url)).toMatchObject({ code: 503 });
    await mosquitto.start();
    await expect
      .poll(() => readiness(service.url), { timeout: 15_000 })
      .toMatchObject({ code: 200 });

    const begin = performance.now();
    service.process.kill('SIGTERM');
    expect(await service.exited).toEqual([0, null]);
    expect(performance.now() - begin).toBeLessThan(10_000);
    expect((await world.readings()).length).toBe(1);
  }, 60_000);

  test('stays up without a database and says so', async () => {
    const service = await startService({
      DATABASE_URL: `postgres://nobody@127.0.0.1:${await findFreePort()}/none`,
      MQTT_URL: `mqtt://127.0.0.1:${await findFreePort()}`,
    });
    await expect
      .poll(() => readiness(service.url), { timeout: 15_000 })
      .toMatchObject({
        code: 503,
        status: 'not_ready',
        checks: {
          database: expect.stringContaining('ECONNREFUSED'),
          broker: 'waiting for the database',
        },
      });
    service.process.kill('SIGTERM');
    expect(await service.exited).toEqual([0, null]);
  }, 30_000);

  test('ends with the command to run when the database is not migrated', async () => {
    const database = await createEmptyDatabase();
    closers.push(() => database.drop());
    const service = await startService({
      DATABASE_URL: database.url,
      MQTT_URL: 'mqtt://127.0.0.1:1',
    });
    expect(await service.exited).toEqual([1, null]);
    expect(service.errors()).toContain('verimeter migrate');
  }, 30_000);

  test('refuses a bad configuration in one message', async () => {
    const service = await startService({ MQTT_URL: 'http://x', INGEST_MAX_UNACKED: 'many' });
    expect(await service.exited).toEqual([1, null]);
    expect(service.errors()).toMatch(/DATABASE_URL[^]*MQTT_URL[^]*INGEST_MAX_UNACKED/);
  });
});
