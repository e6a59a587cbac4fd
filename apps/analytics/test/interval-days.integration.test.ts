import { createReadingBatch } from '@verimeter/reading-store';
import {
  ensureChannels,
  ensureTenant,
  readIntervalDays,
  readIntervalLook,
  replaceRegisterEvents,
  type VersionedDay,
  withTransaction,
} from '@verimeter/registry';
import { createTestDatabase, type TestDatabase } from '@verimeter/test-support';
import { createTimescaleStore } from '@verimeter/timescale-store';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lookForDays } from '../src/index.ts';

const QUANTITY = 'active_energy_import';
const QUARTER_US = 900e6;
const DAY_US = 86_400e6;
const START_US = Date.UTC(2026, 5, 1) * 1000;

let database: TestDatabase;
let store: ReturnType<typeof createTimescaleStore>;

beforeAll(async () => {
  database = await createTestDatabase();
  store = createTimescaleStore(database.servicePool);
});
afterAll(() => database.drop());

const at = (k: number): number => START_US + k * QUARTER_US;
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, k) => from + k);
const counts = (k: number): number => 100 + k;
/** Once 0. */
const odd = (k: number): number => (k === 130 ? 0 : Math.floor(100 + k / 3));

/** A tenant with some meters. */
async function tenantOf(tenant: string, deviceIds: readonly string[] = ['m']) {
  const { servicePool: pool } = database;
  await ensureTenant(pool, tenant);
  await pool.query(
    `INSERT INTO devices (tenant, device_id, kind) SELECT $1, id, 'electricity_meter' FROM unnest($2::text[]) id`,
    [tenant, deviceIds],
  );
  const channels = await ensureChannels(
    pool,
    deviceIds.map((deviceId) => ({ tenant, deviceId, quantity: QUANTITY, unit: 'kW.h' })),
  );
  return {
    pool,
    async store(
      ks: readonly number[],
      value: (k: number) => number = counts,
      deviceId: string = deviceIds[0] ?? '',
    ): Promise<void> {
      const channel = channels.find((own) => own.deviceId === deviceId);
      const batch = createReadingBatch(ks.length);
      ks.forEach((k, index) => {
        batch.channelId[index] = channel?.channelId ?? 0;
        batch.tsUs[index] = at(k);
        batch.value[index] = value(k);
        batch.receivedAtUs[index] = Date.now() * 1000;
      });
      batch.length = ks.length;
      await withTransaction(pool, (client) => store.write(client, batch));
    },
    look: () => lookForDays({ pool, store, tenant }),
    days: (deviceId = deviceIds[0] ?? ''): Promise<VersionedDay[]> =>
      readIntervalDays(pool, { tenant, deviceId, quantity: QUANTITY }, at(-960), at(960)),
  };
}

/** Day of June, version, number of intervals and what they add up to. */
const shown = (days: readonly VersionedDay[]) =>
  days.map(({ dayUs, version, intervals }) => [
    (dayUs - START_US) / DAY_US + 1,
    version,
    intervals.length,
    intervals.reduce((sum, { amount = NaN }) => sum + amount, 0),
  ]);

const intervalsOf = (days: readonly VersionedDay[]) =>
  days.map(({ dayUs, intervals }) => ({ dayUs, intervals }));

