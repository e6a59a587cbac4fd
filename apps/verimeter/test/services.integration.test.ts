import { createEmptyDatabase, createTestDatabase, findFreePort } from '@verimeter/test-support';
import { afterAll, describe, expect, test } from 'vitest';
import { type Running, runProgram, start } from './program.ts';

const SERVICES = ['ingest', 'analytics', 'api'] as const;
const started: Running[] = [];

afterAll(async () => {
  for (const { process } of started)
    if (process.exitCode === null && process.signalCode === null) process.kill('SIGKILL');
  await Promise.all(started.map(({ finished }) => finished));
});

async function status(url: string): Promise<number | 'nothing listens yet'> {
  try {
    return (await fetch(url)).status;
  } catch {
    return 'nothing listens yet';
  }
}

describe.each(SERVICES)('verimeter %s', (service) => {
  test('stays up while the database is away, and SIGTERM ends it with 0', async () => {
    const port = await findFreePort();
    const running = start([service], {
      DATABASE_URL: `postgres://nobody@127.0.0.1:${await findFreePort()}/none`,
      MQTT_URL: `mqtt://127.0.0.1:${await findFreePort()}`,
      HTTP_PORT: String(port),
    });
    started.push(running);
    const url = `http://127.0.0.1:${port}/health`;
    await expect.poll(() => status(`${url}/ready`), { timeout: 15_000 }).toBe(503);
    expect(await status(`${url}/live`)).toBe(200);
    const begin = performance.now();
    running.process.kill('SIGTERM');
    expect(await running.finished).toMatchObject({ status: 0 });
    expect(performance.now() - begin).toBeLessThan(10_000);
  });

  test('ends with the command to run where the database is not migrated', async () => {
    const database = await createEmptyDatabase();
    try {
      const result = await runProgram([service], {
        DATABASE_URL: database.url,
        MQTT_URL: 'mqtt://127.0.0.1:1',
        HTTP_PORT: String(await findFreePort()),
      });
      expect(result.status).toBe(1);
      expect(result.stderr).toContain('verimeter migrate');
    } finally {
      await database.drop();
    }
  });
});

test('an engine that the database contradicts ends services and commands with what to set', async () => {
  const database = await createTestDatabase();
  try {
    const env = {
      DATABASE_URL: database.url,
      MQTT_URL: 'mqtt://127.0.0.1:1',
      HTTP_PORT: '0',
      READING_STORE: 'timescale',
    };
    const programs = [...SERVICES.map((service) => [service]), ['export', 'readings']];
    const results = await Promise.all(programs.map((args) => runProgram(args, env)));
    for (const { status: code, stderr } of results) {
      expect(stderr).toContain('no hypertable of TimescaleDB: set it to postgres or auto');
      expect(code).toBe(1);
    }
  } finally {
    await database.drop();
  }
});
