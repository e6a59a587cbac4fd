import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decimalProduct, decimalSum } from '../src/lib/foreign/decimals.ts';
import { parseNumber } from '../src/lib/foreign/numbers.ts';
import { seasonOffsets } from '../src/lib/foreign/zones.ts';

describe('decimal numbers', () => {
  test('sums are those on paper', () => {
    expect(1.1 + 2.2).not.toBe(3.3);
    expect(decimalSum([1.1, 2.2])).toBe(3.3);
    expect(decimalSum([2481.337, 3109.02])).toBe(5590.357);
    expect(decimalSum([0, -1.274])).toBe(-1.274);
    expect(decimalSum([123456789.123, 0.001])).toBe(123456789.124);
    expect(decimalSum([1e300, 1e300])).toBe(2e300);
    expect(decimalSum([1e-7, 0.1])).toBe(0.1000001);
    expect(decimalSum([])).toBe(0);
  });

  test('products are those on paper', () => {
    expect(115 * 0.01).not.toBe(1.15);
    expect(decimalProduct(115, 0.01)).toBe(1.15);
    expect(decimalProduct(41_807, 0.01)).toBe(418.07);
    expect(decimalProduct(3, 2.5)).toBe(7.5);
  });
});

/** Digits behind the point of a number of few digits, which may be written with an exponent: 1e-7. */
function placesIn(text: string): number {
  const [mantissa = '', exponent = '0'] = text.split('e');
  return Math.max(0, (mantissa.split('.')[1]?.length ?? 0) - Number(exponent));
}

/** The sum as its text, read anew. */
const byText = (values: readonly number[], places: number): number =>
  Number(values.reduce((sum, value) => sum + value, 0).toFixed(places));

test('few digits behind the point give the sum that the text of it gives', () => {
  const amount = fc
    .tuple(fc.integer({ min: -99_999_999, max: 99_999_999 }), fc.nat(6))
    .map(([digits, behind]) => digits / 10 ** behind);
  fc.assert(
    fc.property(fc.array(amount, { minLength: 1, maxLength: 5 }), (values) => {
      const places = Math.max(...values.map((value) => placesIn(String(value))));
      expect(decimalSum(values) + 0).toBe(byText(values, places) + 0);
    }),
    { numRuns: 3000 },
  );
});

test('a text of digits is the number that the language reads in it', () => {
  const text = fc.stringMatching(/^[+-]?[0-9]{0,17}(?:\.[0-9]{0,17})?(?:e[0-9])?$/);
  fc.assert(
    fc.property(text, (digits) => {
      const parsed = parseNumber(digits);
      const value = digits === '' ? Number.NaN : Number(digits);
      expect(parsed.ok ? parsed.value : Number.NaN).toBe(value);
      expect(parsed.ok && parsed.suffix).toBe(Number.isNaN(value) ? false : '');
    }),
    { numRuns: 5000 },
  );
});

test.each(['12,5', '1.234,5', '1 234', '1.2.3'])(
  'X-01: %s is no number with a unit behind it',
  (text) => {
    const parsed = parseNumber(text);
    expect(parsed).toEqual({ ok: false, why: 'unreadable' });
  },
);

function hours(zone: string, year: number): number[] {
  const { winterMs, summerMs } = seasonOffsets(zone, year);
  return [winterMs / 3_600_000, summerMs / 3_600_000];
}

test('what winter and summer time are in a zone', () => {
  expect(hours('Europe/Amsterdam', 2026)).toEqual([1, 2]);
  expect(hours('Europe/Vilnius', 2026)).toEqual([2, 3]);
  expect(hours('Australia/Sydney', 2026)).toEqual([10, 11]);
  expect(hours('Asia/Ho_Chi_Minh', 2026)).toEqual([7, 7]);
});
