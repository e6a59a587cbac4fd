import { liveEventData } from '@verimeter/api-schema';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type EventStream, openEventStream } from './event-stream.ts';
import { type Fixture, expectProblem, expectShape, startFixture } from './fixture.ts';

let fixture: Fixture;
let open: EventStream[] = [];

beforeAll(async () => {
  fixture = await startFixture();
});
afterEach(() => {
  for (const stream of open) stream.close();
  open = [];
});
afterAll(() => fixture.stop());

async function listen(options: {
  key?: string;
  query?: string;
  headers?: Record<string, string>;
}): Promise<EventStream> {
  const { key = fixture.keys.a.viewer, query = '', headers = {} } = options;
  const stream = await openEventStream(`${fixture.api.url}/api/v1/events${query}`, {
    ...(headers['cookie'] === undefined ? { authorization: `Bearer ${key}` } : {}),
    ...headers,
  });
  open.push(stream);
  expect(stream.response.status).toBe(200);
  return stream;
}

/** One row of the stream with a reading per value, as the ingest service writes it. */
async function announceReadings(deviceId: string, values: readonly number[]): Promise<void> {
  await fixture.database.servicePool.query(
    `INSERT INTO live_events (tenant, kind, channel_ids, ts, values)
     SELECT c.tenant, 'reading', array_agg(c.channel_id), array_agg('2026-03-10T00:00:00.000001Z'::timestamptz), array_agg(v)
       FROM channels c, unnest($2::float8[]) v
      WHERE c.device_id = $1 AND c.quantity = 'active_energy_import' GROUP BY c.tenant`,
    [deviceId, values],
  );
}

async function announce(tenant: string, kind: string, body: object): Promise<void> {
  await fixture.database.servicePool.query(
    'INSERT INTO live_events (tenant, kind, body) VALUES ($1, $2, $3)',
    [tenant, kind, JSON.stringify(body)],
  );
}

const valuesOf = (stream: EventStream): number[] => stream.events.map((event) => event.data.value);

test('readings, findings and quarantine entries of the tenant come with ids', async () => {
  const stream = await listen({});
  expect(stream.response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  expect(stream.response.headers.get('cache-control')).toBe('no-store');
  await announceReadings('foreign', [99]);
  await announceReadings('m1', [1, 2]);
  await announce('a', 'finding', { id: 1, device_id: 'm1', status: 'open' });
  await announce('a', 'quarantine', { id: 5, device_id: null, reason: 'malformed', topic: 't' });
  await expect.poll(() => stream.events.length).toBe(4);
  expect(stream.events.map((event) => event.event)).toEqual([
    'reading',
    'reading',
    'finding',
    'quarantine',
  ]);
  expect(stream.events[0]?.data).toEqual({
    device_id: 'm1',
    quantity: 'active_energy_import',
    ts: '2026-03-10T00:00:00.000001Z',
    value: 1,
  });
  expectShape(liveEventData.reading, stream.events[1]?.data);
  expectShape(liveEventData.finding, stream.events[2]?.data);
  expectShape(liveEventData.quarantine, stream.events[3]?.data);
  const ids = stream.events.map((event) => event.id);
  expect(ids.every((id) => id !== '')).toBe(true);
  expect(new Set(ids).size).toBe(4);
  expect(JSON.stringify(stream.events)).not.toContain('foreign');
});

test('a published reading reaches the reader within a second', async () => {
  const stream = await listen({});
  const begin = performance.now();
  await announceReadings('m1', [7]);
  await expect.poll(() => valuesOf(stream), { interval: 5 }).toEqual([7]);
  expect(performance.now() - begin).toBeLessThan(1000);
});

test('Last-Event-ID resumes after that event, also inside a batch, without gap or repetition', async () => {
  const first = await listen({});
  await announceReadings('m1', [10, 11, 12, 13]);
  await expect.poll(() => first.events.length).toBe(4);
  first.close();
  await announceReadings('m1', [14, 15]);

  const inside = await listen({ headers: { 'last-event-id': first.events[1]?.id ?? '' } });
  await expect.poll(() => valuesOf(inside)).toEqual([12, 13, 14, 15]);
  await announceReadings('m1', [16]);
  await expect.poll(() => valuesOf(inside)).toEqual([12, 13, 14, 15, 16]);

  const behind = await listen({ headers: { 'last-event-id': first.events[3]?.id ?? '' } });
  await expect.poll(() => valuesOf(behind)).toEqual([14, 15, 16]);
});

test('a backlog of many batches is delivered in order while new ones arrive', async () => {
  const first = await listen({});
  await announceReadings('m1', [0]);
  await expect.poll(() => first.events.length).toBe(1);
  first.close();
  const count = 100;
  for (let n = 1; n <= count / 2; n += 1) {
    // oxlint-disable-next-line no-await-in-loop
    await announceReadings('m1', [n]);
  }
  const stream = await listen({ headers: { 'last-event-id': first.events[0]?.id ?? '' } });
  for (let n = count / 2 + 1; n <= count; n += 1) {
    // oxlint-disable-next-line no-await-in-loop
    await announceReadings('m1', [n]);
  }
  await expect.poll(() => stream.events.length).toBe(count);
  expect(valuesOf(stream)).toEqual(Array.from({ length: count }, (_, n) => n + 1));
});

test.each(['nonsense', '999999999', '-1', ''])(
  'an id that is not of this stream (%s) starts with what comes now',
  async (id) => {
    const stream = await listen({ headers: { 'last-event-id': id } });
    await announceReadings('m1', [20]);
    await expect.poll(() => valuesOf(stream)).toEqual([20]);
  },
);

test('a session cookie is enough, and events can be chosen', async () => {
  const signedIn = await fixture.request('/session', {
    key: null,
    method: 'POST',
    body: { key: fixture.keys.a.viewer },
  });
  const cookie = (signedIn.headers.getSetCookie()[0] ?? '').split(';')[0] ?? '';
  const stream = await listen({ headers: { cookie }, query: '?event=finding&device_id=m1' });
  await announceReadings('m1', [1]);
  await announce('a', 'finding', { id: 3, device_id: 'm2' });
  await announce('a', 'finding', { id: 4, device_id: 'm1' });
  await expect.poll(() => stream.events.map((event) => event.data.id)).toEqual([4]);
});

test('a changed finding is announced to the tenant', async () => {
  const stream = await listen({});
  await fixture.request('/findings/1', {
    key: fixture.keys.a.operator,
    method: 'PATCH',
    body: { status: 'acknowledged' },
  });
  await expect
    .poll(() => stream.events.map((event) => event.data))
    .toMatchObject([{ id: 1, device_id: 'm1', status: 'acknowledged' }]);
  expectShape(liveEventData.finding, stream.events[0]?.data);
});

test('without a key there is no stream', async () => {
  expectProblem(await fixture.request('/events', { key: null }), 'unauthenticated');
});

test('stopping the service ends the streams', async () => {
  const other = await startFixture();
  const stream = await openEventStream(`${other.api.url}/api/v1/events`, {
    authorization: `Bearer ${other.keys.a.viewer}`,
  });
  await expect.poll(() => stream.comments).toContain('connected');
  const begin = performance.now();
  await other.stop();
  await stream.ended;
  expect(performance.now() - begin).toBeLessThan(5000);
});
