import type { DeviceEvent, DeviceEventState } from '@verimeter/telemetry';
import { expect, test } from 'vitest';
import { EventStates } from '../src/lib/event-states.ts';

const leak = (state: DeviceEventState, tsUs: number): DeviceEvent => ({
  deviceId: 'M1',
  event: 'leak',
  state,
  tsUs,
  repeats: true,
});

const named = (k: number): DeviceEvent => ({ ...leak('active', 10), event: `made up ${k}` });

test('a state that is repeated is known', () => {
  const states = new EventStates();
  states.remember('demo/M1', leak('active', 10));
  expect(states.repeats('demo/M1', leak('active', 11))).toBe(true);
  expect(states.repeats('demo/M1', leak('cleared', 11))).toBe(false);
  expect(states.repeats('demo/M1', leak('active', 9))).toBe(false);
  expect(states.repeats('demo/M2', leak('active', 11))).toBe(false);
});

test('a state that comes late is not that of now', () => {
  const states = new EventStates();
  states.remember('demo/M1', leak('cleared', 10));
  states.remember('demo/M1', leak('active', 5));
  expect(states.repeats('demo/M1', leak('active', 11))).toBe(false);
  expect(states.repeats('demo/M1', leak('cleared', 11))).toBe(true);
});

test('who shares devices with other workers knows nothing', () => {
  const states = new EventStates(false);
  states.remember('demo/M1', leak('active', 10));
  expect(states.repeats('demo/M1', leak('active', 11))).toBe(false);
});

test('a device that makes up names of events does not fill the memory', () => {
  const states = new EventStates();
  for (let k = 0; k < 1000; k += 1) states.remember('demo/M1', named(k));
  const known = Array.from({ length: 1000 }, (_, k) => states.repeats('demo/M1', named(k)));
  expect(known.at(-1)).toBe(true);
  expect(known.filter(Boolean).length).toBeLessThanOrEqual(100);
});
