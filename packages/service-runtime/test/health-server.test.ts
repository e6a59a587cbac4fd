import { afterEach, expect, test } from 'vitest';
import { type HealthServer, createMetrics, startHealthServer } from '../src/index.ts';

let server: HealthServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function start(
  checks: Parameters<typeof startHealthServer>[0]['checks'],
): Promise<HealthServer> {
  server = await startHealthServer({
    host: '127.0.0.1',
    port: 0,
    checks,
    metrics: createMetrics('test'),
  });
  return server;
}

test('ready follows the checks, live does not', async () => {
  let broken = false;
  const { url } = await start({
    database: () => {
      if (broken) throw new Error('connection refused');
    },
    broker: () => Promise.resolve(),
  });
  const before = await fetch(`${url}/health/ready`);
  expect(before.status).toBe(200);
  expect(await before.json()).toEqual({
    status: 'ready',
    checks: { database: 'ok', broker: 'ok' },
  });
  broken = true;
  const after = await fetch(`${url}/health/ready`);
  expect(after.status).toBe(503);
  expect(await after.json()).toEqual({
    status: 'not_ready',
    checks: { database: 'connection refused', broker: 'ok' },
  });
  expect((await fetch(`${url}/health/live`)).status).toBe(200);
});

test('a check that never answers is not ready instead of a hanging probe', async () => {
  const { url } = await start({ database: () => new Promise(() => undefined) });
  const response = await fetch(`${url}/health/ready`);
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({
    status: 'not_ready',
    checks: { database: 'no answer within 2000 ms' },
  });
});

test('metrics carry the service label, unknown paths are 404, other methods 405', async () => {
  const { url } = await start({});
  expect(await (await fetch(`${url}/metrics`)).text()).toMatch(
    /process_cpu_seconds_total\{service="test"\}/,
  );
  expect((await fetch(`${url}/secrets`)).status).toBe(404);
  expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405);
});

test('a taken port is an error of the start, not a crash later', async () => {
  const { port } = await start({});
  await expect(
    startHealthServer({ host: '127.0.0.1', port, checks: {}, metrics: createMetrics('second') }),
  ).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
