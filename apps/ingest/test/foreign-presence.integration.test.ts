import { writeSource } from '@verimeter/registry';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadSources } from '../src/lib/sources/follow-sources.ts';
import { SourceDirectory } from '../src/lib/sources/source-directory.ts';
import { type World, createWorld, message } from './support/world.ts';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

test('the last will of a device of a source says that it is offline; that of a stranger says nothing', async () => {
  await writeSource(world.pool, {
    tenant: 'demo',
    name: 'plugs',
    filter: 'tele/#',
    dialect: 'tasmota',
    rank: 100,
    enabled: true,
    settings: {},
    provision: true,
    provision_kind: null,
    provision_per_day: 1000,
    changed_by: 'test',
  });
  const sources = new SourceDirectory();
  await loadSources(world.pool, sources);
  const pipeline = world.pipeline({ sources });
  const online = () => world.rows(`SELECT online FROM devices WHERE device_id = 'M1'`);
  await pipeline.accept(message('tele/M1/LWT', 'Online'));
  expect(await online()).toEqual([{ online: true }]);
  await pipeline.accept(message('tele/M1/LWT', 'Offline'));
  await pipeline.accept(message('tele/stranger/LWT', 'Online'));
  expect(await online()).toEqual([{ online: false }]);
  expect(await world.rows(`SELECT 1 FROM devices WHERE device_id = 'stranger'`)).toEqual([]);
  expect(await world.rows('SELECT 1 FROM quarantine')).toEqual([]);
  expect(await world.ledger()).toMatchObject({ received: 0, open: 0 });
});
