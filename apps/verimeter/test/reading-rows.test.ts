import { FLAG, parseTimestamp } from '@verimeter/telemetry';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  createChannelDirectory,
  createTimeReader,
  judgeTime,
  parseValue,
} from '../src/lib/import/reading-rows.ts';

const times = createTimeReader();

test('the quick way of reading times agrees with the general one', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
      (date) => {
        const text = `${date.toISOString().slice(0, 19)}Z`;
        const parsed = parseTimestamp(text);
        expect(times.parse(text)).toBe(parsed.ok ? parsed.tsUs : undefined);
      },
    ),
  );
});

test.each([
  ['2026-11-23T07:15:00', 'missing_zone'],
  ['2026-02-30T07:15:00Z', 'bad_time'],
  ['2026-11-23T24:00:00Z', 'bad_time'],
  ['2026-11-23T07:1x:00Z', 'bad_time'],
  ['2026-11-23', 'bad_time'],
  ['1795418100000', 'bad_time'],
  ['', 'bad_time'],
])('%s is %s', (text, reason) => {
  expect(times.parse(text)).toMatchObject({ reason, field: 'ts' });
});

test('offsets and microseconds are kept', () => {
  expect(times.parse('2026-11-23T14:15:00.000001+07:00')).toBe(
    Date.UTC(2026, 10, 23, 7, 15) * 1000 + 1,
  );
});

test.each([
  ['12.5', 12.5],
  ['-0.25', -0.25],
  ['1e3', 1000],
  ['.5', 0.5],
  ['12345678.123456', 12345678.123456],
])('the value %s is read', (text, value) => {
  expect(parseValue(text)).toBe(value);
});

test.each([
  ['12,5', 'wrong_type', 'comma'],
  ['0x10', 'wrong_type', 'number'],
  ['abc', 'wrong_type', 'number'],
  ['', 'wrong_type', 'empty'],
  ['NaN', 'not_finite', 'finite'],
  ['-inf', 'not_finite', 'finite'],
  ['1e999', 'not_finite', 'range'],
])('the value %j is %s', (text, reason, word) => {
  expect(parseValue(text)).toMatchObject({ reason, field: 'value' });
  expect(JSON.stringify(parseValue(text))).toContain(word);
});

test('times before 2005 and more than a day ahead are implausible, the near future is marked', () => {
  const nowUs = Date.UTC(2026, 10, 23) * 1000;
  const minute = 60e6;
  expect(judgeTime(nowUs + 5 * minute, nowUs)).toBe(0);
  expect(judgeTime(nowUs + 5 * minute + 1, nowUs)).toBe(FLAG.future);
  expect(judgeTime(nowUs + 1440 * minute, nowUs)).toBe(FLAG.future);
  expect(judgeTime(nowUs + 1440 * minute + 1, nowUs)).toMatchObject({ reason: 'implausible_time' });
  expect(judgeTime(Date.UTC(2005, 0, 1) * 1000, nowUs)).toBe(0);
  expect(judgeTime(Date.UTC(2005, 0, 1) * 1000 - 1, nowUs)).toMatchObject({
    reason: 'implausible_time',
  });
});

test('the first unit fixes the channel, another one is refused, an empty one is the channel\u2019s', () => {
  const directory = createChannelDirectory(['s1', 's2'], []);
  const first = directory.find('s1', 'no2', 'ug/m3');
  expect(first).toMatchObject({ deviceId: 's1', quantity: 'no2', unit: 'ug/m3' });
  expect(directory.find('s1', 'no2', '')).toBe(first);
  expect(directory.find('s1', 'no2', '[ppb]')).toMatchObject({ reason: 'bad_unit', field: 'unit' });
  expect(directory.find('s2', 'no2', '')).toMatchObject({ unit: '[ppm]' });
  expect(directory.takeNew()).toHaveLength(2);
  expect(directory.takeNew()).toHaveLength(0);
});

test('values are not converted: a multiple of the unit of the catalogue is refused', () => {
  const directory = createChannelDirectory(['m1'], []);
  expect(directory.find('m1', 'active_energy_import', 'kWh')).toMatchObject({ unit: 'kW.h' });
  const other = createChannelDirectory(['m1'], []);
  expect(other.find('m1', 'active_energy_import', 'Wh')).toMatchObject({ reason: 'bad_unit' });
});

test('unknown devices and quantities are told apart', () => {
  const directory = createChannelDirectory(['m1'], []);
  expect(directory.find('m2', 'voltage_l1', '')).toMatchObject({ reason: 'unknown_device' });
  expect(directory.find('m1', 'voltage_l9', '')).toMatchObject({ reason: 'unknown_quantity' });
});
