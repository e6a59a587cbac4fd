import { intervalList } from '@verimeter/api-schema';
import { writeIntervalDays } from '@verimeter/registry';
import { formIntervals } from '@verimeter/telemetry';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  expectProblem,
  expectShape,
  type Fixture,
  insertReadings,
  startFixture,
} from './fixture.ts';

const QUANTITY = 'active_energy_import';
const MINUTE_MS = 60e3;
const DAY_MS = Date.UTC(2026, 2, 1);

let fixture: Fixture;

/** Meters with readings at some minutes of the first of March. */
const METERS: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  // at 00:07, 00:22, … without 02:07
  shifted: Array.from({ length: 96 }, (_, k) => [7 + 15 * k, 100 + k / 10] as const).filter(
    ([minute]) => minute !== 127,
  ),
  // every quarter of an hour of two days, a reset at noon of the first
  exact: Array.from({ length: 193 }, (_, k) => [15 * k, k < 48 ? 900 + k : k - 48] as const),
  // every five minutes
  dense: Array.from({ length: 61 }, (_, k) => [5 * k, k] as const),
};

beforeAll(async () => {
  fixture = await startFixture();
  const { servicePool } = fixture.database;
  for (const [deviceId, readings] of Object.entries(METERS)) {
    // oxlint-disable-next-line no-await-in-loop
    await servicePool.query(
      `INSERT INTO devices (tenant, device_id, kind) VALUES ('a', $1, 'electricity_meter')`,
      [deviceId],
    );
    // oxlint-disable-next-line no-await-in-loop
    await servicePool.query(
      `INSERT INTO channels (tenant, device_id, quantity, unit) VALUES ('a', $1, $2, 'kW.h')`,
      [deviceId, QUANTITY],
    );
    // oxlint-disable-next-line no-await-in-loop
    await insertReadings(
      fixture.database,
      { deviceId, quantity: QUANTITY },
      readings.map(([minute, value]) => ({
        ts: new Date(DAY_MS + minute * MINUTE_MS).toISOString(),
        value,
      })),
    );
  }
});
afterAll(() => fixture.stop());

const at = (minutes: number): string => new Date(DAY_MS + minutes * MINUTE_MS).toISOString();
const listed = (deviceId: string, more = ''): Promise<Awaited<ReturnType<Fixture['request']>>> =>
  fixture.request(`/intervals?device_id=${deviceId}&quantity=${QUANTITY}${more}`);

