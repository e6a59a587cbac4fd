import { describe, expect, test } from 'vitest';
import { createFormatter, localeOf, unitLabel } from '../src/lib/format.ts';

const english = createFormatter('en-GB', 'Asia/Ho_Chi_Minh');
const vietnamese = createFormatter('vi-VN', 'Asia/Ho_Chi_Minh');

describe('numbers', () => {
  test('ratios are percent on screen, errors with their sign', () => {
    expect(english.percent(0.031)).toBe('3.1\u00A0%');
    expect(vietnamese.percent(0.031)).toBe('3,1\u00A0%');
    expect(english.signedPercent(-0.031)).toBe('−3.1\u00A0%');
    expect(english.signedPercent(0.012)).toBe('+1.2\u00A0%');
    expect(english.signedPercent(0)).toBe('0.0\u00A0%');
  });
  test('errors below a tenth of a percent keep two digits', () => {
    expect(english.signedPercent(0.00042)).toBe('+0.04\u00A0%');
  });
  test('a probability is never shown as certain unless it is', () => {
    expect(english.probability(0.999)).toBe('>\u00A099\u00A0%');
    expect(english.probability(0.004)).toBe('<\u00A01\u00A0%');
    expect(english.probability(1)).toBe('100\u00A0%');
    expect(english.probability(0)).toBe('0\u00A0%');
    expect(english.probability(0.755)).toBe('76\u00A0%');
  });
  test('thousands are grouped as the locale does', () => {
    expect(english.integer(13000)).toBe('13,000');
    expect(vietnamese.integer(13000)).toBe('13.000');
  });
});

describe('times', () => {
  test('an instant is shown in the zone of the reader', () => {
    expect(english.dateTime('2026-11-23T18:15:00Z')).toBe('24 Nov 2026, 01:15');
    expect(english.date('2026-11-23T18:15:00Z')).toBe('24 Nov 2026');
  });
  test('a calendar day is not moved by any zone', () => {
    const west = createFormatter('en-GB', 'America/Los_Angeles');
    expect(west.date('2026-11-23')).toBe('23 Nov 2026');
  });
});

test("the browser's own variant of the language is kept", () => {
  expect(localeOf('en', ['vi', 'en-US'])).toBe('en-US');
  expect(localeOf('en', ['vi-VN'])).toBe('en-GB');
  expect(localeOf('vi', ['en-US'])).toBe('vi-VN');
});

test('units are written as people write them', () => {
  expect(unitLabel('kW.h')).toBe('kWh');
  expect(unitLabel('Cel')).toBe('°C');
  expect(unitLabel('V')).toBe('V');
});
