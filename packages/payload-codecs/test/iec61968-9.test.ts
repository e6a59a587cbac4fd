import { describe, expect, test } from 'vitest';
import { MAX_PAYLOAD_BYTES, decodeForeign, findDialect, sourceSettings } from '../src/index.ts';
import { readingMeaning } from '../src/lib/dialects/iec61968-9/reading-types.ts';
import type { DialectState } from '../src/lib/foreign/dialect.ts';
import { bytes } from './bytes.ts';

const dialect = findDialect('iec61968-9');
const settings = sourceSettings({ tenant: 'demo', name: 'hes', filter: 'hes/#' });
const receivedAtUs = Date.parse('2026-01-14T06:30:00Z') * 1000;
const SECONDARY = '0.0.0.1.1.1.12.0.0.0.0.0.0.0.0.3.72.0';
const PRIMARY = '0.0.0.1.1.2.12.0.0.0.0.0.0.0.0.3.72.0';

function decode(xml: string, state: DialectState = new Map()) {
  const decoder = dialect?.create(settings, state);
  if (decoder === undefined) throw new Error('there is no dialect iec61968-9');
  const message = { topic: 'hes/a', payload: bytes(xml), receivedAtUs, retain: false };
  const { parts } = decodeForeign(decoder, message, settings);
  return {
    readings: parts.flatMap(({ readings }) =>
      readings.map(({ deviceId, value }) => `${deviceId} ${value}`),
    ),
    rejects: parts.flatMap(({ rejects }) => rejects.map(({ reason }) => reason)),
    events: parts.flatMap(({ events }) => events.map(({ event, state: s }) => `${event} ${s}`)),
  };
}

const reading = (type: string, value: string, more = ''): string =>
  `<Readings><timeStamp>2026-01-14T06:00:00Z</timeStamp><value>${value}</value>${more}<ReadingType ref="${type}"/></Readings>`;
const meter = (inner: string, id = 'Z1'): string =>
  `<MeterReadings><MeterReading><Meter><mRID>${id}</mRID></Meter>${inner}</MeterReading></MeterReadings>`;
const nested = (levels: number): string =>
  `${'<a>'.repeat(levels)}${meter(reading(SECONDARY, '7'))}${'</a>'.repeat(levels)}`;
const quality = (code: string): string =>
  `<ReadingQualities><ReadingQualityType ref="${code}"/></ReadingQualities>`;

describe('IE-08', () => {
  test('a document above the size limit is refused before it is parsed', () => {
    const begin = performance.now();
    const { rejects } = decode(meter(' '.repeat(MAX_PAYLOAD_BYTES)));
    expect(rejects).toEqual(['too_large']);
    expect(performance.now() - begin).toBeLessThan(500);
  });

  test.each([
    ['an internal entity', '<!DOCTYPE r [<!ENTITY v "77">]>', '&v;'],
    ['an external entity', '<!DOCTYPE r [<!ENTITY v SYSTEM "file:///etc/hostname">]>', '&v;'],
    ['a parameter entity', '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1/"> %p;]>', '77'],
    ['an external declaration', '<!doctype r PUBLIC "-//x" "http://127.0.0.1/r.dtd">', '77'],
  ])('%s is refused', (_, declaration, value) => {
    const { readings, rejects } = decode(declaration + meter(reading(SECONDARY, value)));
    expect([readings, rejects]).toEqual([[], ['malformed']]);
  });

  test('an entity without declaration is no number', () => {
    const { readings, rejects } = decode(meter(reading(SECONDARY, '&v;')));
    expect([readings, rejects]).toEqual([[], ['wrong_type']]);
  });

  test('33 levels of elements are too deep, 32 are not', () => {
    // MeterReadings, MeterReading, Readings, value
    expect(decode(nested(28)).readings).toEqual(['Z1 7']);
    expect(decode(nested(29)).rejects).toEqual(['too_deep']);
  });

  test.each(['__proto__', 'constructor', 'prototype'])('an element %s spoils nothing', (name) => {
    const { readings, rejects } = decode(
      `<r><${name}><value>1</value></${name}>${meter(reading(SECONDARY, '7'))}</r>`,
    );
    expect([readings, rejects]).toEqual([[], ['malformed']]);
    expect(Object.hasOwn(Object.prototype, 'value')).toBe(false);
  });
});

describe('IE-04', () => {
  test('which commodity is the meter’s own outlives the decoder', () => {
    const state: DialectState = new Map();
    expect(decode(meter(reading(SECONDARY, '77')), state).readings).toEqual(['Z1 77']);
    const kept: DialectState = new Map(
      [...state].map(([key, value]) => [key, JSON.parse(JSON.stringify(value))]),
    );
    expect(decode(meter(reading(PRIMARY, '7700')), kept).readings).toEqual(['Z1:primary 7700']);
    expect(decode(meter(reading(SECONDARY, '78')), kept).readings).toEqual(['Z1 78']);
    expect(decode(meter(reading(PRIMARY, '7800'), 'Z2'), kept).readings).toEqual(['Z2 7800']);
  });
});

describe('IE-02', () => {
  test('a clock error of the meter is not ended by its plausible stamp', () => {
    const { events } = decode(meter(reading(SECONDARY, '7', quality('1.1.9'))));
    expect(events.filter((event) => event.startsWith('clock_error'))).toEqual([
      'clock_error active',
    ]);
  });

  test('the opened cover is tamper as well, lost power is told', () => {
    const { events } = decode(meter(reading(SECONDARY, '7', quality('1.3.1') + quality('1.2.32'))));
    expect(events.filter((event) => event.endsWith('active')).toSorted()).toEqual([
      'cover_open active',
      'power_loss active',
      'tamper active',
    ]);
  });
});

describe('IE-01', () => {
  test.each([
    ['0.0.2.9.1.2.12.0.0.0.0.0.0.0.0.3.72.0', 'active_energy_import'],
    ['11.0.0.1.19.1.12.0.0.0.0.0.0.0.0.0.72.0', 'active_energy_export'],
    ['0.26.0.1.1.1.12.0.0.0.0.0.0.0.224.3.73.0', 'reactive_energy_import'],
    ['0.0.0.1.1.9.58.0.0.0.0.0.0.0.0.0.42.0', 'water_volume'],
    ['0.0.0.12.0.1.4.0.0.0.0.0.0.0.33.0.5.0', 'current_l3'],
    // amounts, tariffs, quadrants, gas, maxima, line-to-line, not 18 numbers, a multiplier beyond all
    ['0.0.2.4.1.2.12.0.0.0.0.0.0.0.0.3.72.0', undefined],
    ['0.0.0.1.1.1.12.0.0.0.0.2.0.0.0.3.72.0', undefined],
    ['0.0.0.1.15.1.12.0.0.0.0.0.0.0.0.3.73.0', undefined],
    ['0.0.0.1.1.7.58.0.0.0.0.0.0.0.0.0.42.0', undefined],
    ['0.8.0.12.0.1.54.0.0.0.0.0.0.0.128.0.29.0', undefined],
    ['0.0.0.12.0.1.54.0.0.0.0.0.0.0.132.0.29.0', undefined],
    ['0.0.0.1.1.1.12.0.0.0.0.0.0.0.0.3.72', undefined],
    ['0.0.0.1.1.1.12.0.0.0.0.0.0.0.0.300.72.0', undefined],
    ['constructor', undefined],
  ])('%s is %s', (type, quantity) => {
    expect(readingMeaning(type)?.quantity).toBe(quantity);
  });
});
declare const performance: { now(): number };
