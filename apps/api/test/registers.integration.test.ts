import { registerEvent, registerEventList } from '@verimeter/api-schema';
import { replaceRegisterEvents } from '@verimeter/registry';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Answer,
  expectProblem,
  expectShape,
  type Fixture,
  insertReadings,
  startFixture,
} from './fixture.ts';

const QUANTITY = 'active_energy_import';
const QUARTER_MS = 900e3;
/** A day of quarter-hours from here on; the odd readings are at noon. */
const DAY_MS = Date.UTC(2026, 2, 1);
const NOON = 48;

const at = (k: number): number => (DAY_MS + k * QUARTER_MS) * 1000;

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.stop());

/** A meter of its own that gains 0.25 a quarter-hour, changed by `make`. */
async function meterWith(
  deviceId: string,
  start: number,
  make: (value: number, k: number) => number,
): Promise<void> {
  await fixture.database.servicePool.query(
    `INSERT INTO devices (tenant, device_id, kind) VALUES ('a', $1, 'electricity_meter')`,
    [deviceId],
  );
  await fixture.database.servicePool.query(
    `INSERT INTO channels (tenant, device_id, quantity, unit) VALUES ('a', $1, $2, 'kW.h')`,
    [deviceId, QUANTITY],
  );
  await insertReadings(
    fixture.database,
    { deviceId, quantity: QUANTITY },
    Array.from({ length: 97 }, (_, k) => ({
      ts: new Date(DAY_MS + k * QUARTER_MS).toISOString(),
      value: make(start + k / 4, k),
    })),
  );
}

async function sums(deviceId: string, resolution: string): Promise<[number | null, number][]> {
  const { body } = await fixture.request(
    `/readings?device_id=${deviceId}&quantity=${QUANTITY}&resolution=${resolution}&zone=UTC&from=2026-03-01&to=2026-03-02`,
  );
  const items: { sum: number | null; coverage: number }[] = body.items;
  return items.map(({ sum, coverage }) => [sum, Math.round(coverage * 960) / 960]);
}

describe('the sum of a bucket never invents consumption', () => {
  test('at a momentary zero', async () => {
    await meterWith('zero', 53_000, (value, k) => (k === NOON ? 0 : value));
    expect(await sums('zero', '1d')).toEqual([[24, expect.closeTo(95 / 96, 3)]]);
    const quarters = await sums('zero', '15m');
    expect(quarters.slice(NOON - 2, NOON + 2)).toEqual([
      [0.25, 1],
      [null, 1],
      [0.5, 0],
      [0.25, 1],
    ]);
    expect(Math.max(...quarters.map(([sum]) => sum ?? 0))).toBe(0.5);
  });

  test('at a momentary zero among very many readings', async () => {
    await meterWith('minutes', 0, (value) => value);
    // a reading a minute for 75 days, once 0
    await fixture.database.servicePool.query(
      `INSERT INTO readings (ts, received_at, value, channel_id)
       SELECT '2026-04-01Z'::timestamptz + k * interval '1 minute', now(), CASE k WHEN 50000 THEN 0 ELSE 1000 + k / 60.0 END, c.channel_id
         FROM generate_series(0, 75 * 1440) k, channels c WHERE c.device_id = 'minutes'`,
    );
    const { body } = await fixture.request(
      `/readings?device_id=minutes&quantity=${QUANTITY}&resolution=1d&zone=UTC&from=2026-04-01&to=2026-06-15`,
    );
    const days: { sum: number; coverage: number }[] = body.items;
    expect(days).toHaveLength(75);
    expect(new Set(days.slice(1).map(({ sum }) => Math.round(sum * 1e6) / 1e6))).toEqual(
      new Set([24]),
    );
    expect(days.filter(({ coverage }) => coverage < 1)).toHaveLength(1);
  });

  test('at the end of the digits', async () => {
    await meterWith('wrap', 99_988, (value) => value % 100_000);
    expect(await sums('wrap', '1d')).toEqual([[24, 1]]);
    expect(new Set((await sums('wrap', '1h')).map(([sum]) => sum))).toEqual(new Set([1]));
  });

  test.each([
    ['reset', 0.25],
    ['swap', 71_234],
  ])('at a %s, where it is less than all and says so', async (name, level) => {
    await meterWith(name, 5000, (value, k) => (k < NOON ? value : level + (k - NOON) / 4));
    expect(await sums(name, '1d')).toEqual([[23.75, expect.closeTo(95 / 96, 3)]]);
    const hours = await sums(name, '1h');
    expect(hours[11]).toEqual([0.75, 0.75]);
    expect(hours.filter(([sum]) => sum === 1)).toHaveLength(23);
  });
});

