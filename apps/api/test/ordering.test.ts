import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lowerBound, reorder, sortByKey } from '../src/lib/fleet-index/ordering.ts';

const key = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 1, -1, 20_000, Number.NaN),
);

/** NaN after all numbers; equal numbers as they were. */
const before = (left: number, right: number): number => {
  if (Number.isNaN(left) || Number.isNaN(right))
    return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
  return left - right;
};

test('rows are sorted by their keys, those with equal keys stay as they were, rows without come last', () => {
  fc.assert(
    fc.property(fc.array(key, { maxLength: 300 }), (keys) => {
      const rows = Uint32Array.from(keys, (_, at) => keys.length - 1 - at);
      const sorted = sortByKey(rows, (row) => keys[row] ?? 0);
      const expected = [...rows].toSorted((a, b) => before(keys[a] ?? 0, keys[b] ?? 0));
      expect([...sorted]).toEqual(expected);
    }),
  );
});

test('moving single rows gives what sorting anew gives', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 })), {
        minLength: 1,
        maxLength: 200,
      }),
      fc.array(fc.nat(), { maxLength: 20 }),
      fc.integer({ min: 0, max: 3 }),
      (keys, touched, every) => {
        const all = Uint32Array.from(keys, (_, row) => row);
        const old = sortByKey(all, (row) => keys[row]?.[0] ?? 0);
        const changed = new Set(touched.map((row) => row % keys.length));
        const now = (row: number): number => keys[row]?.[changed.has(row) ? 1 : 0] ?? 0;
        const kept = (row: number): boolean => every === 0 || row % (every + 1) !== 0;
        const compare = (left: number, right: number): number =>
          now(left) - now(right) || left - right;
        const gone = (row: number): boolean => changed.has(row) && !kept(row);
        expect([...reorder(old, changed, kept, compare)]).toEqual(
          [...all].filter((row) => !gone(row)).toSorted(compare),
        );
      },
    ),
  );
});

test('the first row not before a value is found, at both ends too', () => {
  const order = Uint32Array.from([10, 20, 20, 30]);
  const at = (value: number): number => lowerBound(order, (row) => row - value);
  expect([5, 10, 15, 20, 30, 31].map(at)).toEqual([0, 0, 1, 1, 3, 4]);
});
