import { OUTCOME, type ReadingBatch, createReadingBatch } from '@verimeter/reading-store';
import { batchOf } from '@verimeter/reading-store/contract';
import fc from 'fast-check';
import type { PoolClient } from 'pg';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { untilApplied } from '../src/lib/applied-log.ts';
import { encodeBatch } from '../src/lib/batch-content.ts';
import { decideGroup } from '../src/lib/decisions.ts';
import { type QuestDbHttp, createQuestDbHttp } from '../src/lib/http-client.ts';
import { createLineSender } from '../src/lib/line-sender.ts';
import { OwnBatches } from '../src/lib/own-batches.ts';
import { type Pipeline, createPipeline } from '../src/lib/pipeline.ts';
import { fingerprintOf, readBefore } from '../src/lib/shown-rows.ts';
import { addBatch, takeBatches } from '../src/lib/waiting-batches.ts';
import type { QuestDbWorld } from './questdb-world.ts';

/** Days of their own: partitions of them are dropped. */
const DAY_US = 86_400e6;
const T0 = Date.UTC(2024, 4, 1) * 1000;

/** Rows one by one, not their number or the newest instants. */
const isReadBack = (sql: string): boolean => !/count\(\)|max\(/.test(sql);

const settleAll = async (pipeline: Pipeline): Promise<void> => {
  // oxlint-disable-next-line no-await-in-loop
  while (await pipeline.step());
};

/** `count` registers a second apart. */
const registers = (channelId: number, fromUs: number, count: number): ReadingBatch =>
  batchOf(
    Array.from({ length: count }, (_, k) => ({
      channelId,
      tsUs: fromUs + k * 1e6,
      value: k / 8,
    })),
  );

/** What a settler does with a group, step by step, on a connection of the test. */
export function describePipeline(worldOf: () => QuestDbWorld): void {
  describe('groups on their way to QuestDB', () => {
    let world: QuestDbWorld;
    let http: QuestDbHttp;
    let client: PoolClient;
    const pipelines: Pipeline[] = [];
    beforeAll(async () => {
      world = worldOf();
      await world.closeStores(); // nobody else settles
      http = createQuestDbHttp(world.questdb.httpUrl);
      await world.openStore({ settles: false }).check(); // makes the table
    });
    beforeEach(async () => {
      client = await world.database.servicePool.connect();
    });
    afterEach(async () => {
      await Promise.all(pipelines.splice(0).map((one) => one.end()));
      client.release();
    });

    const open = (options: { http?: QuestDbHttp; shownMs?: number } = {}): Pipeline => {
      const pipeline = createPipeline({
        client,
        http,
        table: () => Promise.resolve(),
        sender: createLineSender(http),
        own: new OwnBatches(),
        signal: new AbortController().signal,
        ...options,
      });
      pipelines.push(pipeline);
      return pipeline;
    };
    const wait = (batch: ReadingBatch): Promise<number> =>
      addBatch(client, {
        rows: batch.length,
        content: encodeBatch(batch),
        account: Buffer.alloc(0),
        awaited: false,
      });
    const waiting = async (): Promise<number> => {
      const { rows } = await client.query<{ n: number }>(
        'SELECT count(*)::int AS n FROM store_batches',
      );
      return rows[0]?.n ?? 0;
    };
    const shownOf = async (channelId: number): Promise<number> => {
      const [row] = await world.questdb.query(
        `SELECT count() FROM readings WHERE channel = '${channelId}'`,
      );
      return Number(row?.[0]);
    };
    /** Does something just before rows are looked at for the second time: what was there before is known then, and rows are sent. */
    const beforeSecondLook = (work: () => Promise<void>, asked: string[]): QuestDbHttp => {
      let looks = 0;
      return {
        ...http,
        async numbers(sql, take) {
          asked.push(sql);
          if (sql.includes('count() AS rows')) {
            looks += 1;
            if (looks === 2) await work();
          }
          await http.numbers(sql, take);
        },
      };
    };

    test('QuestDB computes the same fingerprint, whatever the values', async () => {
      const [first = 0, second = 0] = await world.createChannels(2);
      const value = fc.oneof(
        fc.constantFrom(0, -1, 1 / 3, -(2 ** 41), 2 ** 41 + 0.3, 1e-9, -1e-9, 12_345.678),
        fc.double({ min: -(2 ** 42), max: 2 ** 42, noNaN: true }),
      );
      const row = fc.record({
        channelId: fc.constantFrom(first, second),
        tsUs: fc.integer({ min: 0, max: 3e9 }),
        value,
      });
      const rows = fc.sample(
        fc.uniqueArray(row, {
          minLength: 400,
          maxLength: 400,
          selector: ({ channelId, tsUs }) => `${channelId} ${tsUs}`,
        }),
        { numRuns: 1, seed: 7 },
      );
      const batch = batchOf(
        (rows[0] ?? []).map((one) => ({
          ...one,
          tsUs: T0 + one.tsUs,
          value: one.value + 0,
        })),
      );
      const sender = createLineSender(http);
      await sender.send(batch);
      await sender.close();
      expect(await untilApplied(http, { pollMs: 5, longestPollMs: 50, timeoutMs: 30_000 })).toBe(
        true,
      );
      const before = await readBefore(http, batch);
      expect(before?.shown.count).toBe(400);
      expect(before?.shown).toEqual(fingerprintOf(batch, before?.parts ?? []));
    });

    test('what is new is not read back row by row, one group after the other', async () => {
      const [channelId = 0] = await world.createChannels(1);
      const fromUs = T0 + DAY_US;
      for (let k = 0; k < 4; k += 1)
        await wait(registers(channelId, fromUs + k * 30_000e6, 30_000));
      const asked: string[] = [];
      await settleAll(open({ http: beforeSecondLook(() => Promise.resolve(), asked) }));
      expect(await waiting()).toBe(0);
      expect(await shownOf(channelId)).toBe(120_000);
      expect(asked.filter(isReadBack)).toEqual([]);
      // two groups, before and after each
      expect(asked.filter((sql) => sql.includes('count() AS rows'))).toHaveLength(4);
    });

    test("another's row among them: they are read back, and settled", async () => {
      const [channelId = 0, another = 0] = await world.createChannels(2);
      const fromUs = T0 + 10 * DAY_US;
      // More channels than are named in a question: it is about everybody's rows.
      const ids = await world.createChannels(301);
      await wait(
        batchOf([channelId, ...ids].map((id) => ({ channelId: id, tsUs: fromUs, value: 1 }))),
      );
      const asked: string[] = [];
      const interposed = beforeSecondLook(async () => {
        await world.questdb.query(
          `INSERT INTO readings (ts, channel, value, flags, received) VALUES (${fromUs}, '${another}', 1, 0, 1)`,
        );
        await untilApplied(http, { pollMs: 5, longestPollMs: 50, timeoutMs: 30_000 });
      }, asked);
      await settleAll(open({ http: interposed }));
      expect(asked.filter(isReadBack)).not.toEqual([]);
      expect(await waiting()).toBe(0);
      expect(await shownOf(channelId)).toBe(1);
    });

    test('rows that are not shown are not settled, and sent again', async () => {
      const [channelId = 0] = await world.createChannels(1);
      const fromUs = T0 + 20 * DAY_US;
      await wait(registers(channelId, fromUs, 400));
      const asked: string[] = [];
      const interposed = beforeSecondLook(async () => {
        await world.questdb.query(`ALTER TABLE readings DROP PARTITION LIST '2024-05-21'`);
        await untilApplied(http, { pollMs: 5, longestPollMs: 50, timeoutMs: 30_000 });
      }, asked);
      await expect(settleAll(open({ http: interposed, shownMs: 300 }))).rejects.toThrow(
        'QuestDB has taken 400 readings and does not show 400 of them',
      );
      expect(asked.filter(isReadBack)).not.toEqual([]);
      expect(await waiting()).toBe(1);
      const again: string[] = [];
      await settleAll(open({ http: beforeSecondLook(() => Promise.resolve(), again) }));
      expect(await waiting()).toBe(0);
      expect(await shownOf(channelId)).toBe(400);
      expect(again.filter(isReadBack)).not.toEqual([]); // what another one decided is read back
    });

    test('a group is judged by what is under way, which QuestDB may not show yet', async () => {
      const [channelId = 0] = await world.createChannels(1);
      const at = (k: number, value: number) => ({ channelId, tsUs: T0 + 30 * DAY_US + k, value });
      const underWay = batchOf([at(0, 1), at(1, 2)]);
      await wait(batchOf([at(1, 2), at(0, 3), at(2, 4)]));
      const taken = await takeBatches(client, 50_000, [], new OwnBatches());
      const newest = new Map([[channelId, T0 + 30 * DAY_US + 1]]);
      const decided = await decideGroup(http, taken, {
        newest,
        underWay,
        write: (work) => work(client),
      });
      expect(decided.map(({ outcomes }) => [...outcomes])).toEqual([
        [OUTCOME.duplicate, OUTCOME.conflicting, OUTCOME.stored],
      ]);
      expect(newest.get(channelId)).toBe(T0 + 30 * DAY_US + 2);
      // Written down before anything is sent.
      const { rows } = await client.query<{ outcomes: Buffer }>(
        'SELECT outcomes FROM store_batches',
      );
      expect(rows.map(({ outcomes }) => [...outcomes])).toEqual([[1, 2, 0]]);
      await settleAll(open());
      expect(await waiting()).toBe(0);
    });

    test('without rows that are new a group is settled all the same', async () => {
      const [channelId = 0] = await world.createChannels(1);
      const batch = registers(channelId, T0 + 40 * DAY_US, 3);
      await wait(batch);
      await wait(batch);
      await wait(createReadingBatch(0));
      await settleAll(open());
      await wait(batch);
      await settleAll(open());
      expect(await waiting()).toBe(0);
      expect(await shownOf(channelId)).toBe(3);
    });
  });
}
