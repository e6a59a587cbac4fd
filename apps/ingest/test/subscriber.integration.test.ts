import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { startBroker } from '@verimeter/embedded';
import { createLogger } from '@verimeter/service-runtime';
import { type Mosquitto, findMosquitto, startMosquitto } from '@verimeter/test-support';
import mqtt from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { IncomingMessage } from '../src/index.ts';
import { type Subscriber, type SubscriberOptions, startSubscriber } from '../src/lib/subscriber.ts';
import { type Tap, startTap } from './support/tap.ts';
import { silent } from './support/world.ts';

const PUBACK = 4;
const program = findMosquitto();
if (program === undefined) process.stdout.write('Mosquitto not found: subscriber tests skipped\n');

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

/** Messages handed over, each settled by the test. */
class Desk {
  readonly messages: IncomingMessage[] = [];
  readonly #settle: (() => void)[] = [];

  accept = (message: IncomingMessage): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.messages.push(message);
    this.#settle.push(resolve);
    return promise;
  };

  settle(index: number): void {
    this.#settle[index]?.();
  }

  settleAll(): void {
    for (const settle of this.#settle) settle();
  }
}

let client = 0;
function subscriber(url: string, desk: Desk, options: Partial<SubscriberOptions> = {}): Subscriber {
  client += 1;
  const started = startSubscriber({
    url,
    clientId: `subscriber-test-${process.pid}-${client}`,
    sessionExpiryS: 60,
    sharedGroup: '',
    maxUnacked: 1000,
    maxUnackedBytes: 1e7,
    tls: {},
    accept: desk.accept,
    log: silent,
    ...options,
  });
  closers.push(() => started.stop());
  return started;
}

const acknowledged = (of: Tap, connection = 1): number[] =>
  of.sent.filter((p) => p.type === PUBACK && p.connection === connection).map(({ id }) => id);

const ready = (of: Subscriber) =>
  expect.poll(() => of.problem(), { timeout: 10_000 }).toBeUndefined();

test('the version of mqtt is the one whose private behaviour these tests pin', () => {
  const entry = createRequire(import.meta.url).resolve('mqtt/package.json');
  expect(JSON.parse(readFileSync(entry, 'utf8'))).toMatchObject({ version: '5.16.0' });
});

