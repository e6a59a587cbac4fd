import type { ReadingStore } from '@verimeter/reading-store';
import { type PoolClient, type Replay, findReplay, wishReplay } from '@verimeter/registry';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type World, createWorld, message } from './support/world.ts';

const TOPIC = 'verimeter/v1/demo/NEW/readings';
const at = (minute: number): string => `2026-11-23T07:${String(minute).padStart(2, '0')}:00Z`;
const sample = (value: number, minute = 15) => ({
  ts: at(minute),
  values: { active_energy_import: value },
});

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

async function entries(): Promise<Record<string, unknown>[]> {
  return world.rows(
    'SELECT id, device_id, reason, field, status, rejected FROM quarantine ORDER BY id',
  );
}

async function idOf(index: number): Promise<number> {
  const found = await entries();
  return Number(found[index]?.['id']);
}

/** The wish once a worker has fulfilled it. */
async function replayed(wish: Parameters<typeof wishReplay>[2]): Promise<Replay | undefined> {
  const id = await wishReplay(world.pool, 'demo', wish);
  await vi.waitFor(async () => {
    expect(await findReplay(world.pool, id)).toMatchObject({ finished: true });
  }, 10_000);
  return findReplay(world.pool, id);
}

/** Refuses what holds the value 13. */
const refused = (store: ReadingStore<PoolClient>): ReadingStore<PoolClient> => ({
  ...store,
  write: async (client, batch) => {
    if (batch.value.subarray(0, batch.length).includes(13)) throw new RangeError('thirteen');
    return store.write(client, batch);
  },
});

test('once its device is registered a message is stored with the time at which it came, and counted as a replay', async () => {
  const pipeline = world.pipeline();
  const receivedAtUs = Date.parse('2026-11-23T07:16:30Z') * 1000;
  await pipeline.accept(message(TOPIC, sample(12.5), { receivedAtUs }));
  expect(await entries()).toMatchObject([{ reason: 'unknown_device', status: 'open' }]);
  const entryId = await idOf(0);

  // Nothing is mended yet: nothing happens.
  const before = { received: 1, stored: 0, rejected: 1, replayed: 0, entries: 1 };
  expect(await replayed({ entryId })).toMatchObject(before);
  expect(await entries()).toMatchObject([{ reason: 'unknown_device', status: 'open' }]);

  await world.register('NEW');
  const after = { received: 1, stored: 1, duplicate: 0, rejected: 0, replayed: 1 };
  expect(await replayed({ entryId })).toMatchObject(after);
  expect(await entries()).toMatchObject([{ status: 'replayed', rejected: 1 }]);
  expect(await world.rows('SELECT received_at, value FROM readings')).toEqual([
    { received_at: receivedAtUs, value: 12.5 },
  ]);
  expect(
    await world.rows(
      'SELECT device_id, source, received, stored, rejected FROM ledger ORDER BY source, stored',
    ),
  ).toEqual([
    { device_id: null, source: 'mqtt', received: 1, stored: 0, rejected: 1 },
    { device_id: null, source: 'replay', received: 1, stored: 0, rejected: 1 },
    { device_id: 'NEW', source: 'replay', received: 1, stored: 1, rejected: 0 },
  ]);

  // A second replay changes nothing, and says so.
  expect(await replayed({ entryId })).toMatchObject({ received: 1, stored: 0, duplicate: 1 });
  expect(await world.readings()).toHaveLength(1);
});

test('a message that is rejected for two reasons has two entries, each open until its own is mended', async () => {
  const pipeline = world.pipeline();
  const payload = { ts: at(15), values: { active_energy_import: 5, rssi: 'loud' } };
  await pipeline.accept(message(TOPIC, payload));
  const [device, value] = await entries();
  expect([device?.['reason'], value?.['reason']]).toEqual(['unknown_device', 'wrong_type']);
  await world.register('NEW');
  const counts = { received: 2, stored: 1, rejected: 1 };
  expect(await replayed({})).toMatchObject({ ...counts, entries: 2, replayed: 1 });
  expect(await entries()).toEqual([{ ...device, status: 'replayed' }, value]);

  // The second entry alone: its message is decoded as a whole, and what is stored is a duplicate.
  const entryId = Number(value?.['id']);
  expect(await replayed({ entryId })).toMatchObject({ ...counts, stored: 0, duplicate: 1 });
  expect(await entries()).toEqual([{ ...device, status: 'replayed' }, value]);
});

