import { isIdentifier } from '@verimeter/telemetry';
import { type DialectFixture, dialectFixtures } from '@verimeter/test-support';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Decoded, DIALECTS, decodeForeign } from '../src/index.ts';
import { bytes } from './bytes.ts';
import { fixtureDecoder } from './decode-fixture.ts';

const fixtures = dialectFixtures();
const receivedAtUs = Date.parse('2026-01-14T06:30:00Z') * 1000;

/** What is wrong with the account of a message; empty: nothing. */
function faults(parts: readonly Decoded[], payload: Uint8Array): string[] {
  const found: string[] = [];
  if (parts.length === 0)
    found.push('no part: the message would be acknowledged without an account');
  let readings = 0;
  for (const part of parts) {
    readings += part.readings.length;
    let rejected = 0;
    for (const { count, message, field } of part.rejects) {
      rejected += count;
      if (!(Number.isSafeInteger(count) && count >= 1)) found.push(`count ${count}`);
      if (message === '' || message.length > 1000)
        found.push('a message without or with too many words');
      if (field.length > 1000) found.push('a field without end');
    }
    if (part.received !== part.readings.length + rejected) found.push('account');
    if (part.deviceId !== undefined && !isIdentifier(part.deviceId)) found.push('device id');
    if (part.tenant !== 'demo') found.push('tenant');
    for (const { value, tsUs, deviceId } of part.readings) {
      if (!Number.isFinite(value)) found.push('value');
      if (!Number.isSafeInteger(tsUs)) found.push('time');
      if (deviceId !== part.deviceId) found.push('reading of another device');
    }
    for (const { tsUs, event } of part.events)
      if (!Number.isSafeInteger(tsUs) || event === '' || event.length > 200) found.push('event');
  }
  // A reading takes some bytes of the message it comes in.
  if (readings > payload.length) found.push('more readings than bytes');
  return found;
}

type Message = DialectFixture['messages'][number];

/** Bytes of a fixture with some of them changed, left out, doubled or put in. */
const mutated = (payload: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc
    .array(
      fc.record({
        at: fc.nat({ max: Math.max(payload.length - 1, 0) }),
        how: fc.constantFrom('set', 'drop', 'put', 'cut', 'double'),
        byte: fc.oneof(
          fc.nat({ max: 255 }),
          fc.constantFrom(
            ...'{}[]",:-+.0123456789eE<>&!()*\r\n\0'.split('').map((c) => c.codePointAt(0) ?? 0),
          ),
        ),
      }),
      { minLength: 1, maxLength: 6 },
    )
    .map((steps) => {
      let out = [...payload];
      for (const { at, how, byte } of steps) {
        if (how === 'set') out[at % Math.max(out.length, 1)] = byte;
        else if (how === 'drop') out.splice(at, 1);
        else if (how === 'put') out.splice(at, 0, byte);
        else if (how === 'cut') out = out.slice(0, at);
        else out = [...out, ...out.slice(at)];
      }
      return Uint8Array.from(out);
    });

const ODD: readonly fc.Arbitrary<unknown>[] = [
  fc.constantFrom(
    null,
    true,
    false,
    '',
    'NaN',
    '1,5',
    'unavailable',
    1e308,
    -1e308,
    5e-324,
    2 ** 53,
    [],
    {},
    [[]],
    '\0',
    '9'.repeat(400),
  ),
  fc.double(),
  fc.string({ maxLength: 20 }),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty'),
  fc.json({ maxDepth: 3 }).map((text): unknown => JSON.parse(text)),
];

/** A JSON value with some of its parts replaced by odd ones, or under odd names. */
function disfigured(value: unknown, depth = 0): fc.Arbitrary<unknown> {
  const odd = fc.oneof(...ODD);
  if (typeof value !== 'object' || value === null || depth > 6)
    return fc.oneof({ weight: 9, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: odd });
  if (Array.isArray(value))
    return fc.oneof(
      { weight: 14, arbitrary: fc.tuple(...value.map((item) => disfigured(item, depth + 1))) },
      { weight: 1, arbitrary: odd },
    );
  const entries = Object.entries(value).map(([key, item]) =>
    fc.tuple(
      fc.oneof(
        { weight: 24, arbitrary: fc.constant(key) },
        { weight: 1, arbitrary: fc.constantFrom('__proto__', 'constructor', `${key}x`, '') },
      ),
      disfigured(item, depth + 1),
    ),
  );
  return fc.oneof(
    {
      weight: 14,
      arbitrary: fc
        .tuple(...entries)
        .map(
          (pairs) =>
            JSON.parse(
              `{${pairs.map(([key, item]) => `${JSON.stringify(key)}:${JSON.stringify(item) ?? 'null'}`).join(',')}}`,
            ) as unknown,
        ),
    },
    { weight: 1, arbitrary: odd },
  );
}

function jsonOf(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8').decode(payload));
  } catch {
    return undefined; // not a JSON dialect
  }
}
declare const TextDecoder: new (label: string) => { decode(bytes: Uint8Array): string };

