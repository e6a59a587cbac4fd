/*
 * End-to-end throughput and latency on this machine: node apps/ingest/bench/throughput.ts [messages]
 * Durable PostgreSQL (fsync on), publisher and broker on the same cores. One line of JSON per measurement.
 */
import { startBroker, startEmbeddedPostgres } from '@verimeter/embedded';
import { createServicePool, migrate } from '@verimeter/registry';
import { createLogger } from '@verimeter/service-runtime';
import { createTemporaryDirectory, findMosquitto, startMosquitto } from '@verimeter/test-support';
import { createTimescaleStore } from '@verimeter/timescale-store';
import mqtt from 'mqtt';
import { Registry } from 'prom-client';
import { createPipeline } from '../src/index.ts';
import { startSubscriber } from '../src/lib/subscriber.ts';

const messages = Number(process.argv[2] ?? 30_000);
const DEVICES = 2000;
const log = createLogger('bench', 'warn');
const report = (facts: object): void => {
  process.stdout.write(`${JSON.stringify(facts)}\n`);
};

const directory = await createTemporaryDirectory('verimeter-bench-');
const postgres = await startEmbeddedPostgres({ dataDir: directory.path });
await migrate(postgres.url);
const pool = createServicePool(postgres.url, { applicationName: 'bench', max: 8 });
await pool.query(`INSERT INTO tenants (tenant) VALUES ('demo')`);
await pool.query(
  `INSERT INTO devices (tenant, device_id, kind)
   SELECT 'demo', 'D' || n, 'electricity_meter' FROM generate_series(0, $1::int - 1) n`,
  [DEVICES],
);
const store = createTimescaleStore(pool);
const pipeline = createPipeline({ pool, store, log, metrics: new Registry() });

/** Live messages of three readings, one per device and round; each phase has instants of its own. */
function liveMessage(phase: number, index: number): [string, string] {
  const device = index % DEVICES;
  const ts = 1_790_000_000_000 + phase * 1e9 + Math.floor(index / DEVICES) * 60_000;
  const values = `{"active_energy_import":${1000 + index / 10},"voltage_l1":229.${index % 10},"active_power":${index}}`;
  return [`verimeter/v1/demo/D${device}/readings`, `{"ts":${ts},"values":${values}}`];
}

const column = (base: number): string =>
  Array.from({ length: 96 }, (_, quarter) => (base + quarter / 8).toFixed(3)).join(',');

/** A day of quarter-hours of four quantities: 384 readings. */
function historyMessage(index: number): [string, string] {
  const device = index % DEVICES;
  const day = new Date(1_767_225_600_000 + Math.floor(index / DEVICES) * 86_400_000).toISOString();
  const profiles = `{"active_energy_import":[${column(index)}],"voltage_l1":[${column(225)}],"voltage_l2":[${column(226)}],"voltage_l3":[${column(227)}]}`;
  return [
    `verimeter/v1/demo/D${device}/readings`,
    `{"start":"${day}","step":900,"profiles":${profiles}}`,
  ];
}

async function countReadings(): Promise<number> {
  const { rows } = await pool.query<{ n: number }>('SELECT count(*)::int8 AS n FROM readings');
  return rows[0]?.n ?? 0;
}

/** Publishes everything over several connections; resolves when all are acknowledged. */
async function publishAll(
  url: string,
  count: number,
  make: (index: number) => [string, string],
): Promise<void> {
  const clients = await Promise.all(
    Array.from({ length: 8 }, () => mqtt.connectAsync(url, { protocolVersion: 5 })),
  );
  await Promise.all(
    clients.map(async (client, lane) => {
      const window = new Set<Promise<unknown>>();
      for (let index = lane; index < count; index += clients.length) {
        const [topic, payload] = make(index);
        const sent: Promise<unknown> = client.publishAsync(topic, payload, { qos: 1 });
        window.add(sent);
        void sent.then(() => window.delete(sent));
        // oxlint-disable-next-line no-await-in-loop
        if (window.size >= 1000) await Promise.race(window);
      }
      await Promise.all(window);
    }),
  );
  await Promise.all(clients.map((client) => client.endAsync()));
}

