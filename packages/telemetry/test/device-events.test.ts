import { describe, expect, test } from 'vitest';
import {
  DEVICE_CONDITIONS,
  DEVICE_FLAGS,
  eventNameOf,
  isDeviceFlag,
  mbusStatusFlags,
  meaningOfEvent,
  tokenMeaning,
} from '../src/index.ts';

describe('names of events', () => {
  test.each([
    ['cover_open', 'active', '0.12.141.212', 'Security.Enclosure.Removed', 'cover_open'],
    ['cover_open', 'cleared', '0.12.141.16', 'Security.Enclosure.Closed', 'cover_open'],
    ['magnetic_field', 'past', '0.12.66.242', 'Security.MagneticSwitch.Started', 'magnetic_field'],
    ['battery_low', 'cleared', '0.2.22.150', 'Battery.Charge.MinLimitReached', 'battery_low'],
    ['permanent_error', 'active', '0.0.43.79', 'NA.Event.Error', 'permanent_error'],
    ['40', 'active', '0.12.29.212', 'Security.Cover.Removed', 'cover_open'],
    ['0041', 'active', '0.12.29.16', 'Security.Cover.Closed', 'cover_open'],
    ['16', 'active', '0.21.67.79', 'Metrology.Measurement.Error', 'measurement_error'],
    ['255', 'active', '0.17.44.28', 'Logs.EventLog.Cleared', undefined],
    ['3.12.66.242', 'active', '3.12.66.242', 'Security.MagneticSwitch.Started', 'magnetic_field'],
    ['0.11.283.280', 'active', '0.11.283.280', 'Firmware.Activation.ReadyForActivation', undefined],
    [
      'Terminal cover removed',
      'active',
      '0.12.141.212',
      'Security.Enclosure.Removed',
      'cover_open',
    ],
    [
      'Power restored after power failure',
      'active',
      '0.26.38.49',
      'Power.Voltage.Re-established',
      'power_loss',
    ],
  ] as const)('%s %s is %s', (event, state, type, name, condition) => {
    expect(eventNameOf(event, state)).toEqual({ type, name, condition });
  });

  test.each(['leak', 'burst', 'dry', 'temporary_error', 'unknown_status'])(
    'the standard has no code for %s',
    (flag) => {
      expect(eventNameOf(flag, 'active')).toEqual({
        type: undefined,
        name: undefined,
        condition: flag,
      });
    },
  );

  test('a code that is not known here stays as it is', () => {
    expect(eventNameOf('24.99.98.97', 'active')).toEqual({
      type: '24.99.98.97',
      name: undefined,
      condition: undefined,
    });
  });

  test.each(['', ' ', '9999999999', 'constructor', '__proto__', 'firmware_ready'])(
    '%j means nothing',
    (event) => {
      expect(eventNameOf(event, 'active')).toEqual({
        type: undefined,
        name: undefined,
        condition: undefined,
      });
    },
  );

  test('words that LoRaWAN meters use are flags', () => {
    expect(
      ['Leak', 'Burst', 'Dry', 'Low Battery', 'V1V2 Leak Out', 'V1 reverse', 'Power off'].map(
        (words) => meaningOfEvent(words).condition,
      ),
    ).toEqual(['leak', 'burst', 'dry', 'battery_low', 'leak', 'reverse_flow', 'power_loss']);
  });
});

test('flags are conditions, and nothing else is a flag', () => {
  expect(DEVICE_CONDITIONS.filter(isDeviceFlag)).toEqual([...DEVICE_FLAGS]);
});

describe('M-Bus status byte', () => {
  test.each([
    [0x00, []],
    [0x01, []],
    [0x02, ['temporary_error']],
    [0x03, ['unknown_status']],
    [0x04, ['battery_low']],
    [0x08, ['permanent_error']],
    [0x10, ['temporary_error']],
    [0x1c, ['battery_low', 'permanent_error', 'temporary_error']],
    [0x20, ['unknown_status']],
    [0xe3, ['unknown_status']],
  ])('%i', (byte, flags) => {
    expect(mbusStatusFlags(byte, false)).toEqual(flags);
  });
  test('power low is the supply of what has one', () => {
    expect(mbusStatusFlags(0x04, true)).toEqual(['power_loss']);
  });
});

describe('status tokens', () => {
  test.each([
    ['LEAK', ['leak'], 'active'],
    ['P_LEAK', ['leak'], 'past'],
    ['PREV_BURST', ['burst'], 'past'],
    ['WAS_DRY', ['dry'], 'past'],
    ['BACKFLOW_PREV_MONTH', ['reverse_flow'], 'past'],
    ['LEAKAGE_THIS_MONTH', ['leak'], 'past'],
    ['REMOVED_PAST', ['tamper'], 'past'],
    ['OK_BATTERY_LOW', ['battery_low'], 'active'],
    ['seal_broken', ['tamper', 'cover_open'], 'active'],
    ['CODE_205_DATE_TIME_RESET_DUE_TO_POWER_FAILUER', ['clock_error', 'power_loss'], 'active'],
  ])('%s', (token, flags, state) => {
    expect(tokenMeaning(token, false)).toEqual({ flags, state, isFault: true });
  });

  test('POWER_LOW is the battery or the mains, as the device is fed', () => {
    expect(tokenMeaning('POWER_LOW', false).flags).toEqual(['battery_low']);
    expect(tokenMeaning('POWER_LOW', true).flags).toEqual(['power_loss']);
  });

  test.each(['P_CLOCK_HAND_ERROR', 'LEAKAGE_OR_NO_USAGE', 'LEAKS', 'constructor', 'P_', ''])(
    '%j is a text',
    (token) => {
      expect(tokenMeaning(token, false)).toEqual({ flags: [], state: 'active', isFault: true });
    },
  );

  test.each(['OK', 'SUMMER_TIME', 'SAVING'])('%s is no fault', (token) => {
    expect(tokenMeaning(token, false).isFault).toBe(false);
  });
});
