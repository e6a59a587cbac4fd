import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { decodeCursor, encodeCursor } from '../src/lib/cursor.ts';
import { ProblemError } from '../src/lib/problem-error.ts';

const SCOPE = { list: 'devices', tenant: 'a', filters: { kind: ['water_meter'], limit: 5 } };
const position = z.tuple([z.number(), z.string(), z.boolean()]);

test('a position survives the way through a cursor, whatever the limit of the page', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.string({ unit: 'grapheme' }),
      fc.boolean(),
      (number, text, flag) => {
        const cursor = encodeCursor(SCOPE, [number, text, flag]);
        expect(cursor).toMatch(/^[\w.-]+$/);
        const other = { ...SCOPE, filters: { limit: 7, cursor, kind: ['water_meter'] } };
        // JSON has no negative zero; no position is one.
        expect(decodeCursor(other, cursor, position)).toEqual([number + 0, text, flag]);
      },
    ),
  );
});

test.each([
  ['another list', { ...SCOPE, list: 'groups' }],
  ['another tenant', { ...SCOPE, tenant: 'b' }],
  ['other filters', { ...SCOPE, filters: {} }],
])('is refused for %s', (_case, scope) => {
  const cursor = encodeCursor(SCOPE, [1, 'x', true]);
  expect(() => decodeCursor(scope, cursor, position)).toThrow(ProblemError);
});

test('anything else is refused, never a crash', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => decodeCursor(SCOPE, text, position)).toThrow(ProblemError);
    }),
  );
});

test('a position of another form is refused', () => {
  const cursor = encodeCursor(SCOPE, ['x']);
  expect(() => decodeCursor(SCOPE, cursor, position)).toThrow(ProblemError);
});
