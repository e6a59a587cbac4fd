import { FLAG } from '@verimeter/telemetry';
import { describe, expect, test } from 'vitest';
import { decode } from '../src/index.ts';
import { bytes } from './bytes.ts';

const TOPIC = 'verimeter/v1/demo/M1/readings';
const NOON = Date.parse('2026-11-23T12:00:00Z') * 1000;
const us = (text: string): number => Date.parse(text) * 1000;
const say = (payload: unknown, topic = TOPIC) => {
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return decode(topic, bytes(text), { receivedAtUs: NOON });
};
const reasons = (payload: unknown, topic = TOPIC) =>
  say(payload, topic).rejects.map(({ reason, field, count }) => [reason, field, count]);
const flagsAt = (ts: string) =>
  say({ ts, values: { voltage_l1: 1 } }).readings.map((reading) => reading.flags);

describe('the three native forms', () => {
  test('a sample with several values', () => {
    const decoded = say({
      ts: '2026-11-23T07:15:00Z',
      values: { active_energy_import: 12345.678, voltage_l1: 229.9 },
    });
    expect(decoded).toMatchObject({ tenant: 'demo', deviceId: 'M1', received: 2, rejects: [] });
    expect(decoded.readings).toEqual(
      [
        ['active_energy_import', 12345.678],
        ['voltage_l1', 229.9],
      ].map(([quantity, value]) => ({
        deviceId: 'M1',
        quantity,
        value,
        tsUs: us('2026-11-23T07:15:00Z'),
        tsSource: 'device',
        flags: 0,
      })),
    );
  });

  test('an array of samples with milliseconds', () => {
    const decoded = say([
      { ts: 1795418100000, values: { active_energy_import: 1 } },
      { ts: 1795419000000, values: { active_energy_import: 2 } },
    ]);
    expect(decoded.readings.map((reading) => [reading.tsUs, reading.value])).toEqual([
      [1795418100000000, 1],
      [1795419000000000, 2],
    ]);
  });

  test('a load profile: the first value is AT start, null is no reading', () => {
    const decoded = say({
      quantity: 'active_energy_import',
      start: '2026-11-22T00:00:00Z',
      step: 900,
      values: [1, 2, null, 4],
    });
    expect(decoded.received).toBe(3);
    expect(decoded.readings.map((reading) => [reading.tsUs, reading.value])).toEqual([
      [us('2026-11-22T00:00:00Z'), 1],
      [us('2026-11-22T00:15:00Z'), 2],
      [us('2026-11-22T00:45:00Z'), 4],
    ]);
  });

  test('several profiles on one grid', () => {
    const decoded = say({
      start: '2026-11-22T00:00:00Z',
      step: 900,
      profiles: { active_energy_import: [1, 2], voltage_l1: [230, null], nonsense: [1, 2, null] },
    });
    expect(decoded.readings).toHaveLength(3);
    expect(decoded.received).toBe(5);
    expect(decoded.rejects).toMatchObject([
      { reason: 'unknown_quantity', field: 'profiles.nonsense', count: 2 },
    ]);
  });

  test('a gateway speaks for its child', () => {
    const decoded = say({ values: { battery: 88 } }, 'verimeter/v1/demo/GW/children/M7/readings');
    expect(decoded).toMatchObject({ deviceId: 'M7', gatewayId: 'GW', usesArrivalTime: true });
    expect(decoded.readings).toMatchObject([
      { deviceId: 'M7', tsUs: NOON, tsSource: 'arrival', flags: FLAG.arrivalTime },
    ]);
  });
});

