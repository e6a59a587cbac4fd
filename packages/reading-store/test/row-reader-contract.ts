import { FLAG } from '@verimeter/telemetry';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StoredRows, Transaction } from '../src/index.ts';
import { type ReadingStoreFixture, type Row, writeRows } from './reading-store-contract.ts';

const T0 = Date.UTC(2026, 10, 1) * 1000;
const QUARTER_US = 900e6;
const HOUR_US = 3600e6;
const HOUR_8 = Date.UTC(2026, 10, 24, 8) * 1000;

/** Channel, time and value of each row. */
const tuples = (pieces: readonly StoredRows[]): number[][] =>
  pieces.flatMap((piece) =>
    Array.from({ length: piece.length }, (_, row) => [
      piece.channelId[row] ?? -1,
      piece.tsUs[row] ?? -1,
      piece.value[row] ?? -1,
    ]),
  );

const arrived = (channelId: number, step: number, receivedAtUs: number): Row => ({
  channelId,
  tsUs: T0 + step * QUARTER_US,
  value: step,
  receivedAtUs,
});

/** Runs the suite that every implementation of `RowReader` has to pass. */
export function describeRowReader<T extends Transaction>(
  name: string,
  createFixture: () => Promise<ReadingStoreFixture<T>>,
): void {
  describe(`row reader contract: ${name}`, () => {
    let fixture: ReadingStoreFixture<T>;
    beforeAll(async () => {
      fixture = await createFixture();
    });
    afterAll(() => fixture.close());

    const write = (rows: readonly Row[]): Promise<unknown> => writeRows(fixture, rows);
    async function piecesOf(ids: readonly number[], fromUs: number, untilUs: number) {
      const pieces: StoredRows[] = [];
      for await (const piece of fixture.store.rows(ids, fromUs, untilUs)) pieces.push(piece);
      return pieces;
    }

    test('rows come in the order of the channels that was given, each by time, with both bounds', async () => {
      const [a = 0, b = 0, silent = 0, other = 0] = await fixture.createChannels(4);
      await write([
        { channelId: a, tsUs: T0 + 2, value: 2 },
        { channelId: a, tsUs: T0, value: 0.1 },
        { channelId: a, tsUs: T0 + 3, value: 3 },
        { channelId: b, tsUs: T0 + 1, value: -1 },
        { channelId: b, tsUs: T0 - 1, value: 9 },
        { channelId: other, tsUs: T0, value: 7 },
      ]);
      expect(tuples(await piecesOf([b, silent, a], T0, T0 + 2))).toEqual([
        [b, T0 + 1, -1],
        [a, T0, 0.1],
        [a, T0 + 2, 2],
      ]);
      expect(tuples(await piecesOf([b, a], -Infinity, Infinity))).toEqual([
        [b, T0 - 1, 9],
        [b, T0 + 1, -1],
        [a, T0, 0.1],
        [a, T0 + 2, 2],
        [a, T0 + 3, 3],
      ]);
      expect(await piecesOf([], -Infinity, Infinity)).toEqual([]);
      expect(tuples(await piecesOf([silent], -Infinity, Infinity))).toEqual([]);
    });

    test('rows have every field, and the current value where another one came later', async () => {
      const [channelId = 0] = await fixture.createChannels(1);
      const flags = FLAG.arrivalTime | FLAG.atLeastOnce;
      const receivedAtUs = HOUR_8 + 123_456;
      await write([{ channelId, tsUs: T0 + 1, value: 0.1 + 0.2, flags, receivedAtUs }]);
      await write([{ channelId, tsUs: T0 + 1, value: 5 }]);
      const [piece] = await piecesOf([channelId], T0, T0 + QUARTER_US);
      expect(piece?.length).toBe(1);
      expect([piece?.tsUs[0], piece?.value[0], piece?.flags[0]]).toEqual([
        T0 + 1,
        0.30000000000000004,
        flags,
      ]);
      expect(Math.floor((piece?.receivedAtUs[0] ?? 0) / 1e6)).toBe(Math.floor(receivedAtUs / 1e6));
    });

    test('many rows come in pieces, and whoever has seen enough may go', async () => {
      const [a = 0, b = 0] = await fixture.createChannels(2);
      const rows = Array.from({ length: 20_000 }, (_, index) => ({
        channelId: index < 10_000 ? a : b,
        tsUs: T0 + (index % 10_000) * QUARTER_US,
        value: index,
      }));
      await write(rows);
      const pieces = await piecesOf([a, b], -Infinity, Infinity);
      expect(tuples(pieces)).toEqual(
        rows.map(({ channelId, tsUs, value }) => [channelId, tsUs, value]),
      );
      expect(pieces.length).toBeGreaterThan(1);
      let seen = 0;
      for await (const piece of fixture.store.rows([a, b], -Infinity, Infinity)) {
        seen += piece.length;
        break;
      }
      expect(seen).toBeLessThan(20_000);
      await expect(fixture.store.check()).resolves.toBeUndefined();
    });

    test('first instants are the first ones at or after an instant', async () => {
      const [a = 0, b = 0, silent = 0] = await fixture.createChannels(3);
      await write([
        { channelId: a, tsUs: T0, value: 1 },
        { channelId: a, tsUs: T0 + 1, value: 2 },
        { channelId: b, tsUs: T0, value: 1, flags: FLAG.future },
      ]);
      const ids = [a, b, silent];
      expect(await fixture.store.firstInstants(ids, T0)).toEqual(
        new Map([
          [a, T0],
          [b, T0],
        ]),
      );
      expect(await fixture.store.firstInstants(ids, T0 + 1)).toEqual(new Map([[a, T0 + 1]]));
      expect(await fixture.store.firstInstants(ids, T0 + 2)).toEqual(new Map());
      expect(await fixture.store.firstInstants([], T0)).toEqual(new Map());
    });

    test('arrivals are counted by channel and receive hour, conflicts are not', async () => {
      const [a = 0, b = 0] = await fixture.createChannels(2);
      await write([
        arrived(a, 0, HOUR_8 - 1e6),
        arrived(a, 1, HOUR_8),
        arrived(a, 2, HOUR_8 + HOUR_US - 1e6),
        arrived(a, 3, HOUR_8 + HOUR_US),
        arrived(b, 0, HOUR_8),
        arrived(b, 1, HOUR_8 + 2 * HOUR_US),
      ]);
      await write([{ ...arrived(b, 0, HOUR_8), value: 99 }]);
      const counted = async (fromUs: number, toUs: number): Promise<number[][]> =>
        (await fixture.store.arrivalsByHour([a, b], fromUs, toUs))
          .map(({ channelId, hourUs, readings }) => [
            [a, b].indexOf(channelId),
            (hourUs - HOUR_8) / HOUR_US,
            readings,
          ])
          .toSorted((x, y) => (x[0] ?? 0) - (y[0] ?? 0) || (x[1] ?? 0) - (y[1] ?? 0));
      expect(await counted(HOUR_8, HOUR_8 + 2 * HOUR_US)).toEqual([
        [0, 0, 2],
        [0, 1, 1],
        [1, 0, 1],
      ]);
      expect(await counted(-Infinity, Infinity)).toEqual([
        [0, -1, 1],
        [0, 0, 2],
        [0, 1, 1],
        [1, 0, 1],
        [1, 2, 1],
      ]);
    });
  });
}
