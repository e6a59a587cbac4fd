import { FLAG } from '@verimeter/telemetry';
import { expect, test } from 'vitest';
import { type Transaction, readIntervals } from '../src/index.ts';
import {
  QUARTER_US,
  type ReadingStoreFixture,
  type Row,
  T0,
  newChannelOf,
  writeRows,
} from './store-fixture.ts';

/** What is read for analyses: matrices, series, intervals, last instants. `fixtureOf` gives the fixture once it is made. */
export function testSeries<T extends Transaction>(fixtureOf: () => ReadingStoreFixture<T>): void {
  const write = (rows: readonly Row[]): Promise<number[]> => writeRows(fixtureOf(), rows);
  const newChannel = (): Promise<number> => newChannelOf(fixtureOf());

  test('a matrix holds the readings at the grid instants and NaN elsewhere', async () => {
    const [a = 0, b = 0, silent = 0] = await fixtureOf().createChannels(3);
    await write([
      { channelId: a, tsUs: T0, value: 1 },
      { channelId: a, tsUs: T0 + QUARTER_US + 1, value: 99 }, // off the grid by a microsecond
      { channelId: a, tsUs: T0 + 2 * QUARTER_US, value: 3 },
      { channelId: b, tsUs: T0 + QUARTER_US, value: 20 },
      { channelId: b, tsUs: T0 - QUARTER_US, value: 98 },
      { channelId: b, tsUs: T0 + 3 * QUARTER_US, value: 97 },
    ]);
    const matrix = await fixtureOf().store.matrix([b, silent, a], {
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
      ...(await fixtureOf().store.matrix([channelId], { ...grid, asOfUs })).values,
    ];
    expect(await until(T0 + QUARTER_US - 1)).toEqual([1, NaN]);
    expect(await until(T0 + QUARTER_US)).toEqual([1, 2]);
    expect(await until(T0 - 1)).toEqual([NaN, NaN]);
  });

  test('a matrix holds current values, never conflicting ones', async () => {
    const channelId = await newChannel();
    await write([{ channelId, tsUs: T0, value: 1 }]);
    await write([{ channelId, tsUs: T0, value: 2 }]);
    const matrix = await fixtureOf().store.matrix([channelId], {
      startUs: T0,
      stepUs: QUARTER_US,
      count: 1,
      asOfUs: T0,
    });
    expect([...matrix.values]).toEqual([1]);
  });

  test('last instants skip readings flagged future and those after the limit', async () => {
    const [a = 0, onlyFuture = 0, silent = 0] = await fixtureOf().createChannels(3);
    await write([
      { channelId: a, tsUs: T0, value: 1 },
      { channelId: a, tsUs: T0 + QUARTER_US + 1, value: 2 },
      { channelId: a, tsUs: T0 + 2 * QUARTER_US, value: 3, flags: FLAG.future },
      { channelId: onlyFuture, tsUs: T0, value: 1, flags: FLAG.future },
    ]);
    const ids = [a, onlyFuture, silent];
    expect(await fixtureOf().store.lastInstants(ids)).toEqual(new Map([[a, T0 + QUARTER_US + 1]]));
    expect(await fixtureOf().store.lastInstants(ids, T0 + QUARTER_US + 1)).toEqual(
      new Map([[a, T0 + QUARTER_US + 1]]),
    );
    expect(await fixtureOf().store.lastInstants(ids, T0 + QUARTER_US)).toEqual(new Map([[a, T0]]));
    expect(await fixtureOf().store.lastInstants(ids, T0 - 1)).toEqual(new Map());
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
    await fixtureOf().store.series([b, a], T0, T0 + 2, take);
    await fixtureOf().store.series([], T0, T0 + 2, take);
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
      fixtureOf().store,
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
    const { store } = fixtureOf();
    const unsteady = async (sinceUs: number, untilUs: number, most: number): Promise<number[]> =>
      [
        ...(await store.unsteadyRegisters(new Map(all.map((id) => [id, sinceUs])), untilUs, most)),
      ].toSorted((left, right) => left - right);
    expect(await unsteady(T0, T0 + 9 * HOUR_US, 10)).toEqual([fell, jumped, before]);
    expect(await unsteady(T0 + 3 * QUARTER_US, T0 + 9 * HOUR_US, 9.9)).toEqual([gap]);
    expect(await unsteady(T0, T0 + QUARTER_US, 10)).toEqual([jumped, before]);
  });
}
