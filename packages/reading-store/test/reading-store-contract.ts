import { FLAG } from '@verimeter/telemetry';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  OUTCOME,
  type ReadingBatch,
  type ReadingStore,
  type StoredReading,
  type Transaction,
  createReadingBatch,
  readIntervals,
} from '../src/index.ts';

/** What a store under test brings. Each test uses channels of its own. */
export interface ReadingStoreFixture<T extends Transaction> {
  readonly store: ReadingStore<T>;
  /** Runs `work` in a transaction that commits. */
  transaction<R>(work: (transaction: T) => Promise<R>): Promise<R>;
  /** Registers that many channels, each of its own device. */
  createChannels(count: number): Promise<number[]>;
  /** The tenant of a channel. */
  tenantOf(channelId: number): Promise<string>;
  /** Received times are kept rounded down to multiples of this, microseconds; default 1. */
  readonly receivedStepUs?: number;
  /** All readings of a channel with their conflicts, by ts, the current one first, then by value. */
  readAll(channelId: number): Promise<StoredReading[]>;
  close(): Promise<void>;
}

export interface Row {
  readonly channelId: number;
  readonly tsUs: number;
  readonly value: number;
  readonly flags?: number;
  readonly receivedAtUs?: number;
}

const T0 = Date.UTC(2026, 10, 1) * 1000;
const QUARTER_US = 900e6;
const RECEIVED_US = Date.UTC(2026, 10, 24, 4) * 1000 + 123_456;

export function batchOf(rows: readonly Row[]): ReadingBatch {
  const batch = createReadingBatch(rows.length);
  for (const [index, row] of rows.entries()) {
    batch.channelId[index] = row.channelId;
    batch.tsUs[index] = row.tsUs;
    batch.value[index] = row.value;
    batch.flags[index] = row.flags ?? 0;
    batch.receivedAtUs[index] = row.receivedAtUs ?? RECEIVED_US;
  }
  batch.length = rows.length;
  return batch;
}

/** Writes rows in a transaction of their own; returns what became of them, once it is known. */
export async function writeRows<T extends Transaction>(
  { store, transaction }: Pick<ReadingStoreFixture<T>, 'store' | 'transaction'>,
  rows: readonly Row[],
): Promise<number[]> {
  const answered = await transaction((client) =>
    store.write(client, batchOf(rows), { awaited: true }),
  );
  return [...(await store.settled(answered))];
}

