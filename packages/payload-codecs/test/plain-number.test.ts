import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseNumber } from '../src/lib/foreign/numbers.ts';
import { plainNumber } from '../src/lib/foreign/plain-number.ts';
import { bytes } from './bytes.ts';

const DECIMAL = /^-?\d+(?:\.\d*)?$/;

const digits = fc.stringMatching(/^\d{0,9}$/);
const anyText = fc.oneof(
  fc.tuple(fc.constantFrom('', '-', '+', ' '), digits, fc.constantFrom('', '.', '..', 'e'), digits),
  fc.tuple(fc.double().map(String)),
  fc.tuple(fc.string({ maxLength: 8 })),
);

test('a plain number is what its text is read as', () => {
  fc.assert(
    fc.property(
      anyText.map((parts) => parts.join('')),
      (written) => {
        const plain = plainNumber(bytes(written));
        const digitsOf = written.replaceAll(/\D/g, '').length;
        if (DECIMAL.test(written) && digitsOf <= 15) {
          const parsed = parseNumber(written);
          expect(parsed).toEqual({ ok: true, value: plain, suffix: '' });
        } else expect(plain).toBeNaN();
      },
    ),
    { numRuns: 5000 },
  );
});

test.each([
  '1204.5',
  '0',
  '-0',
  '-1.8',
  '90211.437',
  '0.1',
  '123456789012345',
  '-9.00000000000001',
  '5.',
])('%s is plain', (text) => expect(plainNumber(bytes(text))).toBe(Number(text)));

test.each(['', '-', '.5', '1e3', '+1', ' 1', '1\n', '1.2.3', '12,5', '1234567890123456', 'NaN'])(
  '%j is not',
  (text) => expect(plainNumber(bytes(text))).toBeNaN(),
);

test('a text that is a plain number is what the grammar makes of it', () => {
  fc.assert(
    fc.property(
      anyText.map((parts) => parts.join('')),
      // with a blank in front it is not plain
      (written) => {
        expect(parseNumber(written)).toEqual(parseNumber(` ${written}`));
      },
    ),
    { numRuns: 5000 },
  );
  expect(parseNumber('9'.repeat(400))).toEqual({ ok: false, why: 'unreadable' });
});