describe('events of registers', () => {
  let id = 0;

  const change = (body: unknown, key = fixture.keys.a.operator): Promise<Answer> =>
    fixture.request(`/register-events/${id}`, { method: 'PATCH', key, body });

  beforeAll(async () => {
    await meterWith('decided', 5000, (value, k) => (k < NOON ? value : (k - NOON) / 4));
    await replaceRegisterEvents(fixture.database.servicePool, 'a', [
      {
        deviceId: 'decided',
        quantity: QUANTITY,
        fromUs: at(0),
        events: [
          {
            kind: 'reset',
            certainty: 'likely',
            tsUs: at(NOON),
            value: 0,
            before: { tsUs: at(NOON - 1), value: 5011.75 },
            after: { tsUs: at(NOON), value: 0 },
            settledUs: at(NOON + 3),
          },
        ],
      },
    ]);
    const { body } = await fixture.request('/register-events?device_id=decided');
    id = body.items[0].id;
  });

  test('are listed by device, kind, state and time', async () => {
    const { status, body } = await fixture.request(
      '/register-events?device_id=decided&kind=reset,swap&state=open&from=2026-03-01&to=2026-03-02',
    );
    expect(status).toBe(200);
    expectShape(registerEventList, body);
    expect(body.items).toMatchObject([
      {
        device_id: 'decided',
        quantity: QUANTITY,
        ts: '2026-03-01T12:00:00.000Z',
        kind: 'reset',
        found_kind: 'reset',
        state: 'open',
        before: { ts: '2026-03-01T11:45:00.000Z', value: 5011.75 },
        after: { ts: '2026-03-01T12:00:00.000Z', value: 0 },
        amount: null,
        decided_by: null,
      },
    ]);
    const none = await fixture.request('/register-events?device_id=decided&state=reversed');
    expect(none.body.items).toEqual([]);
    expect((await fixture.request('/register-events?to=2026-03-01T12:00:00Z')).body.items).toEqual(
      [],
    );
  });

  test('are confirmed with another kind, reversed and opened again by an operator', async () => {
    const swap = await change({ kind: 'swap', comment: 'new meter' });
    expectShape(registerEvent, swap.body);
    expect(swap.body).toMatchObject({
      state: 'confirmed',
      kind: 'swap',
      found_kind: 'reset',
      comment: 'new meter',
      decided_by: 'a-operator',
    });
    expect((await change({ state: 'reversed' })).body).toMatchObject({
      state: 'reversed',
      comment: 'new meter',
    });
    expect((await change({ state: 'open' })).body).toMatchObject({
      state: 'open',
      kind: 'reset',
      decided_by: null,
      decided_at: null,
    });
    // a rollover of a register of four digits: 10000 - 5011.75
    expect((await change({ kind: 'rollover' })).body).toMatchObject({ amount: 4988.25 });
    expect(await sums('decided', '1d')).toEqual([[23.75 + 4988.25, 1]]);
  });

  test('keep what a person said when the readings are looked through again', async () => {
    await change({ kind: 'swap' });
    const pool = fixture.database.servicePool;
    await replaceRegisterEvents(pool, 'a', [
      {
        deviceId: 'decided',
        quantity: QUANTITY,
        fromUs: at(0),
        events: [],
      },
    ]);
    const { body } = await fixture.request('/register-events?device_id=decided');
    expect(body.items).toMatchObject([{ id, kind: 'swap', state: 'confirmed' }]);
  });

  test('cannot be changed by a viewer, by another tenant, or into nonsense', async () => {
    expectProblem(await change({ state: 'confirmed' }, fixture.keys.a.viewer), 'forbidden');
    expectProblem(await change({ state: 'confirmed' }, fixture.keys.b.operator), 'not_found');
    expectProblem(await change({}), 'invalid_request');
    expectProblem(await change({ kind: 'swap', state: 'open' }), 'invalid_request');
    expect(
      (await fixture.request('/register-events', { key: fixture.keys.b.viewer })).body,
    ).toEqual({
      items: [],
      next_cursor: null,
    });
  });
});
