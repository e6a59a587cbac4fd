import { formatTimestamp } from '@verimeter/telemetry';
import * as fc from 'fast-check';
import sparkplug from 'sparkplug-payload';
import { describe, expect, test } from 'vitest';
import {
  type DialectMessage,
  type DialectState,
  decodeForeign,
  findDialect,
  sourceSettings,
} from '../src/index.ts';

/** The other side: the encoder of Eclipse Tahu. */
const peer = sparkplug.get('spBv1.0');
type Payload = Parameters<NonNullable<typeof peer>['encodePayload']>[0];
type PeerMetric = NonNullable<Payload['metrics']>[number];

function encode(payload: Payload): Uint8Array {
  if (peer === null) throw new Error('the encoder does not know spBv1.0');
  return peer.encodePayload(payload);
}

const AT = 1768370400000;
const settings = sourceSettings({
  tenant: 'demo',
  name: 'plant',
  filter: 'spBv1.0/#',
  names: {
    Volume: { quantity: 'water_volume', unit: 'm3' },
    Power: { quantity: 'active_power', unit: 'W' },
  },
});

/** A worker with a decoder, which may have the memory of another. */
function worker(state: DialectState = new Map(), options: Record<string, boolean> = {}) {
  const own = { ...settings, options };
  const decoder = findDialect('sparkplug-b')?.create(own, state);
  if (decoder === undefined) throw new Error('there is no dialect sparkplug-b');
  return {
    state,
    hear: (type: string, path: string, payload: Payload, more: Partial<DialectMessage> = {}) => {
      const message = {
        topic: `spBv1.0/east/${type}/${path}`,
        payload: encode(payload),
        receivedAtUs: AT * 1000,
        retain: false,
        ...more,
      };
      const { parts, commands } = decodeForeign(decoder, message, own);
      return {
        values: parts.flatMap(({ readings }) =>
          readings.map(({ deviceId, quantity, value, tsUs }) => [
            deviceId,
            quantity,
            value,
            formatTimestamp(tsUs).slice(11, 19),
          ]),
        ),
        rejects: parts.flatMap(({ rejects }) =>
          rejects.map(({ reason, field }) => [reason, field]),
        ),
        online: parts.flatMap(({ deviceId, online }) =>
          online === undefined ? [] : [[deviceId, online]],
        ),
        commands: commands.map(({ topic, payload: bytes }) => [topic, peer?.decodePayload(bytes)]),
      };
    },
  };
}

const BIRTH: PeerMetric[] = [
  { name: 'Volume', alias: 1, type: 'Double', value: 10 },
  { name: 'Power', alias: 2, type: 'Int32', value: 0 },
];
const nodeBirth = (bdSeq: number, timestamp = AT): Payload => ({
  timestamp,
  seq: 0,
  metrics: [{ name: 'bdSeq', type: 'Int64', value: bdSeq }],
});
const birth = (seq = 1, timestamp = AT): Payload => ({ timestamp, seq, metrics: BIRTH });
/** A metric of which only the alias travels. */
const bare = (alias: number, value: number): PeerMetric =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the encoder needs a type to choose the field, and the name may be absent
  ({ alias, type: 'Double', value });
const data = (seq: number, ...metrics: PeerMetric[]): Payload => ({ timestamp: AT, seq, metrics });
const REBIRTH = ['spBv1.0/east/NCMD/n1'];

test('SP-01 an unknown alias is rejected alone and asks for a rebirth, once per node and minute', () => {
  const { hear } = worker();
  hear('NBIRTH', 'n1', nodeBirth(1));
  hear('DBIRTH', 'n1/d1', birth());
  const first = hear('DDATA', 'n1/d1', data(2, bare(1, 11), bare(7, 5)));
  expect(first.values).toEqual([['east:n1:d1', 'water_volume', 11, '06:00:00']]);
  expect(first.rejects).toEqual([['unknown_quantity', 'metrics[1]']]);
  expect(first.commands).toEqual([
    [
      'spBv1.0/east/NCMD/n1',
      expect.objectContaining({
        metrics: [
          expect.objectContaining({ name: 'Node Control/Rebirth', type: 'Boolean', value: true }),
        ],
      }),
    ],
  ]);
  const again = { receivedAtUs: (AT + 59_000) * 1000 };
  expect(hear('DDATA', 'n1/d1', data(3, bare(7, 5)), again).commands).toEqual([]);
  expect(hear('DDATA', 'n2/d1', data(3, bare(7, 5)), again).commands).toHaveLength(1);
  const later = { receivedAtUs: (AT + 60_000) * 1000 };
  expect(hear('DDATA', 'n1/d1', data(4, bare(7, 5)), later).commands).toHaveLength(1);
});

