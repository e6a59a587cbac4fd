import { setTimeout as delay } from 'node:timers/promises';
import type { ReadingStore } from '@verimeter/reading-store';
import type { Pool, PoolClient } from '@verimeter/registry';
import { FLAG } from '@verimeter/telemetry';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PipelineClosedError } from '../src/index.ts';
import { DeviceDirectory } from '../src/lib/device-directory.ts';
import { type World, createWorld, message } from './support/world.ts';

const TOPIC = 'verimeter/v1/demo/M1/readings';
const sample = (value: number, ts = '2026-11-23T07:15:00Z') => ({
  ts,
  values: { active_energy_import: value },
});

const pack = (u: string, bt: number) => [{ bn: 'M3:', bt, n: 'no2', u, v: 20 }];

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

describe('what is stored', () => {
  test('a settled message is visible to everyone', async () => {
    const pipeline = world.pipeline();
    await pipeline.accept(message(TOPIC, sample(12.5)));
    expect(await world.readings()).toEqual([
      ['M1', 'active_energy_import', '2026-11-23T07:15:00.000Z', 12.5],
    ]);
    expect(await world.ledger()).toMatchObject({ received: 1, stored: 1, open: 0 });
  });

  test('repetitions are duplicates, another value is a visible conflict', async () => {
    const pipeline = world.pipeline();
    await pipeline.accept(message(TOPIC, sample(1)));
    await Promise.all([
      pipeline.accept(message(TOPIC, sample(1))),
      pipeline.accept(message(TOPIC, sample(2))),
      pipeline.accept(message(TOPIC, sample(2))),
    ]);
    expect(await world.readings()).toHaveLength(1);
    expect(await world.rows('SELECT value FROM reading_conflicts')).toEqual([{ value: 2 }]);
    expect(await world.ledger()).toEqual({
      received: 4,
      stored: 1,
      duplicate: 2,
      conflicting: 1,
      rejected: 0,
      open: 0,
    });
  });

  test('a device stays known to a batch that is on its way, whatever is announced meanwhile', async () => {
    const pipeline = world.pipeline();
    // Each registration makes the workers forget the devices that it names, at any point of a commit.
    const announcing = (async (): Promise<void> => {
      for (let round = 0; round < 150; round += 1)
        await world.rows(
          `UPDATE devices SET kind = CASE kind WHEN 'gateway' THEN 'electricity_meter' ELSE 'gateway' END WHERE device_id = 'M1'`,
        );
    })();
    const accepted: Promise<void>[] = [];
    for (let second = 0; second < 300; second += 1) {
      accepted.push(
        pipeline.accept(
          message(TOPIC, sample(second, new Date(1.79e12 + second * 1000).toISOString())),
        ),
      );
      if (second % 10 === 0) await accepted.at(-1);
    }
    await Promise.all([announcing, ...accepted]);
    expect(await world.ledger()).toMatchObject({ received: 300, stored: 300, rejected: 0 });
  });

  test('the other devices of a tenant stay known when one of them changes', async () => {
    const directory = new DeviceDirectory();
    const m1 = { tenant: 'demo', deviceId: 'M1' };
    const m2 = { tenant: 'demo', deviceId: 'M2' };
    await directory.load(world.pool, [m1, m2]);
    directory.forget('demo', 'M1');
    const known = await directory.load(world.pool, [m2]);
    expect(known.hasTenant('demo')).toBe(true);
    expect(known.find('demo', 'M2')).toBeDefined();
  });

  test('events and presence are kept with the device', async () => {
    const pipeline = world.pipeline();
    const base = 'verimeter/v1/demo/M2';
    const event = { ts: '2026-11-23T07:00:00Z', event: 'cover_open', state: 'active' };
    await pipeline.accept(message(`${base}/events`, event));
    await pipeline.accept(message(`${base}/events`, event));
    await pipeline.accept(message(`${base}/status`, 'online'));
    expect(await world.rows('SELECT device_id, event, state FROM device_events')).toEqual([
      { device_id: 'M2', event: 'cover_open', state: 'active' },
    ]);
    expect(await world.rows(`SELECT online FROM devices WHERE device_id = 'M2'`)).toEqual([
      { online: true },
    ]);
    expect(await world.ledger()).toMatchObject({ received: 0, open: 0 });
  });

  test('live readings and quarantine entries are announced, history is not', async () => {
    const pipeline = world.pipeline();
    await pipeline.accept(message(TOPIC, { ...sample(3), extra: 1 }));
    await pipeline.accept(
      message(TOPIC, {
        quantity: 'voltage_l1',
        start: '2026-11-22T00:00:00Z',
        step: 60,
        values: Array.from({ length: 101 }, (_, index) => index),
      }),
    );
    await pipeline.accept(message(TOPIC, '{'));
    const events = await world.rows<{ kind: string; values: number[] | null; body: unknown }>(
      'SELECT kind, values, body FROM live_events ORDER BY id',
    );
    expect(events).toMatchObject([
      { kind: 'reading', values: [3] },
      { kind: 'quarantine', body: { reason: 'malformed', device_id: 'M1' } },
    ]);
  });

  test('a device registered a moment ago is known', async () => {
    const pipeline = world.pipeline();
    const late = 'verimeter/v1/demo/late/readings';
    await pipeline.accept(message(late, sample(1)));
    await world.register('late');
    await pipeline.accept(message(late, sample(1)));
    expect(await world.readings()).toHaveLength(1);
    expect(await world.rows('SELECT reason, device_id FROM quarantine')).toEqual([
      { reason: 'unknown_device', device_id: 'late' },
    ]);
    expect(
      await world.rows('SELECT device_id, topic FROM ledger ORDER BY received, topic'),
    ).toEqual(
      expect.arrayContaining([
        { device_id: null, topic: late },
        { device_id: 'late', topic: null },
      ]),
    );
  });

  test('the first unit fixes the channel', async () => {
    const pipeline = world.pipeline();
    const topic = 'verimeter/v1/demo/M3/senml';
    await pipeline.accept(message(topic, pack('ppb', 1795418100)));
    await pipeline.accept(message(topic, pack('ug/m3', 1795418160)));
    expect(await world.rows('SELECT quantity, unit FROM channels')).toEqual([
      { quantity: 'no2', unit: '[ppb]' },
    ]);
    expect(await world.rows('SELECT reason, field FROM quarantine')).toEqual([
      { reason: 'bad_unit', field: 'no2' },
    ]);
    expect(await world.ledger()).toMatchObject({ received: 2, stored: 1, rejected: 1, open: 0 });
  });
});

