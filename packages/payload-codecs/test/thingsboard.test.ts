import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DIALECTS, sourceProblems, sourceSettings } from '../src/index.ts';
import { pulsesOf } from '../src/lib/foreign/pulses.ts';
import { Listener } from './decode-message.ts';

const GATEWAY = 'v1/gateway/telemetry';
const ts = Date.parse('2026-01-14T05:00:00Z');

test('TB-06 the same entries in any order say the same', () => {
  const listener = new Listener('thingsboard');
  const entries = [true, false, true, true, false].map((leakage, index) => ({
    ts: ts + index * 60_000,
    values: { water_volume: 10 + index, leakage },
  }));
  const told = (payload: unknown) => {
    const { readings, events } = listener.hear('riser/v1/devices/me/telemetry', payload);
    return { readings, events };
  };
  const inOrder = told(entries);
  expect(inOrder.events.map(([, , state]) => state)).toEqual([
    'active',
    'cleared',
    'active',
    'active',
    'cleared',
  ]);
  fc.assert(
    fc.property(fc.shuffledSubarray(entries, { minLength: 5, maxLength: 5 }), (shuffled) => {
      expect(told(shuffled)).toEqual(inOrder);
    }),
  );
});

describe('TB-04 devices a gateway may speak for', () => {
  const entry = [{ ts, values: { humidity: 57, temperature: 18 } }];
  const payload = { 'Riser 4': entry, 'Riser 5': entry, 'Pump 9': entry };
  const heard = (options: Record<string, string>): string[] => {
    const { readings } = new Listener('thingsboard-gateway', { options }).hear(GATEWAY, payload);
    return [...new Set(readings.map(([id]) => String(id)))];
  };

  test.each([
    [{}, ['Riser_4', 'Riser_5', 'Pump_9']],
    [{ allowed_devices: '' }, ['Riser_4', 'Riser_5', 'Pump_9']],
    [{ allowed_devices: 'Riser*' }, ['Riser_4', 'Riser_5']],
    [{ allowed_devices: ' Pump 9 ,Riser 5' }, ['Riser_5', 'Pump_9']],
    [{ allowed_devices: ';' }, []],
  ])('%j', (options, ids) => {
    expect(heard(options)).toEqual(ids);
  });

  test('each refused value is counted', () => {
    const listener = new Listener('thingsboard-gateway', { options: { allowed_devices: 'x' } });
    const { parts } = listener.hear(GATEWAY, payload);
    expect(parts.map(({ received }) => received)).toEqual([6]);
  });

  test('a flood of refused devices is summed up', () => {
    const listener = new Listener('thingsboard-gateway', { options: { allowed_devices: 'x' } });
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, k) => [`d${k}`, entry]));
    const { parts, rejects } = listener.hear(GATEWAY, many);
    expect(rejects.length).toBeLessThan(30);
    expect(parts.map(({ received }) => received)).toEqual([10_000]);
  });
});

test('TB-03 devices named as members of every object are devices', () => {
  const text = `{"__proto__":[{"ts":${ts},"values":{"humidity":1}}],"constructor":[{"ts":${ts},"values":{"humidity":2}}]}`;
  const { readings } = new Listener('thingsboard-gateway').hear(GATEWAY, text);
  expect(readings.map(([id, , value]) => [id, value])).toEqual([
    ['__proto__', 1],
    ['constructor', 2],
  ]);
});

test('a device that the topic does not name waits, with the ways to name it', () => {
  const { parts } = new Listener('thingsboard').hear('v1/devices/me/telemetry', { humidity: 57 });
  const [reject] = parts.flatMap(({ rejects }) => rejects);
  expect(reject?.reason).toBe('topic_mismatch');
  expect(reject?.message).toContain('{topic:1}');
  expect(reject?.message).toContain('settings.devices.me');
});

test('X-14 two fields of one quantity are two channels', () => {
  const listener = new Listener('thingsboard', {
    names: { inlet: { quantity: 'temperature' }, outlet: { quantity: 'temperature' } },
  });
  const { readings } = listener.hear('r/v1/devices/me/telemetry', {
    ts,
    values: { outlet: 41, inlet: 60, temperature: 20 },
  });
  expect(readings.map(([id, , value]) => [id, value])).toEqual([
    ['r:outlet', 41],
    ['r', 60],
    ['r:temperature', 20],
  ]);
});

test('pulses of a decimal weight make decimal amounts', () => {
  expect(pulsesOf(77_104, 0.01)).toBe(771.04);
  expect(pulsesOf('77105', 0.001)).toBe(77.105);
  expect(pulsesOf(3, 2.5)).toBe(7.5);
  expect(pulsesOf('many', 0.01)).toBe('many');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 9 }), (pulses) => {
      expect(pulsesOf(pulses, 0.01)).toBe(Number(`${pulses}e-2`));
    }),
  );
});

function problemsOf(filter: string, dialect = 'thingsboard'): string[] {
  const settings = sourceSettings({ tenant: 'demo', name: 'pit', filter, deviceId: 'pit-9' });
  return sourceProblems(DIALECTS, { filter, dialect, settings }).map(({ field }) => field);
}

test('a source of one topic may be named as the one device that publishes there', () => {
  expect(problemsOf('v1/devices/me/telemetry')).toEqual([]);
  expect(problemsOf('tb/+/v1/devices/me/telemetry')).toEqual(['settings.device_id']);
  expect(problemsOf('v1/devices/me/telemetry,v2/t')).toEqual(['settings.device_id']);
  expect(problemsOf('v1/gateway/telemetry', 'thingsboard-gateway')).toEqual(['settings.device_id']);
});