describe('intervals of a register', () => {
  test('of a meter that sends at 00:07, 00:22 … are measured between its readings', async () => {
    const { body } = await listed('shifted', '&from=2026-03-01&to=2026-03-01T03:00:00Z');
    expectShape(intervalList, body);
    expect(body.items).toHaveLength(11);
    expect(body.items[0]).toEqual({
      start: at(0),
      end: at(15),
      from: at(7),
      to: at(22),
      amount: 0.1,
      coverage: 8 / 15,
      quality: ['shifted'],
      clock_offset_s: null,
      clock_uncertainty_s: null,
      version: null,
    });
    expect(body.items[7]).toMatchObject({
      start: at(105),
      end: at(135),
      from: at(112),
      to: at(142),
      amount: 0.2,
      quality: ['shifted', 'merged'],
    });
    expect(body.clock_state).toBeNull();
  });

  test('take the reading at the edge of many, and hours and half-hours are whole sums', async () => {
    const { body } = await listed('dense', '&step=1h');
    expect(body.items.map(({ amount }: { amount: number }) => amount)).toEqual([
      12, 12, 12, 12, 12,
    ]);
    const half = await listed('dense', '&step=30m');
    expect(half.body.items.map(({ amount }: { amount: number }) => amount)).toEqual(
      Array.from({ length: 10 }, () => 6),
    );
  });

  test('are not known across a reset that nobody has looked for yet', async () => {
    const { body } = await listed('exact', '&step=1h&from=2026-03-01&to=2026-03-02');
    expect(body.items).toHaveLength(24);
    expect(body.items[11]).toMatchObject({
      start: at(660),
      amount: null,
      coverage: 0.75,
      quality: ['exact', 'reset'],
    });
    const known = body.items.filter(({ amount }: { amount: number | null }) => amount === 4);
    expect(known).toHaveLength(23);
  });

  test('belong to the range in which they end: ranges that follow each other hold each once', async () => {
    const all = (await listed('shifted')).body.items;
    const edge = '2026-03-01T02:00:00Z';
    const before = (await listed('shifted', `&to=${edge}`)).body.items;
    const after = (await listed('shifted', `&from=${edge}`)).body.items;
    expect([...before, ...after]).toEqual(all);
    expect(after[0]).toMatchObject({ start: at(105) });
  });

  test('come page by page, the same as at once', async () => {
    const whole = (await listed('exact', '&limit=1000')).body;
    expect(whole.items).toHaveLength(192);
    expect(whole.next_cursor).toBeNull();
    const items: unknown[] = [];
    let cursor = '';
    do {
      // oxlint-disable-next-line no-await-in-loop
      const { body } = await listed('exact', `&limit=50${cursor}`);
      items.push(...body.items);
      cursor = body.next_cursor === null ? '' : `&cursor=${encodeURIComponent(body.next_cursor)}`;
    } while (cursor !== '');
    expect(items).toEqual(whole.items);
  });

  test('hand on what is known of the clock', async () => {
    await fixture.database.servicePool.query(
      `INSERT INTO device_clocks (tenant, device_id, state, offset_s, uncertainty_s, since, last_received_at)
       VALUES ('a', 'dense', 'ahead', 420, 1.5, '2026-03-01T02:10Z', '2026-03-01T05:00Z')`,
    );
    const { body } = await listed('dense', '&step=1h');
    expect(body.clock_state).toBe('ahead');
    expect(
      body.items.map((item: { clock_offset_s: number | null }) => item.clock_offset_s),
    ).toEqual([null, null, 420, 420, 420]);
    expect(body.items[4]).toMatchObject({ to: at(300), clock_uncertainty_s: 1.5 });
  });

  test('name the version of their day as long as they are just so', async () => {
    const { servicePool } = fixture.database;
    const { rows } = await servicePool.query<{ channel_id: number }>(
      `SELECT channel_id FROM channels WHERE tenant = 'a' AND device_id = 'shifted'`,
    );
    const readings = (METERS['shifted'] ?? []).map(([minute, value]) => ({
      tsUs: (DAY_MS + minute * MINUTE_MS) * 1000,
      value,
    }));
    const intervals = formIntervals(readings, [], { stepUs: 900e6 });
    await writeIntervalDays(servicePool, 'a', 1, [
      { channelId: rows[0]?.channel_id ?? 0, dayUs: DAY_MS * 1000, intervals },
    ]);
    const versions = async () =>
      (await listed('shifted', '&limit=1000')).body.items.map(
        ({ version }: { version: number | null }) => version,
      );
    expect(new Set(await versions())).toEqual(new Set([1]));
    expect((await listed('shifted', '&step=1h')).body.items[0]).toMatchObject({ version: null });
    await insertReadings(fixture.database, { deviceId: 'shifted', quantity: QUANTITY }, [
      { ts: at(127), value: 100.8 },
    ]);
    expect((await versions()).slice(6, 10)).toEqual([1, null, null, 1]);
  });

  test('are those of registers of the own tenant only', async () => {
    expectProblem(
      await fixture.request('/intervals?device_id=foreign&quantity=active_energy_import'),
      'not_found',
    );
    const noRegister = await fixture.request('/intervals?device_id=m1&quantity=voltage_l1');
    expect(expectProblem(noRegister, 'invalid_request').errors).toMatchObject([
      { field: 'quantity' },
    ]);
    expectProblem(await listed('exact', '&step=5m'), 'invalid_request');
  });
});
