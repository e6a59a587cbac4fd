import { decode } from '@verimeter/payload-codecs';
import { findQuantity } from '@verimeter/telemetry';
import { beforeAll, describe, expect, test } from 'vitest';

import { buildCity, type City, cityTables, truth } from '../src/index.ts';
import { deviceStreams } from '../src/lib/device-streams.ts';
import { type Message, sampleMessage, statusMessage } from '../src/lib/messages.ts';
import { countReadings, liveSamples, replay } from '../src/lib/replay.ts';

const DAY_MS = 86_400_000;
const QUARTER_MS = 900_000;

const messagesBetween = (city: City, afterMs: number, untilMs: number): Message[] =>
  [...replay(city, 'demo', afterMs, untilMs)].flatMap(({ messages }) => [...messages]);

const decodeAll = (messages: readonly Message[], receivedAtMs: number) =>
  messages.map(({ topic, payload }) =>
    decode(topic, new TextEncoder().encode(payload), { receivedAtUs: receivedAtMs * 1000 }),
  );

/** Names of the columns of a row that hold something. */
const filled = (row: object): string =>
  Object.entries(row)
    .filter(([, value]) => value !== '')
    .map(([name]) => name)
    .join();

const events = (messages: readonly Message[]): string[] =>
  messages
    .filter(({ topic }) => topic.endsWith('/events'))
    .map(({ topic, payload }) => `${topic} ${payload}`)
    .toSorted();