describe.skipIf(program === undefined)('acknowledgements', () => {
  let mosquitto: Mosquitto;
  beforeAll(async () => {
    mosquitto = await startMosquitto(program ?? '');
  });
  afterAll(() => mosquitto.stop());

  async function tap(options: Parameters<typeof startTap>[1] = {}): Promise<Tap> {
    const started = await startTap(mosquitto.port, options);
    closers.push(() => started.close());
    return started;
  }

  async function publish(topic: string, count: number): Promise<void> {
    const publisher = await mqtt.connectAsync(mosquitto.url, { protocolVersion: 5 });
    await Promise.all(
      Array.from({ length: count }, (_, index) =>
        publisher.publishAsync(topic, String(index), { qos: 1 }),
      ),
    );
    await publisher.endAsync();
  }

  test('a filter that goes and comes back at once is subscribed to', async () => {
    const desk = new Desk();
    let filters = ['flicker/#'];
    const lines: string[] = [];
    const started = subscriber(mosquitto.url, desk, {
      sourceFilters: () => filters,
      log: createLogger('test', 'info', {
        pretty: false,
        destination: { write: (line: string) => lines.push(line) },
      }),
    });
    const subscriptions = (): number =>
      lines.filter((line) => line.includes('"subscribed"')).length;
    await ready(started);
    filters = [];
    started.resubscribe();
    // The first has been sent, and is not answered yet.
    await Promise.resolve();
    filters = ['flicker/#'];
    started.resubscribe();
    await expect.poll(subscriptions).toBe(3);
    expect(started.subscriptions).toContain('flicker/#');
    await publish('flicker/1', 1);
    await expect.poll(() => desk.messages.map(({ topic }) => topic)).toEqual(['flicker/1']);
    desk.settleAll();
  });

  test('come after the commit and in the order of receipt', async () => {
    const desk = new Desk();
    const relay = await tap();
    await ready(subscriber(relay.url, desk));
    await publish('verimeter/v1/t/order/readings', 4);
    await expect.poll(() => desk.messages.length).toBe(4);
    const ids = desk.messages.map(({ packetId }) => packetId);
    desk.settle(1);
    desk.settle(2);
    // A round trip through the same connection: what could have been acknowledged would have been by then.
    await publish('verimeter/v1/t/order/readings', 1);
    await expect.poll(() => desk.messages.length).toBe(5);
    expect(acknowledged(relay)).toEqual([]);
    desk.settle(0);
    await expect.poll(() => acknowledged(relay)).toEqual(ids.slice(0, 3));
    desk.settle(4);
    desk.settle(3);
    await expect.poll(() => acknowledged(relay)).toHaveLength(5);
    expect(acknowledged(relay).slice(0, 4)).toEqual(ids);
  });

  test('of a lost connection are dropped; the broker sends again and is answered once', async () => {
    const desk = new Desk();
    const relay = await tap();
    const started = subscriber(relay.url, desk);
    await ready(started);
    await publish('verimeter/v1/t/stale/readings', 3);
    await expect.poll(() => desk.messages.length).toBe(3);
    relay.down();
    await expect.poll(() => started.problem()).toBeDefined();
    desk.settle(0); // committed while the connection is away
    relay.up();
    await expect.poll(() => desk.messages.length, { timeout: 10_000 }).toBe(6);
    const again = desk.messages.slice(3);
    expect(again.every(({ dup }) => dup)).toBe(true);
    desk.settle(1);
    desk.settle(2);
    for (const index of [3, 4, 5]) desk.settle(index);
    await expect.poll(() => acknowledged(relay, 2)).toEqual(again.map(({ packetId }) => packetId));
    expect(acknowledged(relay, 1)).toEqual([]);
  });

  test('of a message that was given up are not sent: the broker repeats it on a new connection', async () => {
    const relay = await tap();
    const taken: IncomingMessage[] = [];
    await ready(
      subscriber(relay.url, new Desk(), {
        accept(message) {
          taken.push(message);
          return taken.length === 2 ? Promise.reject(new Error('given up')) : Promise.resolve();
        },
      }),
    );
    await publish('verimeter/v1/t/refused/readings', 3);
    await expect.poll(() => relay.connections, { timeout: 10_000 }).toBe(2);
    await expect.poll(() => acknowledged(relay, 2).length).toBeGreaterThanOrEqual(2);
    const lost = taken.slice(1, 3).map(({ packetId }) => packetId);
    expect(acknowledged(relay, 1).filter((id) => lost.includes(id))).toEqual([]);
    const again = taken.filter(({ dup }) => dup).map(({ payload }) => String(payload));
    expect(again.slice(-2)).toEqual(['1', '2']);
  });

  test('go over MQTT 3.1.1 where the broker knows no other', async () => {
    const desk = new Desk();
    const relay = await tap({ refuseLevel: 5 });
    await ready(subscriber(relay.url, desk));
    await publish('verimeter/v1/t/old/readings', 2);
    await expect.poll(() => desk.messages.length).toBe(2);
    desk.settleAll();
    await expect.poll(() => acknowledged(relay, relay.connections)).toHaveLength(2);
  });

  test('are not waited for where the broker is too old to share: it would grant that and deliver nothing', async () => {
    const relay = await tap({ refuseLevel: 5 });
    const started = subscriber(relay.url, new Desk(), { sharedGroup: 'group' });
    await expect
      .poll(() => started.problem(), { timeout: 10_000 })
      .toMatch(/no shared subscriptions .* leave MQTT_SHARED_GROUP empty/);
    expect(relay.sent.some(({ type }) => type === 8)).toBe(false); // no SUBSCRIBE
  });

  test('of two workers of one name one steps back and says why; messages are delivered all the same', async () => {
    const clientId = `twins-${process.pid}`;
    const desk = new Desk();
    const twins = [1, 2].map(() => subscriber(mosquitto.url, desk, { clientId }));
    const states = (): (string | undefined)[] => twins.map((twin) => twin.problem());
    await expect
      .poll(() => states().filter((problem) => /MQTT_CLIENT_ID of its own/.test(problem ?? '')), {
        timeout: 15_000,
      })
      .toHaveLength(1);
    await expect
      .poll(() => states().filter((problem) => problem === undefined), { timeout: 5000 })
      .toHaveLength(1);
    await publish('verimeter/v1/demo/M1/readings', 5);
    await expect.poll(() => desk.messages.length).toBe(5);
    desk.settleAll();
    await expect.poll(() => twins.map((twin) => twin.unacknowledged)).toEqual([0, 0]);
  });

  test('are given again soon after each of several crashes in a row, which are not taken for a rival', async () => {
    const desk = new Desk();
    const own = await startMosquitto(program ?? '');
    closers.push(() => own.stop());
    const started = subscriber(own.url, desk);
    await ready(started);
    for (let crash = 0; crash < 4; crash += 1) {
      await own.kill();
      await expect.poll(() => started.problem()).toMatch(/ECONNREFUSED/);
      await own.start();
      await expect.poll(() => started.problem(), { timeout: 4000 }).toBeUndefined();
    }
    expect(started.connections).toBe(5);
  });

  test('stopping keeps the session: what comes meanwhile is delivered later', async () => {
    const clientId = `keeps-${process.pid}`;
    const first = new Desk();
    const started = subscriber(mosquitto.url, first, { clientId });
    await ready(started);
    await started.stop();
    await publish('verimeter/v1/t/away/readings', 5);
    const second = new Desk();
    await ready(subscriber(mosquitto.url, second, { clientId }));
    await expect.poll(() => second.messages.length).toBe(5);
    second.settleAll();
  });
});

