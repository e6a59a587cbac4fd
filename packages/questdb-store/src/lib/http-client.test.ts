import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createNumberReader } from './http-client.ts';
import { QuestDbError } from './questdb-error.ts';

const number = fc.double({ noDefaultInfinity: true }).map((value) => value + 0);

describe('numbers in CSV', () => {
  test('are the same however the answer is cut into pieces', () => {
    const rows = fc.array(fc.tuple(number, number));
    fc.assert(
      fc.property(rows, fc.array(fc.nat(200)), (all, cuts) => {
        const text = all.map((row) => row.map((one) => (Number.isNaN(one) ? '' : String(one))));
        const bytes = Buffer.from(
          `"a","b"\r\n${text.map((row) => `${row.join(',')}\r\n`).join('')}`,
        );
        const taken: number[][] = [];
        const reader = createNumberReader((row) => void taken.push([...row]));
        let offset = 0;
        for (const cut of cuts) {
          reader.take(bytes.subarray(offset, offset + cut));
          offset = Math.min(bytes.length, offset + cut);
        }
        reader.take(bytes.subarray(offset));
        reader.end();
        expect(taken).toEqual(all);
      }),
    );
  });

  test('decimals are the doubles that they are the text of, to the last bit', () => {
    const decimals = fc
      .tuple(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), fc.nat(25), fc.boolean())
      .map(([whole, places, isQuoted]) => {
        const digits = String(whole < 0n ? -whole : whole).padStart(places + 1, '0');
        const cut = digits.length - places;
        const text = `${whole < 0n ? '-' : ''}${digits.slice(0, cut)}${places > 0 ? '.' : ''}${digits.slice(cut)}`;
        return isQuoted ? `"${text}"` : text;
      });
    fc.assert(
      fc.property(fc.array(decimals, { minLength: 1 }), (texts) => {
        const taken: number[] = [];
        const reader = createNumberReader(([value = Number.NaN]) => void taken.push(value));
        reader.take(Buffer.from(`"value"\r\n${texts.join('\r\n')}\r\n-0.0\r\n1.5E-7\r\n`));
        reader.end();
        const expected = texts.map((text) => Number(text.replaceAll('"', '')));
        expect(taken).toEqual([...expected, -0, 1.5e-7]);
      }),
    );
  });

  test('an answer that breaks off is no answer', () => {
    const reader = createNumberReader(() => undefined);
    reader.take(Buffer.from('a,b\r\n1,2\r\n3'));
    expect(() => reader.end()).toThrow(QuestDbError);
  });
});
