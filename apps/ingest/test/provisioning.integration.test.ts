import { setProvisioning } from '@verimeter/registry';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { IncomingMessage, Pipeline } from '../src/index.ts';
import { type World, createWorld } from './support/world.ts';

let world: World;
let pipeline: Pipeline;
let packetId = 0;

beforeAll(async () => {
  world = await createWorld();
  pipeline = world.pipeline();
});
beforeEach(() => world.rows('DELETE FROM provisioning'));
afterAll(() => world.close());

const rule = {
  tenant: 'demo',
  source: 'native',
  kind: null,
  ids: '%',
  per_day: 1000,
} as const;

function message(
  device: string,
  values: string,
  extra: Partial<IncomingMessage> = {},
): IncomingMessage {
  packetId += 1;
  return {
    topic: `verimeter/v1/demo/${device}/readings`,
    payload: Buffer.from(`{"ts":"2026-11-01T00:00:00Z","values":${values}}`),
    receivedAtUs: Date.now() * 1000,
    qos: 1,
    retain: false,
    dup: false,
    session: 'provisioning',
    packetId,
    source: 'mqtt',
    ...extra,
  };
}

const provisioned = async (prefix: string): Promise<unknown[]> =>
  world.rows(
    `SELECT device_id, kind, provisioned_by FROM devices WHERE device_id LIKE $1 ORDER BY device_id`,
    [`${prefix}%`],
  );
const rejected = async (prefix: string): Promise<unknown[]> =>
  world.rows(`SELECT device_id, reason FROM quarantine WHERE device_id LIKE $1 ORDER BY id`, [
    `${prefix}%`,
  ]);

test('without a rule nothing registers itself', async () => {
  await pipeline.accept(message('A-1', '{"voltage_l1":230}'));
  expect(await provisioned('A-')).toEqual([]);
  expect(await rejected('A-')).toEqual([{ device_id: 'A-1', reason: 'unknown_device' }]);
});

test('a first message registers its device with the kind its quantities tell, and is stored', async () => {
  await setProvisioning(world.pool, rule);
  await Promise.all([
    pipeline.accept(message('B-1', '{"active_energy_import":1,"rssi":-70}')),
    pipeline.accept(message('B-2', '{"water_volume":1}')),
    pipeline.accept(message('B-3', '{"rssi":-70}')),
    pipeline.accept(message('B-4', '{"rssi":-70}')),
    pipeline.accept(message('B-4', '{"co2":420}')),
  ]);
  expect(await provisioned('B-')).toEqual([
    { device_id: 'B-1', kind: 'electricity_meter', provisioned_by: 'native' },
    { device_id: 'B-2', kind: 'water_meter', provisioned_by: 'native' },
    { device_id: 'B-4', kind: 'environment_sensor', provisioned_by: 'native' },
  ]);
  expect(await rejected('B-')).toEqual([{ device_id: 'B-3', reason: 'unknown_device' }]);
  const stored = (await world.readings()).filter(([device]) => device.startsWith('B-'));
  expect(stored).toHaveLength(5);
});

test('the rule says which ids, which kind, how many a day and for which road', async () => {
  await setProvisioning(world.pool, { ...rule, ids: 'C-%', kind: 'instrument', per_day: 3 });
  // Two of these three are there already: those of the test before.
  await pipeline.accept(message('D-1', '{"voltage_l1":230}'));
  await world.rows(
    `UPDATE devices SET provisioned_at = provisioned_at - interval '2 days' WHERE device_id IN ('B-1', 'B-2')`,
  );
  for (const id of ['C-1', 'C-2', 'C-3'])
    // oxlint-disable-next-line no-await-in-loop -- the order decides who is let in
    await pipeline.accept(message(id, '{"voltage_l1":230}'));
  await pipeline.accept(
    message('C-9', '', {
      topic: 'verimeter/v1/demo/C-9/senml',
      payload: Buffer.from('[{"n":"voltage_l1","u":"V","t":1793491200,"v":230}]'),
    }),
  );
  expect(await provisioned('C-')).toEqual([
    { device_id: 'C-1', kind: 'instrument', provisioned_by: 'native' },
    { device_id: 'C-2', kind: 'instrument', provisioned_by: 'native' },
  ]);
  expect(await rejected('C-')).toMatchObject([{ device_id: 'C-3' }, { device_id: 'C-9' }]);
  expect(await provisioned('D-')).toEqual([]);
});

test('what a broker repeats registers nothing', async () => {
  await setProvisioning(world.pool, rule);
  await pipeline.accept(message('E-1', '{"voltage_l1":230}', { retain: true }));
  expect(await provisioned('E-')).toEqual([]);
});

test('the account holds', async () => {
  expect(await world.ledger()).toMatchObject({ open: 0 });
});
