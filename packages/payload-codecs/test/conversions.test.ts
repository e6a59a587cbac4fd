import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { moved } from '../src/lib/foreign/conversions.ts';

/** The text of the number with its point moved, read anew. */
const byText = (value: number, places: number): number => Number(`${value}e${places}`);
const whole = (most: number) => fc.integer({ min: -most, max: most });

test('moving the point of a number of few digits gives the double of the moved text', () => {
  fc.assert(
    fc.property(whole(9_999_999_999_999), fc.nat(6), whole(9), (digits, behind, by) => {
      const value = digits / 10 ** behind;
      expect(moved(value, by) + 0).toBe(byText(value, by));
    }),
    { numRuns: 5000 },
  );
});

test('moving the point of a fraction without end gives the double of the moved text', () => {
  fc.assert(
    fc.property(whole(999_999_999_999), fc.integer({ min: 1, max: 9999 }), whole(9), (a, b, by) => {
      const value = a / b;
      expect(moved(value, by) + 0).toBe(byText(value, by) + 0);
    }),
    { numRuns: 5000 },
  );
});
