import { createReadingBatch, type LateArrival } from '@verimeter/reading-store';
import {
  createServicePool,
  ensureChannels,
  ensureTenant,
  readRegisterEvents,
  type StoredRegisterEvent,
  withTransaction,
} from '@verimeter/registry';
import { createTestDatabase, type TestDatabase } from '@verimeter/test-support';
import { createTimescaleStore } from '@verimeter/timescale-store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scanRegisters } from '../src/index.ts';

const QUANTITY = 'water_volume';
const QUARTER_US = 900e6;
const START_US = Date.UTC(2026, 5, 1) * 1000;

let database: TestDatabase;
let store: ReturnType<typeof createTimescaleStore>;

beforeAll(async () => {
  database = await createTestDatabase();
  store = createTimescaleStore(database.servicePool);
});
afterAll(() => database.drop());

const at = (k: number): number => START_US + k * QUARTER_US;

/** A tenant with one meter. */
async function meterOf(tenant: string) {
  const { servicePool: pool } = database;
  await ensureTenant(pool, tenant);
  await pool.query(
    `INSERT INTO devices (tenant, device_id, kind) VALUES ($1, 'm', 'water_meter')`,
    [tenant],
  );
  const [channel] = await ensureChannels(pool, [
    { tenant, deviceId: 'm', quantity: QUANTITY, unit: 'm3' },
  ]);
  const channelId = channel?.channelId ?? 0;
  return {
    /** Stores what `value` says of some quarter-hours. */
    async store(
      ks: readonly number[],
      value: (k: number) => number,
      receivedUs = Date.now() * 1000,
    ): Promise<void> {
      const batch = createReadingBatch(ks.length);
      ks.forEach((k, index) => {
        batch.channelId[index] = channelId;
        batch.tsUs[index] = at(k);
        batch.value[index] = value(k);
        batch.receivedAtUs[index] = receivedUs;
      });
      batch.length = ks.length;
      await withTransaction(pool, (client) => store.write(client, batch));
    },
    scan: () => scanRegisters({ pool, store, tenant }),
    async events(): Promise<StoredRegisterEvent[]> {
      await scanRegisters({ pool, store, tenant });
      return readRegisterEvents(pool, tenant);
    },
    async decide(change: string): Promise<void> {
      await pool.query(
        `UPDATE register_events SET ${change}, decided_by = 'k', decided_at = now() WHERE tenant = $1`,
        [tenant],
      );
    },
  };
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, k) => from + k);

/** Reset at the 60th quarter-hour. */
const reset = (k: number): number => (k < 60 ? 700 + k / 10 : (k - 60) / 10);

/** The same after a glitch at the 20th. */
const odd = (k: number): number => (k === 20 || k === 21 ? 0 : reset(k));
/** A jump by 140 m3 within a quarter of an hour. */
const jump = (k: number): number => (k < 60 ? k / 10 : 146 + (k - 60) / 10);
/** A fall by 139 m3, and on from there. */
const fall = (k: number): number => (k < 60 ? 100 + k : 20 + k - 60);

