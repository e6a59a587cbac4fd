import { createLogger } from '@verimeter/service-runtime';
import { createEmptyDatabase, findFreePort } from '@verimeter/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SchemaNotCurrentError, startApi } from '../src/index.ts';
import { openEventStream } from './event-stream.ts';
import { type Fixture, ask, expectProblem, startFixture } from './fixture.ts';
import { type TcpProxy, createTcpProxy } from './tcp-proxy.ts';

const log = createLogger('api-test', 'silent');

describe('the database goes away and comes back', () => {
  let fixture: Fixture;
  let proxy: TcpProxy;
  let url: string;
  let stop: () => Promise<void>;

  beforeAll(async () => {
    fixture = await startFixture();
    const database = new URL(fixture.database.url);
    proxy = await createTcpProxy({ host: database.hostname, port: Number(database.port) });
    database.host = `127.0.0.1:${proxy.port}`;
    const api = await startApi({ databaseUrl: database.href, host: '127.0.0.1', port: 0, log });
    url = api.url;
    stop = () => api.stop();
  });
  afterAll(async () => {
    await stop();
    await proxy.shut();
    await fixture.stop();
  });

  test('503 with Retry-After meanwhile, live all the time, ready and streaming afterwards', async () => {
    const headers = { authorization: `Bearer ${fixture.keys.a.viewer}` };
    const stream = await openEventStream(`${url}/api/v1/events`, headers);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);

    await proxy.shut();
    const ready = await fetch(`${url}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      status: 'not_ready',
      checks: { database: expect.not.stringMatching(/^ok$/) },
    });
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    const refused = await ask(url, '/devices', 'unknown');
    expectProblem(refused, 'not_ready');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);

    // While nobody could be notified.
    await fixture.database.servicePool.query(
      `INSERT INTO live_events (tenant, kind, body) VALUES ('a', 'finding', '{"id": 77}')`,
    );
    await proxy.open();
    await expect
      .poll(async () => (await fetch(`${url}/health/ready`)).status, { timeout: 15_000 })
      .toBe(200);
    expect((await ask(url, '/devices', fixture.keys.a.viewer)).status).toBe(200);
    await expect
      .poll(() => stream.events.map((event) => event.data.id), { timeout: 15_000 })
      .toEqual([77]);
    stream.close();
  });
});

test('starts without a database and says so', async () => {
  const api = await startApi({
    databaseUrl: `postgres://nobody@127.0.0.1:${await findFreePort()}/none`,
    host: '127.0.0.1',
    port: 0,
    log,
  });
  try {
    expect((await fetch(`${api.url}/health/live`)).status).toBe(200);
    expect((await fetch(`${api.url}/health/ready`)).status).toBe(503);
    expectProblem(await ask(api.url, '/devices', 'key'), 'not_ready');
    expectProblem(await ask(api.url, '/devices', null), 'unauthenticated');
  } finally {
    await api.stop();
  }
});

test('an unmigrated database is refused, naming the command', async () => {
  const empty = await createEmptyDatabase();
  try {
    const starting = startApi({ databaseUrl: empty.url, host: '127.0.0.1', port: 0, log });
    await expect(starting).rejects.toThrow(SchemaNotCurrentError);
    await expect(starting).rejects.toThrow(/verimeter migrate/);
  } finally {
    await empty.drop();
  }
});

test('a taken port is an error that leaves nothing behind', async () => {
  const fixture = await startFixture();
  try {
    const again = startApi({
      databaseUrl: fixture.database.url,
      host: '127.0.0.1',
      port: fixture.api.port,
      log,
    });
    await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' });
  } finally {
    await fixture.stop();
  }
});
