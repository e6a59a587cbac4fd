import { QUANTITIES } from '@verimeter/telemetry';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Decoded, decode } from '../src/index.ts';
import { bytes } from './bytes.ts';

const receivedAtUs = Date.parse('2026-11-23T12:00:00Z') * 1000;

/** What is wrong with the account of a message; empty: nothing. */
function faults(decoded: Decoded): string[] {
  const found: string[] = [];
  const rejected = decoded.rejects.reduce((sum, { count }) => sum + count, 0);
  if (decoded.received !== decoded.readings.length + rejected) found.push('account');
  for (const { value, tsUs } of decoded.readings) {
    if (!Number.isFinite(value)) found.push('value');
    if (!Number.isSafeInteger(tsUs)) found.push('time');
  }
  for (const { count, message } of decoded.rejects) {
    if (count < 1) found.push('count');
    if (message.includes('\0')) found.push('message');
  }
  return found;
}

const channel = fc.constantFrom('readings', 'events', 'status', 'senml', 'other');
const topic = fc.oneof(
  channel.map((name) => `verimeter/v1/demo/M1/${name}`),
  channel.map((name) => `verimeter/v1/demo/G/children/M1/${name}`),
  fc.string(),
);

test('arbitrary bytes on any topic never throw and are accounted for', () => {
  fc.assert(
    fc.property(topic, fc.uint8Array({ maxLength: 200 }), (name, payload) => {
      expect(faults(decode(name, payload, { receivedAtUs }))).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});

test('arbitrary JSON never throws and is accounted for', () => {
  fc.assert(
    fc.property(channel, fc.json({ maxDepth: 6 }), (name, json) => {
      const payload = bytes(json);
      expect(faults(decode(`verimeter/v1/demo/M1/${name}`, payload, { receivedAtUs }))).toEqual([]);
    }),
    { numRuns: 2000 },
  );
});

const odd = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(null, true, '7', [], {}, 1e300, -1e300),
);
const quantity = fc.oneof(
  fc.constantFrom(...QUANTITIES.map(({ name }) => name)),
  fc.constantFrom('nonsense', '__proto__', 'constructor'),
);
const instant = fc.oneof(
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.constantFrom('2026-11-23T11:00:00Z', 1795418100000, 'x', 7, null),
);
const almostRight = fc.record(
  {
    ts: instant,
    values: fc.oneof(fc.dictionary(quantity, odd), fc.array(odd)),
    quantity,
    start: instant,
    step: fc.oneof(fc.constantFrom(900, 0, 1e300, 1e-9, '900'), fc.double()),
    profiles: fc.dictionary(quantity, fc.array(odd)),
    device_id: fc.constantFrom('M1', 'M2', 3),
    n: fc.oneof(quantity, fc.string()),
    bn: fc.constantFrom('M1:', 'urn:dev:M1:', 'M2:', '', 4),
    u: fc.constantFrom('W', 'm3', 'ppb', 'ug/m3', '', 'x', 5),
    v: odd,
    s: odd,
    t: odd,
    vb: odd,
    event: odd,
    state: fc.constantFrom('active', 'x', 1),
  },
  { requiredKeys: [] },
);

test('messages that are almost right never throw and are accounted for', () => {
  fc.assert(
    fc.property(channel, fc.oneof(almostRight, fc.array(almostRight)), (name, message) => {
      const payload = bytes(JSON.stringify(message));
      expect(faults(decode(`verimeter/v1/demo/M1/${name}`, payload, { receivedAtUs }))).toEqual([]);
    }),
    { numRuns: 3000 },
  );
});