describe('what a city publishes', () => {
  let city: City;
  beforeAll(() => {
    city = buildCity({ seed: 11, size: 'tiny', days: 3 });
  });

  test('decodes without a single reject, and holds every reading of the span once', () => {
    const until = city.startMs + 2 * DAY_MS + 10 * QUARTER_MS + 1;
    const messages = messagesBetween(city, city.historyStartMs - 1, until);
    const decoded = decodeAll(messages, until);
    expect(decoded.flatMap(({ rejects }) => rejects)).toEqual([]);
    const keys = decoded.flatMap(({ readings }) =>
      readings.map(({ deviceId, quantity, tsUs }) => `${deviceId} ${quantity} ${tsUs}`),
    );
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toHaveLength(countReadings(city, city.historyStartMs - 1, until));
    expect(messages.reduce((sum, { readings }) => sum + readings, 0)).toBe(keys.length);
    expect(
      decoded.every(({ readings }) =>
        readings.every(({ quantity }) => findQuantity(quantity) !== undefined),
      ),
    ).toBe(true);
  });

  test('is a load profile of 96 values per electricity meter and full day, day by day', () => {
    const slices = [...replay(city, 'demo', city.startMs - 1, city.startMs + 2 * DAY_MS - 1)];
    expect(slices).toHaveLength(2);
    const second = [...(slices[1]?.messages ?? [])].filter(({ topic }) =>
      topic.includes('/E-A1-0001/'),
    );
    const profile: unknown = JSON.parse(second[0]?.payload ?? '{}');
    expect(profile).toMatchObject({
      start: new Date(city.startMs + DAY_MS).toISOString(),
      step: 900,
      profiles: { active_energy_import: { length: 96 }, voltage_l1: { length: 96 } },
    });
  });

  test('cut at any instant and continued there is the same as in one go', () => {
    const from = city.historyStartMs - 1;
    const until = city.startMs + 2 * DAY_MS + 5 * QUARTER_MS + 77;
    const readings = (messages: readonly Message[]): string[] =>
      decodeAll(messages, until)
        .flatMap((decoded) => decoded.readings)
        .map(({ deviceId, quantity, tsUs, value }) => `${deviceId} ${quantity} ${tsUs} ${value}`)
        .toSorted();
    const whole = messagesBetween(city, from, until);
    for (const cut of [
      city.historyStartMs + 2 * DAY_MS + 54_321,
      city.startMs + DAY_MS + 37 * QUARTER_MS + 12_345,
    ]) {
      const parts = [...messagesBetween(city, from, cut), ...messagesBetween(city, cut, until)];
      expect(readings(parts)).toEqual(readings(whole));
      expect(events(parts)).toEqual(events(whole));
    }
  });

  test('speaks through gateways, natively and in SenML', () => {
    const at = city.startMs + DAY_MS + 3_600_000;
    const topics = messagesBetween(city, at - 1, at).map(({ topic }) => topic);
    expect(topics.some((topic) => /\/G-A2\/children\/E-A2-\d+\/readings$/.test(topic))).toBe(true);
    expect(topics.some((topic) => /\/G-W1\/children\/W-D1-\d+\/readings$/.test(topic))).toBe(true);
    expect(topics).toContain('verimeter/v1/demo/S-01/senml');
    expect(topics).toContain('verimeter/v1/demo/E-A1-0001/readings');
  });

  test('shows displays between the registers that decode too, and statuses', () => {
    const at = city.startMs + DAY_MS + 123_456;
    const samples = liveSamples(city, at, 5);
    const messages = samples.map(({ stream, values }) => sampleMessage('demo', stream, at, values));
    const decoded = decodeAll(
      messages.filter((message) => message !== undefined),
      at,
    );
    expect(decoded.flatMap(({ rejects }) => rejects)).toEqual([]);
    expect(
      new Set(decoded.flatMap(({ readings }) => readings.map(({ quantity }) => quantity))),
    ).toContain('active_power');
    const status = statusMessage('demo', { deviceId: 'E-A1-0001', gateway: undefined });
    expect(decodeAll([status], at)[0]?.online).toBe(true);
    expect(status.retain).toBe(true);
  });

  test('says nothing of the truth: neither messages nor tables hold a fault, an error or a key of it', () => {
    const published = messagesBetween(city, city.historyStartMs - 1, city.startMs + DAY_MS - 1)
      .map(({ topic, payload }) => `${topic} ${payload}`)
      .join('\n');
    const text = `${published}\n${JSON.stringify(cityTables(city))}`;
    const hidden = truth(city);
    for (const meter of hidden.meters) {
      for (const value of [meter.trueError, meter.baseError, meter.clockError, meter.meanWatts])
        expect(text).not.toContain(String(value).slice(0, 9));
      if (meter.fault !== null && 'size' in meter.fault)
        expect(text).not.toContain(String(meter.fault.size).slice(0, 9));
    }
    for (const { trueError, fault } of hidden.sensors) {
      expect(text).not.toContain(String(trueError).slice(0, 9));
      for (const value of Object.values(fault ?? {}))
        if (typeof value === 'number' && !Number.isInteger(value))
          expect(text).not.toContain(String(value).slice(0, 9));
    }
    expect(hidden.sensors.filter(({ fault }) => fault !== null)).toHaveLength(2);
    for (const { trueError, baseError, litresPerDay, fault } of hidden.water)
      for (const value of [trueError, baseError, litresPerDay, ...Object.values(fault ?? {})])
        if (typeof value === 'number' && !Number.isInteger(value))
          expect(text).not.toContain(String(value).slice(0, 9));
    expect(hidden.water.filter(({ fault }) => fault !== null)).toHaveLength(1);
    for (const key of [
      'fault',
      'gain',
      'offset',
      'stuck',
      'noise',
      'trueError',
      'baseError',
      'fedBy',
      'misfiled',
      'stopped',
      'ramp',
      '"step":"',
      'drift',
      'backflow',
      'customer-leak',
      'litresPer',
      'healthy',
    ])
      expect(text).not.toContain(key);
    // The rows of a meter with a fault have the same columns filled as those of any other.
    const rows = cityTables(city).devices.filter(({ device_id: id }) => /^E-A\d-\d+$/.test(id));
    expect(new Set(rows.map(filled)).size).toBe(1);
    // A meter fed by another area does not speak through that area's gateway.
    for (const { topic } of messagesBetween(city, city.startMs - 1, city.startMs)) {
      const through = /\/G-A(\d)\/children\/E-A(\d)-/.exec(topic);
      expect(through?.[1]).toBe(through?.[2]);
    }
    const order = deviceStreams(city).map(({ deviceId }) => deviceId);
    expect(order.filter((id) => id.startsWith('E-'))).toEqual(
      order.filter((id) => id.startsWith('E-')).toSorted(),
    );
  });
});
