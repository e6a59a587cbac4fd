import { publishHealth, startRun, withTransaction } from '@verimeter/registry';
import { healthRow } from '@verimeter/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fixture, startFixture } from './fixture.ts';

let fixture: Fixture;

/** id, kind, e, standard error, mean load (W, litres a day), recommendation */
const METERS = [
  ['slow', 'electricity_meter', -0.2, 0.02, 100, 'reverify'],
  ['fast', 'electricity_meter', 0.25, 0.01, 200, 'watch'],
  ['fine', 'electricity_meter', -0.001, 0.004, 700, 'none'],
  ['leaky', 'water_meter', -0.5, 0.1, 300, 'reverify'],
] as const;

beforeAll(async () => {
  fixture = await startFixture();
  const { servicePool } = fixture.database;
  await withTransaction(servicePool, async (client) => {
    for (const [id, kind] of METERS)
      // oxlint-disable-next-line no-await-in-loop
      await client.query(
        `INSERT INTO devices (tenant, device_id, kind) VALUES ('a', $1, $2) ON CONFLICT DO NOTHING`,
        [id, kind],
      );
    const runId = await startRun(client, {
      tenant: 'a',
      asOfUs: 1e15,
      modelVersion: 'test',
      configuration: {},
    });
    await publishHealth(client, {
      tenant: 'a',
      runId,
      health: METERS.map(([deviceId, , errorEstimate, standardError, meanLoad, recommendation]) =>
        healthRow({
          asOfUs: 1e15,
          deviceId,
          errorEstimate,
          standardError,
          meanLoad,
          recommendation,
          indication: recommendation === 'none' ? 'within_limits' : 'drift_likely',
        }),
      ),
      history: [],
      groups: [],
      replace: 'all',
    });
  });
});
afterAll(() => fixture.stop());

test('what is registered is (1 + e) of what passed; healthy meters count for comparison only', async () => {
  const { body } = await fixture.request('/stakes');
  const perWatt = 8.766;
  expect(body.items).toHaveLength(2);
  const [electricity, water] = body.items;
  // 100 W shown at e = -0.2 are 125 W: 25 are missing. d(-e / (1 + e)) / de = -1 / (1 + e)^2.
  expect(electricity.under.devices).toBe(1);
  expect(electricity.under.amount).toBeCloseTo(25 * perWatt, 9);
  expect(electricity.under.standard_error).toBeCloseTo((0.02 / 0.64) * 100 * perWatt, 9);
  // 200 W shown at e = 0.25 are 160 W.
  expect(electricity.over).toMatchObject({ devices: 1 });
  expect(electricity.over.amount).toBeCloseTo(40 * perWatt, 9);
  expect(electricity.registered).toBeCloseTo(1000 * perWatt, 9);
  // 300 litres a day shown at e = -0.5 are 600.
  expect(water).toMatchObject({ kind: 'water_meter', unit: 'm3' });
  expect(water.under.amount).toBeCloseTo(300 * 0.36525, 9);
});