async function throughput(
  name: string,
  url: string,
  count: number,
  perMessage: number,
  make: (index: number) => [string, string],
): Promise<void> {
  const before = await countReadings();
  const cpu = process.cpuUsage();
  const begin = performance.now();
  await publishAll(url, count, make);
  while ((await countReadings()) < before + count * perMessage) {
    // oxlint-disable-next-line no-await-in-loop
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const seconds = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  report({
    name,
    messages: count,
    seconds: Number(seconds.toFixed(2)),
    messagesPerSecond: Math.round(count / seconds),
    readingsPerSecond: Math.round((count * perMessage) / seconds),
    nodeCpuSeconds: Number(((user + system) / 1e6).toFixed(2)),
    rssMb: Math.round(process.memoryUsage().rss / 1e6),
  });
}

/** Publish to acknowledgement (embedded: stored) or to visibility (settled pipeline) at a fixed rate. */
async function latency(name: string, url: string, rate: number, phase: number): Promise<void> {
  const client = await mqtt.connectAsync(url, { protocolVersion: 5 });
  const seconds = 8;
  const times: number[] = [];
  const sent: Promise<unknown>[] = [];
  const begin = performance.now();
  for (let index = 0; index < rate * seconds; index += 1) {
    const due = begin + (index * 1000) / rate;
    const wait = due - performance.now();
    // oxlint-disable-next-line no-await-in-loop
    if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
    const [topic, payload] = liveMessage(phase, index);
    const published = performance.now();
    const visible = url.includes(String(mosquittoPort)) ? whenSettled(topic, payload) : undefined;
    sent.push(
      client
        .publishAsync(topic, payload, { qos: 1 })
        .then(() => visible)
        .then(() => times.push(performance.now() - published)),
    );
  }
  await Promise.all(sent);
  await client.endAsync();
  times.sort((left, right) => left - right);
  const quantile = (q: number): number => Math.round(times[Math.floor(times.length * q)] ?? 0);
  report({ name, rate, p50: quantile(0.5), p99: quantile(0.99), max: quantile(0.9999) });
}

const watchers = new Map<string, () => void>();
function whenSettled(topic: string, payload: string): Promise<void> {
  return new Promise((resolve) => watchers.set(`${topic} ${payload}`, resolve));
}
let mosquittoPort = -1;

const broker = await startBroker({
  host: '127.0.0.1',
  port: 0,
  log,
  accept: (message) => pipeline.accept(message),
});
await throughput('embedded live, cold', broker.url, messages, 3, (index) => liveMessage(0, index));
await throughput('embedded live', broker.url, messages, 3, (index) => liveMessage(1, index));
await latency('embedded publish to acknowledgement, ms', broker.url, 1000, 2);
await throughput(
  'embedded history 4x96',
  broker.url,
  Math.round(messages / 4),
  384,
  historyMessage,
);
await broker.stop();

const program = findMosquitto();
if (program === undefined) report({ name: 'Mosquitto not found' });
else {
  const mosquitto = await startMosquitto(program);
  mosquittoPort = mosquitto.port;
  const subscriber = startSubscriber({
    url: mosquitto.url,
    clientId: 'bench',
    sessionExpiryS: 60,
    sharedGroup: '',
    maxUnacked: 10_000,
    maxUnackedBytes: 67_108_864,
    tls: {},
    async accept(message) {
      await pipeline.accept(message);
      if (watchers.size === 0) return;
      const key = `${message.topic} ${Buffer.from(message.payload).toString()}`;
      watchers.get(key)?.();
      watchers.delete(key);
    },
    log,
  });
  while (subscriber.problem() !== undefined) {
    // oxlint-disable-next-line no-await-in-loop
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await throughput('mosquitto live', mosquitto.url, messages, 3, (index) => liveMessage(3, index));
  await latency('mosquitto publish to visible, ms', mosquitto.url, 1000, 4);
  await subscriber.stop();
  await mosquitto.stop();
}
await pipeline.close();
await pool.end();
await postgres.stop();
await directory.remove();
