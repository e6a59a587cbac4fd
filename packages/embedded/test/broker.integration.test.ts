import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, describe, expect, test } from 'vitest';
import { type Broker, type BrokerMessage, startBroker } from '../src/index.ts';

const TOPIC = 'verimeter/v1/demo/meter-1/readings';
const log = { warn: (): void => undefined };

const open: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

async function broker(
  options: Omit<Parameters<typeof startBroker>[0], 'host' | 'port' | 'log'>,
): Promise<Broker> {
  const started = await startBroker({ host: '127.0.0.1', port: 0, log, ...options });
  open.push(() => started.stop());
  return started;
}

async function client(url: string, options: mqtt.IClientOptions): Promise<MqttClient> {
  const connected = await mqtt.connectAsync(url, { reconnectPeriod: 0, ...options }, false);
  open.push(() => connected.endAsync(true));
  return connected;
}

/** Resolves when the connection of the client has gone. */
function closing(device: MqttClient): Promise<void> {
  return new Promise((resolve) => device.once('close', () => resolve()));
}

describe.each([4, 5] as const)('MQTT protocol level %i', (protocolVersion) => {
  test('the acknowledgement of a device waits for the store', async () => {
    const stored = Promise.withResolvers<void>();
    const received = Promise.withResolvers<BrokerMessage>();
    const { url } = await broker({
      accept: (message) => {
        received.resolve(message);
        return stored.promise;
      },
    });
    const device = await client(url, { protocolVersion, clientId: 'meter-1' });
    let acknowledged = false;
    const publishing = device.publishAsync(TOPIC, '{"values":{}}', { qos: 1 }).then(() => {
      acknowledged = true;
      return acknowledged;
    });
    const message = await received.promise;
    expect(message).toMatchObject({ topic: TOPIC, qos: 1, dup: false, session: 'meter-1' });
    // A later message on another connection is acknowledged meanwhile: only this one waits.
    const other = await client(url, { protocolVersion });
    await other.publishAsync('elsewhere', 'x', { qos: 1 });
    expect(acknowledged).toBe(false);
    stored.resolve();
    await publishing;
    expect(acknowledged).toBe(true);
  });

  test('a message that could not be stored is never acknowledged: the connection closes', async () => {
    const { url } = await broker({ accept: () => Promise.reject(new Error('disk full')) });
    const device = await client(url, { protocolVersion });
    const outcome = device.publishAsync(TOPIC, '{}', { qos: 1 }).then(
      () => 'acknowledged',
      () => 'refused',
    );
    await closing(device);
    await device.endAsync(true);
    expect(await outcome).toBe('refused');
  });

  test('a wrong password is refused, and a device publishes only where it may', async () => {
    const accepted: string[] = [];
    const { url } = await broker({
      accept: (message) => {
        accepted.push(message.topic);
        return Promise.resolve();
      },
      authenticate: (_username, password) =>
        Promise.resolve(
          password === 'right'
            ? {
                mayPublish: (topic) => topic.startsWith('verimeter/v1/demo/'),
                maySubscribe: () => false,
              }
            : undefined,
        ),
    });
    await expect(
      client(url, { protocolVersion, username: 'demo', password: 'wrong' }),
    ).rejects.toThrow(/not authorized|bad user/i);
    const device = await client(url, { protocolVersion, username: 'demo', password: 'right' });
    await device.publishAsync(TOPIC, '{}', { qos: 1 });
    const foreign = device.publishAsync('verimeter/v1/other/meter-1/readings', '{}', { qos: 1 });
    // MQTT 5 answers with the reason code Not authorized (0x87); 3.1.1 has none and closes the connection, on which the
    // client gives the message up.
    const refused = foreign.then(
      () => 'acknowledged',
      (error: unknown) => String(error),
    );
    if (protocolVersion === 4) {
      await closing(device);
      await device.endAsync(true);
    }
    expect(await refused).toMatch(/not authorized|closed|disconnect/i);
    expect(accepted).toEqual([TOPIC]);
  });
});

describe('limits', () => {
  test('a 5 MB message reaches the pipeline, which refuses it with a reason', async () => {
    const sizes: number[] = [];
    const { url } = await broker({
      accept: (message) => {
        sizes.push(message.payload.byteLength);
        return Promise.resolve();
      },
    });
    const device = await client(url, {});
    await device.publishAsync(TOPIC, Buffer.alloc(5_000_000, 0x20), { qos: 1 });
    expect(sizes).toEqual([5_000_000]);
  });

  test('a packet that announces 200 MB closes its connection, others go on', async () => {
    const { port, url } = await broker({ accept: () => Promise.resolve() });
    const rogue = connectSocket(port, '127.0.0.1');
    await once(rogue, 'connect');
    // A reset is as good an end as an orderly close: the broker has stopped reading.
    const closed = new Promise((resolve) => rogue.once('close', resolve));
    rogue.on('error', () => undefined);
    // CONNECT (protocol level 4, clean session, client id "r"), then the fixed header of a 200 MB PUBLISH.
    rogue.write(Buffer.from([0x10, 13, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60, 0, 1, 0x72]));
    await once(rogue, 'data');
    rogue.write(
      Buffer.concat([Buffer.from([0x32, 0x80, 0x84, 0xaf, 0x5f]), Buffer.alloc(100_000, 0x61)]),
    );
    await closed;
    const device = await client(url, {});
    await expect(device.publishAsync(TOPIC, '{}', { qos: 1 })).resolves.toBeDefined();
  });

  test('nothing is retained, and no persistent session is queued for', async () => {
    const { url } = await broker({ accept: () => Promise.resolve() });
    const device = await client(url, {});
    await device.publishAsync(TOPIC, '{}', { qos: 1, retain: true });
    const watcher = await client(url, {});
    const seen: string[] = [];
    watcher.on('message', (topic, payload) => seen.push(`${topic} ${payload.toString()}`));
    await watcher.subscribeAsync('verimeter/#', { qos: 1 });
    await device.publishAsync(TOPIC, '{"second":1}', { qos: 1 });
    await expect.poll(() => seen).toEqual([`${TOPIC} {"second":1}`]);

    const sleeper = await client(url, { clientId: 'sleeper', clean: false });
    await expect(sleeper.subscribeAsync('verimeter/#', { qos: 1 })).rejects.toThrow(
      /0x80|Unspecified/i,
    );
    await expect(sleeper.subscribeAsync('verimeter/#', { qos: 0 })).resolves.toHaveLength(1);
  });

  test('a port that is taken is reported, not passed over', async () => {
    const { port } = await broker({ accept: () => Promise.resolve() });
    await expect(
      startBroker({ host: '127.0.0.1', port, log, accept: () => Promise.resolve() }),
    ).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
