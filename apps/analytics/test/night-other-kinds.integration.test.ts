import { concludeOthers, NO_LISTS } from '@verimeter/drift';
import { ensureTenant } from '@verimeter/registry';
import { createTestDatabase, type TestDatabase } from '@verimeter/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { devicesOfOtherKinds, otherKindsOf } from '../src/lib/night/night-other-kinds.ts';
import { firstNight } from './night-context.ts';

const TENANT = 'homes';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await ensureTenant(database.servicePool, TENANT);
  await database.servicePool.query(
    `INSERT INTO devices (tenant, device_id, kind, address)
     VALUES ($1, 'e-alone', 'electricity_meter', '14 đường số 3'),
            ($1, 'e-blank', 'electricity_meter', ' '),
            ($1, 'e-home', 'electricity_meter', $2),
            ($1, 'gateway', 'gateway', '12 đường số 3'),
            ($1, 'sensor', 'environment_sensor', '14 đường số 3'),
            ($1, 'w-blank', 'water_meter', ''),
            ($1, 'w-home', 'water_meter', '12 đường số 3')`,
    [TENANT, ' 12 \u00A0ĐƯỜNG Số 3'.normalize('NFD')],
  );
});
afterAll(() => database.drop());

test('of electricity meters those at the address of a water meter are looked at, however it is written', async () => {
  expect(await devicesOfOtherKinds(database.servicePool, TENANT)).toEqual([
    'e-home',
    'sensor',
    'w-blank',
    'w-home',
  ]);
});

test('nothing is estimated once the night was stopped', async () => {
  const context = firstNight(database.servicePool, TENANT);
  const signal = AbortSignal.abort(new Error('stopped'));
  expect(concludeOthers(await otherKindsOf(context), NO_LISTS)).toEqual({
    water: { devices: [], areas: [] },
    sensors: { devices: [], networks: [], corrections: [] },
  });
  await expect(otherKindsOf({ ...context, signal })).rejects.toThrow('stopped');
});
