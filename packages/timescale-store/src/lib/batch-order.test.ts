import { createReadingBatch } from '@verimeter/reading-store';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { orderBatch } from './batch-order.ts';

describe('orderBatch', () => {
  test('each key once, ascending; repetitions name the first row of their key', () => {
    const keys = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 4 })));
    fc.assert(
      fc.property(keys, (rows) => {
        const batch = createReadingBatch(rows.length);
        batch.length = rows.length;
        for (const [row, [channelId, tsUs]] of rows.entries()) {
          batch.channelId[row] = channelId;
          batch.tsUs[row] = tsUs;
        }
        const { firsts, repeats, repeatOf } = orderBatch(batch);
        const key = (row: number): number => (rows[row]?.[0] ?? 0) * 10 + (rows[row]?.[1] ?? 0);
        const firstKeys = [...firsts].map(key);
        expect(firstKeys).toEqual(
          [...new Set(rows.map((_, row) => key(row)))].toSorted((a, b) => a - b),
        );
        // The first row of a key is its earliest in the batch.
        expect(
          [...firsts].map((row) => rows.findIndex((_, other) => key(other) === key(row))),
        ).toEqual([...firsts]);
        expect([...repeats].map(key)).toEqual([...repeatOf].map(key));
        expect([...firsts, ...repeats].toSorted((a, b) => a - b)).toEqual(
          rows.map((_, row) => row),
        );
      }),
    );
  });
});
