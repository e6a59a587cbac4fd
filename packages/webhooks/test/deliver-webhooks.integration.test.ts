import {
  addWebhook,
  readDeliveries,
  readWebhooks,
  changeWebhook,
  queueTestMessage,
  retryDelivery,
  withTransaction,
  withdrawWebhook,
} from '@verimeter/registry';
import { createLogger } from '@verimeter/service-runtime';
import { type TestDatabase, createTestDatabase, findFreePort } from '@verimeter/test-support';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { deliverWebhooks, newSecret } from '../src/index.ts';
import { type Answer, type Receiver, ok, startReceiver } from './receiver.ts';

const TENANT = 't';
const PERSON = { id: 'k1', name: 'Admin' };
const typed = z.object({ type: z.string() });
const soon = { timeout: 20_000, interval: 20 };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await database.servicePool.query(
    `INSERT INTO tenants (tenant, zone) VALUES ('t', 'Asia/Ho_Chi_Minh'), ('u', 'UTC');
     INSERT INTO devices (tenant, device_id, kind) SELECT 't', 'm' || i, 'water_meter' FROM generate_series(1, 20) i`,
  );
});
afterAll(() => database.drop());

let stopping: AbortController;
let receivers: Receiver[];
let sending: Promise<void>[];
beforeEach(() => {
  stopping = new AbortController();
  receivers = [];
  sending = [];
});
afterEach(async () => {
  stopping.abort();
  await Promise.all(sending);
  for (const receiver of receivers) await receiver.stop();
  await database.servicePool.query(
    'DELETE FROM findings; UPDATE webhooks SET withdrawn_at = now(), enabled = false',
  );
});

function send(options: Partial<Parameters<typeof deliverWebhooks>[0]> = {}): void {
  sending.push(
    deliverWebhooks({
      pool: database.servicePool,
      log: createLogger('webhook-test', 'silent'),
      signal: stopping.signal,
      settings: { allowPrivate: true },
      pollMs: 20,
      pauseMs: () => 50,
      ...options,
    }),
  );
}

async function receive(answer: Answer = ok, port?: number): Promise<Receiver> {
  const receiver = await startReceiver({ answer, ...(port === undefined ? {} : { port }) });
  receivers.push(receiver);
  return receiver;
}

async function subscribe(
  url: string,
  events = ['finding.created', 'finding.changed', 'finding.verified', 'plan.issued'],
): Promise<{ id: number; secret: string }> {
  const secret = newSecret();
  const row = await withTransaction(database.servicePool, (client) =>
    addWebhook(client, TENANT, { url, events, description: null, enabled: true, secret }, PERSON),
  );
  if (row === undefined) throw new Error('no place');
  return { id: row.id, secret };
}

const openFindings = (from: number, to: number) =>
  database.servicePool.query(
    `INSERT INTO findings (tenant, device_id, quantity, indication, recommendation, as_of, evidence)
     SELECT 't', 'm' || i, 'water_volume', 'drift_likely', 'reverify', '2026-03-10T00:00:00.123456Z', '[{"code":"x"}]'
       FROM generate_series($1::int, $2::int) i`,
    [from, to],
  );

const deliveriesOf = (webhookId: number) =>
  readDeliveries(database.servicePool, TENANT, {
    webhookId,
    states: undefined,
    beforeId: undefined,
    limit: 100,
  });

const typesOf = (receiver: Receiver): unknown[] =>
  receiver.received.map(({ body }) => typed.parse(JSON.parse(body)).type);

test('new and changed findings are told, signed, and once; that younger data say the same is no news', async () => {
  const receiver = await receive();
  const { id, secret } = await subscribe(receiver.url);
  send();
  await openFindings(1, 1);
  await expect.poll(() => receiver.received.length, soon).toBe(1);
  const first = receiver.received[0];
  const body = new Webhook(secret).verify(first?.body ?? '', first?.headers ?? {});
  expect(body).toEqual({
    type: 'finding.created',
    timestamp: expect.stringMatching(/^2\d{3}-.*Z$/),
    tenant: TENANT,
    data: expect.objectContaining({
      device_id: 'm1',
      quantity: 'water_volume',
      indication: 'drift_likely',
      status: 'open',
      as_of: '2026-03-10T00:00:00.123456Z',
      comment: null,
    }),
  });
  expect(body).not.toHaveProperty('data.evidence');
  expect(body).not.toHaveProperty('data.tenant');

  const { servicePool } = database;
  await servicePool.query(
    `UPDATE findings SET as_of = '2026-03-11Z', evidence = '[]', updated_at = now()`,
  );
  await servicePool.query(`UPDATE findings SET indication = 'stopped', updated_at = now()`);
  await expect.poll(() => typesOf(receiver), soon).toEqual(['finding.created', 'finding.changed']);
  await servicePool.query(`UPDATE findings SET status = 'verified', updated_at = now()`);
  await expect.poll(() => receiver.received.length, soon).toBe(4);
  expect(new Set(typesOf(receiver).slice(2))).toEqual(
    new Set(['finding.changed', 'finding.verified']),
  );
  await expect
    .poll(
      async () => (await deliveriesOf(id)).map(({ state, attempts }) => [state, attempts]),
      soon,
    )
    .toEqual(Array.from({ length: 4 }, () => ['delivered', 1]));
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(4);
});

