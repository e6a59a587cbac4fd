import { OUTCOME, type ReadingBatch, createReadingBatch } from '@verimeter/reading-store';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ValueMap, judgeBatches } from './judge-batches.ts';

interface Row {
  readonly channelId: number;
  readonly tsUs: number;
  readonly value: number;
}

const small = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max });
const row = fc.record({ channelId: small(2), tsUs: small(2), value: small(2) });

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

const keyOf = ({ channelId, tsUs }: Row): string => `${channelId} ${tsUs}`;

describe('judgeBatches', () => {
  test('the first value of a key stays, each other one conflicts once, however rows lie in batches', () => {
    const stored = fc.uniqueArray(row, { selector: keyOf });
    fc.assert(
      fc.property(stored, fc.array(fc.array(row)), (known, batches) => {
        const current = new ValueMap();
        for (const { channelId, tsUs, value } of known) current.set(channelId, tsUs, value);
        const { outcomes, challengers } = judgeBatches(batches.map(batchOf), current);

        const first = new Map(known.map((one) => [keyOf(one), one.value]));
        const others = new Set<string>();
        const expected = batches.map((rows) =>
          rows.map((one) => {
            const before = first.get(keyOf(one));
            if (before === undefined) {
              first.set(keyOf(one), one.value);
              return OUTCOME.stored;
            }
            const name = `${keyOf(one)} ${one.value}`;
            if (before === one.value || others.has(name)) return OUTCOME.duplicate;
            others.add(name);
            return OUTCOME.conflicting;
          }),
        );
        expect(outcomes.map((own) => [...own])).toEqual(expected);
        expect(challengers).toHaveLength(others.size);
        for (const { batch, row: position } of challengers)
          expect(expected[batch]?.[position]).toBe(OUTCOME.conflicting);
      }),
    );
  });
});