describe('messages without own time', () => {
  const payload = { values: { voltage_l1: 230 } };

  test('a redelivery in the same session is a duplicate, also to a new worker', async () => {
    const first = message(TOPIC, payload);
    await world.pipeline().accept(first);
    const later = first.receivedAtUs + 5e6;
    await world.pipeline().accept({ ...first, receivedAtUs: later, dup: true });
    await world.pipeline().accept({ ...first, receivedAtUs: later + 1, dup: false });
    expect(await world.readings()).toHaveLength(2); // the last one is a new message with a used id
    expect(await world.ledger()).toMatchObject({ received: 3, stored: 2, duplicate: 1, open: 0 });
    expect(await world.rows('SELECT DISTINCT flags FROM readings')).toEqual([
      { flags: FLAG.arrivalTime },
    ]);
  });

  test('a redelivery that was never stored is stored', async () => {
    await world.pipeline().accept(message(TOPIC, payload, { dup: true }));
    expect(await world.readings()).toHaveLength(1);
  });

  test('after the broker lost the session they are marked', async () => {
    await world.pipeline().accept(message(TOPIC, payload, { sessionLost: true }));
    expect(await world.rows('SELECT flags FROM readings')).toEqual([
      { flags: FLAG.arrivalTime | FLAG.atLeastOnce },
    ]);
  });

  test('a retained one is no fresh reading; with own time it is what it says', async () => {
    const pipeline = world.pipeline();
    await pipeline.accept(message(TOPIC, payload, { retain: true }));
    await pipeline.accept(message(TOPIC, sample(5), { retain: true }));
    expect(await world.readings()).toHaveLength(1);
    expect(await world.ledger()).toMatchObject({ received: 1, stored: 1, open: 0 });
  });
});

/** The store with `write` replaced. */
function withWrite(
  write: (
    store: ReadingStore<PoolClient>,
    ...args: Parameters<ReadingStore<PoolClient>['write']>
  ) => ReturnType<ReadingStore<PoolClient>['write']>,
) {
  return (store: ReadingStore<PoolClient>): ReadingStore<PoolClient> => ({
    ...store,
    write: (...args) => write(store, ...args),
  });
}

function databaseError(code: string): pg.DatabaseError {
  const error = new pg.DatabaseError(`made for a test (${code})`, 0, 'error');
  error.code = code;
  return error;
}