test('all open entries of a reason are replayed, batch after batch, others stay', async () => {
  const pipeline = world.pipeline();
  const many = Array.from({ length: 450 }, (_, k) =>
    pipeline.accept(message(TOPIC, { ts: at(k % 60), values: { rssi: -k } })),
  );
  await Promise.all([...many, pipeline.accept(message(TOPIC, '{'))]);
  await world.register('NEW');
  const done = await replayed({ reason: 'unknown_device' });
  expect(done).toMatchObject({ entries: 450, replayed: 450, received: 450, rejected: 0 });
  // 60 instants: the first value of each counts, the others are conflicts
  expect(done).toMatchObject({ stored: 60, conflicting: 390, duplicate: 0 });
  expect(
    await world.rows('SELECT status, count(*) FROM quarantine GROUP BY status ORDER BY status'),
  ).toEqual([
    { status: 'open', count: 1 },
    { status: 'replayed', count: 450 },
  ]);
  expect(await world.ledger()).toMatchObject({ open: 0, stored: 60, conflicting: 390 });
});

test('a group without a device is replayed alone, what is still wrong stays, and a second time stores nothing', async () => {
  const pipeline = world.pipeline();
  await pipeline.accept(message('verimeter/v1/demo/M1', sample(7)));
  await pipeline.accept(message('verimeter/elsewhere', sample(8)));
  const before = await entries();
  expect(before).toMatchObject([
    { device_id: null, reason: 'topic_mismatch', field: '', status: 'open' },
    { device_id: null, reason: 'topic_mismatch', field: '', status: 'open' },
  ]);
  // As if the decoder had not known this form of a topic, and now does; and others beside the group.
  const copy = `INSERT INTO quarantine (tenant, received_at, source, topic, device_id, reason, field, message, payload, payload_bytes,
                                        payload_sha256, rejected)
    SELECT tenant, received_at, source, 'verimeter/v1/demo/M1/readings', $1, reason, $2, message, payload, payload_bytes, payload_sha256, 1
      FROM quarantine WHERE topic = 'verimeter/v1/demo/M1'`;
  await world.rows(copy, [null, '']);
  await world.rows(copy, ['M1', '']);
  await world.rows(copy, [null, 'other']);
  const group = { reason: 'topic_mismatch', field: '', deviceId: null } as const;
  expect(await replayed(group)).toMatchObject({ entries: 3, replayed: 1, stored: 1, rejected: 2 });
  expect(await world.readings()).toEqual([
    ['M1', 'active_energy_import', '2026-11-23T07:15:00.000Z', 7],
  ]);
  const statuses = (await entries()).map(({ status }) => status);
  expect(statuses).toEqual(['open', 'open', 'replayed', 'open', 'open']);
  expect(await replayed(group)).toMatchObject({ entries: 2, replayed: 0, stored: 0 });
  expect(await world.ledger()).toMatchObject({ open: 0, stored: 1 });
});

test('what is wrong next is said, and the entry stays open', async () => {
  const pipeline = world.pipeline();
  const records = [
    { bt: 1_795_000_000, n: 'no2', u: 'ug/m3', v: 20 },
    { n: 'no2', t: 60, u: 'ppb', v: 20 },
  ];
  await pipeline.accept(message('verimeter/v1/demo/NEW/senml', records));
  const [before] = await entries();
  expect(before).toMatchObject({ reason: 'unknown_device', rejected: 2 });
  await world.register('NEW');
  const done = { received: 2, stored: 1, rejected: 1, replayed: 0 };
  expect(await replayed({ entryId: await idOf(0) })).toMatchObject(done);
  expect(await entries()).toEqual([{ ...before, reason: 'bad_unit', field: 'no2' }]);
});

