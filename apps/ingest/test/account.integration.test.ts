import { startBroker } from '@verimeter/embedded';
import fc from 'fast-check';
import mqtt from 'mqtt';
import { expect, test } from 'vitest';
import { createWorld, silent } from './support/world.ts';

// The sender keeps its own account, by the rule of the ledger: one (channel, instant, value) is one, null is none, a message that cannot
// be decoded is one. The ledger must come to the same without knowing it.

interface Sent {
  readonly topic: string;
  readonly payload: string;
  readonly received: number;
  readonly rejected: number;
  /** Keys and values of the good readings. */
  readonly readings: readonly (readonly [key: string, value: number])[];
}

const START_MS = Date.parse('2026-11-01T00:00:00Z');
const device = fc.integer({ min: 1, max: 9 }).map((n) => `M${n}`);
const quantity = fc.constantFrom('active_energy_import', 'voltage_l1', 'active_power');
/** Few instants and values: many readings come again, and some with another value. */
const minute = fc.nat(40);
const value = fc.nat(2);

const at = (minutes: number): string => new Date(START_MS + minutes * 60_000).toISOString();
const key = (id: string, name: string, minutes: number): string => `${id} ${name} ${at(minutes)}`;

const sample = fc
  .tuple(device, minute, fc.dictionary(quantity, value, { minKeys: 1 }), fc.nat(2))
  .map(([id, minutes, values, unknown]): Sent => {
    const names = Object.keys(values);
    // Beside good readings some that are in no catalogue.
    const strange = Object.fromEntries(Array.from({ length: unknown }, (_, k) => [`volts${k}`, 1]));
    return {
      topic: `${id}/readings`,
      payload: JSON.stringify({ ts: at(minutes), values: { ...values, ...strange } }),
      received: names.length + unknown,
      rejected: unknown,
      readings: names.map((name) => [key(id, name, minutes), values[name] ?? 0]),
    };
  });

const profile = fc
  .tuple(device, quantity, minute, fc.array(fc.option(value), { minLength: 1, maxLength: 20 }))
  .map(([id, name, first, values]): Sent => {
    const readings = values.flatMap((one, k) =>
      one === null ? [] : [[key(id, name, first + k), one] as const],
    );
    return {
      topic: `GW/children/${id}/readings`,
      payload: JSON.stringify({ quantity: name, start: at(first), step: 60, values }),
      received: readings.length,
      rejected: 0,
      readings,
    };
  });

const bad = fc.constantFrom<Sent>(
  { topic: 'M1/readings', payload: '{"values":', received: 1, rejected: 1, readings: [] },
  {
    topic: 'nobody/readings',
    payload: `{"ts":"${at(0)}","values":{"voltage_l1":1,"active_power":2}}`,
    received: 2,
    rejected: 2,
    readings: [],
  },
);

test('received is what the sender counts, repetitions included, and each outcome is what it must be', async () => {
  const messages = fc.sample(
    fc.oneof({ arbitrary: sample, weight: 6 }, { arbitrary: profile, weight: 3 }, bad),
    { numRuns: 600, seed: 20_261_128 },
  );
  // Every fifth message is sent once more, later.
  const sent = [...messages, ...messages.filter((_, index) => index % 5 === 0)];
  const world = await createWorld();
  const pipeline = world.pipeline();
  const broker = await startBroker({
    host: '127.0.0.1',
    port: 0,
    log: silent,
    accept: (message) => pipeline.accept(message),
  });
  const client = await mqtt.connectAsync(broker.url);
  try {
    await Promise.all(
      sent.map(({ topic, payload }) =>
        client.publishAsync(`verimeter/v1/demo/${topic}`, payload, { qos: 1 }),
      ),
    );
    const first = new Map<string, number>();
    const others = new Set<string>();
    for (const [name, one] of sent.flatMap(({ readings }) => readings)) {
      if (!first.has(name)) first.set(name, one);
      else if (first.get(name) !== one) others.add(`${name} ${one}`);
    }
    const total = (of: (one: Sent) => number): number =>
      sent.reduce((sum, one) => sum + of(one), 0);
    const received = total((one) => one.received);
    const rejected = total((one) => one.rejected);
    expect(others.size).toBeGreaterThan(100);
    expect(await world.ledger()).toEqual({
      received,
      rejected,
      stored: first.size,
      conflicting: others.size,
      duplicate: received - rejected - first.size - others.size,
      open: 0,
    });
  } finally {
    await client.endAsync(true);
    await broker.stop();
    await world.close();
  }
});