test('what is rolled back is not told; nor is anything to webhooks that did not ask or are off, nor to other tenants', async () => {
  const receiver = await receive();
  const { id } = await subscribe(receiver.url, ['finding.verified']);
  const off = await subscribe(receiver.url);
  await changeWebhook(database.servicePool, TENANT, { id: off.id, enabled: false }, PERSON);
  await expect(
    withTransaction(database.servicePool, async (client) => {
      await client.query(`UPDATE webhooks SET events = '{finding.created}' WHERE id = $1`, [id]);
      await client.query(
        `INSERT INTO findings (tenant, device_id, quantity) VALUES ('t', 'm1', 'water_volume')`,
      );
      throw new Error('taken back');
    }),
  ).rejects.toThrow('taken back');
  await openFindings(2, 3);
  expect(await deliveriesOf(id)).toEqual([]);
  expect(await deliveriesOf(off.id)).toEqual([]);
});

test('a receiver that is down gets it when it is up, with the same id; 500, 404 and a redirect are tried again', async () => {
  const port = await findFreePort();
  const { id } = await subscribe(`http://127.0.0.1:${port}/hook`);
  send();
  await openFindings(4, 4);
  await expect
    .poll(async () => (await deliveriesOf(id))[0]?.attempts ?? 0, soon)
    .toBeGreaterThan(1);
  expect((await deliveriesOf(id))[0]).toMatchObject({
    state: 'waiting',
    last_status: null,
    last_error: expect.stringContaining('ECONNREFUSED'),
  });
  expect((await readWebhooks(database.servicePool, TENANT, id))[0]?.failing_since).not.toBeNull();

  const statuses = [500, 404, 302, 200];
  const receiver = await receive((_received, response, number) => {
    response.writeHead(statuses[number - 1] ?? 200, { location: 'http://127.0.0.1:1/' });
    response.end(`answer ${number}`);
  }, port);
  await expect.poll(async () => (await deliveriesOf(id))[0]?.state, soon).toBe('delivered');
  expect(receiver.received).toHaveLength(4);
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  expect((await deliveriesOf(id))[0]).toMatchObject({
    last_status: 200,
    last_response: 'answer 4',
    last_error: null,
  });
  expect((await readWebhooks(database.servicePool, TENANT, id))[0]?.failing_since).toBeNull();
});

test('a message is given up after the last pause, and sent again from the start when a person says so', async () => {
  const receiver = await receive((_received, response) => response.writeHead(503).end());
  const { id } = await subscribe(receiver.url);
  send({ pauseMs: (attempts) => (attempts < 3 ? 30 : undefined) });
  await openFindings(5, 5);
  await expect.poll(async () => (await deliveriesOf(id))[0]?.state, soon).toBe('failed');
  expect(receiver.received).toHaveLength(3);
  receiver.answer = ok;
  const [delivery] = await deliveriesOf(id);
  const again = await retryDelivery(database.servicePool, TENANT, id, delivery?.id ?? 0);
  expect(again).toMatchObject({ state: 'waiting', attempts: 0 });
  await expect.poll(async () => (await deliveriesOf(id))[0]?.state, soon).toBe('delivered');
});

test('a receiver that says nothing holds up no other', async () => {
  const silent = await receive(() => undefined);
  const quick = await receive();
  await subscribe(silent.url);
  const { id } = await subscribe(quick.url);
  send({ timeoutMs: 15_000 });
  const beganMs = performance.now();
  await openFindings(1, 20);
  await expect.poll(() => quick.received.length, soon).toBe(20);
  expect(performance.now() - beganMs).toBeLessThan(15_000);
  // two at a time are begun with the silent one, and no more
  expect(silent.received).toHaveLength(2);
  await expect
    .poll(
      async () => (await deliveriesOf(id)).filter(({ state }) => state === 'delivered').length,
      soon,
    )
    .toBe(20);
});

