import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { textTime, utcOf } from '../src/lib/foreign/times.ts';

const receivedAtUs = Date.parse('2099-12-31T00:00:00Z') * 1000;
const times = { receivedAtUs, zone: 'UTC' };
const two = (most: number) =>
  fc.integer({ min: 0, max: most }).map((value) => String(value).padStart(2, '0'));

test('a stamp with Z is the same instant whatever its form', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1990, max: 2110 }),
      two(13),
      two(32),
      two(25),
      two(61),
      two(61),
      (year, month, day, hour, minute, second) => {
        const text = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
        const plain = textTime(`${text}Z`, times);
        expect({ ...plain, refused: plain.refused?.slice(0, 19) }).toEqual({
          ...textTime(`${text}+00:00`, times),
          refused: plain.refused === undefined ? undefined : text,
        });
      },
    ),
    { numRuns: 2000 },
  );
});

test.each([
  ['2026-01-14T06:00:09Z', '2026-01-14T06:00:09Z'],
  ['2024-02-29T23:59:59Z', '2024-02-29T23:59:59Z'],
  ['2025-02-29T00:00:00Z', undefined],
  ['2026-04-31T00:00:00Z', undefined],
  ['2026-01-14T24:00:00Z', undefined],
  ['2026-13-14T06:00:00Z', undefined],
  ['2026-01-00T06:00:00Z', undefined],
  ['2026-01-14T06:00:6xZ', undefined],
])('%s', (text, expected) => {
  const { tsUs, tsSource, refused } = textTime(text, times);
  expect(tsSource === 'arrival' ? undefined : new Date(tsUs / 1000).toISOString()).toBe(
    expected?.replace('Z', '.000Z'),
  );
  expect(refused).toBe(expected === undefined ? text : undefined);
});

test('every day from 1900 to 2199 is that of the calendar', () => {
  const wrong: string[] = [];
  for (let ms = Date.UTC(1900, 0, 1); ms < Date.UTC(2200, 0, 1); ms += 86_400_000) {
    const day = new Date(ms);
    const own = utcOf(day.getUTCFullYear(), day.getUTCMonth() + 1, day.getUTCDate(), 1, 2, 3);
    if (own !== ms + 3_723_000) wrong.push(day.toISOString());
  }
  expect(wrong).toEqual([]);
});

test('a stamp in its usual form is what the same stamp between spaces is, which the grammar reads', () => {
  const tail = fc.constantFrom('', 'Z', '+01:00', '-03:30', '+0100', 'z', '+1:00', '+01:0x', ' ');
  const fraction = fc.constantFrom('', '.5', '.123', '.123456', '.123456789', '.1234567890', '.');
  fc.assert(
    fc.property(
      fc.integer({ min: 2000, max: 2110 }),
      two(13),
      two(32),
      two(25),
      two(61),
      fraction,
      tail,
      (year, month, day, hour, minute, part, zone) => {
        const text = `${year}-${month}-${day}T${hour}:${minute}:07${part}${zone}`;
        const local = { receivedAtUs, zone: 'Europe/Amsterdam' };
        const { refused, ...plain } = textTime(text, local);
        const { refused: other, ...spaced } = textTime(` ${text}`, local);
        expect(plain).toEqual(spaced);
        expect(refused === undefined).toBe(other === undefined);
      },
    ),
    { numRuns: 5000 },
  );
});
