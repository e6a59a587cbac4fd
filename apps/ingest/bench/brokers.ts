/*
 * How a broker behaves towards a worker: node apps/ingest/bench/brokers.ts mosquitto|rabbitmq|nats [question]
 * One line of JSON per question; docs/how-to/brokers.md has the answers.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { createLogger } from '@verimeter/service-runtime';
import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt';
import { startSubscriber } from '../src/lib/subscriber.ts';
import { startMeasuredBroker } from './broker-processes.ts';

const name = process.argv[2] ?? '';
const found = await startMeasuredBroker(name);
if (found === undefined) throw new Error(`${name} is not on this machine: not measured`);
const broker = found;
const FILTER = 'verimeter/v1/#';
const TOPIC = 'verimeter/v1/demo/M1/readings';
const QUIET_MS = 1500;

const report = (facts: object): void => {
  process.stdout.write(`${JSON.stringify({ broker: name, ...facts })}\n`);
};

interface Listener {
  readonly client: MqttClient;
  readonly sessionPresent: boolean;
  readonly packets: IPublishPacket[];
  acknowledge(count: number): void;
}

let version: 4 | 5 = 5;

/** A session whose messages are acknowledged by hand. */
async function listen(clientId: string, receiveMaximum = 500): Promise<Listener> {
  const client = mqtt.connect(broker.url, {
    clientId,
    clean: false,
    protocolVersion: version,
    reconnectPeriod: 0,
    properties: { sessionExpiryInterval: 3600, receiveMaximum },
  });
  const packets: IPublishPacket[] = [];
  let acknowledged = 0;
  client.handleMessage = (packet, done) => {
    packets.push(packet);
    done(new Error('not yet'));
  };
  client.on('error', () => undefined);
  const sessionPresent = await new Promise<boolean>((resolve, reject) => {
    client.once('connect', (packet) => resolve(packet.sessionPresent));
    client.once('close', () => reject(new Error('refused')));
  });
  return {
    client,
    sessionPresent,
    packets,
    acknowledge(count) {
      for (const packet of packets.slice(acknowledged, acknowledged + count)) {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion, no-underscore-dangle -- as the worker does
        (client as unknown as { _sendPacket(packet: object): void })._sendPacket({
          cmd: 'puback',
          messageId: packet.messageId,
          reasonCode: 0,
        });
        acknowledged += 1;
      }
    },
  };
}

async function publish(from: number, count: number, topic = TOPIC): Promise<number> {
  const publisher = await mqtt.connectAsync(broker.url, { protocolVersion: version });
  const begin = performance.now();
  for (let index = from; index < from + count; index += 1000) {
    await Promise.all(
      Array.from({ length: Math.min(1000, from + count - index) }, (_, offset) =>
        publisher.publishAsync(topic, String(index + offset), { qos: 1 }),
      ),
    );
  }
  const seconds = (performance.now() - begin) / 1000;
  await publisher.endAsync();
  return Math.round(count / seconds);
}

/** Waits until nothing has come for a while. */
async function quiet({ packets }: Listener, each: () => void = () => undefined): Promise<void> {
  for (let before = -1; before !== packets.length;) {
    before = packets.length;
    const until = performance.now() + QUIET_MS;
    while (performance.now() < until) {
      each();
      await delay(20);
    }
  }
}

/** A broker that starts may refuse at first. */
async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = 60; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (left === 0) throw error;
      await delay(1000);
    }
  }
}

const numbers = (packets: readonly IPublishPacket[]): number[] =>
  packets.map(({ payload }) => Number(payload));
const inOrder = (values: readonly number[]): boolean =>
  values.every((value, index) => index === 0 || value > (values[index - 1] ?? 0));

async function workerIsReady(): Promise<void> {
  const worker = startSubscriber({
    url: broker.url,
    clientId: 'worker',
    sessionExpiryS: 3600,
    sharedGroup: '',
    maxUnacked: 1000,
    maxUnackedBytes: 1e7,
    tls: {},
    accept: () => Promise.resolve(),
    log: createLogger('bench', 'info'),
  });
  const deadline = performance.now() + 15_000;
  while (worker.problem() !== undefined && performance.now() < deadline) await delay(50);
  report({ question: 'the worker is ready', problem: worker.problem() ?? null });
  await worker.stop();
}

async function sessionsAndOrder(): Promise<void> {
  let one = await listen('kept');
  const granted = await one.client.subscribeAsync(FILTER, { qos: 1 });
  await one.client.endAsync();
  await publish(0, 100);
  one = await listen('kept');
  await quiet(one);
  const first = numbers(one.packets);
  one.acknowledge(40);
  await delay(500);
  one.client.stream.destroy();
  await delay(500);
  const again = await listen('kept');
  const begin = performance.now();
  while (again.packets.length === 0 && performance.now() - begin < 90_000) await delay(20);
  const redeliveredAfterS = Math.round((performance.now() - begin) / 100) / 10;
  await quiet(again);
  report({
    question: 'persistent session',
    suback: granted.map(({ qos }) => qos),
    sessionPresent: one.sessionPresent,
    queued: first.length,
    inOrder: inOrder(first),
    redeliveredAfterS,
    afterReconnect: again.packets.length,
    withDup: again.packets.filter(({ dup }) => dup).length,
    redeliveredInOrder: inOrder(numbers(again.packets)),
  });
  again.acknowledge(Infinity);
  await delay(300);
  // The take-over: unsubscribe with messages in the queue.
  await again.client.endAsync();
  await publish(0, 2000);
  const leaving = await listen('kept');
  if (version === 4) await leaving.client.subscribeAsync(FILTER, { qos: 1 });
  await leaving.client.unsubscribeAsync(FILTER);
  await publish(5000, 10);
  await quiet(leaving, () => leaving.acknowledge(Infinity));
  const came = numbers(leaving.packets);
  report({
    question: 'unsubscribing keeps what is queued',
    queued: came.filter((value) => value < 5000).length,
    published: came.filter((value) => value >= 5000).length,
  });
  await leaving.client.endAsync();
}