describe('times', () => {
  test.each([
    ['2026-11-23T07:15:00', 'missing_zone'],
    ['23.11.2026 07:15', 'bad_time'],
    ['2026-02-30T00:00:00Z', 'bad_time'],
    [1795418100, 'bad_time'],
    [-1, 'bad_time'],
    ['2004-12-31T23:59:59Z', 'implausible_time'],
    ['2026-11-24T12:00:00.000001Z', 'implausible_time'],
    [true, 'wrong_type'],
    [null, 'wrong_type'],
  ])('ts %j is %s', (ts, reason) => {
    expect(reasons({ ts, values: { voltage_l1: 1, voltage_l2: 2 } })).toEqual([[reason, 'ts', 2]]);
  });

  test('more than five minutes ahead is kept and flagged', () => {
    expect(flagsAt('2026-11-23T12:05:00Z')).toEqual([0]);
    expect(flagsAt('2026-11-23T12:05:00.000001Z')).toEqual([FLAG.future]);
    expect(flagsAt('2026-11-24T12:00:00Z')).toEqual([FLAG.future]);
  });

  test('the part of a profile that lies in the far future is one entry, the rest is stored', () => {
    const values = Array.from({ length: 200 }, (_, index) => index);
    const decoded = say({
      quantity: 'active_energy_import',
      start: '2026-11-23T12:00:00Z',
      step: 900,
      values,
    });
    expect(decoded.readings).toHaveLength(97); // 00:00 to +24 h inclusive
    expect(decoded.rejects).toMatchObject([
      { reason: 'implausible_time', field: 'values[97]', count: 103 },
    ]);
  });
});

describe('one bad reading never takes the good ones with it', () => {
  test.each([
    ['"12.5"', 'wrong_type'],
    ['null', 'wrong_type'],
    ['true', 'wrong_type'],
    ['[1]', 'wrong_type'],
    ['{}', 'wrong_type'],
    ['1e999', 'not_finite'],
    ['-1e999', 'not_finite'],
  ])('value %s is %s', (value, reason) => {
    const decoded = say(`{"values":{"voltage_l1":229.9,"voltage_l2":${value}}}`);
    expect(decoded.readings).toMatchObject([{ quantity: 'voltage_l1', value: 229.9 }]);
    expect(decoded.rejects).toMatchObject([{ reason, field: 'values.voltage_l2', count: 1 }]);
    expect(decoded.received).toBe(2);
  });

  test('an unknown key, also one of the prototype, is unknown_quantity', () => {
    const decoded = say('{"values":{"volts":1,"constructor":2,"__proto__":3,"voltage_l1":4}}');
    expect(decoded.rejects.map(({ reason }) => reason)).toEqual(
      Array.from({ length: 3 }, () => 'unknown_quantity'),
    );
    expect(decoded.readings).toHaveLength(1);
  });

  test('bad values inside a profile are named by their index', () => {
    const base = '"quantity":"voltage_l1","start":"2026-11-22T00:00:00Z","step":900';
    expect(reasons(`{${base},"values":[1,"2",null,1e999,5]}`)).toEqual([
      ['wrong_type', 'values[1]', 1],
      ['not_finite', 'values[3]', 1],
    ]);
  });

  test('a bad record in an array', () => {
    const decoded = say([7, { ts: 'x', values: { voltage_l1: 1 } }, { values: { voltage_l1: 1 } }]);
    expect(decoded.rejects.map(({ reason, field }) => [reason, field])).toEqual([
      ['wrong_type', '[0]'],
      ['bad_time', '[1].ts'],
    ]);
    expect(decoded.readings).toHaveLength(1);
  });

  test('more bad readings than can be named are summed up, none is lost from the account', () => {
    const values = Array.from({ length: 500 }, () => 'x');
    const decoded = say({
      quantity: 'voltage_l1',
      start: '2026-11-22T00:00:00Z',
      step: 1,
      values,
    });
    expect(decoded.received).toBe(500);
    expect(decoded.rejects).toHaveLength(101);
    expect(decoded.rejects.reduce((sum, { count }) => sum + count, 0)).toBe(500);
  });
});

