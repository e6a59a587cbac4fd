import { transaction } from '@verimeter/test-support';
import { setTimeout as sleep } from 'node:timers/promises';
import { OUTCOME, type WriteOptions } from '@verimeter/reading-store';
import { type Row, batchOf } from '@verimeter/reading-store/contract';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { QuestDbStore } from '../src/index.ts';
import { type QuestDbWorld, TENANT } from './questdb-world.ts';

const T0 = Date.UTC(2026, 10, 1) * 1000;
const RECEIVED_US = Date.UTC(2026, 10, 24, 4) * 1000;
const PATIENCE = { timeout: 30_000, interval: 20 };

/** What is particular to a store that answers later. */
export function describeSettling(worldOf: () => QuestDbWorld): void {
  describe('settling on QuestDB', () => {
    let world: QuestDbWorld;
    beforeAll(() => {
      world = worldOf();
    });
    afterEach(() => world.closeStores());

    const openStore: QuestDbWorld['openStore'] = (options) => world.openStore(options);
    const write = (
      store: QuestDbStore,
      rows: readonly Row[],
      options?: WriteOptions,
    ): Promise<Uint8Array> =>
      transaction(world.database.servicePool, (client) =>
        store.write(client, batchOf(rows), options),
      );
    const newChannel = async (): Promise<number> => (await world.createChannels(1))[0] ?? 0;
    const waiting = async (): Promise<number> => {
      const { rows } = await world.database.servicePool.query<{ count: number }>(
        'SELECT count(*)::int AS count FROM store_batches',
      );
      return rows[0]?.count ?? 0;
    };
    const settledAll = (): Promise<void> =>
      vi.waitFor(async () => expect(await waiting()).toBe(0), PATIENCE);

    test('the account of a batch is settled: pending goes, what became of the rows comes', async () => {
      const store = openStore();
      const channelId = await newChannel();
      const at = (k: number, value: number): Row => ({
        channelId,
        tsUs: T0 + k,
        value,
        receivedAtUs: RECEIVED_US,
      });
      const shares = [{ tenant: TENANT, deviceId: 'm1', source: 'mqtt', end: 4, live: true }];
      const outcomes = await write(store, [at(0, 1), at(1, 1), at(0, 1), at(0, 2)], { shares });
      expect([...outcomes]).toEqual(Array.from({ length: 4 }, () => OUTCOME.pending));
      await settledAll();
      const { rows } = await world.database.servicePool.query(
        `SELECT sum(stored)::int AS stored, sum(duplicate)::int AS duplicate, sum(conflicting)::int AS conflicting,
                sum(pending)::int AS pending, sum(received)::int AS received, min(hour) AS hour
           FROM ledger WHERE device_id = 'm1'`,
      );
      expect(rows).toEqual([
        { stored: 2, duplicate: 1, conflicting: 1, pending: -4, received: 0, hour: RECEIVED_US },
      ]);
      const live = await world.database.servicePool.query(
        `SELECT tenant, channel_ids, ARRAY(SELECT (extract(epoch FROM t) * 1000000)::float8 FROM unnest(ts) t) AS ts, values FROM live_events WHERE channel_ids @> ARRAY[$1::int]`,
        [channelId],
      );
      expect(live.rows).toEqual([
        { tenant: TENANT, channel_ids: [channelId, channelId], ts: [T0, T0 + 1], values: [1, 1] },
      ]);
    });

    test('a batch that a settler has decided and sent before it was gone is sent again and there once', async () => {
      const idle = openStore({ settles: false });
      const channelId = await newChannel();
      const at = (k: number, value: number): Row => ({ channelId, tsUs: T0 + k, value });
      await write(idle, [at(0, 5), at(1, 6), at(0, 7)]);
      await world.database.servicePool.query(
        `UPDATE store_batches SET outcomes = '\\x000002' WHERE outcomes IS NULL`,
      );
      await idle.check(); // makes the table
      const received = RECEIVED_US / 1e6 - Date.UTC(2000, 0, 1) / 1000;
      await world.questdb.query(
        `INSERT INTO readings (ts, channel, value, flags, received) VALUES (${T0}, '${channelId}', 5, 0, ${received})`,
      );
      // Written after it, and decided by what it says.
      await write(idle, [at(0, 8), at(1, 6), at(2, 9)]);
      await openStore().check();
      await settledAll();
      const rows = await world.readAll(channelId);
      expect(rows.map(({ tsUs, value, current }) => [tsUs - T0, value, current])).toEqual([
        [0, 5, true],
        [0, 8, false],
        [1, 6, true],
        [2, 9, true],
      ]);
    });

    test('of two settlers one settles; when it ends the other one goes on', async () => {
      const [first, second] = [openStore(), openStore()];
      const channelId = await newChannel();
      for (const [k, store] of [first, second, first].entries())
        await write(store, [{ channelId, tsUs: T0 + k, value: k }]);
      await settledAll();
      await first.close();
      await write(second, [{ channelId, tsUs: T0 + 9, value: 9 }]);
      await settledAll();
      expect(await world.readAll(channelId)).toHaveLength(4);
    });

    test('while QuestDB is away batches wait, readiness says so, and no more are taken than may wait', async () => {
      const problems: string[] = [];
      const store = openStore({
        mostWaitingBytes: 500,
        onProblem: (error) => void problems.push(error.message),
      });
      const channelId = await newChannel();
      await world.questdb.kill();
      const rows = Array.from({ length: 10 }, (_, k) => ({ channelId, tsUs: T0 + k, value: k }));
      await write(store, rows);
      await write(store, rows);
      await expect(store.check()).rejects.toThrow(/does not answer/);
      await expect(
        vi.waitFor(async () => {
          await write(store, rows);
          throw new Error('taken');
        }),
      ).rejects.toThrow(/wait for QuestDB/);
      await vi.waitFor(() => expect(problems).not.toEqual([]), PATIENCE);
      await world.questdb.start();
      await settledAll();
      expect(await world.readAll(channelId)).toHaveLength(10);
      await expect(store.check()).resolves.toBeUndefined();
    });

    test('a suspended table is not ready and says the command that resumes it', async () => {
      const store = openStore();
      const channelId = await newChannel();
      await world.questdb.query('ALTER TABLE readings SUSPEND WAL');
      await write(store, [{ channelId, tsUs: T0, value: 1 }]);
      await vi.waitFor(
        () => expect(store.check()).rejects.toThrow(/ALTER TABLE readings RESUME WAL/),
        PATIENCE,
      );
      await sleep(100); // nothing is settled meanwhile
      expect(await waiting()).toBe(1);
      await world.questdb.query('ALTER TABLE readings RESUME WAL');
      await settledAll();
      expect(await world.readAll(channelId)).toHaveLength(1);
    });

    test('says what a commit survives', async () => {
      expect(await openStore().durability()).toContain('cairo.commit.mode=nosync');
    });
  });
}