async function inFlight(): Promise<void> {
  const one = await listen('bound', 500);
  await one.client.subscribeAsync(FILTER, { qos: 1 });
  await publish(0, 12_000);
  await quiet(one);
  const withoutAcks = one.packets.length;
  let most = 0;
  let acknowledged = 0;
  await quiet(one, () => {
    most = Math.max(most, one.packets.length - acknowledged);
    const some = Math.min(100, one.packets.length - acknowledged);
    one.acknowledge(some);
    acknowledged += some;
  });
  report({
    question: 'messages under way, 500 asked for',
    withoutAcks,
    mostWhileAcknowledging: most,
    received: one.packets.length,
    distinct: new Set(numbers(one.packets)).size,
  });
  await one.client.endAsync();
}

/** Three workers of a group, of which one loses its connection with messages in hand. */
async function shared(): Promise<void> {
  const members = await Promise.all([1, 2, 3].map((slot) => listen(`slot-${slot}`, 5000)));
  for (const { client } of members)
    await client.subscribeAsync(`$share/group/${FILTER}`, { qos: 1 });
  await publish(0, 3000);
  await Promise.all(members.map((member) => quiet(member)));
  const shares = members.map(({ packets }) => packets.length);
  const [dying, ...others] = members;
  if (dying === undefined) throw new Error('there are three');
  for (const other of others) other.acknowledge(Infinity);
  dying.client.stream.destroy();
  await delay(500);
  await publish(3000, 3000);
  await Promise.all(others.map((other) => quiet(other, () => other.acknowledge(Infinity))));
  const whileAway = others.map(({ packets }, index) => packets.length - (shares[index + 1] ?? 0));
  const back = await listen('slot-1', 5000);
  await quiet(back, () => back.acknowledge(Infinity));
  const everybody = [dying, ...others, back].flatMap(({ packets }) => numbers(packets));
  report({
    question: 'a shared subscription of three, one leaves with its share in hand',
    shares,
    whileAway,
    onReturn: back.packets.length,
    withDup: back.packets.filter(({ dup }) => dup).length,
    missing: 6000 - new Set(everybody).size,
  });
  for (const member of [...others, back]) await member.client.endAsync();
}

async function dots(): Promise<void> {
  const one = await listen('dots');
  await one.client.subscribeAsync(FILTER, { qos: 1 });
  try {
    await Promise.race([publish(0, 1, 'verimeter/v1/demo/a.b/readings'), delay(3000)]);
  } catch {
    report({ question: 'a device id with a dot', refused: true });
  }
  await quiet(one);
  report({ question: 'a device id with a dot', topics: one.packets.map(({ topic }) => topic) });
  one.client.end(true);
}

async function twins(): Promise<void> {
  const one = await listen('twin');
  let told: number | undefined;
  one.client.on('disconnect', ({ reasonCode }) => (told = reasonCode));
  const closed = new Promise((resolve) => one.client.once('close', () => resolve(true)));
  const two = await listen('twin');
  const ended = await Promise.race([closed, delay(3000).then(() => false)]);
  report({ question: 'a second client of one name', firstIsClosed: ended, reason: told ?? null });
  await two.client.endAsync();
}

async function crash(): Promise<void> {
  const one = await listen('crash');
  await one.client.subscribeAsync(FILTER, { qos: 1 });
  await one.client.endAsync();
  const perSecond = await publish(0, 5000);
  await broker.kill();
  await broker.start();
  const again = await patiently(() => listen('crash'));
  await quiet(again, () => again.acknowledge(Infinity));
  report({
    question: 'kill -9 after 5,000 acknowledged publishes',
    publishedPerSecond: perSecond,
    sessionPresent: again.sessionPresent,
    lost: 5000 - new Set(numbers(again.packets)).size,
  });
  await again.client.endAsync();
}

try {
  const probe = await listen('probe');
  await probe.client.endAsync();
} catch {
  version = 4;
}
report({ question: 'protocol', version: version === 5 ? '5' : '3.1.1' });
const only = process.argv[3];
for (const question of [workerIsReady, sessionsAndOrder, inFlight, shared, dots, twins, crash]) {
  if (only !== undefined && question.name !== only) continue;
  try {
    await question();
  } catch (error) {
    report({ question: question.name, failed: String(error) });
  }
}
await broker.stop();
process.exit(0);
