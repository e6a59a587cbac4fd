import { FLAG } from '@verimeter/telemetry';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { OUTCOME, type Transaction } from '../src/index.ts';
import { testArrivals } from './arrivals-contract.ts';
import { testSeries } from './series-contract.ts';
import {
  QUARTER_US,
  RECEIVED_US,
  type ReadingStoreFixture,
  type Row,
  T0,
  batchOf,
  keptReceived,
  newChannelOf,
  writeRows,
} from './store-fixture.ts';

export { type ReadingStoreFixture, type Row, batchOf, writeRows } from './store-fixture.ts';

const isGap = (index: number): boolean => index % 7 === 3;

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
    const newChannel = (): Promise<number> => newChannelOf(fixture);
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
          receivedAtUs: keptReceived(fixture, RECEIVED_US),
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

    test('a history that is given again, with gaps filled and values changed, tells each row apart', async () => {
      const [channelId = 0, other = 0] = await fixture.createChannels(2);
      const rows = Array.from({ length: 1200 }, (_, index) => ({
        channelId: index % 2 === 0 ? channelId : other,
        tsUs: T0 + Math.floor(index / 2) * QUARTER_US,
        value: index / 1000,
      }));
      await write(rows.filter((_, index) => !isGap(index)));
      for (let again = 0; again < 2; again += 1)
        expect(
          // oxlint-disable-next-line no-await-in-loop -- a store may learn from the batch before
          await write(rows.filter((_, index) => !isGap(index))),
        ).toEqual(rows.filter((_, index) => !isGap(index)).map(() => duplicate));
      // each new key twice, the second time with another value; of the known ones the first is changed
      const filled = [
        ...rows.map((row, index) => (index === 0 ? { ...row, value: -1 } : row)),
        ...rows.filter((_, index) => isGap(index)).map((row) => ({ ...row, value: -2 })),
      ];
      const expected: number[] = rows.map((_, index) => (isGap(index) ? stored : duplicate));
      expected[0] = conflicting;
      expect(await write(filled)).toEqual([
        ...expected,
        ...rows.filter((_, index) => isGap(index)).map(() => conflicting),
      ]);
      expect(await write(filled)).toEqual(filled.map(() => duplicate));
      const kept = (await fixture.readAll(channelId)).filter(({ current }) => current);
      expect(kept.map(({ value }) => value)).toEqual(
        rows.filter((row) => row.channelId === channelId).map(({ value }) => value),
      );
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

    testSeries(() => fixture);
    testArrivals(() => fixture);

    test('is ready', async () => {
      await expect(fixture.store.check()).resolves.toBeUndefined();
    });
  });
}
