import { type ReadingBatch, createReadingBatch } from '@verimeter/reading-store';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fingerprintOf, isAdded } from './shown-rows.ts';

interface Row {
  readonly channelId: number;
  readonly tsUs: number;
  readonly value: number;
}

function batchOf(rows: readonly Row[]): ReadingBatch {
  const batch = createReadingBatch(rows.length);
  for (const [k, { channelId, tsUs, value }] of rows.entries()) {
    batch.channelId[k] = channelId;
    batch.tsUs[k] = tsUs;
    batch.value[k] = value;
  }
  batch.length = rows.length;
  return batch;
}

const SOON_US = Date.UTC(2026, 10, 1) * 1000;
const parts = [{ fromUs: SOON_US, untilUs: SOON_US + 1e9, channelIds: undefined }];
const of = (rows: readonly Row[]) => fingerprintOf(batchOf(rows), parts);
const row = fc.record({
  channelId: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  tsUs: fc.integer({ min: SOON_US, max: SOON_US + 1e9 }),
  value: fc.double({ min: -(2 ** 40), max: 2 ** 40, noNaN: true }),
});
const rows = fc.array(row, { maxLength: 20 });

describe('fingerprints of rows', () => {
  test('say that rows were added, whichever of the others were', () => {
    fc.assert(
      fc.property(rows, rows, rows, rows, (there, sent, previous, behind) => {
        const maybe = [of(previous), of(behind)];
        for (const others of [[], previous, behind, [...previous, ...behind]])
          expect(isAdded(of(there), of(sent), of([...others, ...sent, ...there]), maybe)).toBe(
            true,
          );
      }),
    );
  });

  test('say so of no other rows: one is missing, is of another channel, instant or value', () => {
    fc.assert(
      fc.property(
        rows,
        fc.array(row, { minLength: 1, maxLength: 20 }),
        rows,
        (there, sent, maybe) => {
          const [first, ...others] = sent;
          if (first === undefined) return;
          const instead: Row[][] = [
            [],
            [{ ...first, channelId: first.channelId ^ 1 }],
            [{ ...first, tsUs: first.tsUs - SOON_US > 5e8 ? first.tsUs - 1 : first.tsUs + 1 }],
            [{ ...first, value: first.value + 0.001 }],
          ];
          for (const other of instead)
            expect(
              isAdded(of(there), of(sent), of([...there, ...others, ...other]), [of(maybe)]),
            ).toBe(false);
        },
      ),
    );
  });

  test('are of the rows in a part only', () => {
    const inside = { channelId: 3, tsUs: SOON_US + 5, value: 1 };
    const part = { fromUs: SOON_US, untilUs: SOON_US + 5, channelIds: new Set([3]) };
    const all = batchOf([
      inside,
      { ...inside, channelId: 4 },
      { ...inside, tsUs: SOON_US + 6 },
      { ...inside, tsUs: SOON_US - 1 },
    ]);
    expect(fingerprintOf(all, [part])).toEqual(fingerprintOf(batchOf([inside]), [part]));
  });
});
