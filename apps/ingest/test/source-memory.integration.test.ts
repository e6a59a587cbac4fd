import type { ReadingStore } from '@verimeter/reading-store';
import { type PoolClient, removeSource, writeSource } from '@verimeter/registry';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadSources } from '../src/lib/sources/follow-sources.ts';
import { SourceDirectory } from '../src/lib/sources/source-directory.ts';
import { type World, createWorld, message } from './support/world.ts';

const PATIENCE = { timeout: 10_000 };

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const keep = (dialect: string, filter: string) =>
  writeSource(world.pool, {
    tenant: 'demo',
    name: 's',
    filter,
    dialect,
    rank: 100,
    enabled: true,
    settings: {},
    provision: true,
    provision_kind: null,
    provision_per_day: 1000,
    changed_by: 'test',
  });

/** A worker that knows its sources. */
async function worker(options: Parameters<World['pipeline']>[0] = {}) {
  const sources = new SourceDirectory();
  await loadSources(world.pool, sources);
  return { sources, pipeline: world.pipeline({ ...options, sources }) };
}

const memory = () => world.rows('SELECT key, value FROM source_memory ORDER BY key');

const energy = (start: string, minute: number) =>
  message('tele/plug/SENSOR', {
    Time: `2026-01-14T06:0${minute}:00+00:00`,
    ENERGY: { TotalStartTime: start, Total: minute },
  });
const resets = () =>
  world.rows(`SELECT event, state, detail FROM device_events WHERE event = 'counter_reset'`);

test('what a decoder has learnt is kept with what it said: after a crash a repetition says it again', async () => {
  await keep('tasmota', 'tele/#');
  let stalls = false;
  /** A database that does not answer from some moment on. */
  const stalled = (store: ReadingStore<PoolClient>): ReadingStore<PoolClient> => ({
    ...store,
    write: (...all) => (stalls ? Promise.reject(new Error('away')) : store.write(...all)),
  });
  const first = await worker({ store: stalled });
  await first.pipeline.accept(energy('2025-01-01T00:00:00', 1));
  const known = [{ key: 'start:plug', value: '2025-01-01T00:00:00' }];
  expect(await memory()).toEqual(known);

  stalls = true;
  const reset = energy('2026-01-14T05:00:00', 2);
  const given = first.pipeline.accept(reset).catch((error: unknown) => error);
  // What came is told once a second, whether it is stored or not; what was learnt is not.
  const seen = 'SELECT messages::int AS messages FROM source_activity';
  await expect.poll(() => world.rows(seen), PATIENCE).toEqual([{ messages: 2 }]);
  expect(await memory()).toEqual(known);
  await first.pipeline.close(100);
  expect(await given).toMatchObject({ code: 'pipeline_closed' });
  expect(await memory()).toEqual(known);
  expect(await resets()).toEqual([]);

  const second = await worker();
  await second.pipeline.accept({ ...reset, dup: true });
  const told = [
    {
      event: 'counter_reset',
      state: 'past',
      detail: 'TotalStartTime 2025-01-01T00:00:00, then 2026-01-14T05:00:00',
    },
  ];
  expect(await resets()).toEqual(told);
  expect(await memory()).toEqual([{ key: 'start:plug', value: '2026-01-14T05:00:00' }]);
  // Stored, and delivered again: nothing new.
  const third = await worker();
  await third.pipeline.accept({ ...reset, dup: true });
  expect(await resets()).toEqual(told);
  expect(await world.ledger()).toMatchObject({ received: 3, stored: 2, duplicate: 1, open: 0 });
});

const config = (name: string, device = 'plug', more: Record<string, unknown> = {}) =>
  message(
    `homeassistant/sensor/${name}/config`,
    {
      unique_id: name,
      state_topic: `plugs/${name}`,
      device_class: 'energy',
      state_class: 'total_increasing',
      unit_of_measurement: 'kWh',
      device: { identifiers: [device] },
      ...more,
    },
    { retain: true },
  );