describe('failures', () => {
  test('a row the database refuses is isolated, everything beside it is stored', async () => {
    const pipeline = world.pipeline({
      flushMs: 50,
      store: withWrite((store, client, batch) => {
        if (batch.value.subarray(0, batch.length).includes(13)) throw databaseError('22003');
        return store.write(client, batch);
      }),
    });
    const values = Array.from({ length: 40 }, (_, index) => index);
    await Promise.all(
      values.map((value) =>
        pipeline.accept(
          message(TOPIC, sample(value, new Date(1_795_000_000_000 + value * 1000).toISOString())),
        ),
      ),
    );
    const stored = await world.readings();
    expect(stored.map(([, , , value]) => value)).toEqual(values.filter((value) => value !== 13));
    expect(await world.rows('SELECT reason, rejected FROM quarantine')).toEqual([
      { reason: 'malformed', rejected: 1 },
    ]);
    expect(await world.ledger()).toMatchObject({ received: 40, stored: 39, rejected: 1, open: 0 });
  });

  test.each(['40P01', '57P01', '53300', '08006'])('%s is tried again', async (code) => {
    let failures = 2;
    const pipeline = world.pipeline({
      store: withWrite((store, client, batch) => {
        failures -= 1;
        if (failures >= 0) throw databaseError(code);
        return store.write(client, batch);
      }),
    });
    await pipeline.accept(message(TOPIC, sample(1)));
    expect(pipeline.delayed()).toBeUndefined();
    expect(await world.ledger()).toMatchObject({ received: 1, stored: 1, open: 0 });
  });

  test('a commit whose answer was lost is not counted twice', async () => {
    let lost = 0;
    const transactions: unknown[] = [];
    const loseFirstCommit = (pool: Pool): Pool =>
      new Proxy(pool, {
        get(target, key) {
          if (key !== 'connect') {
            const value: unknown = Reflect.get(target, key);
            return typeof value === 'function' ? value.bind(target) : value;
          }
          return async () => {
            const client = await target.connect();
            return new Proxy(client, {
              get(inner, name) {
                const value: unknown = Reflect.get(inner, name);
                if (typeof value !== 'function') return value;
                if (name !== 'query') return value.bind(inner);
                return async (...args: unknown[]) => {
                  if (/^(BEGIN|COMMIT|ROLLBACK)$/.test(String(args[0]))) transactions.push(args[0]);
                  const result: unknown = await Reflect.apply(value, inner, args);
                  if (args[0] === 'COMMIT' && lost === 0) {
                    lost += 1;
                    throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
                  }
                  return result;
                };
              },
            });
          };
        },
      });
    const pipeline = world.pipeline({
      pool: loseFirstCommit,
      store: withWrite((store, client, batch) => store.write(client, batch)),
    });
    await pipeline.accept(message(TOPIC, { values: { voltage_l1: 1, oops: 2 } }));
    expect(lost).toBe(1);
    // A connection that does not answer is not asked to roll back: the next attempt has another one.
    expect(transactions).toEqual(['BEGIN', 'COMMIT', 'BEGIN', 'ROLLBACK']);
    expect(await world.readings()).toHaveLength(1);
    expect(await world.rows('SELECT reason FROM quarantine')).toHaveLength(1);
    expect(await world.ledger()).toEqual({
      received: 2,
      stored: 1,
      duplicate: 0,
      conflicting: 0,
      rejected: 1,
      open: 0,
    });
  });

  test('while the store is away messages wait; closing refuses them', async () => {
    let attempts = 0;
    const pipeline = world.pipeline({
      store: withWrite(() => {
        attempts += 1;
        throw databaseError('57P03');
      }),
    });
    const outcome = pipeline.accept(message(TOPIC, sample(1))).then(
      () => 'stored',
      (error: unknown) => error,
    );
    await expect.poll(() => attempts).toBeGreaterThan(2);
    expect(await Promise.race([outcome, delay(50, 'pending')])).toBe('pending');
    expect(pipeline.delayed()?.cause).toBeInstanceOf(Error);
    await pipeline.close(200);
    expect(await outcome).toBeInstanceOf(PipelineClosedError);
    await expect(pipeline.accept(message(TOPIC, sample(1)))).rejects.toThrow('closing');
  });

  test('closing commits what was accepted', async () => {
    const pipeline = world.pipeline({ flushMs: 5000 });
    const accepted = Array.from({ length: 50 }, (_, index) =>
      pipeline.accept(
        message(TOPIC, sample(index, new Date(1.79e12 + index * 1000).toISOString())),
      ),
    );
    await pipeline.close();
    await Promise.all(accepted);
    expect(await world.readings()).toHaveLength(50);
  });
});