/** Runs the suite that every implementation of `ReadingStore` has to pass. */
export function describeReadingStore<T extends Transaction>(
  name: string,
  createFixture: () => Promise<ReadingStoreFixture<T>>,
): void {
  describe(`reading store contract: ${name}`, () => {
    let fixture: ReadingStoreFixture<T>;
    beforeAll(async () => {
      fixture = await createFixture();
    });
    afterAll(() => fixture.close());

    const write = (rows: readonly Row[]): Promise<number[]> => writeRows(fixture, rows);
    const newChannel = async (): Promise<number> => {
      const [channelId] = await fixture.createChannels(1);
      if (channelId === undefined) throw new Error('the fixture created no channel');
      return channelId;
    };
    const receivedStepUs = (): number => fixture.receivedStepUs ?? 1;
    const keptReceived = (us: number): number => us - (us % receivedStepUs());
    const { stored, duplicate, conflicting } = OUTCOME;

    test('keeps every field to the microsecond and to the last bit', async () => {
      const channelId = await newChannel();
      const row = {
        channelId,
        tsUs: T0 + 1,
        value: 0.1 + 0.2,
        flags: FLAG.arrivalTime | FLAG.atLeastOnce,
        receivedAtUs: RECEIVED_US,
      };
      expect(await write([row])).toEqual([stored]);
      expect(await fixture.readAll(channelId)).toEqual([
        {
          tsUs: row.tsUs,
          value: 0.30000000000000004,
          receivedAtUs: keptReceived(RECEIVED_US),
          flags: row.flags,
          current: true,
        },
      ]);
    });

    test('keeps extreme values and old instants', async () => {
      const channelId = await newChannel();
      const values = [Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, 2 ** 53 - 1, 1e-300];
      const start = Date.UTC(2005, 0, 1) * 1000;
      const rows = values.map((value, index) => ({
        channelId,
        tsUs: start + index * 1_000_003,
        value,
      }));
      await write(rows);
      const back = await fixture.readAll(channelId);
      expect(back.map((reading) => [reading.tsUs, reading.value])).toEqual(
        rows.map((row) => [row.tsUs, row.value]),
      );
    });

    test('a redelivered reading is a duplicate and changes nothing', async () => {
      const channelId = await newChannel();
      await write([{ channelId, tsUs: T0, value: 7 }]);
      const before = await fixture.readAll(channelId);
      const again = { channelId, tsUs: T0, value: 7, receivedAtUs: RECEIVED_US + 5e6 };
      expect(await write([again])).toEqual([duplicate]);
      expect(await fixture.readAll(channelId)).toEqual(before);
    });

    test('a different value is kept beside the first one, which stays current', async () => {
      const channelId = await newChannel();
      await write([{ channelId, tsUs: T0, value: 7 }]);
      expect(await write([{ channelId, tsUs: T0, value: 8 }])).toEqual([conflicting]);
      const back = await fixture.readAll(channelId);
      expect(back.map(({ value, current }) => [value, current])).toEqual([
        [7, true],
        [8, false],
      ]);
    });

    test('a conflicting value that comes again is a duplicate, a third value conflicts', async () => {
      const channelId = await newChannel();
      await write([{ channelId, tsUs: T0, value: 7 }]);
      await write([{ channelId, tsUs: T0, value: 8 }]);
      expect(await write([{ channelId, tsUs: T0, value: 8 }])).toEqual([duplicate]);
      expect(await write([{ channelId, tsUs: T0, value: 9 }])).toEqual([conflicting]);
      expect(await write([{ channelId, tsUs: T0, value: 7 }])).toEqual([duplicate]);
      expect((await fixture.readAll(channelId)).map(({ value }) => value)).toEqual([7, 8, 9]);
    });

    test('values that differ in the last bit conflict; minus zero equals zero', async () => {
      const channelId = await newChannel();
      await write([
        { channelId, tsUs: T0, value: 0.3 },
        { channelId, tsUs: T0 + 1, value: 0 },
      ]);
      expect(
        await write([
          { channelId, tsUs: T0, value: 0.1 + 0.2 },
          { channelId, tsUs: T0 + 1, value: -0 },
        ]),
      ).toEqual([conflicting, duplicate]);
    });

    test('repetitions inside one batch are told apart like those of two batches', async () => {
      const channelId = await newChannel();
      const at = (value: number): Row => ({ channelId, tsUs: T0, value });
      expect(await write([at(5), at(6), at(5), at(6), at(7)])).toEqual([
        stored,
        conflicting,
        duplicate,
        duplicate,
        conflicting,
      ]);
      expect((await fixture.readAll(channelId)).map(({ value }) => value)).toEqual([5, 6, 7]);
    });

    test('a batch compares its repetitions with the stored value, not with its own first row', async () => {
      const channelId = await newChannel();
      const at = (value: number): Row => ({ channelId, tsUs: T0, value });
      await write([at(1)]);
      expect(await write([at(2), at(1), at(2)])).toEqual([conflicting, duplicate, duplicate]);
    });

    test('answers in the order of the batch, whatever the order of its keys', async () => {
      const channels = await fixture.createChannels(3);
      const [a = 0, b = 0, c = 0] = channels;
      await write([{ channelId: b, tsUs: T0, value: 1 }]);
      expect(
        await write([
          { channelId: c, tsUs: T0 + QUARTER_US, value: 1 },
          { channelId: b, tsUs: T0, value: 2 },
          { channelId: a, tsUs: T0, value: 1 },
          { channelId: b, tsUs: T0, value: 1 },
          { channelId: c, tsUs: T0, value: 1 },
        ]),
      ).toEqual([stored, conflicting, stored, duplicate, stored]);
    });

    test('a large batch with some known keys stores the others', async () => {
      const [channelId = 0, other = 0] = await fixture.createChannels(2);
      const rows = Array.from({ length: 3000 }, (_, index) => ({
        channelId: index % 2 === 0 ? channelId : other,
        tsUs: T0 + index * QUARTER_US,
        value: index,
      }));
      expect(await write(rows.slice(0, 1000))).toEqual(Array.from({ length: 1000 }, () => stored));
      const changed = rows.map((row, index) => (index === 10 ? { ...row, value: -1 } : row));
      const expected: number[] = rows.map((_, index) => (index < 1000 ? duplicate : stored));
      expected[10] = conflicting;
      expect(await write(changed)).toEqual(expected);
      expect(await write(changed)).toEqual(rows.map(() => duplicate));
      expect(await fixture.readAll(channelId)).toHaveLength(1501);
    });

    test('two writers of overlapping keys in opposite orders store each key once', async () => {
      const channels = await fixture.createChannels(40);
      const rows = channels.flatMap((channelId) =>
        Array.from({ length: 20 }, (_, index) => ({
          channelId,
          tsUs: T0 + index * QUARTER_US,
          value: index,
        })),
      );
      const results = await Promise.all([
        write(rows),
        write(rows.toReversed()),
        write(rows.toSorted((x, y) => x.tsUs - y.tsUs)),
      ]);
      const count = (outcome: number): number =>
        results.flat().filter((result) => result === outcome).length;
      expect([count(stored), count(duplicate), count(conflicting)]).toEqual([
        rows.length,
        2 * rows.length,
        0,
      ]);
    });

    test('what a rolled back transaction wrote is not there', async () => {
      const channelId = await newChannel();
      await expect(
        fixture.transaction(async (transaction) => {
          await fixture.store.write(transaction, batchOf([{ channelId, tsUs: T0, value: 1 }]));
          throw new Error('rolled back on purpose');
        }),
      ).rejects.toThrow('on purpose');
      expect(await fixture.readAll(channelId)).toEqual([]);
      expect(await write([{ channelId, tsUs: T0, value: 2 }])).toEqual([stored]);
    });

    test('refuses a value that is not finite', async () => {
      const channelId = await newChannel();
      await expect(write([{ channelId, tsUs: T0, value: Number.NaN }])).rejects.toThrow(RangeError);
    });

    test('an empty batch is written without asking the database', async () => {
      expect(await write([])).toEqual([]);
    });

    test('a matrix holds the readings at the grid instants and NaN elsewhere', async () => {
      const [a = 0, b = 0, silent = 0] = await fixture.createChannels(3);
      await write([
        { channelId: a, tsUs: T0, value: 1 },
        { channelId: a, tsUs: T0 + QUARTER_US + 1, value: 99 }, // off the grid by a microsecond
        { channelId: a, tsUs: T0 + 2 * QUARTER_US, value: 3 },
        { channelId: b, tsUs: T0 + QUARTER_US, value: 20 },
        { channelId: b, tsUs: T0 - QUARTER_US, value: 98 },
        { channelId: b, tsUs: T0 + 3 * QUARTER_US, value: 97 },
      ]);
      const matrix = await fixture.store.matrix([b, silent, a], {
        startUs: T0,
        stepUs: QUARTER_US,
        count: 3,
        asOfUs: T0 + 10 * QUARTER_US,
      });
      expect(matrix).toEqual({
        channelIds: [b, silent, a],
        startUs: T0,
        stepUs: QUARTER_US,
        count: 3,
        values: Float64Array.of(NaN, 20, NaN, NaN, NaN, NaN, 1, NaN, 3),
      });
    });

    test('a matrix does not see readings after its as-of', async () => {
      const channelId = await newChannel();
      await write([
        { channelId, tsUs: T0, value: 1 },
        { channelId, tsUs: T0 + QUARTER_US, value: 2 },
      ]);
      const grid = { startUs: T0, stepUs: QUARTER_US, count: 2 };
      const until = async (asOfUs: number): Promise<number[]> => [
        ...(await fixture.store.matrix([channelId], { ...grid, asOfUs })).values,
      ];
      expect(await until(T0 + QUARTER_US - 1)).toEqual([1, NaN]);
      expect(await until(T0 + QUARTER_US)).toEqual([1, 2]);
      expect(await until(T0 - 1)).toEqual([NaN, NaN]);
    });

    test('a matrix holds current values, never conflicting ones', async () => {
      const channelId = await newChannel();
      await write([{ channelId, tsUs: T0, value: 1 }]);
      await write([{ channelId, tsUs: T0, value: 2 }]);
      const matrix = await fixture.store.matrix([channelId], {
        startUs: T0,
        stepUs: QUARTER_US,
        count: 1,
        asOfUs: T0,
      });
      expect([...matrix.values]).toEqual([1]);
    });

    test('last instants skip readings flagged future and those after the limit', async () => {
      const [a = 0, onlyFuture = 0, silent = 0] = await fixture.createChannels(3);
      await write([
        { channelId: a, tsUs: T0, value: 1 },
        { channelId: a, tsUs: T0 + QUARTER_US + 1, value: 2 },
        { channelId: a, tsUs: T0 + 2 * QUARTER_US, value: 3, flags: FLAG.future },
        { channelId: onlyFuture, tsUs: T0, value: 1, flags: FLAG.future },
      ]);
      const ids = [a, onlyFuture, silent];
      expect(await fixture.store.lastInstants(ids)).toEqual(new Map([[a, T0 + QUARTER_US + 1]]));
      expect(await fixture.store.lastInstants(ids, T0 + QUARTER_US + 1)).toEqual(
        new Map([[a, T0 + QUARTER_US + 1]]),
      );
      expect(await fixture.store.lastInstants(ids, T0 + QUARTER_US)).toEqual(new Map([[a, T0]]));
      expect(await fixture.store.lastInstants(ids, T0 - 1)).toEqual(new Map());
    });

    test('series are the readings of some channels between two instants, in the order of their times', async () => {
      const [a, b, other] = [await newChannel(), await newChannel(), await newChannel()];
      await write([
        { channelId: a, tsUs: T0 + 2, value: 2 },
        { channelId: a, tsUs: T0, value: 0.1 },
        { channelId: a, tsUs: T0 + 3, value: 3 },
        { channelId: b, tsUs: T0 + 1, value: -1 },
        { channelId: b, tsUs: T0 - 1, value: 9 },
        { channelId: other, tsUs: T0, value: 7 },
      ]);
      const taken: number[][] = [];
      const take = (...reading: number[]): void => void taken.push(reading);
      await fixture.store.series([b, a], T0, T0 + 2, take);
      await fixture.store.series([], T0, T0 + 2, take);
      expect(taken.filter(([id]) => id === a)).toEqual([
        [a, T0, 0.1],
        [a, T0 + 2, 2],
      ]);
      expect(taken.filter(([id]) => id !== a)).toEqual([[b, T0 + 1, -1]]);
    });

    test('intervals of registers are differences of the readings near the edges of a grid', async () => {
      const [a, b, silent] = [await newChannel(), await newChannel(), await newChannel()];
      const MINUTE_US = 60e6;
      await write([
        ...[-8, 7, 22, 52, 67].map((minute, k) => ({
          channelId: a,
          tsUs: T0 + minute * MINUTE_US,
          value: 100 + k,
        })),
        ...[0, 15, 30].map((minute, k) => ({
          channelId: b,
          tsUs: T0 + minute * MINUTE_US,
          value: 1.5 * k,
        })),
      ]);
      const taken = new Map<number, unknown>();
      await readIntervals(
        fixture.store,
        new Map([a, b, silent].map((channelId) => [channelId, []])),
        { stepUs: QUARTER_US, fromUs: T0, toUs: T0 + 4 * QUARTER_US },
        (channelId, intervals) =>
          taken.set(
            channelId,
            intervals.map(({ startUs, endUs, amount }) => [
              (startUs - T0) / QUARTER_US,
              (endUs - T0) / QUARTER_US,
              amount,
            ]),
          ),
      );
      expect(taken).toEqual(
        new Map([
          [
            a,
            [
              [0, 1, 1],
              [1, 3, 1],
              [3, 4, 1],
            ],
          ],
          [
            b,
            [
              [0, 1, 1.5],
              [1, 2, 1.5],
            ],
          ],
        ]),
      );
    });

    test('unsteady registers fell, or rose by more than so much an hour, since an instant', async () => {
      const HOUR_US = 3600e6;
      const register = async (...values: number[]): Promise<number> => {
        const channelId = await newChannel();
        await write(values.map((value, k) => ({ channelId, tsUs: T0 + k * QUARTER_US, value })));
        return channelId;
      };
      const steady = await register(1, 2, 2, 11);
      const fell = await register(5, 5, 4.9);
      const jumped = await register(1, 11.1);
      const before = await register(1, 50, 3, 4);
      const gap = await newChannel();
      await write([
        { channelId: gap, tsUs: T0, value: 0 },
        { channelId: gap, tsUs: T0 + 5 * HOUR_US, value: 50 },
      ]);
      const all = [steady, fell, jumped, before, gap];
      const { store } = fixture;
      const unsteady = async (sinceUs: number, untilUs: number, most: number): Promise<number[]> =>
        [
          ...(await store.unsteadyRegisters(
            new Map(all.map((id) => [id, sinceUs])),
            untilUs,
            most,
          )),
        ].toSorted((left, right) => left - right);
      expect(await unsteady(T0, T0 + 9 * HOUR_US, 10)).toEqual([fell, jumped, before]);
      expect(await unsteady(T0 + 3 * QUARTER_US, T0 + 9 * HOUR_US, 9.9)).toEqual([gap]);
      expect(await unsteady(T0, T0 + QUARTER_US, 10)).toEqual([jumped, before]);
    });

    test('late arrivals are what came after an instant and belongs to a time before another', async () => {
      const { store } = fixture;
      const [late, punctual, early] = [await newChannel(), await newChannel(), await newChannel()];
      const after = RECEIVED_US + 3_600e6;
      const step = receivedStepUs();
      const notIn = await store.shown();
      await write([
        { channelId: late, tsUs: T0, value: 1 },
        { channelId: late, tsUs: T0 + QUARTER_US, value: 2, receivedAtUs: after + step },
        { channelId: late, tsUs: T0 + 2 * QUARTER_US, value: 3, receivedAtUs: after + 2 * step },
        { channelId: punctual, tsUs: T0 + 3 * QUARTER_US, value: 1, receivedAtUs: after + step },
        // As late as can be told from what came after it.
        { channelId: early, tsUs: T0, value: 1, receivedAtUs: keptReceived(after) - step + 1 },
      ]);
      const tenant = await fixture.tenantOf(late);
      const window = { notIn, receivedAfterUs: after, fromUs: T0, untilUs: T0 + 2 * QUARTER_US };
      const found = await store.lateArrivals(tenant, window);
      expect([...found.keys()].filter((id) => [late, punctual, early].includes(id))).toEqual([
        late,
      ]);
      const receivedUs = keptReceived(after + 2 * step);
      expect(found.get(late)).toMatchObject({ earliestUs: T0 + QUARTER_US, receivedUs });
      expect((await store.lateArrivals('another', window)).size).toBe(0);
      expect(await store.lateArrivals(tenant, window)).toEqual(found);
      await write([
        {
          channelId: late,
          tsUs: T0 + 2 * QUARTER_US - 1,
          value: 3,
          receivedAtUs: after + 2 * step,
        },
      ]);
      const more = (await store.lateArrivals(tenant, window)).get(late);
      expect(more).toMatchObject({ earliestUs: T0 + QUARTER_US, receivedUs });
      expect(more?.fingerprint).not.toBe(found.get(late)?.fingerprint);
    });

    test('what was shown is no late arrival; what was on the way is one, whenever it arrived', async () => {
      const { store } = fixture;
      const [before, onTheWay] = [await newChannel(), await newChannel()];
      await write([{ channelId: before, tsUs: T0, value: 1 }]);
      const { notIn, answered } = await fixture.transaction(async (transaction) => {
        const batch = batchOf([{ channelId: onTheWay, tsUs: T0, value: 1 }]);
        const outcomes = await store.write(transaction, batch, { awaited: true });
        return { answered: outcomes, notIn: await store.shown() };
      });
      await store.settled(answered);
      const tenant = await fixture.tenantOf(before);
      const lateSince = async (mark: string): Promise<number[]> => {
        const window = { receivedAfterUs: RECEIVED_US - 1, fromUs: T0, untilUs: T0 };
        const found = await store.lateArrivals(tenant, { notIn: mark, ...window });
        return [before, onTheWay].filter((id) => found.has(id));
      };
      expect(await lateSince(notIn)).toContain(onTheWay);
      // as soon as whoever else writes has ended
      await vi.waitFor(
        async () => expect(await lateSince(await store.shown())).toEqual([]),
        30_000,
      );
    });

    test('is ready', async () => {
      await expect(fixture.store.check()).resolves.toBeUndefined();
    });
  });
}