test('a message that the database refuses says so and does not hold up the others', async () => {
  const pipeline = world.pipeline({ store: refused });
  await Promise.all(
    [11, 12, 13, 14].map((value, k) => pipeline.accept(message(TOPIC, sample(value, k)))),
  );
  await world.register('NEW');
  expect(await replayed({})).toMatchObject({ entries: 4, replayed: 3, stored: 3 });
  expect(await world.rows(`SELECT status, message FROM quarantine WHERE status = 'open'`)).toEqual([
    { status: 'open', message: 'the database refuses it: thirteen' },
  ]);
});

test('of two entries that say the same each stands for a reading of its own', async () => {
  const pipeline = world.pipeline();
  const records = [
    { bt: 1_795_000_000, n: 'no2', u: 'ug/m3', v: 20 },
    { n: 'no2', t: 60, u: 'ppb', v: 20 },
    { n: 'no2', t: 120, u: 'ppb', v: 21 },
  ];
  await pipeline.accept(message('verimeter/v1/demo/M3/senml', records));
  const twins = await entries();
  expect(twins.map(({ reason, field }) => [reason, field])).toEqual([
    ['bad_unit', 'no2'],
    ['bad_unit', 'no2'],
  ]);
  expect(await replayed({ entryId: await idOf(0) })).toMatchObject({ rejected: 2, replayed: 0 });
  expect(await entries()).toEqual(twins);
  expect(await replayed({})).toMatchObject({ entries: 2, replayed: 0 });
  expect(await entries()).toEqual(twins);
});

test('a wish of which nothing can be replayed is fulfilled, and large ones in several batches', async () => {
  const pipeline = world.pipeline();
  expect(await replayed({ reason: 'too_deep' })).toMatchObject({ entries: 0, finished: true });
  const padding = ' '.repeat(60_000);
  await Promise.all(
    Array.from({ length: 12 }, (_, k) =>
      pipeline.accept(message(TOPIC, `${JSON.stringify(sample(k, k))}${padding}`)),
    ),
  );
  await world.register('NEW');
  expect(await replayed({})).toMatchObject({ entries: 12, replayed: 12, stored: 12 });
});

test('a topic that is longer than any index holds is kept short, and its message with the others', async () => {
  const pipeline = world.pipeline();
  const noise = Array.from({ length: 6000 }, (_, k) => ((k * 7919) % 36).toString(36)).join('');
  await pipeline.accept(message(`verimeter/v1/demo/${noise}`, '{}'));
  await pipeline.accept(message('verimeter/v1/demo/M1/readings', sample(1)));
  const [row] = await world.rows<{ length: number }>('SELECT length(topic) FROM quarantine');
  expect(row?.length).toBe(512);
  expect(await world.readings()).toHaveLength(1);
});

test('retained values of an arrival time are not news when they are replayed', async () => {
  const pipeline = world.pipeline();
  await pipeline.accept(message(TOPIC, { values: { rssi: -60 } }, { retain: true }));
  expect(await entries()).toMatchObject([{ reason: 'unknown_device' }]);
  await world.register('NEW');
  expect(await replayed({ entryId: await idOf(0) })).toMatchObject({ stored: 0, replayed: 1 });
  expect(await world.readings()).toEqual([]);
});

test('two workers share the wishes, each entry is replayed once', async () => {
  const [first, second] = [world.pipeline(), world.pipeline()];
  await Promise.all(
    Array.from({ length: 400 }, (_, k) =>
      (k % 2 === 0 ? first : second).accept(
        message(TOPIC, { ts: `2026-11-23T0${k % 8}:00:0${k % 10}Z`, values: { rssi: -k } }),
      ),
    ),
  );
  await world.register('NEW');
  const done = await Promise.all([replayed({}), replayed({})]);
  const sum = (pick: (one: Replay) => number): number =>
    done.reduce((total, one) => total + (one === undefined ? 0 : pick(one)), 0);
  expect(sum(({ replayed: count }) => count)).toBe(400);
  expect(sum(({ received }) => received)).toBe(400);
  expect(await world.ledger()).toMatchObject({ open: 0 });
});