test('SP-01 another worker decodes with the births of the first, as JSON kept them', () => {
  const first = worker();
  first.hear('NBIRTH', 'n1', nodeBirth(1));
  first.hear('DBIRTH', 'n1/d1', birth());
  const kept: DialectState = new Map(JSON.parse(JSON.stringify([...first.state])));
  const other = worker(kept).hear('DDATA', 'n1/d1', data(2, bare(1, 11)));
  expect(other.values).toEqual([['east:n1:d1', 'water_volume', 11, '06:00:00']]);
  expect(other.commands).toEqual([]);
});

test('SP-01 aliases of a session before the last birth of the node mean nothing', () => {
  const { hear } = worker();
  hear('NBIRTH', 'n1', nodeBirth(1));
  hear('DBIRTH', 'n1/d1', birth());
  hear('NBIRTH', 'n1', nodeBirth(2, AT + 5000));
  const heard = hear('DDATA', 'n1/d1', data(1, bare(1, 11)));
  expect(heard.values).toEqual([]);
  expect(heard.rejects).toEqual([['unknown_quantity', 'metrics[0]']]);
  expect(heard.commands.map(([topic]) => topic)).toEqual(REBIRTH);
});

test('SP-01 a message from quarantine is decoded with what is known and changes nothing of it', () => {
  const { hear, state } = worker();
  const replayed = { replayed: true };
  expect(hear('DDATA', 'n1/d1', data(9, bare(1, 11)), replayed).commands).toEqual([]);
  hear('NBIRTH', 'n1', nodeBirth(1), replayed);
  hear('DBIRTH', 'n1/d1', birth(), replayed);
  expect(state.size).toBe(0);
  hear('NBIRTH', 'n1', nodeBirth(1));
  hear('DBIRTH', 'n1/d1', birth());
  const before = [...state.values()];
  hear('NDEATH', 'n1', { metrics: [{ name: 'bdSeq', type: 'Int64', value: 1 }] }, replayed);
  hear('DBIRTH', 'n1/d1', { timestamp: AT, seq: 5, metrics: [] }, replayed);
  expect([...state.values()].every((value, index) => value === before[index])).toBe(true);
  expect(hear('DDATA', 'n1/d1', data(77, bare(1, 11)), replayed).values).toHaveLength(1);
  expect(hear('DDATA', 'n1/d1', data(2, bare(1, 12))).commands).toEqual([]);
});

test('SP-03 an integer without type and birth has no sign and is refused', () => {
  const typed = encode({ metrics: [{ name: 'Power', type: 'Int32', value: -18 }] });
  // The type is field 4, 2 bytes: 20 03.
  const at = typed.indexOf(0x20);
  const untyped = Uint8Array.from([
    0x12,
    typed.length - 4,
    ...typed.slice(2, at),
    ...typed.slice(at + 2),
  ]);
  const { hear } = worker();
  const heard = hear('DDATA', 'n1/d1', {}, { payload: untyped });
  expect(heard.rejects).toEqual([['wrong_type', 'Power']]);
  expect(heard.commands).toHaveLength(1);
  hear('DBIRTH', 'n1/d1', birth());
  expect(hear('DDATA', 'n1/d1', {}, { payload: untyped }).values).toEqual([
    ['east:n1:d1', 'active_power', -18, '06:00:00'],
  ]);
});

describe('SP-06 numbers of messages', () => {
  test('SP-06 255 is followed by 0, and a repeated message is no gap', () => {
    const { hear } = worker();
    hear('NBIRTH', 'n1', nodeBirth(1));
    hear('DBIRTH', 'n1/d1', birth());
    for (let seq = 2; seq < 600; seq += 1)
      expect(hear('DDATA', 'n1/d1', data(seq % 256, bare(1, seq))).commands).toEqual([]);
    expect(hear('DDATA', 'n1/d1', data(599 % 256, bare(1, 599))).commands).toEqual([]);
  });

  test('SP-06 a gap keeps the data and asks for a rebirth', () => {
    const { hear } = worker();
    hear('NBIRTH', 'n1', nodeBirth(1));
    hear('DBIRTH', 'n1/d1', birth());
    const heard = hear('DDATA', 'n1/d1', data(3, bare(1, 11)));
    expect(heard.values).toHaveLength(1);
    expect(heard.rejects).toEqual([]);
    expect(heard.commands.map(([topic]) => topic)).toEqual(REBIRTH);
  });

  test('SP-06 gaps are none of a source whose messages several workers share', () => {
    const { hear } = worker(new Map(), { check_seq: false });
    hear('DBIRTH', 'n1/d1', birth());
    expect(hear('DDATA', 'n1/d1', data(9, bare(1, 11))).commands).toEqual([]);
  });
});

