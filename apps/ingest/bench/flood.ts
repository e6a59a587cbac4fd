/*
 * What one flooding device does to the others: node apps/ingest/bench/flood.ts mosquitto|embedded [seconds] [free]
 * 200 devices publish 500 messages/s together; one more publishes far too much. Durable PostgreSQL and Mosquitto; worker,
 * well-behaved publisher and flooding publisher in a process each. One line of JSON per case: milliseconds from publish to
 * commit of the well-behaved devices. `free`: as if storing what floods cost nothing, which no
 * policy of a worker can beat.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startBroker, startEmbeddedPostgres } from '@verimeter/embedded';
import { createServicePool, migrate } from '@verimeter/registry';
import { createLogger } from '@verimeter/service-runtime';
import { createTemporaryDirectory, findMosquitto, startMosquitto } from '@verimeter/test-support';
import { createTimescaleStore } from '@verimeter/timescale-store';
import mqtt from 'mqtt';
import { Registry } from 'prom-client';
import { type IncomingMessage, createPipeline } from '../src/index.ts';
import { startSubscriber } from '../src/lib/subscriber.ts';

const DEVICES = 200;
const RATE = 500;
const BASE_MS = 1_790_000_000_000;

const values = (index: number): string =>
  `{"active_energy_import":${1000 + index / 10},"voltage_l1":229.${index % 10},"active_power":${index}}`;

/** Publishes `rate` messages per second (0: as many as go) for a time, or `count` at once. */
async function publish(url: string, kind: string, rate: number, seconds: number, count: number) {
  const client = await mqtt.connectAsync(url, { protocolVersion: 5 });
  const window = new Set<Promise<unknown>>();
  const begin = performance.now();
  const base = BASE_MS + Math.floor(Math.random() * 1e9);
  for (let index = 0; index < (count > 0 ? count : Infinity); index += 1) {
    const elapsed = performance.now() - begin;
    if (elapsed > seconds * 1000) break;
    const wait = rate > 0 ? (index * 1000) / rate - elapsed : 0;
    // oxlint-disable-next-line no-await-in-loop
    if (wait > 1) await delay(wait);
    const [device, ts] =
      kind === 'good' ? [`D${index % DEVICES}`, Date.now()] : ['flood', base + index];
    const sent: Promise<unknown> = client.publishAsync(
      `verimeter/v1/demo/${device}/readings`,
      `{"ts":${ts},"values":${values(index)}}`,
      { qos: 1 },
    );
    window.add(sent);
    void sent.then(() => window.delete(sent));
    // oxlint-disable-next-line no-await-in-loop
    if (window.size >= 2000) await Promise.race(window);
  }
  await Promise.all(window);
  await client.endAsync();
}

async function measure(): Promise<void> {
  const free = process.argv[4] === 'free';
  const embedded = process.argv[2] === 'embedded';
  const seconds = Number(process.argv[3] ?? 10);
  const log = createLogger('bench', 'error');
  const directory = await createTemporaryDirectory('verimeter-flood-');
  const postgres = await startEmbeddedPostgres({ dataDir: directory.path });
  await migrate(postgres.url);
  const pool = createServicePool(postgres.url, { applicationName: 'bench', max: 8 });
  await pool.query(`INSERT INTO tenants (tenant) VALUES ('demo')`);
  await pool.query(
    `INSERT INTO devices (tenant, device_id, kind)
     SELECT 'demo', d, 'electricity_meter'
       FROM unnest(ARRAY(SELECT 'D' || n FROM generate_series(0, $1::int - 1) n) || '{flood}') d`,
    [DEVICES],
  );
  const pipeline = createPipeline({
    pool,
    store: createTimescaleStore(pool),
    log,
    metrics: new Registry(),
  });
  const times: number[] = [];
  let floodCommitted = 0;
  let inHand = 0;
  async function accept(message: IncomingMessage): Promise<void> {
    inHand += 1;
    if (free && message.topic.endsWith('/flood/readings')) await delay(20);
    else await pipeline.accept(message);
    inHand -= 1;
    if (message.topic.endsWith('/flood/readings')) floodCommitted += 1;
    else {
      const ts = /"ts":(\d+)/.exec(Buffer.from(message.payload).toString())?.[1];
      times.push(Date.now() - Number(ts));
    }
  }
  const broker = embedded
    ? await startBroker({ host: '127.0.0.1', port: 0, log, accept })
    : await startMosquitto(findMosquitto() ?? 'mosquitto');
  const subscriber = embedded
    ? undefined
    : startSubscriber({
        url: broker.url,
        clientId: 'flood-bench',
        sessionExpiryS: 60,
        sharedGroup: '',
        maxUnacked: 10_000,
        maxUnackedBytes: 67_108_864,
        tls: {},
        accept,
        log,
      });
  while (subscriber?.problem() !== undefined) {
    // oxlint-disable-next-line no-await-in-loop
    await delay(20);
  }
  const child = (kind: string, rate: number, count: number): ChildProcess =>
    spawn(
      process.execPath,
      [
        fileURLToPath(import.meta.url),
        kind,
        broker.url,
        String(rate),
        String(seconds),
        String(count),
      ],
      { stdio: 'inherit' },
    );
  const isDone = (): boolean => times.length >= RATE * seconds * 0.9 && inHand === 0;
  const cases: [name: string, rate: number, count: number][] = [
    ['warming up', -1, 0],
    ['none', -1, 0],
    ['unlimited', 0, 0],
  ];
  for (const [name, rate, count] of cases) {
    times.length = 0;
    floodCommitted = 0;
    const publishers = [child('good', RATE, 0), ...(rate < 0 ? [] : [child('flood', rate, count)])];
    // oxlint-disable-next-line no-await-in-loop
    await Promise.all(publishers.map((one) => once(one, 'exit')));
    // oxlint-disable-next-line no-await-in-loop
    while (!isDone()) await delay(20);
    times.sort((left, right) => left - right);
    const quantile = (q: number): number | undefined => times[Math.floor(times.length * q)];
    const facts = {
      broker: process.argv[2],
      storing: free ? 'free' : 'real',
      flood: name,
      floodCommitted,
      good: times.length,
    };
    process.stdout.write(
      `${JSON.stringify({ ...facts, p50: quantile(0.5), p99: quantile(0.99), max: times.at(-1) })}\n`,
    );
  }
  await subscriber?.stop();
  await broker.stop();
  await pipeline.close();
  await pool.end();
  await postgres.stop();
  await directory.remove();
}

const [, , kind, url, rate, seconds, count] = process.argv;
if (count === undefined) await measure();
else await publish(url ?? '', kind ?? '', Number(rate), Number(seconds), Number(count));
