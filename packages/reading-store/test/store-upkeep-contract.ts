import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { DirtyDay, StoreUpkeep, Transaction } from '../src/index.ts';
import { type ReadingStoreFixture, type Row, batchOf } from './reading-store-contract.ts';

export interface StoreUpkeepFixture<T extends Transaction> extends ReadingStoreFixture<T> {
  readonly upkeep: StoreUpkeep;
}

const DAY_US = 86_400e6;
const at = (year: number, month: number, day: number, hour = 0): number =>
  Date.UTC(year, month - 1, day, hour) * 1000;

const now = (): number => Date.now() * 1000;

/** Runs the suite that every implementation of `StoreUpkeep` has to pass, on a store that nobody else writes. */
export function describeStoreUpkeep<T extends Transaction>(
  name: string,
  createFixture: () => Promise<StoreUpkeepFixture<T>>,
): void {
  describe(`store upkeep contract: ${name}`, () => {
    let fixture: StoreUpkeepFixture<T>;
    beforeAll(async () => {
      fixture = await createFixture();
    });
    afterAll(() => fixture.close());

    const write = (rows: readonly Row[]): Promise<number[]> =>
      fixture.transaction(async (transaction) => [
        ...(await fixture.store.write(transaction, batchOf(rows))),
      ]);
    const newChannel = async (): Promise<number> => {
      const [channelId] = await fixture.createChannels(1);
      if (channelId === undefined) throw new Error('the fixture created no channel');
      return channelId;
    };
    /** Days (UTC) of a channel that are dirty, each once. */
    const dirtyOf = async (channelId: number, notIn: string): Promise<number[]> => {
      const days: DirtyDay[] = [];
      for await (const page of fixture.upkeep.dirtyDays(notIn)) days.push(...page);
      const own = days.filter((day) => day.channelId === channelId).map(({ dayUs }) => dayUs);
      return [...new Set(own)].toSorted((a, b) => a - b);
    };

    test('days of readings shown since a name are dirty, however long ago the readings arrived', async () => {
      const channelId = await newChannel();
      const notIn = await fixture.store.shown();
      await write([
        { channelId, tsUs: at(2024, 3, 9, 23), value: 1, receivedAtUs: now() },
        { channelId, tsUs: at(2024, 3, 10), value: 2, receivedAtUs: now() },
        { channelId, tsUs: at(2024, 3, 10, 5), value: 3, receivedAtUs: now() },
        { channelId, tsUs: at(2024, 5, 1, 5), value: 4, receivedAtUs: at(2024, 5, 1, 5) },
        { channelId, tsUs: at(2024, 5, 2, 5), value: 4, receivedAtUs: now() - 3600e6 },
      ]);
      expect(await dirtyOf(channelId, notIn)).toEqual([
        at(2024, 3, 9),
        at(2024, 3, 10),
        at(2024, 5, 1),
        at(2024, 5, 2),
      ]);
    });

    test('what was on its way at the name is dirty, whatever was written and shown meanwhile', async () => {
      const [slow, quick] = [await newChannel(), await newChannel()];
      const notIn = await fixture.transaction(async (transaction) => {
        const row = { channelId: slow, tsUs: at(2024, 6, 1), value: 1, receivedAtUs: now() };
        await fixture.store.write(transaction, batchOf([row]));
        await write([{ channelId: quick, tsUs: at(2024, 6, 2), value: 1, receivedAtUs: now() }]);
        return fixture.store.shown();
      });
      expect(await dirtyOf(slow, notIn)).toEqual([at(2024, 6, 1)]);
    });

    test('duplicates and conflicting values make no day dirty, and what was shown is clean', async () => {
      const channelId = await newChannel();
      const row = { channelId, tsUs: at(2024, 7, 1), value: 1, receivedAtUs: now() };
      await write([row]);
      // as soon as whoever else writes has ended
      const notIn = await vi.waitFor(async () => {
        const shown = await fixture.store.shown();
        expect(await dirtyOf(channelId, shown)).toEqual([]);
        return shown;
      }, 30_000);
      await write([row, { ...row, value: 2 }]);
      expect(await dirtyOf(channelId, notIn)).toEqual([]);
      await write([{ ...row, tsUs: at(2024, 7, 1, 12) }]);
      expect(await dirtyOf(channelId, notIn)).toEqual([at(2024, 7, 1)]);
    });

    test('a loop over dirty days may end early', async () => {
      const channelId = await newChannel();
      const notIn = await fixture.store.shown();
      await write([{ channelId, tsUs: at(2024, 8, 1), value: 1, receivedAtUs: now() }]);
      for await (const page of fixture.upkeep.dirtyDays(notIn)) {
        expect(page.length).toBeGreaterThan(0);
        break;
      }
      expect(await dirtyOf(channelId, notIn)).toEqual([at(2024, 8, 1)]);
    });

    test('it is tended at any time, again and again, by several at once', async () => {
      const channelId = await newChannel();
      await fixture.upkeep.tend(now());
      await write([{ channelId, tsUs: at(2024, 9, 1), value: 1 }]);
      await Promise.all([fixture.upkeep.tend(now()), fixture.upkeep.tend(now())]);
      await fixture.upkeep.tend(now(), AbortSignal.abort());
      expect((await fixture.readAll(channelId)).map(({ value }) => value)).toEqual([1]);
    });

    test('the size is that of what is there', async () => {
      const channelId = await newChannel();
      await write([{ channelId, tsUs: at(2023, 11, 5), value: 1 }]);
      const { bytes, compressedBytes, fromUs, untilUs, readings } = await fixture.upkeep.size();
      expect(bytes).toBeGreaterThan(0);
      expect(compressedBytes).toBeLessThanOrEqual(bytes);
      expect(readings).toBeGreaterThanOrEqual(0);
      expect(fromUs).toBeLessThanOrEqual(at(2023, 11, 5));
      expect(untilUs).toBeGreaterThan(at(2024, 9, 1));
    });

    test('retention drops partitions that ended before an instant, and none that reaches beyond it', async () => {
      const channelId = await newChannel();
      const days = [at(2009, 1, 15), at(2009, 2, 15), at(2009, 4, 15)];
      const rows = days.map((tsUs) => ({ channelId, tsUs, value: 1 }));
      await write(rows);
      await write(rows.map((row) => ({ ...row, value: 2 })));
      // the instant lies in the partition of the second reading, whatever its width
      expect(await fixture.upkeep.retain(days[1] ?? 0)).toBeGreaterThanOrEqual(1);
      const left = await fixture.readAll(channelId);
      expect(left.map(({ tsUs, current }) => [tsUs, current])).toEqual(
        days.slice(1).flatMap((tsUs) => [
          [tsUs, true],
          [tsUs, false],
        ]),
      );
      expect(await fixture.upkeep.retain(days[1] ?? 0)).toBe(0);
      // What comes for the time before is stored again, and dropped again. A write that meets the drop may fail, and is repeated.
      await write(rows.slice(0, 1)).catch(() => write(rows.slice(0, 1)));
      expect(await fixture.readAll(channelId)).toHaveLength(5);
      expect(await fixture.upkeep.retain((days[1] ?? 0) + DAY_US)).toBe(1);
      expect(await fixture.readAll(channelId)).toHaveLength(4);
    });
  });
}