describe('days of intervals', () => {
  test('are formed once they are over, and not again without a reason', async () => {
    const meter = await tenantOf('once');
    await meter.store(range(0, 193));
    expect(await meter.look()).toBe(2);
    expect(shown(await meter.days())).toEqual([
      [1, 1, 96, 96],
      [2, 1, 96, 96],
    ]);
    expect(await meter.look()).toBe(0);
    const look = await readIntervalLook(meter.pool, 'once');
    expect(look).toMatchObject({ algorithm: 1, forming: undefined });
    expect((look?.formedUntilUs ?? 0) % DAY_US).toBe(0);
  });

  test('get another version where a reading came late, and only those', async () => {
    const meter = await tenantOf('late', ['m', 'other']);
    await meter.store(range(0, 289).filter((k) => k !== 100));
    await meter.store(range(0, 289), counts, 'other');
    expect(await meter.look()).toBe(6);
    const merged = (await meter.days())[1]?.intervals[3];
    expect(merged).toMatchObject({ startUs: at(99), endUs: at(101), amount: 2 });
    expect(merged?.quality).toEqual(['exact', 'merged']);
    await meter.store([100]);
    expect(await meter.look()).toBe(1);
    expect(shown(await meter.days())).toEqual([
      [1, 1, 96, 96],
      [2, 2, 96, 96],
      [3, 1, 96, 96],
    ]);
    expect(shown(await meter.days('other')).map(([, version]) => version)).toEqual([1, 1, 1]);
    const { rows } = await meter.pool.query<{ version: number; superseded: boolean }>(
      `SELECT version, superseded_at IS NOT NULL AS superseded FROM interval_days d JOIN channels c USING (channel_id)
        WHERE c.tenant = 'late' AND c.device_id = 'm' AND day = '2026-06-02' ORDER BY version`,
    );
    expect(rows).toEqual([
      { version: 1, superseded: true },
      { version: 2, superseded: false },
    ]);
  });

  test('are those of another day too where a hole was filled', async () => {
    const meter = await tenantOf('hole');
    await meter.store([...range(0, 90), ...range(200, 289)]);
    await meter.look();
    expect(shown(await meter.days())).toEqual([
      [1, 1, 89, 89],
      [3, 1, 89, 199],
    ]);
    await meter.store([150]);
    await meter.look();
    expect(shown(await meter.days())).toEqual([
      [1, 1, 89, 89],
      [2, 1, 1, 61],
      [3, 2, 89, 138],
    ]);
  });

  test('follow the events of the register', async () => {
    const meter = await tenantOf('event');
    await meter.store(range(0, 97), (k) => (k < 48 ? 500 + k : k - 48));
    await meter.look();
    expect((await meter.days())[0]?.intervals[47]?.quality).toEqual(['exact', 'unexplained_fall']);
    const before = { tsUs: at(47), value: 547 };
    const after = { tsUs: at(48), value: 0 };
    await replaceRegisterEvents(meter.pool, 'event', [
      {
        deviceId: 'm',
        quantity: QUANTITY,
        fromUs: at(0),
        events: [
          { kind: 'reset', certainty: 'likely', ...after, before, after, settledUs: at(51) },
        ],
      },
    ]);
    expect(await meter.look()).toBe(1);
    const [day] = await meter.days();
    expect(day).toMatchObject({ version: 2 });
    expect(day?.intervals[47]).toMatchObject({ amount: undefined, quality: ['exact', 'reset'] });
  });

  test('come out the same whether readings came in one piece, day by day, or last first', async () => {
    const ks = range(0, 400).filter((k) => k % 7 !== 3 && (k < 210 || k > 260));
    const whole = await tenantOf('whole');
    await whole.store(ks, odd);
    await whole.look();
    const pieces = [range(0, 120), range(120, 260), range(260, 400)].map((piece) =>
      piece.filter((k) => ks.includes(k)),
    );
    for (const [tenant, order] of [
      ['piece-by-piece', pieces],
      ['last-first', pieces.toReversed()],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one tenant after the other
      const meter = await tenantOf(tenant);
      for (const piece of order) {
        // oxlint-disable-next-line no-await-in-loop
        await meter.store(piece, odd);
        // oxlint-disable-next-line no-await-in-loop
        await meter.look();
      }
      // oxlint-disable-next-line no-await-in-loop
      expect(intervalsOf(await meter.days())).toEqual(intervalsOf(await whole.days()));
    }
  });

  test('go on where a look was interrupted', async () => {
    const meter = await tenantOf('stopped');
    await meter.store(range(0, 97));
    const stopped = AbortSignal.abort();
    const { pool } = meter;
    expect(await lookForDays({ pool, store, tenant: 'stopped', signal: stopped })).toBe(0);
    expect(await meter.look()).toBe(1);
    expect(shown(await meter.days())).toEqual([[1, 1, 96, 96]]);
  });

  test('are removed once the readings of all days up to them are', async () => {
    const meter = await tenantOf('retained');
    await meter.store(range(0, 193));
    await meter.look();
    const { pool } = meter;
    // as if there had been readings of a day before, which are gone, and one more day were over
    await pool.query(
      `INSERT INTO interval_days (tenant, channel_id, day, version, algorithm)
       SELECT tenant, channel_id, '2026-05-31', 1, 1 FROM channels WHERE tenant = 'retained'`,
    );
    await pool.query(
      `UPDATE interval_looks SET formed_until = formed_until - 1 WHERE tenant = 'retained'`,
    );
    await meter.look();
    expect(shown(await meter.days()).map(([day]) => day)).toEqual([1, 2]);
  });
});
