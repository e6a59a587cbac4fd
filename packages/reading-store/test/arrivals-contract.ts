import { expect, test, vi } from 'vitest';
import type { Transaction } from '../src/index.ts';
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

/** What came late, and what was shown when. `fixtureOf` gives the fixture once it is made. */
export function testArrivals<T extends Transaction>(fixtureOf: () => ReadingStoreFixture<T>): void {
  const write = (rows: readonly Row[]): Promise<number[]> => writeRows(fixtureOf(), rows);
  const newChannel = (): Promise<number> => newChannelOf(fixtureOf());

  test('late arrivals are what came after an instant and belongs to a time before another', async () => {
    const { store } = fixtureOf();
    const [late, punctual, early] = [await newChannel(), await newChannel(), await newChannel()];
    const after = RECEIVED_US + 3_600e6;
    const step = fixtureOf().receivedStepUs ?? 1;
    const notIn = await store.shown();
    await write([
      { channelId: late, tsUs: T0, value: 1 },
      { channelId: late, tsUs: T0 + QUARTER_US, value: 2, receivedAtUs: after + step },
      { channelId: late, tsUs: T0 + 2 * QUARTER_US, value: 3, receivedAtUs: after + 2 * step },
      { channelId: punctual, tsUs: T0 + 3 * QUARTER_US, value: 1, receivedAtUs: after + step },
      // As late as can be told from what came after it.
      {
        channelId: early,
        tsUs: T0,
        value: 1,
        receivedAtUs: keptReceived(fixtureOf(), after) - step + 1,
      },
    ]);
    const tenant = await fixtureOf().tenantOf(late);
    const window = { notIn, receivedAfterUs: after, fromUs: T0, untilUs: T0 + 2 * QUARTER_US };
    const found = await store.lateArrivals(tenant, window);
    expect([...found.keys()].filter((id) => [late, punctual, early].includes(id))).toEqual([late]);
    const receivedUs = keptReceived(fixtureOf(), after + 2 * step);
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
    const { store } = fixtureOf();
    const [before, onTheWay] = [await newChannel(), await newChannel()];
    await write([{ channelId: before, tsUs: T0, value: 1 }]);
    const { notIn, answered } = await fixtureOf().transaction(async (transaction) => {
      const batch = batchOf([{ channelId: onTheWay, tsUs: T0, value: 1 }]);
      const outcomes = await store.write(transaction, batch, { awaited: true });
      return { answered: outcomes, notIn: await store.shown() };
    });
    await store.settled(answered);
    const tenant = await fixtureOf().tenantOf(before);
    const lateSince = async (mark: string): Promise<number[]> => {
      const window = { receivedAfterUs: RECEIVED_US - 1, fromUs: T0, untilUs: T0 };
      const found = await store.lateArrivals(tenant, { notIn: mark, ...window });
      return [before, onTheWay].filter((id) => found.has(id));
    };
    expect(await lateSince(notIn)).toContain(onTheWay);
    // as soon as whoever else writes has ended
    await vi.waitFor(async () => expect(await lateSince(await store.shown())).toEqual([]), 30_000);
  });
}
