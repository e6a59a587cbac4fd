import { type Mosquitto, findMosquitto, startMosquitto } from '@verimeter/test-support';
import mqtt from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { IncomingMessage } from '../src/index.ts';
import { type Subscriber, startSubscriber } from '../src/lib/subscriber.ts';
import { type Tap, startTap } from './support/tap.ts';
import { silent } from './support/world.ts';

const program = findMosquitto();
if (program === undefined) process.stdout.write('Mosquitto not found: stall tests skipped\n');

const KEEPALIVE_S = 1;
/** A client that waits for answers it does not read is gone after 1.5 keep-alives: time for that three times over. */
const SLICES = (1.5 * 3) / 0.25;
const PINGREQ = 12;

interface Stalled {
  readonly relay: Tap;
  readonly worker: Subscriber;
  readonly messages: IncomingMessage[];
  bytes(): number;
  /** Commits the oldest of those that wait. */
  commitSome(count: number): void;
  /** From now on everything is committed at once. */
  release(): void;
}

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

/** Resolves when the worker has pinged for several keep-alives, once per slice of a quarter. */
const sitOut = ({ relay }: Stalled) =>
  expect
    .poll(() => relay.sent.filter(({ type }) => type === PINGREQ).length, { timeout: 15_000 })
    .toBeGreaterThanOrEqual(SLICES);

describe.skipIf(program === undefined)('while nothing is committed', () => {
  let mosquitto: Mosquitto;
  beforeAll(async () => {
    mosquitto = await startMosquitto(program ?? '');
  });
  afterAll(() => mosquitto.stop());

  async function stalled(
    bounds: { maxUnacked: number; maxUnackedBytes: number },
    commitsFirst = 0,
  ): Promise<Stalled> {
    const relay = await startTap(mosquitto.port);
    closers.push(() => relay.close());
    const messages: IncomingMessage[] = [];
    const waiting: (() => void)[] = [];
    let released = false;
    const worker = startSubscriber({
      url: relay.url,
      clientId: `stall-${process.pid}-${bounds.maxUnacked}`,
      sessionExpiryS: 60,
      sharedGroup: '',
      ...bounds,
      tls: {},
      keepaliveS: KEEPALIVE_S,
      log: silent,
      accept(message) {
        messages.push(message);
        if (released || messages.length <= commitsFirst) return Promise.resolve();
        return new Promise((resolve) => waiting.push(resolve));
      },
    });
    closers.push(() => worker.stop());
    await expect.poll(() => worker.problem(), { timeout: 10_000 }).toBeUndefined();
    return {
      relay,
      worker,
      messages,
      bytes: () => messages.reduce((sum, { payload }) => sum + payload.length, 0),
      commitSome(count) {
        for (const settle of waiting.splice(0, count)) settle();
      },
      release() {
        released = true;
        for (const settle of waiting) settle();
      },
    };
  }

  async function publish(count: number, bytes: number): Promise<void> {
    const publisher = await mqtt.connectAsync(mosquitto.url, { protocolVersion: 5 });
    const payload = 'x'.repeat(bytes);
    await Promise.all(
      Array.from({ length: count }, () =>
        publisher.publishAsync('verimeter/v1/t/stall/readings', payload, { qos: 1 }),
      ),
    );
    await publisher.endAsync();
  }

  test('the bound in bytes holds and the connection lives, although the broker has more under way', async () => {
    const bound = 200_000;
    const world = await stalled({ maxUnacked: 10_000, maxUnackedBytes: bound });
    await publish(3000, 1000);
    await expect.poll(() => world.messages.length).toBeGreaterThan(100);
    await sitOut(world);
    expect(world.bytes()).toBeLessThanOrEqual(bound);
    expect(world.relay.connections).toBe(1);
    world.release();
    await expect.poll(() => world.messages.length, { timeout: 20_000 }).toBe(3000);
    expect(world.messages.some(({ dup }) => dup)).toBe(false);
  });

  test('the bound in messages holds and the connection lives, although the broker overruns Receive Maximum', async () => {
    const world = await stalled({ maxUnacked: 100, maxUnackedBytes: 1e7 }, 1000);
    await publish(5000, 10);
    await expect.poll(() => world.worker.unacknowledged).toBeGreaterThanOrEqual(100);
    await sitOut(world);
    expect(world.worker.unacknowledged).toBe(100);
    expect(world.relay.connections).toBe(1);
    world.release();
    await expect.poll(() => world.messages.length, { timeout: 20_000 }).toBe(5000);
    expect(world.messages.some(({ dup }) => dup)).toBe(false);
  });

  test('slow commits do not end the connection either: what comes is a sign of life', async () => {
    const world = await stalled({ maxUnacked: 50, maxUnackedBytes: 1e7 });
    const committing = setInterval(() => world.commitSome(5), 20);
    closers.push(async () => clearInterval(committing));
    await publish(3000, 1000);
    await sitOut(world);
    expect(world.messages.length).toBeLessThan(3000); // the answers to the pings were behind these
    expect(world.relay.connections).toBe(1);
    world.release();
    await expect.poll(() => world.messages.length, { timeout: 20_000 }).toBe(3000);
    expect(world.messages.some(({ dup }) => dup)).toBe(false);
  });

  test('a connection that breaks meanwhile is noticed and made again, and the bound still holds', async () => {
    const world = await stalled({ maxUnacked: 30, maxUnackedBytes: 20_000 });
    await publish(500, 1000);
    await expect.poll(() => world.worker.unacknowledged).toBe(20);
    world.relay.sever();
    await expect.poll(() => world.relay.connections, { timeout: 15_000 }).toBe(2);
    await expect
      .poll(() => world.worker.problem(), { timeout: 15_000 })
      .toMatch(/connected again; .* behind messages that wait for the database/);
    expect(world.worker.unacknowledged).toBe(20);
    world.release();
    await expect.poll(() => world.worker.problem(), { timeout: 15_000 }).toBeUndefined();
    const repeated = (): number => world.messages.filter(({ dup }) => dup).length;
    await expect.poll(() => world.messages.length - 20, { timeout: 20_000 }).toBe(500);
    expect(repeated()).toBeGreaterThanOrEqual(20);
  });
});
