import { CLOCK_FAULTS, CLOCK_STATES, type ClockState } from '@verimeter/telemetry';
import { describe, expect, test } from 'vitest';
import { clockText, durationText, zoneText } from '../src/index.ts';

const facts = (state: ClockState, more: Partial<Parameters<typeof clockText>[0]> = {}) => ({
  state,
  offsetSeconds: null,
  ratePerDay: null,
  zoneMinutes: null,
  intervalSeconds: null,
  jumps: null,
  ...more,
});

describe('a clock in words', () => {
  test.each(CLOCK_STATES)(
    '%s has a sentence in both languages, and an action where it is a fault',
    (state) => {
      const en = clockText(facts(state), 'en');
      const vi = clockText(facts(state), 'vi');
      expect(vi.text).not.toBe(en.text);
      expect(en.action !== null).toBe(CLOCK_FAULTS.includes(state));
      expect(vi.action !== null).toBe(CLOCK_FAULTS.includes(state));
    },
  );

  test('a wrong zone names it', () => {
    const ahead = facts('wrong_zone', { offsetSeconds: 25_199, zoneMinutes: 420 });
    expect(clockText(ahead, 'en').text).toBe(
      'Ahead by 7 h: looks like local time (UTC+07:00) sent as UTC.',
    );
    expect(clockText(ahead, 'vi').text).toContain('Nhanh 7 giờ');
    const behind = facts('wrong_zone', { offsetSeconds: -25_201, zoneMinutes: -420 });
    expect(clockText(behind, 'en').text).toBe(
      'Behind by 7 h: looks like UTC sent as local time (UTC+07:00), or local time (UTC-07:00) sent as UTC.',
    );
  });

  test('a right clock says what the device may wait, where that is much', () => {
    expect(clockText(facts('ok', { offsetSeconds: -1.5 }), 'en').text).toBe('No fault is seen.');
    expect(clockText(facts('ok', { offsetSeconds: -300 }), 'en').text).toContain('up to 10 min');
  });
});

test.each([
  [42, '42 s', '42 s'],
  [119, '119 s', '119 s'],
  [900, '15 min', '15 phút'],
  [25_200, '7 h', '7 giờ'],
  [302_400, '3.5 days', '3,5 ngày'],
  [189_345_600, '6 years', '6 năm'],
])('%d s are %s', (seconds, en, vi) => {
  expect(durationText(seconds, 'en')).toBe(en);
  expect(durationText(seconds, 'vi')).toBe(vi);
});

test('offsets of zones', () => {
  expect([420, -210, 345].map(zoneText)).toEqual(['+07:00', '-03:30', '+05:45']);
});
