import { type DialectFixture, dialectFixtures } from '@verimeter/test-support';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Decoded, DIALECTS, decodeForeign } from '../src/index.ts';
import { bytes } from './bytes.ts';
import { fixtureDecoder } from './decode-fixture.ts';

/*
 * Valid messages are made of the fixtures by giving the numbers in them other values. Which number of a text is which reading is found by trying:
 * it is one that changes one reading and nothing else. Then every other value has to come out on the line through the two that are known: the
 * unit of a dialect is a factor. So nothing here knows what a dialect looks like.
 */

/** Dialects whose messages cannot be changed like that, and the tests with generators of their own. */
const OWN_GENERATORS: Readonly<Record<string, string>> = {
  'dsmr-p1': 'dsmr-p1.test.ts: telegrams with their check sum, beside another parser',
  'sparkplug-b': 'sparkplug-b.test.ts: 500 messages of another encoder',
};

declare const TextDecoder: new (label: string) => { decode(bytes: Uint8Array): string };
const utf8 = new TextDecoder('utf-8');
const NUMBER = /(?<![\w.+-])-?\d{1,9}(?:\.\d{1,6})?(?![\w.:-])/g;

interface Place {
  readonly fixture: DialectFixture;
  readonly message: DialectFixture['messages'][number];
  readonly before: string;
  readonly after: string;
  readonly number: number;
  readonly decimals: number;
  readonly key: string;
  readonly value: number;
  readonly slope: number;
}

function decoded(
  { fixture, message }: Pick<Place, 'fixture' | 'message'>,
  text: string,
): Decoded[] {
  const { decoder, settings } = fixtureDecoder(fixture);
  for (const earlier of fixture.messages) {
    if (earlier === message) break;
    decodeForeign(decoder, earlier, settings);
  }
  return [...decodeForeign(decoder, { ...message, payload: bytes(text) }, settings).parts];
}

/** Values by what and when they are; undefined: the message is not one that is taken whole. */
function valuesOf(parts: readonly Decoded[]): Map<string, number> | undefined {
  const values = new Map<string, number>();
  for (const { readings, rejects } of parts) {
    if (rejects.length > 0) return undefined;
    for (const { deviceId, quantity, tsUs, value } of readings)
      values.set(`${deviceId} ${quantity} ${tsUs}`, value);
  }
  return values;
}

function placesOf(fixture: DialectFixture): Place[] {
  return fixture.messages.flatMap((message) => {
    const text = utf8.decode(message.payload);
    const known = valuesOf(decoded({ fixture, message }, text));
    if (known === undefined || known.size === 0) return [];
    return [...text.matchAll(NUMBER)].slice(0, 40).flatMap((match): Place[] => {
      const [written] = match;
      const number = Number(written);
      const decimals = Math.max(written.split('.')[1]?.length ?? 0, 1);
      const before = text.slice(0, match.index);
      const after = text.slice(match.index + written.length);
      const other = Number((number * 0.97 + 0.1).toFixed(decimals));
      if (other === number) return [];
      const values = valuesOf(decoded({ fixture, message }, `${before}${other}${after}`));
      if (values === undefined || values.size !== known.size) return [];
      // Numbers up to a limit, such as power factors, are no readings beyond it: other numbers keep away from it.
      const far = Number((number * 1.1 + Math.sign(number) * 0.1).toFixed(decimals));
      const beyond = valuesOf(decoded({ fixture, message }, `${before}${far}${after}`));
      if (beyond?.size !== known.size) return [];
      const changed = [...known].filter(([key, value]) => values.get(key) !== value);
      const [only] = changed;
      const now = only === undefined ? undefined : values.get(only[0]);
      if (changed.length !== 1 || only === undefined || now === undefined) return [];
      const slope = (now - only[1]) / (other - number);
      return [
        { fixture, message, before, after, number, decimals, key: only[0], value: only[1], slope },
      ];
    });
  });
}

const fixtures = dialectFixtures();

describe.each(
  DIALECTS.map(({ name }) => name).filter((name) => !Object.hasOwn(OWN_GENERATORS, name)),
)('dialect %s', (name) => {
  const places = fixtures
    .filter(({ dialect, rejects }) => dialect === name && rejects.length === 0)
    .flatMap(placesOf);

  test('numbers of its fixtures are readings', () => {
    expect(places.length).toBeGreaterThan(0);
  });

  test('another number in the same place is the reading that the unit makes of it', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...places),
        fc.double({ min: 0.96, max: 1.04, noNaN: true }),
        (place, by) => {
          const number = Number((place.number * by + (1 - by)).toFixed(place.decimals));
          const text = `${place.before}${number}${place.after}`;
          const value = valuesOf(decoded(place, text))?.get(place.key);
          const expected = place.value + place.slope * (number - place.number);
          // The slope is that of two rounded decimals: nine digits of it are sure.
          expect(Math.abs((value ?? Number.NaN) - expected)).toBeLessThanOrEqual(
            1e-9 * Math.max(Math.abs(expected), Math.abs(place.value), 1e-3),
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});

test('a dialect with a generator of its own is one', () => {
  const names = DIALECTS.map(({ name }) => name);
  for (const name of Object.keys(OWN_GENERATORS)) expect(names).toContain(name);
});
