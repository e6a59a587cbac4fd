import { transaction } from '@verimeter/test-support';
import { type Row, batchOf } from '@verimeter/reading-store/contract';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type QuestDbHttp,
  type QuestDbStore,
  createQuestDbBulk,
  createQuestDbHttp,
} from '../src/index.ts';
import { monthOf } from '../src/lib/history-table.ts';
import { MoveProgress } from '../src/lib/move-month.ts';
import { createUpkeep } from '../src/lib/upkeep.ts';
import { type QuestDbWorld, TENANT, settledAll } from './questdb-world.ts';

const at = (month: number, day: number, hour = 0): number =>
  Date.UTC(2019, month - 1, day, hour) * 1000;
/** In the middle of a month: that one stays as a whole. */
const BEFORE_US = at(4, 20);

/** What retention drops and writes down. */
export function describeRetention(worldOf: () => QuestDbWorld): void {
  describe('retention on QuestDB', () => {
    let world: QuestDbWorld;
    let http: QuestDbHttp;
    let channelIds: number[] = [];
    let deviceIds: string[] = [];
    beforeAll(() => {
      world = worldOf();
      http = createQuestDbHttp(world.questdb.httpUrl);
    });
    beforeEach(async () => {
      channelIds = await world.createChannels(2);
      const { rows } = await pool().query<{ device_id: string }>(
        'SELECT device_id FROM channels WHERE channel_id = ANY ($1) ORDER BY channel_id',
        [channelIds],
      );
      deviceIds = rows.map((row) => row.device_id);
    });
    afterEach(() => world.closeStores());

    const pool = () => world.database.servicePool;
    const upkeepOf = (client = http) => createUpkeep({ pool: pool(), http: client });

    /** Rows of the two devices in turn. */
    async function write(store: QuestDbStore, rows: readonly Omit<Row, 'channelId'>[]) {
      const batch = batchOf(rows.map((row, k) => ({ ...row, channelId: channelIds[k % 2] ?? 0 })));
      const shares = rows.map((_, k) => ({
        tenant: TENANT,
        deviceId: deviceIds[k % 2] ?? '',
        source: 'mqtt',
        end: k + 1,
        live: true,
      }));
      await transaction(pool(), (client) => store.write(client, batch, { shares }));
    }

    /** Of each device: what the ledger says of receive hours from `BEFORE_US` on, and what is found or written down. */
    async function account(): Promise<{ said: unknown; found: unknown }> {
      const store = world.openStore({ settles: false });
      const arrivals = await store.arrivalsByHour(channelIds, monthOf(BEFORE_US).fromUs, Infinity);
      const { rows } = await pool().query<Record<string, number>>(
        `SELECT (SELECT sum(stored)::int FROM ledger WHERE device_id = d AND hour >= kept_from) AS stored,
                (SELECT sum(conflicting)::int FROM ledger WHERE device_id = d AND hour >= kept_from) AS conflicting,
                (SELECT coalesce(sum(stored), 0)::int FROM retired_readings WHERE device_id = d) AS retired,
                (SELECT coalesce(sum(conflicting), 0)::int FROM retired_readings WHERE device_id = d)
                  + (SELECT count(*)::int FROM reading_conflicts x JOIN channels c USING (channel_id)
                      WHERE c.device_id = d AND x.received_at >= kept_from) AS kept_conflicts
           FROM unnest($1::text[]) WITH ORDINALITY AS t (d, n), reading_retention ORDER BY n`,
        [deviceIds],
      );
      return {
        said: rows.map(({ stored, conflicting }) => ({ stored, conflicting })),
        found: rows.map((row, k) => ({
          stored:
            (row['retired'] ?? 0) +
            arrivals
              .filter(({ channelId }) => channelId === channelIds[k])
              .reduce((sum, { readings }) => sum + readings, 0),
          conflicting: row['kept_conflicts'],
        })),
      };
    }
    const expectAccount = async (stored: number): Promise<void> => {
      const { said, found } = await account();
      expect(found).toEqual(said);
      expect(said).toEqual([
        { stored, conflicting: 1 },
        { stored, conflicting: 1 },
      ]);
    };

    /** A month in history, one of which a part has come since, one in days, and one that stays; of each some that came late. */
    async function fill(): Promise<void> {
      const store = world.openStore();
      const rows = [2, 3, 4].flatMap((month) =>
        [0, 1, 2, 3].map((k) => ({
          tsUs: at(month, 20) + Math.floor(k / 2) * 900e6,
          value: month,
          receivedAtUs: at(month, 20, 1),
        })),
      );
      const late = (k: number) =>
        [2, 3].flatMap((month) =>
          [0, 1].map((hour) => ({
            tsUs: at(month, 21, k),
            value: 7,
            receivedAtUs: at(4, 25 + hour),
          })),
        );
      await write(store, [...rows, ...late(0)]);
      await settledAll(world);
      await store.close();
      await new MoveProgress(monthOf(at(2, 1))).run(http, () => false);
      const again = world.openStore();
      await write(again, late(1));
      await write(
        again,
        [0, 1].map(() => ({ tsUs: at(3, 21), value: 8, receivedAtUs: at(4, 26) })),
      );
      await settledAll(world);
      await world.closeStores();
    }

    const monthsLeft = async (): Promise<string[]> => {
      const parts = await Promise.all(
        ['readings', 'readings_history'].map((table) =>
          world.questdb.query(`SELECT name FROM table_partitions('${table}') WHERE numRows > 0`),
        ),
      );
      const names = parts.flat().map(([name]) => String(name).slice(0, 7));
      return [...new Set(names)].filter((name) => name.startsWith('2019')).toSorted();
    };

    /** Breaks off at a drop: before it is sent, or when QuestDB has taken it. */
    const cutAt = (turn: number, how: 'before' | 'after' | 'killed'): QuestDbHttp => {
      let seen = 0;
      return {
        ...http,
        async query(sql, timeoutMs) {
          const isIt = sql.includes('DROP PARTITION') && (seen += 1) === turn;
          if (isIt && how === 'before') throw new Error('cut');
          const answer = await http.query(sql, timeoutMs);
          if (isIt && how === 'killed') await world.questdb.kill();
          if (isIt) throw new Error('cut');
          return answer;
        },
      };
    };

    test.each([
      ['before the first drop', 1, 'before'],
      ['after the last drop', 2, 'after'],
      ['with QuestDB after the first drop', 1, 'killed'],
    ] as const)(
      'cut %s, what goes is written down once, and what comes then is not lost',
      async (_, turn, how) => {
        await fill();
        await expect(upkeepOf(cutAt(turn, how)).retain(BEFORE_US)).rejects.toThrow('cut');
        if (how === 'killed') await world.questdb.start();
        await expectAccount(2 + 4);
        const bulk = createQuestDbBulk({ pool: pool(), httpUrl: world.questdb.httpUrl });
        expect((await bulk.months())[0]).toMatchObject({ fromUs: at(4, 1) });
        const store = world.openStore();
        const rows = [0, 1].map(() => ({ tsUs: at(3, 21), value: 9, receivedAtUs: at(4, 27) }));
        await write(store, rows);
        await settledAll(world);
        expect(await monthsLeft()).toEqual(['2019-03', '2019-04']);
        await expectAccount(2 + 4 + 1);
        expect(await upkeepOf().retain(BEFORE_US)).toBe(1);
        expect(await upkeepOf().retain(BEFORE_US)).toBe(0);
        expect(await monthsLeft()).toEqual(['2019-04']);
        await expectAccount(2 + 4 + 1);
        const left = await world.readAll(channelIds[0] ?? 0);
        expect(left.map(({ tsUs }) => tsUs)).toEqual([at(4, 20), at(4, 20) + 900e6]);
      },
    );

    test('nothing goes while readings are loaded, read for a backup, or decided and not settled', async () => {
      const row = { tsUs: at(3, 21), value: 9, receivedAtUs: at(4, 27) };
      await write(world.openStore(), [row]);
      await settledAll(world);
      await world.closeStores();
      const bulk = createQuestDbBulk({ pool: pool(), httpUrl: world.questdb.httpUrl });
      const waits = { code: 'RETENTION_WAITS' };
      const watch = await bulk.watchSnapshot?.();
      await expect(upkeepOf().retain(BEFORE_US)).rejects.toMatchObject(waits);
      await watch?.close();
      const loader = bulk.openLoader();
      const one = Float64Array.of(BEFORE_US);
      await loader.load({
        length: 1,
        channelId: Int32Array.of(channelIds[0] ?? 0),
        tsUs: one,
        value: one,
        flags: Int16Array.of(0),
        receivedAtUs: one,
      });
      await expect(upkeepOf().retain(BEFORE_US)).rejects.toMatchObject(waits);
      await loader.close();
      await write(world.openStore({ settles: false }), [row]);
      await pool().query(`UPDATE store_batches SET outcomes = '\\x00' WHERE settled_at IS NULL`);
      await expect(upkeepOf().retain(BEFORE_US)).rejects.toMatchObject(waits);
      expect(await monthsLeft()).toEqual(['2019-03', '2019-04']);
      await world.openStore().check();
      await settledAll(world);
      await upkeepOf().retain(BEFORE_US);
      expect(await monthsLeft()).toEqual(['2019-04']);
    });

    test('whoever settles without a pause lets go for it', async () => {
      await fill();
      const store = world.openStore();
      const dropped = new AbortController();
      const dropping = upkeepOf()
        .retain(BEFORE_US)
        .finally(() => dropped.abort());
      let written = 0;
      while (!dropped.signal.aborted) {
        // oxlint-disable-next-line no-await-in-loop
        await write(store, [
          { tsUs: at(5, 1) + written * 1e6, value: 1, receivedAtUs: at(5, 2) },
          { tsUs: at(5, 1) + written * 1e6, value: 1, receivedAtUs: at(5, 2) },
        ]);
        written += 1;
      }
      expect(await dropping).toBeGreaterThan(1);
      await settledAll(world);
      await expectAccount(2 + 4 + written);
    });
  });
}