async function reportedBy(broker: Parameters<typeof startBroker>[0], url: string) {
  const started = await startBroker(broker);
  closers.push(() => started.stop());
  const lines: string[] = [];
  const log = createLogger('test', 'warn', {
    pretty: false,
    destination: { write: (line: string) => lines.push(line) },
  });
  const target = new URL(url);
  target.port = String(started.port);
  return { subscriber: subscriber(target.href, new Desk(), { log }), lines };
}

describe('a broker that cannot be used', () => {
  test('one that ends each connection soon after it began is left alone for a while', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      // CONNACK of MQTT 5: no session, success, no properties
      socket.once('data', () => socket.write(Buffer.from([0x20, 3, 0, 0, 0])));
      setTimeout(() => socket.destroy(), 100);
      socket.on('error', () => undefined); // the client may be faster
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(async () => server.close());
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const started = subscriber(`mqtt://127.0.0.1:${port}`, new Desk());
    await expect
      .poll(() => started.problem(), { timeout: 10_000 })
      .toMatch(/MQTT_CLIENT_ID of its own/);
    const before = connections;
    expect(before).toBe(3);
    // Without the pause two more would come in this time.
    await delay(2500);
    expect(connections).toBe(before);
    expect(started.problem()).toMatch(/MQTT_CLIENT_ID of its own/);
  });

  test('one that is not available yet and says so is asked again', async () => {
    let isUp = false;
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        // CONNACK of MQTT 5: success, or server unavailable
        socket.write(Buffer.from([0x20, 3, 0, isUp ? 0 : 0x88, 0]));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(async () => server.close());
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const started = subscriber(`mqtt://127.0.0.1:${port}`, new Desk());
    await expect.poll(() => started.problem()).toMatch(/unavailable/);
    isUp = true;
    await expect.poll(() => started.connections, { timeout: 5000 }).toBe(1);
  });

  test('one that answers MQTT 5 by closing is spoken to in 3.1.1', async () => {
    const levels: (number | undefined)[] = [];
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', (connect) => {
        const level = connect[8];
        levels.push(level);
        if (level === 4) socket.write(Buffer.from([0x20, 2, 0, 0]));
        else socket.destroy();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(async () => server.close());
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    subscriber(`mqtt://127.0.0.1:${port}`, new Desk());
    await expect.poll(() => levels, { timeout: 10_000 }).toEqual([5, 5, 4]);
  });

  test('a wrong password is one line, without the password', async () => {
    const { subscriber: started, lines } = await reportedBy(
      {
        host: '127.0.0.1',
        port: 0,
        log: silent,
        accept: () => Promise.resolve(),
        authenticate: () => Promise.resolve(undefined),
      },
      'mqtt://worker:secret@127.0.0.1',
    );
    await expect.poll(() => started.problem()).toMatch(/not authorized|bad user/i);
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('secret');
  });

  test('a subscription that is not granted at QoS 1 is not ready', async () => {
    const { subscriber: started, lines } = await reportedBy(
      { host: '127.0.0.1', port: 0, log: silent, accept: () => Promise.resolve() },
      'mqtt://127.0.0.1',
    );
    await expect.poll(() => started.problem()).toMatch(/does not grant QoS 1/);
    expect(lines).toHaveLength(1);
  });
});