describe('a message as a whole', () => {
  test.each([
    ['', 'malformed'],
    ['{"values":{"voltage_l1":1}', 'malformed'],
    ['{"values":{"voltage_l1":NaN}}', 'malformed'],
    ['{"values":{"voltage_l1":1,"voltage_l1":2}}', 'malformed'],
    ['17', 'wrong_type'],
    ['null', 'wrong_type'],
    ['{}', 'malformed'],
    ['[]', 'malformed'],
    ['{"values":{}}', 'malformed'],
    ['{"values":7}', 'wrong_type'],
    ['{"quantity":"voltage_l1","values":[1]}', 'malformed'],
    ['{"quantity":"voltage_l1","start":"2026-11-22T00:00:00Z","step":0,"values":[1]}', 'bad_time'],
    [
      '{"quantity":"voltage_l1","start":"2026-11-22T00:00:00Z","step":"900","values":[1]}',
      'wrong_type',
    ],
    [
      '{"quantity":"voltage_l1","start":"2026-11-22T00:00:00Z","step":1e999,"values":[1]}',
      'not_finite',
    ],
    ['['.repeat(33), 'too_deep'],
    ['['.repeat(1_000_000), 'too_deep'],
    [`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`, 'too_deep'],
    [`"${' '.repeat(1024 * 1024)}"`, 'too_large'],
  ])('%.60s is %s: one received, one rejected', (payload, reason) => {
    const decoded = say(payload);
    expect(decoded.rejects.map((reject) => [reject.reason, reject.count])).toEqual([[reason, 1]]);
    expect(decoded).toMatchObject({ received: 1, readings: [] });
  });

  test('brackets inside strings are not depth', () => {
    const decoded = say(`{"note":"${'['.repeat(100)}\\"${'{:'.repeat(100)}","values":{"noise":1}}`);
    expect(decoded.readings).toHaveLength(1);
  });

  test('invalid UTF-8 is malformed, a byte order mark is not', () => {
    const sample = bytes('{"values":{"noise":1}}');
    const decodeBytes = (prefix: number[]) =>
      decode(TOPIC, Uint8Array.from([...prefix, ...sample]), { receivedAtUs: NOON });
    expect(decodeBytes([0xff]).rejects).toMatchObject([{ reason: 'malformed' }]);
    expect(decodeBytes([0xef, 0xbb, 0xbf]).readings).toHaveLength(1);
  });
});

describe('who a message is about', () => {
  test.each([
    'verimeter/v1/demo/readings',
    'verimeter/v1/demo/M1/readings/more',
    'verimeter/v1/demo/GW/child/M1/readings',
    'verimeter/v1/demo/M 1/readings',
    'verimeter/v1//M1/readings',
    'verimeter/v1/demo/M1/reading',
    'sensors/M1',
  ])('%s is topic_mismatch', (topic) => {
    expect(reasons({ values: { noise: 1 } }, topic)).toEqual([['topic_mismatch', '', 1]]);
  });

  test('a device or tenant in the payload must be the topic’s', () => {
    const values = { noise: 1, battery: 2 };
    expect(say({ device_id: 'M1', tenant: 'demo', values }).readings).toHaveLength(2);
    expect(reasons({ device_id: 'M2', values })).toEqual([['topic_mismatch', 'device_id', 2]]);
    expect(reasons({ tenant: 'other', values })).toEqual([['topic_mismatch', 'tenant', 2]]);
    expect(reasons({ device_id: 7, values })).toEqual([['wrong_type', 'device_id', 2]]);
  });
});

describe('units stated in native messages', () => {
  test('other spellings of one unit are accepted, conversions are not', () => {
    const values = { no2: 41, active_energy_import: 7 };
    const stated = say({ values, units: { no2: 'µg/m3', active_energy_import: 'kWh' } });
    expect(stated.readings.map(({ unit }) => unit)).toEqual(['ug/m3', 'kW.h']);
    expect(reasons({ values, units: { active_energy_import: 'Wh' } })).toEqual([
      ['bad_unit', 'units.active_energy_import', 1],
    ]);
  });
});
