import fc from 'fast-check';
import { expect, test } from 'vitest';
import { numberArray, textArray } from './array-literals.ts';

/** Array input syntax of the manual (8.15.6) for quoted elements: a backslash takes the next character as it is. */
function read(literal: string): (string | null)[] {
  const values: (string | null)[] = [];
  for (const [, quoted, bare] of literal.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,"]+)/gs))
    values.push(bare === 'NULL' ? null : (quoted ?? '').replaceAll(/\\(.)/gs, '$1'));
  return values;
}

test('any texts come out as they went in, the word NULL too', () => {
  const text = fc.oneof(fc.string(), fc.constantFrom('NULL', '', '{}', '"', '\\', ',', 'D 1'));
  fc.assert(
    fc.property(fc.array(fc.option(text)), (values) => {
      expect(read(textArray(values))).toEqual(values);
    }),
  );
});

test('numbers', () => {
  expect(numberArray([])).toBe('{}');
  expect(numberArray([1, -2.5, 1e21])).toBe('{1,-2.5,1e+21}');
});
