import { FLAG } from '@verimeter/telemetry';
import { describe, expect, test } from 'vitest';
import { decode } from '../src/index.ts';
import { bytes } from './bytes.ts';

const NOON = Date.parse('2026-01-14T12:00:00Z') * 1000;
const SIX = Date.parse('2026-01-14T06:00:00Z') * 1000;
const say = (pack: unknown, device = 'pit31') =>
  decode(`verimeter/v1/demo/${device}/senml`, bytes(JSON.stringify(pack)), {
    receivedAtUs: NOON,
  });
const short = (pack: unknown, device?: string) =>
  say(pack, device).readings.map(({ quantity, value, unit, tsUs }) => [
    quantity,
    value,
    unit,
    tsUs,
  ]);

const EXAMPLE = [
  { bn: 'urn:dev:os:32473-pit31:', bt: 1768370400, bu: 'm3', n: 'volume', v: 318.204 },
  { n: 'volume', t: -3600, v: 318.192 },
  { n: 'flow', u: 'm3/s', v: 3.5e-6 },
  { n: 'leak', vb: true },
  { bn: 'urn:dev:os:32473-pit32:', n: 'power', u: 'W', v: 412, s: 1800000000 },
];

describe('SenML', () => {
  test('SE-01 base fields hold until replaced; a change of the base name leaves the topic’s device', () => {
    const decoded = say(EXAMPLE);
    expect(decoded.readings.map(({ quantity, tsUs }) => [quantity, tsUs])).toEqual([
      ['water_volume', SIX],
      ['water_volume', SIX - 3600e6],
      ['water_flow', SIX],
    ]);
    expect(decoded.readings.map(({ value }) => value)).toEqual([
      318.204,
      318.192,
      expect.closeTo(0.0126, 12),
    ]);
    expect(decoded.events).toEqual([
      { deviceId: 'pit31', tsUs: SIX, event: 'leak', state: 'active' },
    ]);
    expect(decoded.rejects).toMatchObject([{ reason: 'topic_mismatch', field: '[4].n', count: 2 }]);
    expect(decoded.received).toBe(5);
  });

  test('SE-02 bu only without u; bv and bs are added', () => {
    const pack = [
      { bn: 'pit31:', bt: 1768370400, bu: 'l', bv: 1000, n: 'volume', v: 500 },
      { n: 'power', u: 'W', v: -900, bs: 3600000, s: 3600000 },
    ];
    expect(short(pack)).toEqual([
      ['water_volume', 1.5, 'm3', SIX],
      ['active_power', 100, 'W', SIX],
      ['active_energy_import', 2, 'kW.h', SIX],
    ]);
  });

  test('SE-03 a time below 2^28 is relative to the arrival', () => {
    const decoded = say([
      { n: 'water_volume', v: 1, t: -5 },
      { n: 'noise', u: 'dB', v: 40 },
    ]);
    expect(decoded.readings.map(({ tsUs, flags }) => [tsUs, flags])).toEqual([
      [NOON - 5e6, FLAG.arrivalTime],
      [NOON, FLAG.arrivalTime],
    ]);
    expect(decoded.usesArrivalTime).toBe(true);
  });

  test('SE-04 the sum of a power is energy, and may come without v', () => {
    expect(short([{ bt: 1768370400, n: 'power', u: 'W', s: 1800000000 }])).toEqual([
      ['active_energy_import', 500, 'kW.h', SIX],
    ]);
  });

  test('SE-05 text and data are ignored, only vb is a flag', () => {
    const pack = [
      { n: 'state', vs: 'ok' },
      { n: 'raw', vd: 'AQ' },
      { n: 'leak', vb: false },
    ];
    const decoded = say(pack);
    expect(decoded).toMatchObject({ ignored: 2, received: 0, rejects: [] });
    expect(decoded.events).toMatchObject([{ event: 'leak', state: 'cleared' }]);
  });

  test('SE-06 a field that ends in _ refuses its record, other unknown fields do not', () => {
    const decoded = say([
      { n: 'noise', u: 'dB', v: 1, must_: 1 },
      { n: 'noise', u: 'dB', v: 2, may: 1 },
    ]);
    expect(decoded.rejects).toMatchObject([{ reason: 'malformed', field: '[0].must_' }]);
    expect(decoded.readings).toHaveLength(1);
  });

  test('SE-07 CBOR is not JSON and is told so', () => {
    const cbor = Uint8Array.from([0x81, 0xa2, 0x21, 0x61, 0x6d, 0x02, 0x01]);
    const decoded = decode('verimeter/v1/demo/pit31/senml', cbor, { receivedAtUs: NOON });
    expect(decoded.rejects).toMatchObject([{ reason: 'malformed', count: 1 }]);
  });

  test('gases keep their kind of unit', () => {
    const pack = [
      { bt: 1768370400, n: 'no2', u: 'ppb', v: 20 },
      { n: 'o3', u: 'ug/m3', v: 80 },
      { n: 'so2', v: 3 },
      { n: 'pm2_5', u: 'kg/m3', v: 1.2e-8 },
      { n: 'co2', u: '/', v: 0.0005 },
    ];
    const decoded = say(pack);
    expect(decoded.readings.map(({ quantity, unit }) => [quantity, unit])).toEqual([
      ['no2', '[ppb]'],
      ['o3', 'ug/m3'],
      ['pm2_5', 'ug/m3'],
      ['co2', '[ppm]'],
    ]);
    expect(decoded.rejects).toMatchObject([{ reason: 'bad_unit', field: '[2].v' }]);
  });

  test('litres become cubic metres without a rounding error', () => {
    expect(short([{ bt: 1768370400, n: 'volume', u: 'l', v: 318204 }])).toEqual([
      ['water_volume', 318.204, 'm3', SIX],
    ]);
  });

  test('a pack without a known measure is unknown_quantity', () => {
    const decoded = say([{ n: 'mood', u: 'lm', v: 3 }]);
    expect(decoded).toMatchObject({ ignored: 1, received: 1 });
    expect(decoded.rejects).toMatchObject([{ reason: 'unknown_quantity' }]);
  });
});
