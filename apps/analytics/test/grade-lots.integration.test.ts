import { ensureTenant, type HealthRow } from '@verimeter/registry';
import { createTestDatabase, type TestDatabase, healthRow } from '@verimeter/test-support';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { drawnDevices, randomOrder } from '../src/lib/lots/random-order.ts';
import { publish } from '../src/lib/publish.ts';

const TENANT = 'lots';
const AS_OF_US = Date.UTC(2026, 10, 1) * 1000;
const GOOD = 'ELECTRICITY_METER|ACME|G1|1|?|2019';
const BAD = 'ELECTRICITY_METER|ACME|B1|1|?|2019';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await ensureTenant(database.servicePool, TENANT);
  await database.servicePool.query(
    `INSERT INTO devices (tenant, device_id, kind, manufacturer, model, accuracy_class, built_year)
     SELECT '${TENANT}', kind || lpad(i::text, 3, '0'), 'electricity_meter', 'Acme', kind || '1', '1', 2019
       FROM unnest(ARRAY['g', 'b']) kind, generate_series(1, 120) i;
     INSERT INTO devices (tenant, device_id, kind) VALUES ('${TENANT}', 'gateway', 'gateway'), ('${TENANT}', 'w', 'water_meter');`,
  );
});
afterAll(() => database.drop());
beforeEach(() => database.servicePool.query('DELETE FROM verifications'));

/** Errors of the members of a lot: healthy within 0.3 %, every tenth of lot b at -3 %. */
const errorOf = (device: string): number => {
  const i = Number(device.slice(1));
  if (device.startsWith('b') && i % 10 === 0) return -0.03;
  return 0.003 * Math.sin(i * i);
};

const row = (deviceId: string, more: Partial<HealthRow> = {}): HealthRow =>
  healthRow({
    deviceId,
    asOfUs: AS_OF_US,
    // shrunk towards a prior: what a lot must not be graded from
    errorEstimate: 0,
    standardError: 0.001,
    dataEstimate: errorOf(deviceId),
    dataStandardError: 0.002,
    dataDriftPerYear: -0.001,
    dataDriftPerYearSe: 0.03,
    commonErrorSd: 0.0003,
    evidenceDays: 60,
    validUntil: null,
    modelVersion: 'm',
    ...more,
  });

const ids = (kind: string): string[] =>
  Array.from({ length: 120 }, (_, i) => `${kind}${String(i + 1).padStart(3, '0')}`);

async function grades(health: readonly HealthRow[]) {
  await publish(database.servicePool, {
    tenant: TENANT,
    askedUs: undefined,
    modelVersion: 'm',
    configuration: {},
    answers: { health, history: [], groups: [] },
    replace: 'all',
  });
  const { rows } = await database.servicePool.query(
    'SELECT * FROM lot_health WHERE tenant = $1 ORDER BY lot',
    [TENANT],
  );
  return new Map(rows.map((found) => [found.lot, found]));
}

describe('lots of a tenant', () => {
  test('are graded from what the data says of their members, in the transaction of the analysis', async () => {
    const found = await grades([...ids('g'), ...ids('b')].map((id) => row(id)));
    expect([...found.keys()]).toEqual([BAD, GOOD, 'WATER_METER|?|?|?|?|?']);
    const good = found.get(GOOD);
    const bad = found.get(BAD);
    expect(good).toMatchObject({
      quantity: 'active_energy_import',
      limit: 0.01,
      members: 120,
      estimated: 120,
      verified: 0,
      as_of: AS_OF_US,
      plan: { n: 0, accept: 0, sample: [] },
    });
    expect(good.p_share_over_5).toBeLessThan(0.05);
    expect(bad.p_share_over_5).toBeGreaterThan(0.95);
    expect(bad.share_low).toBeLessThanOrEqual(0.1);
    expect(bad.share_high).toBeGreaterThanOrEqual(0.1);
    expect(bad.mean).toBeCloseTo(-0.003, 3);
    expect(bad.drift_per_year).toBeCloseTo(-0.001, 4);
    // 3 % / sqrt(120), and 0.03 % that all have wrong alike over 60 days
    expect(bad.drift_per_year_se).toBeCloseTo(Math.hypot(0.03 / Math.sqrt(120), 0.0003 * 6.09), 4);
    expect(found.get('WATER_METER|?|?|?|?|?')).toMatchObject({
      estimated: 0,
      share: null,
      mean: null,
    });
  });

  test('a fault is no error of the meter, and members without an estimate leave more open', async () => {
    const found = await grades([
      ...ids('g').map((id) => row(id, { indication: 'tamper_or_fault', dataEstimate: -0.4 })),
      ...ids('b').map((id, i) =>
        row(id, i < 40 ? {} : { dataEstimate: null, dataStandardError: null }),
      ),
    ]);
    expect(found.get(GOOD)).toMatchObject({ estimated: 0, share: null });
    const bad = found.get(BAD);
    expect(bad).toMatchObject({ members: 120, estimated: 40 });
    expect(bad.plan.n).toBeGreaterThan(0);
    expect(bad.plan.sample).toEqual(randomOrder(BAD, ids('b')).slice(0, bad.plan.n));
  });

  test('results of a laboratory count; of those that were not drawn each for itself', async () => {
    const order = randomOrder(GOOD, ids('g'));
    const drawn = order.slice(0, 20);
    const verify = (deviceIds: readonly string[], asFound: boolean) =>
      database.servicePool.query(
        `INSERT INTO verifications (tenant, device_id, verified_on, result, test_point, error, expanded_uncertainty, coverage_factor, as_found)
         SELECT $1, id, '2026-10-01', 'fail', p, 0.02, 0.0004, 2, $3 FROM unnest($2::text[]) id, unnest(ARRAY['0.1 In', 'In']) p`,
        [TENANT, deviceIds, asFound],
      );
    const unseen = ids('g').map((id) => row(id, { dataEstimate: null, dataStandardError: null }));
    await verify(drawn, true);
    const random = (await grades(unseen)).get(GOOD);
    expect(random).toMatchObject({ verified: 20, estimated: 20 });
    expect(random.share).toBeGreaterThan(0.9);
    // the same results of devices that stand anywhere in the order: nothing is said of the others
    await database.servicePool.query('DELETE FROM verifications');
    await verify(order.slice(1, 21), true);
    expect((await grades(unseen)).get(GOOD)).toMatchObject({ verified: 20, share: null });
    // after adjustment: says nothing of what the meters showed before
    await database.servicePool.query('DELETE FROM verifications');
    await verify(drawn, false);
    expect((await grades(unseen)).get(GOOD)).toMatchObject({ verified: 0 });
  });
});

test('the random order depends on lot and devices alone, and not on who else is there', () => {
  const order = randomOrder(GOOD, ids('g'));
  expect(order.toSorted()).toEqual(ids('g'));
  expect(order).not.toEqual(ids('g'));
  expect(randomOrder(GOOD, ids('g').toReversed())).toEqual(order);
  expect(randomOrder(GOOD, ids('g').slice(1))).toEqual(order.filter((id) => id !== 'g001'));
  expect(randomOrder(BAD, ids('g'))).not.toEqual(order);
  expect([...drawnDevices(order, new Set(order.slice(0, 3)))]).toEqual(order.slice(0, 3));
  expect(drawnDevices(order, new Set(order.slice(1, 9))).size).toBe(0);
});