const ofTwo = (name: string) =>
  config(name, name, { state_topic: 'plugs/both', value_template: `{{ value_json.${name} }}` });

test('a message of several devices that is delivered again is recognised device by device, however it is divided then', async () => {
  const incoming = message('plugs/both', { left: 1, right: 2 }, { packetId: 7 });
  await keep('homeassistant', 'homeassistant/#,plugs/#');
  const first = await worker();
  await first.pipeline.accept(ofTwo('left'));
  await first.pipeline.accept(incoming);
  const values = async () =>
    (await world.readings()).map(([device, , , value]) => `${device} ${value}`);
  expect(await values()).toEqual(['left 1']);
  await first.pipeline.close();

  // A source that begins anew and hears of the devices in another order.
  await removeSource(world.pool, 'demo', 's');
  await keep('homeassistant', 'homeassistant/#,plugs/#');
  const second = await worker();
  await second.pipeline.accept(ofTwo('right'));
  await second.pipeline.accept(ofTwo('left'));
  for (let times = 0; times < 2; times += 1)
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await second.pipeline.accept({ ...incoming, receivedAtUs: Date.now() * 1000, dup: true });
  expect(await values()).toEqual(['left 1', 'right 2']);
  expect(await world.ledger()).toMatchObject({ received: 5, stored: 2, duplicate: 3, open: 0 });
});

test('two workers that learn of one device at once know all of it, and so does one that starts later', async () => {
  await keep('homeassistant', 'homeassistant/#,plugs/#');
  const [one, other] = [await worker(), await worker()];
  const names = Array.from({ length: 20 }, (_, index) => `e${index}`);
  await Promise.all(
    names.map((name, index) => (index % 2 === 0 ? one : other).pipeline.accept(config(name))),
  );
  const [plug] = await world.rows(`SELECT value FROM source_memory WHERE key = 'device plug'`);
  expect(Object.keys(plug?.['value'] ?? {}).toSorted()).toEqual(names.toSorted());
  const own = Object.values(plug?.['value'] ?? {}).filter(({ channel }) => channel === '');
  expect(own).toHaveLength(1);

  const isKnown = ({ sources }: { sources: SourceDirectory }): boolean =>
    names.every((name) => {
      const decoded = sources.decode(message(`plugs/${name}`, '1', { source: 'replay' }));
      return decoded?.parts[0]?.readings.length === 1;
    });
  for (const each of [one, other, await worker()])
    // oxlint-disable-next-line no-await-in-loop -- three
    await expect.poll(() => isKnown(each), PATIENCE).toBe(true);
});

test('what another worker learns is heard without the sources being read again', async () => {
  await keep('homeassistant', 'homeassistant/#,plugs/#');
  const queries: string[] = [];
  const listening = await worker({
    pool: (pool) =>
      new Proxy(pool, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name, target);
          if (typeof value !== 'function') return value;
          return (...all: unknown[]): unknown => {
            if (name === 'query' && typeof all[0] === 'string') queries.push(all[0]);
            return Reflect.apply(value, target, all);
          };
        },
      }),
  });
  await listening.pipeline.accept(config('own'));
  const other = await worker();
  await other.pipeline.accept(config('first'));
  const knows = (name: string): boolean =>
    (listening.sources.decode(message(`plugs/${name}`, '1', { source: 'replay' }))?.parts[0]
      ?.readings.length ?? 0) > 0;
  await expect.poll(() => knows('first'), PATIENCE).toBe(true);
  let count = 0;
  const askedFor = async (): Promise<string[]> => {
    queries.length = 0;
    count += 1;
    const name = `further${count}`;
    await other.pipeline.accept(config(name));
    await expect.poll(() => knows(name), PATIENCE).toBe(true);
    return queries.filter((text) => /source_memory|FROM sources/.test(text));
  };
  // More than once, for the sources are read when a worker begins to listen, too.
  await expect
    .poll(askedFor, PATIENCE)
    .toEqual([expect.stringContaining('WHERE changed_in >= $1')]);
});