describe('events of registers', () => {
  test('appear with the readings that tell them, and settle with the next ones', async () => {
    const meter = await meterOf('live');
    await meter.store(range(0, 50), reset);
    expect(await meter.events()).toEqual([]);
    await meter.store(range(50, 61), reset);
    expect(await meter.events()).toMatchObject([
      { kind: 'glitch', tsUs: at(60), after: undefined, settledUs: undefined },
    ]);
    await meter.store(range(61, 70), reset);
    const events = await meter.events();
    expect(events).toMatchObject([
      {
        deviceId: 'm',
        quantity: QUANTITY,
        kind: 'reset',
        state: 'open',
        before: { tsUs: at(59) },
        after: { tsUs: at(60), value: 0 },
        settledUs: at(63),
      },
    ]);
    await meter.store(range(70, 80), reset);
    expect(await meter.events()).toEqual(events);
  });

  test('are the same in whichever batches and order the readings came', async () => {
    const meter = await meterOf('mixed');
    await meter.store(range(40, 80), odd);
    await meter.scan();
    await meter.store(range(0, 20), odd);
    await meter.scan();
    await meter.store(range(20, 40), odd);
    const whole = await meterOf('whole');
    await whole.store(range(0, 80), odd);
    const events = await meter.events();
    expect(events.map(({ kind, tsUs }) => [kind, tsUs])).toEqual([
      ['glitch', at(20)],
      ['reset', at(60)],
    ]);
    expect(await whole.events()).toEqual(events);
  });

  test('are forgotten where late readings explain them, but not what a person decided', async () => {
    const meter = await meterOf('late');
    await meter.store(range(0, 70), jump);
    expect(await meter.events()).toMatchObject([{ kind: 'swap', tsUs: at(60) }]);
    await meter.decide(`kind = 'glitch', state = 'reversed'`);
    expect(await meter.events()).toMatchObject([{ kind: 'glitch', state: 'reversed' }]);
    await meter.store([70, 71, 72], jump);
    expect(await meter.events()).toMatchObject([{ kind: 'glitch', state: 'reversed' }]);

    const told = await meterOf('told');
    await told.store(range(0, 70), fall);
    expect(await told.events()).toMatchObject([{ kind: 'swap' }]);
    await told.store(
      range(0, 60).map((k) => k + 0.5),
      (k) => 100 - (k * 80) / 60,
    );
    expect((await told.events()).map(({ tsUs }) => tsUs)).not.toContain(at(60));
  });

  test('of a tenant that was never looked at are found page by page, and go on where that was stopped', async () => {
    const meter = await meterOf('stopped');
    await meter.store(range(0, 80), reset);
    const { servicePool: pool } = database;
    const stopped = AbortSignal.abort();
    await scanRegisters({ pool, store, tenant: 'stopped', signal: stopped });
    expect(await readRegisterEvents(pool, 'stopped')).toEqual([]);
    expect(await meter.events()).toMatchObject([{ kind: 'reset' }]);
  });

  test('are found by a look at all channels where it takes too long to tell what arrived', async () => {
    const meter = await meterOf('flood');
    await meter.scan();
    await meter.store(range(0, 80), reset);
    const impatient = createServicePool(database.url, {
      applicationName: 'test-impatient',
      statementTimeoutMs: 300,
    });
    const lateArrivals = async () => {
      await impatient.query('SELECT pg_sleep(20)');
      return new Map<number, LateArrival>();
    };
    try {
      const { servicePool: pool } = database;
      await scanRegisters({ pool, store: { ...store, lateArrivals }, tenant: 'flood' });
      expect(await readRegisterEvents(pool, 'flood')).toMatchObject([{ kind: 'reset' }]);
    } finally {
      await impatient.end();
    }
  });

  test('of readings that were on their way for hours appear with the next look that goes so far back', async () => {
    const meter = await meterOf('stalled');
    const hoursAgoUs = (Date.now() - 3 * 3_600_000) * 1000;
    // All of them: what was shown shortly before a look may be looked at again, and the whole register with it.
    await meter.store(range(0, 50), reset, hoursAgoUs);
    expect(await meter.events()).toEqual([]);
    await meter.store(range(50, 70), reset, hoursAgoUs);
    expect(await meter.events()).toEqual([]);
    await database.servicePool.query(
      `UPDATE register_scans SET swept_at = swept_at - interval '1 hour' WHERE tenant = 'stalled'`,
    );
    expect(await meter.events()).toMatchObject([{ kind: 'reset' }]);
  });

  test('are looked for by one at a time', async () => {
    const meter = await meterOf('twice');
    await meter.store(range(0, 80), reset);
    await Promise.all([meter.scan(), meter.scan(), meter.scan()]);
    expect(await meter.events()).toMatchObject([{ kind: 'reset' }]);
  });
});