const death = (bdSeq: number): Payload => ({
  metrics: [{ name: 'bdSeq', type: 'Int64', value: bdSeq }],
});

test('SP-08 a death of another session is ignored, the one of this session takes its devices offline', () => {
  const { hear } = worker();
  hear('NBIRTH', 'n1', nodeBirth(7));
  expect(hear('DBIRTH', 'n1/d1', birth()).online).toEqual([['east:n1:d1', true]]);
  expect(hear('NDEATH', 'n1', death(6)).online).toEqual([]);
  expect(hear('DDATA', 'n1/d1', data(2, bare(1, 11))).commands).toEqual([]);
  expect(hear('NDEATH', 'n1', death(7)).online).toEqual([['east:n1:d1', false]]);
  const afterwards = hear('DDATA', 'n1/d1', data(3, bare(1, 12)));
  expect(afterwards.values).toHaveLength(1);
  expect(afterwards.commands.map(([topic]) => topic)).toEqual(REBIRTH);
});

test('SP-09 X-07 milliseconds since the start of the device are no time', () => {
  const { hear } = worker();
  const metric: PeerMetric = { name: 'Volume', type: 'Double', value: 1, timestamp: 1_600_000_000 };
  const [value] = hear('DDATA', 'n1/d1', { metrics: [metric] }).values;
  expect(value).toEqual(['east:n1:d1', 'water_volume', 1, '06:00:00']);
});

test('topics that are not ours to read are silent, others are refused', () => {
  const { hear } = worker();
  expect(hear('NCMD', 'n1', birth())).toMatchObject({ values: [], rejects: [] });
  const state = hear('', '', {}, { topic: 'spBv1.0/STATE/scada', payload: new Uint8Array([0x7b]) });
  expect(state.rejects).toEqual([]);
  expect(hear('DDATA', 'n1', birth()).rejects).toEqual([['topic_mismatch', '']]);
  expect(hear('DDATA', 'n1/d1', {}, { payload: new Uint8Array([0x7b, 0x7d]) }).rejects).toEqual([
    ['malformed', ''],
  ]);
});

test('values of the independent encoder come out as they went in', () => {
  const integer = fc.oneof(
    fc.record({ type: fc.constant('Int8' as const), value: fc.integer({ min: -128, max: 127 }) }),
    fc.record({
      type: fc.constant('Int16' as const),
      value: fc.integer({ min: -32_768, max: 32_767 }),
    }),
    fc.record({ type: fc.constant('Int32' as const), value: fc.integer() }),
    fc.record({ type: fc.constant('Int64' as const), value: fc.maxSafeInteger() }),
    fc.record({ type: fc.constant('UInt8' as const), value: fc.nat({ max: 255 }) }),
    fc.record({ type: fc.constant('UInt16' as const), value: fc.nat({ max: 65_535 }) }),
    fc.record({ type: fc.constant('UInt32' as const), value: fc.nat({ max: 2 ** 32 - 1 }) }),
    fc.record({
      type: fc.constant('UInt64' as const),
      value: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
    }),
  );
  const decimal = fc.oneof(
    fc.record({
      type: fc.constant('Float' as const),
      value: fc.float({ noNaN: true, noDefaultInfinity: true }),
    }),
    fc.record({
      type: fc.constant('Double' as const),
      value: fc.double({ noNaN: true, noDefaultInfinity: true }),
    }),
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(integer, decimal), { minLength: 1, maxLength: 20 }),
      fc.boolean(),
      (values, hasBirth) => {
        const metrics = values.map(({ type, value }, index) => ({
          name: `Power/${index}`,
          alias: index,
          type,
          value,
          timestamp: AT - index,
        }));
        const names = Object.fromEntries(
          metrics.map(({ name }) => [name, { quantity: 'active_power' }]),
        );
        const own = { ...settings, names };
        const decoder = findDialect('sparkplug-b')?.create(own, new Map());
        if (decoder === undefined) throw new Error('there is no dialect sparkplug-b');
        const { parts } = decodeForeign(
          decoder,
          {
            topic: `spBv1.0/east/${hasBirth ? 'DBIRTH' : 'DDATA'}/n1/d1`,
            payload: encode({ timestamp: AT, seq: 1, metrics }),
            receivedAtUs: AT * 1000,
            retain: false,
          },
          own,
        );
        expect(parts.flatMap(({ readings }) => readings.map(({ value }) => value))).toEqual(
          values.map(({ value }) => value),
        );
      },
    ),
    { numRuns: 500 },
  );
});
