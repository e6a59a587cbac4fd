import { describe, expect, test } from 'vitest';
import { checkReportedEvents } from '../src/lib/self-consistency/device-events.ts';

const DAY_US = 86_400e6;
const AS_OF_US = 100 * DAY_US;
type Event = Parameters<typeof checkReportedEvents>[0][number];
const event = (name: string, day: number, state: Event['state'] = 'active'): Event => ({
  event: name,
  tsUs: day * DAY_US,
  state,
});
const said = (...events: Event[]) => {
  const { indication, evidence } = checkReportedEvents(events, AS_OF_US);
  return [indication, ...evidence.map(({ code }) => code)];
};

describe('dialects', () => {
  test.each([
    ['0.12.141.212', 'event_cover_open_active'],
    ['3.12.66.242', 'event_magnetic_field_active'],
    ['0.21.67.79', 'event_measurement_error_active'],
    ['44', 'event_cover_open_active'],
    ['16', 'event_measurement_error_active'],
    ['Terminal cover removed', 'event_cover_open_active'],
    ['STRONG_DC_FIELD', 'event_magnetic_field_active'],
    ['magneticTamper', 'event_magnetic_field_active'],
    ['fraud-attempt', 'event_tamper_active'],
    ['permanent_error', 'event_permanent_error_active'],
    ['106', 'event_permanent_error_active'],
    ['0.0.43.79', 'event_permanent_error_active'],
  ])('%s is a reason to look', (name, code) => {
    expect(said(event(name, 60))).toEqual(['tamper_or_fault', code]);
  });
  test.each([
    '0.11.283.280',
    '255',
    'firmware_ready',
    'login',
    '',
    'leak',
    'burst',
    'dry',
    'temporary_error',
    'unknown_status',
  ])('%j says nothing', (name) => {
    expect(said(event(name, 99))).toEqual([undefined]);
  });
});

test('flags of foreign dialects are told by their names', () => {
  expect(said(event('reverse_flow', 90))).toEqual(['reverse', 'event_reverse_run_active']);
  expect(said(event('clock_error', 90))).toEqual(['clock_fault', 'event_clock_invalid_active']);
  expect(said(event('battery_low', 90))).toEqual([undefined, 'event_battery_low_active']);
  const losses = Array.from({ length: 10 }, (_, day) => event('power_loss', 80 + day, 'past'));
  expect(said(...losses)).toEqual([undefined, 'event_power_failure']);
});

test('what is over counts for a month, what goes on for as long as it does', () => {
  expect(said(event('cover_open', 60, 'past'))).toEqual([undefined]);
  expect(said(event('cover_open', 80, 'past'))).toEqual(['tamper_or_fault', 'event_cover_open']);
  expect(said(event('cover_open', 20))).toEqual(['tamper_or_fault', 'event_cover_open_active']);
  expect(said(event('cover_open', 20), event('cover_open', 21, 'cleared'))).toEqual([undefined]);
  expect(said(event('44', 20), event('45', 21))).toEqual([undefined]);
  expect(said(event('44', 20), event('45', 21), event('44', 22))).toEqual([
    'tamper_or_fault',
    'event_cover_open_active',
  ]);
});

test('wrong way and lost time are said as such; a weak battery beside', () => {
  expect(said(event('reverse_rotation', 90), event('battery_low', 91))).toEqual([
    'reverse',
    'event_reverse_run_active',
    'event_battery_low_active',
  ]);
  expect(said(event('clock_invalid', 90))).toEqual(['clock_fault', 'event_clock_invalid_active']);
  expect(said(event('clock_invalid', 90, 'past'))).toEqual([undefined, 'event_clock_invalid']);
});

test('outages of a street are told where they are many', () => {
  const outages = Array.from({ length: 12 }, (_, day) => event('power_failure', 80 + day, 'past'));
  expect(said(...outages)).toEqual([undefined, 'event_power_failure']);
  expect(said(...outages.slice(4))).toEqual([undefined]);
});

test.each(['Magnetic field removed', 'Strong DC field no longer detected', 'no DC field any more'])(
  '%s is the end of it',
  (end) => {
    expect(said(event('Strong DC field detected', 20), event(end, 21))).toEqual([undefined]);
  },
);

test('what is abnormal is not over', () => {
  expect(said(event('abnormal reverse flow', 90))).toEqual(['reverse', 'event_reverse_run_active']);
});

test('what began long ago did not happen in the last 30 days', () => {
  const { evidence } = checkReportedEvents([event('cover_open', 20)], AS_OF_US);
  expect(evidence).toMatchObject([{ code: 'event_cover_open_active', values: { count: 0 } }]);
});
