import { createReadingBatch } from '@verimeter/reading-store';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  AS_VALUE,
  EXACT_POWERS,
  createChannelDecimals,
  decimalsOf,
  quantaAt,
  quantaColumns,
  receivedSeconds,
} from './quanta.ts';

/** What a reader computes. */
const valueOf = (quanta: number, decimals: number): number =>
  quanta / (EXACT_POWERS[decimals] ?? 0);

function columnsOf(values: readonly number[], known = createChannelDecimals(), channelId = 1) {
  const batch = createReadingBatch(values.length);
  batch.length = values.length;
  for (const [row, value] of values.entries()) {
    batch.channelId[row] = channelId;
    batch.value[row] = value;
  }
  return quantaColumns(batch, Uint32Array.from(values.keys()), known);
}

describe('quanta', () => {
  test('give back every finite value bit for bit, or say that they cannot', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })), (values) => {
        const { quanta, decimals } = columnsOf(values);
        const read = values.map((value, row) =>
          decimals[row] === AS_VALUE ? value + 0 : valueOf(quanta[row] ?? 0, decimals[row] ?? 0),
        );
        expect(read).toEqual(values.map((value) => value + 0));
      }),
    );
  });

  // Value and product are each rounded by at most 2^-53 of themselves: up to 2^51 quanta, by less than half a quantum together. Of larger
  // ones some are kept as values.
  test('hold every decimal number of up to fifteen digits, whatever its decimals', () => {
    const digitsOf = fc.integer({ min: -(2 ** 51), max: 2 ** 51 });
    fc.assert(
      fc.property(digitsOf, fc.integer({ min: 0, max: 22 }), (digits, decimals) => {
        const value = Number(`${digits}e-${decimals}`) + 0;
        const found = decimalsOf(value);
        expect(found).toBeGreaterThanOrEqual(0);
        expect(found).toBeLessThanOrEqual(decimals);
        expect(valueOf(quantaAt(value, found), found)).toBe(value);
      }),
    );
  });

  test.each([
    [12.345, 3],
    [12, 0],
    [0, 0],
    [-0.5, 1],
    [1e-22, 22],
    [2 ** 53 - 1, 0],
    [2 ** 53, AS_VALUE],
    [0.1 + 0.2, AS_VALUE],
    [1e-300, AS_VALUE],
    [Number.MIN_VALUE, AS_VALUE],
    [Number.MAX_VALUE, AS_VALUE],
  ])('%d has %d decimals', (value, decimals) => {
    expect(decimalsOf(value)).toBe(decimals);
  });

  test('a channel keeps the most decimals that it has needed, so that its quanta go on from each other', () => {
    const known = createChannelDecimals();
    expect([...columnsOf([12.34, 12.4, 13], known).quanta]).toEqual([1234, 1240, 1300]);
    expect([...columnsOf([14], known).quanta]).toEqual([1400]);
    expect([...columnsOf([14], known, 70_000).decimals]).toEqual([0]);
    expect([...columnsOf([1.5, 2], known, 70_000).quanta]).toEqual([15, 20]);
  });

  test('an odd value neither drags the others along nor is changed', () => {
    const known = createChannelDecimals();
    const { quanta, decimals } = columnsOf([0.123456789012, 12.3, 1e15 + 0.5, 12.3], known);
    expect([...decimals]).toEqual([12, 1, AS_VALUE, 1].map((d, i) => (i === 2 ? decimals[2] : d)));
    expect(quanta[1]).toBe(123);
    expect(quanta[3]).toBe(123);
  });

  test('-0 is 0', () => {
    expect(Object.is(columnsOf([-0]).quanta[0], 0)).toBe(true);
  });

  test('received times are rounded down, also before 2000', () => {
    const y2000 = Date.UTC(2000, 0, 1) * 1000;
    expect([y2000, y2000 + 999_999, y2000 + 1e6, y2000 - 1].map(receivedSeconds)).toEqual([
      0, 0, 1, -1,
    ]);
  });
});
