import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { decode } from '@verimeter/payload-codecs';
import { createLogger } from '@verimeter/service-runtime';
import { Aedes } from 'aedes';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import {
  readTruth,
  runSimulate,
  type Simulator,
  startSimulator,
  StateFileError,
} from '../src/index.ts';

const HOUR_MS = 3_600_000;
const START = Date.parse('2026-11-23T07:20:00Z');

interface Received {
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly retain: boolean;
}

/** A real broker; what clients publish is kept. */
async function startBroker(port = 0): Promise<{
  url: string;
  received: Received[];
  mostOutstanding: () => number;
  stop: () => Promise<void>;
}> {
  const broker = await Aedes.createBroker();
  const received: Received[] = [];
  let outstanding = 0;
  let most = 0;
  broker.authorizePublish = (_client, packet, callback) => {
    outstanding += 1;
    most = Math.max(most, outstanding);
    received.push({
      topic: packet.topic,
      payload: packet.payload.toString(),
      qos: packet.qos,
      retain: packet.retain,
    });
    // The PUBACK follows the callback; a turn of the event loop later is enough for messages to pile up.
    setImmediate(() => {
      outstanding -= 1;
      callback(null);
    });
  };
  const server: Server = createServer(broker.handle);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP address');
  return {
    url: `mqtt://127.0.0.1:${address.port}`,
    received,
    mostOutstanding: () => most,
    async stop() {
      await new Promise<void>((resolve) => broker.close(resolve));
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

const readingsOf = (received: readonly Received[]): string[] =>
  received.flatMap(({ topic, payload }) =>
    decode(topic, new TextEncoder().encode(payload), {
      receivedAtUs: (START + 24 * HOUR_MS) * 1000,
    })
      .readings.filter(({ quantity }) => quantity !== 'active_power')
      .map(({ deviceId, quantity, tsUs }) => `${deviceId} ${quantity} ${tsUs}`),
  );

describe('the simulator', () => {
  let stateDir: string;
  let broker: Awaited<ReturnType<typeof startBroker>>;
  let running: Simulator | undefined;

  beforeEach(async () => {
    stateDir = await mkdtemp(join(tmpdir(), 'verimeter-simulator-'));
    broker = await startBroker();
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    await broker.stop();
    await rm(stateDir, { recursive: true, force: true });
  });

  const start = (nowMs: number, seed = 4): Promise<Simulator> =>
    startSimulator({
      seed,
      size: 'tiny',
      mqttUrl: broker.url,
      tenant: 'demo',
      stateDir,
      log: createLogger('simulator', 'silent'),
      now: () => nowMs,
      sampleEveryMs: 0,
      maxOutstanding: 20,
    });

  test('publishes the history with QoS 1, bounded in flight, and counts what was acknowledged', async () => {
    running = await start(START);
    const { readings } = await running.historyDone;
    expect(readings).toBeGreaterThan(5000);
    const keys = readingsOf(broker.received);
    expect(keys).toHaveLength(readings);
    expect(new Set(keys).size).toBe(readings);
    expect(broker.received.every(({ qos }) => qos === 1)).toBe(true);
    expect(broker.mostOutstanding()).toBeLessThanOrEqual(20);
    const statuses = broker.received.filter(({ topic }) => topic.endsWith('/status'));
    expect(statuses.length).toBeGreaterThan(15);
    expect(statuses.every(({ retain, payload }) => retain && payload === 'online')).toBe(true);
  });

  test('continues on a second start with what is missing, and nothing twice', async () => {
    running = await start(START);
    await running.historyDone;
    await running.stop();
    const before = readingsOf(broker.received);
    broker.received.length = 0;

    running = await start(START + 5 * HOUR_MS);
    await running.historyDone;
    const after = readingsOf(broker.received);
    expect(after.length).toBeGreaterThan(100);
    expect(new Set([...before, ...after]).size).toBe(before.length + after.length);
    const earliest = Math.min(...after.map((key) => Number(key.split(' ')[2])));
    expect(earliest).toBeGreaterThan(START * 1000);
    expect(broker.received.some(({ topic }) => topic.endsWith('/status'))).toBe(false);
  });

  test('stopped in the middle publishes the rest on the next start', async () => {
    const first = await start(START);
    while (broker.received.length < 60) await new Promise((resolve) => setImmediate(resolve));
    await first.stop();
    const interrupted = new Set(readingsOf(broker.received));
    running = await start(START);
    const { readings } = await running.historyDone;
    const all = new Set(readingsOf(broker.received));
    expect(all.size).toBeGreaterThan(interrupted.size);
    expect(all.size).toBeGreaterThanOrEqual(readings);
    // Complete: a city published in one go has the same readings.
    const whole = await startBroker();
    const otherDir = await mkdtemp(join(tmpdir(), 'verimeter-simulator-'));
    const other = await startSimulator({
      seed: 4,
      size: 'tiny',
      mqttUrl: whole.url,
      tenant: 'demo',
      stateDir: otherDir,
      log: createLogger('simulator', 'silent'),
      now: () => START,
      sampleEveryMs: 0,
    });
    await other.historyDone;
    await other.stop();
    expect(all).toEqual(new Set(readingsOf(whole.received)));
    await whole.stop();
    await rm(otherDir, { recursive: true, force: true });
  });

  test('carries on when the broker goes away in the middle of the history', async () => {
    running = await start(START);
    const done = running.historyDone;
    while (broker.received.length < 60) await new Promise((resolve) => setImmediate(resolve));
    await broker.stop();
    const before = broker.received;
    broker = await startBroker(Number(new URL(broker.url).port));
    const { readings } = await done;
    expect(broker.received.length).toBeGreaterThan(10);
    const keys = new Set(readingsOf([...before, ...broker.received]));
    expect(keys.size).toBe(readings);
  });

  test('goes on live: the reading of a quarter hour when it is over, displays in between', async () => {
    let clock = START;
    running = await startSimulator({
      seed: 4,
      size: 'tiny',
      mqttUrl: broker.url,
      tenant: 'demo',
      stateDir,
      log: createLogger('simulator', 'silent'),
      now: () => clock,
      sampleEveryMs: 5,
    });
    await running.historyDone;
    broker.received.length = 0;
    const until = async (arrived: (received: Received) => boolean): Promise<Received> => {
      for (;;) {
        const found = broker.received.find(arrived);
        if (found !== undefined) return found;
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await until(({ payload }) => payload.includes('active_power'));
    await until(({ topic }) => topic.endsWith('/senml'));

    clock = Date.parse('2026-11-23T07:30:01Z');
    const register = await until(
      ({ topic, payload }) =>
        topic.endsWith('/E-A1-SUM/readings') && payload.includes('active_energy_import'),
    );
    expect(JSON.parse(register.payload)).toMatchObject({ ts: '2026-11-23T07:30:00.000Z' });

    // A computer that slept through two days sends what it missed.
    clock += 48 * HOUR_MS;
    const profile = await until(
      ({ topic, payload }) =>
        topic.endsWith('/E-A1-SUM/readings') && payload.includes('2026-11-24T00:00:00.000Z'),
    );
    expect(JSON.parse(profile.payload)).toMatchObject({
      profiles: { active_energy_import: { length: 96 } },
    });
  });

  test('run as a process publishes after the tables were taken, and ends with its signal', async () => {
    const end = new AbortController();
    let receivedBeforeTables: number | undefined;
    const published: number[] = [];
    await runSimulate({
      seed: 4,
      size: 'tiny',
      mqttUrl: broker.url,
      tenant: 'demo',
      stateDir,
      log: createLogger('simulator', 'silent'),
      now: () => START,
      signal: end.signal,
      onTables: async (tables) => {
        await Promise.resolve();
        expect(tables.devices.length).toBeGreaterThan(15);
        receivedBeforeTables = broker.received.length;
      },
      onProgress: (progress) => published.push(progress.published),
      onHistoryDone: ({ readings }) => {
        published.push(readings);
        end.abort();
      },
    });
    expect(receivedBeforeTables).toBe(0);
    expect(published.length).toBeGreaterThan(3);
    expect(published).toEqual(published.toSorted((a, b) => a - b));
  });

  test('writes its truth to its own file, and refuses a directory of another city', async () => {
    running = await start(START);
    await running.historyDone;
    const written = await readTruth(stateDir);
    expect(written.asOf).toBe('2026-11-23T07:20:00.000Z');
    expect(written.meters.some(({ fault }) => fault !== null)).toBe(true);
    await running.stop();
    await expect(start(START, 5)).rejects.toThrow(StateFileError);
  });
});
