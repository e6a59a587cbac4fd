import { transaction } from '@verimeter/test-support';
import { FLAG } from '@verimeter/telemetry';
import { OUTCOME } from '@verimeter/reading-store';
import { type Row, batchOf } from '@verimeter/reading-store/contract';
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type QuestDbHttp,
  type QuestDbStore,
  createQuestDbBulk,
  createQuestDbHttp,
  createQuestDbTenantReadings,
} from '../src/index.ts';
import { monthOf } from '../src/lib/history-table.ts';
import { MoveProgress } from '../src/lib/move-month.ts';
import { createUpkeep } from '../src/lib/upkeep.ts';
import { type QuestDbWorld, TENANT, ageSettled, asTenant } from './questdb-world.ts';

const HOUR_US = 3600e6;
const DAY_US = 24 * HOUR_US;
const MARCH = monthOf(Date.UTC(2024, 2, 1) * 1000);
const RECEIVED_US = Date.UTC(2024, 4, 2, 4, 5) * 1000;
const AFTER_US = Date.UTC(2024, 4, 20) * 1000;
const PIECE = 3000;

/** Months that move to history. */
export function describeHistory(worldOf: () => QuestDbWorld): void {
  describe('history of QuestDB', () => {
    let world: QuestDbWorld;
    let store: QuestDbStore;
    let http: QuestDbHttp;
    let channelIds: number[] = [];
    let device = '';
    beforeAll(() => {
      world = worldOf();
    });
    beforeEach(async () => {
      http = createQuestDbHttp(world.questdb.httpUrl);
      store = world.openStore();
      channelIds = await world.createChannels(4);
      const owner = await world.database.servicePool.query<{ device_id: string }>(
        'SELECT device_id FROM channels WHERE channel_id = $1',
        [channelIds[0]],
      );
      device = owner.rows[0]?.device_id ?? '';
      await write(marchOf(channelIds));
    });
    afterEach(async () => {
      await world.closeStores();
      await world.questdb.query('TRUNCATE TABLE readings');
      await world.questdb.query('TRUNCATE TABLE readings_history');
    });

    const upkeepOf = (client = http) =>
      createUpkeep({
        pool: world.database.servicePool,
        http: client,
        mostMs: Infinity,
        readingsAtATime: PIECE,
      });
    const write = async (rows: readonly Row[]): Promise<number[]> => {
      const outcomes = await transaction(world.database.servicePool, (client) =>
        store.write(client, batchOf(rows), { awaited: true }),
      );
      return [...(await store.settled(outcomes))];
    };
    const move = async (): Promise<void> => {
      await ageSettled(world);
      await upkeepOf().tend(AFTER_US);
    };
    const counts = async (): Promise<unknown[]> => [
      ...(await world.questdb.query('SELECT count() FROM readings')).flat(),
      ...(await world.questdb.query('SELECT count() FROM readings_history')).flat(),
    ];

    /** All that is read of the channels. */
    async function readEverything(): Promise<unknown> {
      const reader = world.openStore({ settles: false });
      const pieces: unknown[] = [];
      for await (const piece of reader.rows(channelIds, -Infinity, Infinity))
        pieces.push(
          [...piece.channelId],
          [...piece.tsUs],
          [...piece.value],
          [...piece.flags],
          [...piece.receivedAtUs],
        );
      const arrivals = await reader.arrivalsByHour(channelIds, -Infinity, Infinity);
      const grid = {
        startUs: MARCH.fromUs,
        stepUs: 900e6,
        count: 96 * 40,
        asOfUs: MARCH.untilUs + 3 * DAY_US,
      };
      const readings = createQuestDbTenantReadings(world.questdb.httpUrl);
      const range = {
        deviceId: device,
        quantity: 'active_energy_import',
        fromUs: MARCH.fromUs + 20 * DAY_US,
        toUs: MARCH.untilUs + DAY_US,
      };
      const around = { ...range, toUs: range.fromUs + HOUR_US };
      const asked = await asTenant(world.database.appPool, TENANT, async (client) => [
        await readings.latest(client, [device]),
        await readings.page(client, range, { limit: 1500, conflicts: true, after: undefined }),
        await readings.page(client, range, {
          limit: 30,
          conflicts: false,
          after: { tsUs: MARCH.untilUs - 4 * HOUR_US, current: true, value: 0 },
        }),
        await readings.series(client, around, { before: 5, after: 2000 }),
        await readings.buckets(client, range, {
          register: true,
          resolution: '1d',
          zone: 'Europe/Berlin',
          limit: 50,
        }),
      ]);
      return {
        pieces,
        arrivals: arrivals.toSorted((a, b) => a.channelId - b.channelId || a.hourUs - b.hourUs),
        matrix: [...(await reader.matrix(channelIds, grid)).values],
        first: await reader.firstInstants(channelIds, MARCH.fromUs + 5 * DAY_US),
        last: await reader.lastInstants(channelIds),
        lastInMonth: await reader.lastInstants(channelIds, MARCH.untilUs - 3 * HOUR_US),
        unsteady: await reader.unsteadyRegisters(
          new Map(channelIds.map((id) => [id, MARCH.fromUs + DAY_US])),
          AFTER_US,
          1,
        ),
        asked,
      };
    }

    test('a month that moved reads as before, to the last bit, and takes few bytes', async () => {
      const before = await readEverything();
      const [held] = await counts();
      await move();
      expect(await counts()).toEqual([
        channelIds.length * 96,
        Number(held) - channelIds.length * 96,
      ]);
      expect(await readEverything()).toEqual(before);
      const { readings, compressedBytes, fromUs } = await upkeepOf().size();
      expect(readings).toBe(held);
      expect(compressedBytes).toBeGreaterThan(0);
      expect(fromUs).toBe(MARCH.fromUs);
    });

    test('what comes late for a month that moved is a duplicate, conflicting or new, and moves with the next round', async () => {
      await move();
      const [first, second = 0] = channelIds;
      const channelId = first ?? 0;
      const [known] = await world.readAll(channelId);
      const again = { channelId, tsUs: known?.tsUs ?? 0, value: known?.value ?? 0 };
      const fresh = { channelId: second, tsUs: MARCH.fromUs + 77_000_001, value: 0.1 + 0.2 };
      const notIn = await store.shown();
      const late = [again, { ...again, value: again.value + 1e-12 }, fresh];
      expect(await write(late)).toEqual([OUTCOME.duplicate, OUTCOME.conflicting, OUTCOME.stored]);
      const before = await readEverything();
      const days = [];
      for await (const piece of upkeepOf().dirtyDays(notIn)) days.push(...piece);
      expect(days).toContainEqual({ channelId: second, dayUs: MARCH.fromUs });
      await move();
      expect(await counts()).toEqual([channelIds.length * 96, expect.any(Number)]);
      expect(await readEverything()).toEqual(before);
      const dirty = [];
      for await (const piece of upkeepOf().dirtyDays(notIn)) dirty.push(...piece);
      expect(dirty).toContainEqual({ channelId: second, dayUs: MARCH.fromUs });
      const back = await world.readAll(second);
      expect(back).toContainEqual(
        expect.objectContaining({ tsUs: fresh.tsUs, value: fresh.value }),
      );
      expect(await write(late)).toEqual([OUTCOME.duplicate, OUTCOME.duplicate, OUTCOME.duplicate]);
    });

    test('while a month is in both tables each reading counts once, and a move goes on where it paused', async () => {
      const before = await readEverything();
      const progress = new MoveProgress(MARCH, PIECE);
      for (let pauses = 0; ; pauses += 1) {
        let asked = 0;
        const isDone = await progress.run(http, () => (asked += 1) > 1);
        expect(await readEverything()).toEqual(before);
        if (isDone) {
          expect(pauses).toBeGreaterThan(4);
          break;
        }
      }
      expect(await counts()).toEqual([channelIds.length * 96, expect.any(Number)]);
    });

    test('a month of which history has another value stays where it is', async () => {
      const progress = new MoveProgress(MARCH, PIECE);
      let asked = 0;
      await progress.run(http, () => (asked += 1) > 2);
      const held = await counts();
      await world.questdb.query(
        `INSERT INTO readings_history SELECT pos, us, 0L, 1e-13, flags, received FROM readings_history LIMIT 1`,
      );
      await vi.waitFor(async () => {
        const [[applied] = []] = await world.questdb.query(
          `SELECT sequencerTxn = writerTxn FROM wal_tables() WHERE name = 'readings_history'`,
        );
        expect(applied).toBe(true);
      });
      await expect(new MoveProgress(MARCH, PIECE).run(http, () => false)).rejects.toThrow(
        /history has \d+ of \d+ readings of 2024-03 .*: the month stays in readings/,
      );
      expect((await counts())[0]).toBe(held[0]);
    });

    test.each([
      ['the first piece', /^INSERT/, 1],
      ['a later piece', /^INSERT/, 3],
      ['the conversion', /CONVERT/, 1],
      ['the proof', /JOIN/, 2],
      ['the drop', /DROP/, 1],
    ] as const)(
      'QuestDB killed at %s loses nothing and shows nothing twice, and the month moves afterwards',
      async (_, pattern, turn) => {
        const before = await readEverything();
        await ageSettled(world);
        for (const isAfter of [false, true]) {
          let seen = 0;
          const killed: QuestDbHttp = {
            ...http,
            async query(sql, timeoutMs) {
              if (!pattern.test(sql.trim()) || (seen += 1) !== turn)
                return http.query(sql, timeoutMs);
              const answer = http.query(sql, timeoutMs);
              answer.catch(() => undefined); // awaited below, when QuestDB is gone
              if (isAfter) await answer;
              await world.questdb.kill();
              return answer;
            },
          };
          const ended = await upkeepOf(killed)
            .tend(AFTER_US)
            .then(
              () => 'moved',
              () => 'killed',
            );
          expect([seen >= turn, ended]).toEqual([true, 'killed']);
          await world.questdb.start();
          expect(await readEverything()).toEqual(before);
        }
        await upkeepOf().tend(AFTER_US);
        expect(await counts()).toEqual([channelIds.length * 96, expect.any(Number)]);
        expect(await readEverything()).toEqual(before);
      },
      60_000,
    );

    test('a month does not move while somebody loads past the settler', async () => {
      await ageSettled(world);
      const { servicePool: pool } = world.database;
      const bulk = createQuestDbBulk({ pool, httpUrl: world.questdb.httpUrl });
      const loader = bulk.openLoader();
      const [held] = await counts();
      const one = Float64Array.of(MARCH.fromUs + 1);
      const row = { value: one, flags: Int16Array.of(0), receivedAtUs: one };
      await loader.load({
        ...row,
        length: 1,
        channelId: Int32Array.of(channelIds[0] ?? 0),
        tsUs: one,
      });
      await loader.shown();
      await upkeepOf().tend(AFTER_US);
      expect(await counts()).toEqual([Number(held) + 1, 0]);
      await loader.close();
      const before = await readEverything();
      await upkeepOf().tend(AFTER_US);
      expect(await counts()).toEqual([channelIds.length * 96, expect.any(Number)]);
      expect(await readEverything()).toEqual(before);
      expect(await bulk.months()).toEqual([
        { ...MARCH, readings: Number(held) + 1 - channelIds.length * 96 },
        { ...monthOf(MARCH.untilUs), readings: channelIds.length * 96 },
      ]);
    });

    test('old months go as a whole, whichever table they are in', async () => {
      await move();
      const upkeep = upkeepOf();
      const april = monthOf(MARCH.untilUs);
      expect(await upkeep.retain(MARCH.untilUs - 1)).toBe(0);
      expect(await upkeep.retain(april.untilUs - 1)).toBe(1);
      expect(await upkeep.retain(april.untilUs - 1)).toBe(0);
      expect(await counts()).toEqual([channelIds.length * 96, 0]);
      expect(await upkeep.retain(april.untilUs)).toBe(1);
      expect(await counts()).toEqual([0, 0]);
    });
  });
}

/** A month of quarter-hours and a day of the next one: whole thousandths, others, odd instants, flags. */
function marchOf(channelIds: readonly number[]): Row[] {
  return channelIds.flatMap((channelId, n) =>
    Array.from({ length: 32 * 96 }, (_, k) => {
      const tsUs = MARCH.fromUs + k * 900e6 + (k % 31 === 5 ? 1_234_567 * n : 0);
      const counted = 1000 + n * 7 + Math.floor(k * 103.7) / 1000;
      return {
        channelId,
        tsUs,
        value: n === 3 ? Math.sin(k) : n === 2 && k % 7 === 0 ? 0 : counted,
        flags: k % 500 === 9 ? FLAG.atLeastOnce : 0,
        receivedAtUs: RECEIVED_US + k * 1e6,
      };
    }),
  );
}
