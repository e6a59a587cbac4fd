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
