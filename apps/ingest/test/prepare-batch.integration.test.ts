import { runSql } from '@verimeter/test-support';
import { randomBytes } from 'node:crypto';
import { createTimescaleStore } from '@verimeter/timescale-store';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { commitBatch } from '../src/lib/commit-batch.ts';
import { DeviceDirectory } from '../src/lib/device-directory.ts';
import { prepareAhead } from '../src/lib/prepare-batch.ts';
import { QuarantineQuota } from '../src/lib/quarantine-quota.ts';
import { EventStates } from '../src/lib/event-states.ts';
import { SourceDirectory } from '../src/lib/sources/source-directory.ts';
import { stageMessage } from '../src/lib/staged-message.ts';
import { type World, createWorld, message } from './support/world.ts';

const sample = (minute: number): object => ({
  ts: new Date(Date.parse('2026-11-23T07:00:00Z') + minute * 60_000).toISOString(),
  values: { active_energy_import: minute },
});
const topicOf = (device: string): string => `verimeter/v1/demo/${device}/readings`;

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

test('a batch that fills while another one is written is prepared meanwhile, and acknowledged after it', async () => {
  const written = Promise.withResolvers<void>();
  const preparedAhead = Promise.withResolvers<void>();
  let writes = 0;
  let prepared = 0;
  const pipeline = world.pipeline({
    maxBatchReadings: 3,
    store: (store) => ({
      ...store,
      prepare(batch) {
        store.prepare(batch);
        prepared += 1;
        if (prepared === 3) preparedAhead.resolve();
      },
      async write(transaction, batch) {
        writes += 1;
        // The first message makes the channel: nothing of it can be in memory.
        if (writes === 2) await written.promise;
        return store.write(transaction, batch);
      },
    }),
  });
  // The directory begins afresh when it begins to listen: not between these messages.
  await expect
    .poll(() =>
      runSql(
        world.url,
        `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
      ),
    )
    .toHaveLength(1);
  await pipeline.accept(message(topicOf('M1'), sample(0)));
  const order: number[] = [];
  const accepted = Array.from({ length: 9 }, async (_, k) => {
    await pipeline.accept(message(topicOf('M1'), sample(k + 1)));
    order.push(k);
  });
  // Of the second batch while nothing more is written than the first one.
  await preparedAhead.promise;
  expect(await world.readings()).toHaveLength(1);
  written.resolve();
  await Promise.all(accepted);
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(await world.readings()).toHaveLength(10);
  expect(await world.ledger()).toMatchObject({ received: 10, stored: 10, rejected: 0, open: 0 });
});

test('what was prepared ahead is prepared again when a device has changed', async () => {
  const context = {
    pool: world.pool,
    store: createTimescaleStore(world.pool),
    directory: new DeviceDirectory(),
    sources: new SourceDirectory(),
    eventStates: new EventStates(),
    quota: new QuarantineQuota(),
    clocks: { observe: () => undefined },
    defaultTenant: 'demo',
    onConnection: () => undefined,
  };
  const ahead = async (minute: number) => {
    const staged = ['M1', 'M2'].flatMap((device) =>
      stageMessage(message(topicOf(device), sample(minute)), context.sources),
    );
    const prepared = await prepareAhead(staged, context, () => Promise.resolve());
    return { staged, prepared };
  };
  // The database must be asked of what is not in memory.
  const first = await ahead(0);
  expect(first.prepared).toBeUndefined();
  await commitBatch(first.staged, randomBytes(16), context);

  const { staged, prepared } = await ahead(1);
  expect(prepared?.ifNew.totals).toMatchObject({ stored: 2, rejected: 0 });
  await world.rows(`DELETE FROM channels WHERE device_id = 'M2'`);
  await world.rows(`DELETE FROM devices WHERE device_id = 'M2'`);
  context.directory.forget('demo', 'M2');
  const totals = await commitBatch(staged, randomBytes(16), context, { ahead: prepared });
  expect(totals).toMatchObject({ stored: 1, rejected: 1 });
});

test('a state that begins and ends within one batch has begun and ended', async () => {
  const sources = new SourceDirectory();
  const problems = sources.replace(
    [
      {
        tenant: 'demo',
        name: 'rooms',
        filter: 'zigbee2mqtt/#',
        dialect: 'zigbee2mqtt',
        rank: 100,
        enabled: true,
        settings: {},
        provision: false,
        provision_kind: null,
        provision_per_day: 1000,
        changed_by: 'test',
        changed_at: 1,
        tenant_zone: 'UTC',
      },
    ],
    [],
  );
  expect(problems).toEqual([]);
  const context = {
    pool: world.pool,
    store: createTimescaleStore(world.pool),
    directory: new DeviceDirectory(),
    sources,
    eventStates: new EventStates(),
    quota: new QuarantineQuota(),
    clocks: { observe: () => undefined },
    defaultTenant: 'demo',
    onConnection: () => undefined,
  };
  type Leak = readonly [minute: number, leak: boolean];
  const commitAs = (worker: typeof context, ...leaks: Leak[]): Promise<unknown> =>
    commitBatch(
      leaks.flatMap(([minute, water_leak]) =>
        stageMessage(
          message('zigbee2mqtt/M1', {
            water_leak,
            battery: 90,
            last_seen: Date.parse('2026-11-23T07:00:00Z') + minute * 60_000,
          }),
          sources,
        ),
      ),
      randomBytes(16),
      worker,
    );
  const commit = (...leaks: Leak[]): Promise<unknown> => commitAs(context, ...leaks);
  const told = async (): Promise<string[]> => {
    const rows = await world.rows<{ state: string }>(
      `SELECT state FROM device_events WHERE event = 'leak' ORDER BY ts`,
    );
    return rows.map(({ state }) => state);
  };
  await commit([0, false], [1, true], [2, true], [3, false], [4, false]);
  expect(await told()).toEqual(['active', 'cleared']);
  await commit([5, false], [6, true]);
  expect(await told()).toEqual(['active', 'cleared', 'active']);
  await commit([7, true], [8, false]);
  expect(await told()).toEqual(['active', 'cleared', 'active', 'cleared']);

  // Of a shared subscription each worker gets some.
  const [left, right] = [1, 2].map(() => ({ ...context, eventStates: new EventStates(false) }));
  if (left === undefined || right === undefined) throw new Error('two were made');
  await commitAs(left, [9, true]);
  await commitAs(right, [10, false]);
  await commitAs(left, [11, true]);
  const before = ['active', 'cleared', 'active', 'cleared'];
  expect(await told()).toEqual([...before, 'active', 'cleared', 'active']);
});