/** Runs a message through a decoder that has heard the messages of the fixture before it. */
function decodedAfter(fixture: DialectFixture, message: Message, payload: Uint8Array): Decoded[] {
  const { decoder, settings } = fixtureDecoder(fixture);
  for (const before of fixture.messages) {
    if (before === message) break;
    decodeForeign(decoder, before, settings);
  }
  const { topic, retain } = message;
  const { parts } = decodeForeign(decoder, { topic, payload, retain, receivedAtUs }, settings);
  return [...parts];
}

const RUNS = 40;

describe.each(DIALECTS.map(({ name }) => name))('dialect %s', (name) => {
  const own = fixtures.filter(({ dialect }) => dialect === name);
  const message = fc
    .constantFrom(...own)
    .chain((fixture) => fc.tuple(fc.constant(fixture), fc.constantFrom(...fixture.messages)));

  test('arbitrary bytes never throw and are accounted for', () => {
    fc.assert(
      fc.property(message, fc.uint8Array({ maxLength: 300 }), ([fixture, one], payload) => {
        expect(faults(decodedAfter(fixture, one, payload), payload)).toEqual([]);
      }),
      { numRuns: 10 * RUNS },
    );
  });

  test('arbitrary topics never throw and are accounted for', () => {
    fc.assert(
      fc.property(message, fc.string({ maxLength: 60 }), ([fixture, one], topic) => {
        const { decoder, settings } = fixtureDecoder(fixture);
        const { parts } = decodeForeign(decoder, { ...one, topic }, settings);
        expect(faults(parts, one.payload)).toEqual([]);
      }),
      { numRuns: 5 * RUNS },
    );
  });

  test('fixtures with changed bytes never throw and are accounted for', () => {
    fc.assert(
      fc.property(
        message.chain(([fixture, one]) =>
          fc.tuple(fc.constant(fixture), fc.constant(one), mutated(one.payload)),
        ),
        ([fixture, one, payload]) => {
          expect(faults(decodedAfter(fixture, one, payload), payload)).toEqual([]);
        },
      ),
      { numRuns: 10 * RUNS },
    );
  });

  test('fixtures with odd values in their places never throw and are accounted for', () => {
    fc.assert(
      fc.property(
        message.chain(([fixture, one]) => {
          const json = jsonOf(one.payload);
          const payload =
            json === undefined
              ? mutated(one.payload)
              : disfigured(json).map((value) => bytes(JSON.stringify(value) ?? 'null'));
          return fc.tuple(fc.constant(fixture), fc.constant(one), payload);
        }),
        ([fixture, one, payload]) => {
          expect(faults(decodedAfter(fixture, one, payload), payload)).toEqual([]);
        },
      ),
      { numRuns: 10 * RUNS },
    );
  });

  test('large payloads take time in proportion to their size', () => {
    for (const [fixture, one] of own.flatMap((each) =>
      each.messages.map((m) => [each, m] as const),
    )) {
      const { decoder, settings } = fixtureDecoder(fixture);
      for (const filler of ['[', '{"a":', '"', ' ', '<a ', '1', '(', '\r\n', ',', '-', '1.', 'e']) {
        const payload = bytes(filler.repeat(Math.floor(500_000 / filler.length)));
        const begin = performance.now();
        const { parts } = decodeForeign(decoder, { ...one, payload }, settings);
        // 500 kB of JSON are parsed in some milliseconds; anything quadratic takes minutes.
        expect(performance.now() - begin).toBeLessThan(3000);
        expect(faults(parts, payload)).toEqual([]);
      }
    }
  });
});
declare const performance: { now(): number };