test('several senders send each message once', async () => {
  const receiver = await receive();
  await subscribe(receiver.url);
  await openFindings(1, 20);
  for (let sender = 0; sender < 4; sender += 1) send();
  await expect.poll(() => receiver.received.length, soon).toBe(20);
  const { rows } = await database.servicePool.query<{ id: number }>(
    'SELECT id FROM webhooks WHERE withdrawn_at IS NULL',
  );
  await expect
    .poll(async () => (await deliveriesOf(rows[0]?.id ?? 0)).map(({ state }) => state), soon)
    .toEqual(Array.from({ length: 20 }, () => 'delivered'));
  expect(receiver.received).toHaveLength(20);
  expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(20);
});

test('what a sender took and never reported is sent by another when the lease is over', async () => {
  const receiver = await receive();
  const { id } = await subscribe(receiver.url);
  await openFindings(6, 6);
  await database.servicePool.query(
    `UPDATE webhook_deliveries SET attempts = 1, next_attempt_at = now() + interval '1 second' WHERE webhook_id = $1`,
    [id],
  );
  send();
  await expect
    .poll(async () => (await deliveriesOf(id))[0], soon)
    .toMatchObject({ state: 'delivered', attempts: 2 });
});

test('a receiver that is gone is switched off at once, one that fails for days too; tests are sent nevertheless', async () => {
  const receiver = await receive((_received, response) => response.writeHead(410).end());
  const { id } = await subscribe(receiver.url);
  send();
  await openFindings(7, 7);
  const webhook = async (which: number) =>
    (await readWebhooks(database.servicePool, TENANT, which))[0];
  await expect
    .poll(() => webhook(id), soon)
    .toMatchObject({ enabled: false, disabled_reason: 'gone' });
  expect((await deliveriesOf(id))[0]?.state).toBe('failed');

  receiver.answer = (_received, response) => response.writeHead(500).end();
  const failing = await subscribe(receiver.url);
  await database.servicePool.query(
    `UPDATE webhooks SET failing_since = now() - interval '6 days' WHERE id = $1`,
    [failing.id],
  );
  await openFindings(8, 8);
  await expect
    .poll(() => webhook(failing.id), soon)
    .toMatchObject({ enabled: false, disabled_reason: 'failing' });

  receiver.answer = ok;
  await queueTestMessage(database.servicePool, TENANT, failing.id, { n: 1 });
  await expect
    .poll(
      async () => (await deliveriesOf(failing.id)).map(({ event, state }) => [event, state]),
      soon,
    )
    .toEqual([
      ['webhook.test', 'delivered'],
      ['finding.created', 'waiting'],
    ]);
  await changeWebhook(database.servicePool, TENANT, { id: failing.id, enabled: true }, PERSON);
  await expect.poll(async () => (await deliveriesOf(failing.id))[1]?.state, soon).toBe('delivered');
  expect(await webhook(failing.id)).toMatchObject({
    enabled: true,
    disabled_reason: null,
    failing_since: null,
  });
});

test('a queue has 10,000 places, what finds none is counted', async () => {
  const { id } = await subscribe('https://desk.example.com/');
  await database.servicePool.query(
    `INSERT INTO webhook_deliveries (tenant, webhook_id, event, data)
     SELECT 't', $1, 'finding.created', '{}' FROM generate_series(1, 9998)`,
    [id],
  );
  await openFindings(9, 13);
  expect((await readWebhooks(database.servicePool, TENANT, id))[0]).toMatchObject({
    waiting: 10_000,
    dropped: 3,
  });
});

test('what waits for a webhook that is removed is not sent, and its secret is gone', async () => {
  const receiver = await receive();
  const { id } = await subscribe(receiver.url);
  await openFindings(14, 14);
  expect(await withdrawWebhook(database.servicePool, TENANT, id, PERSON)).toBe(true);
  expect(await withdrawWebhook(database.servicePool, TENANT, id, PERSON)).toBe(false);
  expect(await readWebhooks(database.servicePool, TENANT, id)).toEqual([]);
  const { rows } = await database.servicePool.query(
    `SELECT w.secret, w.withdrawn_by, d.state FROM webhooks w JOIN webhook_deliveries d ON d.webhook_id = w.id WHERE w.id = $1`,
    [id],
  );
  expect(rows).toEqual([{ secret: '', withdrawn_by: 'k1', state: 'failed' }]);
});
