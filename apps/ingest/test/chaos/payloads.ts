import { findDialect, matchesFilter } from '@verimeter/payload-codecs';
import { createServicePool, migrate, writeSource } from '@verimeter/registry';
import {
  dialectFixtures,
  findMosquitto,
  startMosquitto,
  storedSource,
} from '@verimeter/test-support';
import mqtt from 'mqtt';
import { startPostgres15 } from '../support/system-postgres.ts';
import { startWorker } from '../support/worker-process.ts';
import { type Random, between, createRandom } from './random.ts';
import { type Report, type ScenarioOptions, faultsOf } from './report.ts';
import { until } from './waiting.ts';

/** Messages on their way from the publisher. */
const WINDOW = 2000;
const LOOKS = 60;
const REPORT_EVERY = 50_000;
/** What a worker may take, MB (docs/decisions/0103); from so many messages on it has the size that it keeps. */
const MOST_MB = 300;
const FLAT_FROM = 200_000;

interface Sample {
  readonly topic: string;
  readonly payload: Buffer;
}

/**
 * Payloads of all dialects, changed at random, through the broker into a running worker: it must take every one of them, go on, not grow, and
 * account for all of it.
 */
export async function runPayloads(options: ScenarioOptions): Promise<Report> {
  const program = findMosquitto();
  if (program === undefined) throw new Error('Mosquitto is not installed');
  const mosquitto = await startMosquitto(program);
  const postgres = await startPostgres15({ durable: false });
  try {
    await migrate(postgres.url);
    const samples = await addSources(postgres.url);
    const worker = await startWorker({
      DATABASE_URL: postgres.url,
      MQTT_URL: mosquitto.url,
      MQTT_CLIENT_ID: 'soak',
    });
    try {
      await worker.untilReady();
      const publisher = await mqtt.connectAsync(mosquitto.url);
      const begin = performance.now();
      const resident: number[] = [];
      const random = createRandom(options.seed);
      let sent = 0;
      const every = Math.max(1, Math.floor(options.messages / LOOKS));
      while (sent < options.messages) {
        const some = Math.min(WINDOW, options.messages - sent);
        await Promise.all(
          Array.from({ length: some }, () => {
            const sample = pick(samples, random);
            const payload = changed(sample.payload, random);
            return publisher.publishAsync(sample.topic, payload, { qos: 1 });
          }),
        );
        const before = sent;
        sent += some;
        // The broker may be ahead of the worker by a window.
        await until(async () => (await worker.unacknowledged()) <= WINDOW, 'the worker to follow');
        if (Math.floor(before / every) !== Math.floor(sent / every))
          resident.push(await worker.residentMb());
        if (Math.floor(before / REPORT_EVERY) !== Math.floor(sent / REPORT_EVERY))
          options.onProgress?.(
            `${sent} of ${options.messages} payloads, ${Math.round(sent / ((performance.now() - begin) / 1000))}/s, ${Math.round(resident.at(-1) ?? 0)} MB`,
          );
      }
      await until(
        async () =>
          (await worker.metric('ingest_received_messages_total', 'qos="1"')) >= sent &&
          (await worker.unacknowledged()) === 0,
        'the worker to be done',
      );
      const received = await worker.metric('ingest_received_messages_total', 'qos="1"');
      const connections = await worker.metric('ingest_connections_total');
      const perSecond = sent / ((performance.now() - begin) / 1000);
      await publisher.endAsync();
      await worker.stop();
      const account = await readAccount(postgres.url);
      const quarter = resident.length / 4;
      const early = median(resident.slice(Math.floor(quarter), Math.floor(2 * quarter)));
      const late = median(resident.slice(Math.floor(3 * quarter)));
      const most = Math.max(...resident);
      return {
        lines: [
          `${sent} payloads of ${samples.length} fixtures, ${Math.round(perSecond)}/s; the worker received ${received} on ${connections} connection`,
          `ledger: received ${account.received}, stored ${account.stored}, duplicate ${account.duplicate}, conflicting ${account.conflicting}, rejected ${account.rejected}`,
          `memory of the worker: ${Math.round(early)} MB early, ${Math.round(late)} MB at the end, ${Math.round(most)} MB at most`,
        ],
        faults: faultsOf({
          'the worker received every payload once': received === sent,
          'the worker never lost its connection': connections === 1,
          'the ledger adds up': account.open === 0,
          'something was stored and something was rejected':
            account.stored > 0 && account.rejected > 0,
          'no decoder failed': account.failed === 0,
          'memory is bounded': most <= MOST_MB,
          // A worker that has just begun still grows to its size.
          'memory is flat': options.messages < FLAT_FROM || late <= early * 1.15 + 20,
        }),
      };
    } finally {
      await worker.kill();
    }
  } finally {
    await postgres.stop();
    await mosquitto.stop();
  }
}

/** One source for each fixture that does not overlap one before, each of a tenant of its own; what the devices say there. */
async function addSources(url: string): Promise<Sample[]> {
  const pool = createServicePool(url, { applicationName: 'soak', max: 2 });
  try {
    const samples: Sample[] = [];
    const taken: string[] = [];
    for (const fixture of dialectFixtures()) {
      const { filter, settings } = storedSource(fixture, findDialect(fixture.dialect)?.filters[0]);
      const messages = fixture.messages.filter(({ topic }) => !topic.startsWith('verimeter/'));
      samples.push(...messages.map(({ topic, payload }) => ({ topic, payload })));
      if (taken.includes(filter)) continue;
      taken.push(filter);
      const tenant = `t${taken.length}`;
      await pool.query('INSERT INTO tenants (tenant) VALUES ($1)', [tenant]);
      await writeSource(pool, {
        tenant,
        name: fixture.dialect,
        filter,
        dialect: fixture.dialect,
        rank: taken.length,
        enabled: true,
        settings,
        provision: true,
        provision_kind: 'environment_sensor',
        provision_per_day: 1000,
        changed_by: 'soak',
      });
    }
    return samples.filter(({ topic }) => taken.some((filter) => matchesFilter(filter, topic)));
  } finally {
    await pool.end();
  }
}

const pick = <T>(all: readonly T[], random: Random): T => {
  const one = all[Math.min(Math.floor(random() * all.length), all.length - 1)];
  if (one === undefined) throw new Error('no fixtures');
  return one;
};

const AWKWARD = Buffer.from('{}[]",:-+.0123456789eE<>&!()*\r\n\0\\');

/** One payload in five as it is; of the others some bytes are changed, left out, doubled or put in, or numbers are others. */
function changed(payload: Buffer, random: Random): Buffer {
  const how = random();
  if (how < 0.2) return payload;
  if (how < 0.5)
    return Buffer.from(
      payload
        .toString('latin1')
        .replaceAll(/\d+(?=\D*$|[.,\]}*])/g, (digits) =>
          random() < 0.3
            ? String(Math.floor(between(random, 0, 10 ** Math.min(digits.length, 9))))
            : digits,
        ),
      'latin1',
    );
  let out = payload;
  const steps = 1 + Math.floor(random() * 5);
  for (let step = 0; step < steps; step += 1) {
    const at = Math.floor(random() * out.length);
    const byte = Buffer.from([
      random() < 0.5
        ? Math.floor(random() * 256)
        : (AWKWARD[Math.floor(random() * AWKWARD.length)] ?? 0),
    ]);
    const kind = random();
    if (kind < 0.4) out = Buffer.concat([out.subarray(0, at), byte, out.subarray(at + 1)]);
    else if (kind < 0.6) out = Buffer.concat([out.subarray(0, at), out.subarray(at + 1)]);
    else if (kind < 0.8) out = Buffer.concat([out.subarray(0, at), byte, out.subarray(at)]);
    else if (kind < 0.9) out = out.subarray(0, at);
    else out = Buffer.concat([out, out.subarray(at)]).subarray(0, 20_000);
  }
  return out;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

async function readAccount(
  url: string,
): Promise<
  Record<
    'received' | 'stored' | 'duplicate' | 'conflicting' | 'rejected' | 'open' | 'failed',
    number
  >
> {
  const pool = createServicePool(url, { applicationName: 'soak', max: 1 });
  try {
    const { rows } = await pool.query<Awaited<ReturnType<typeof readAccount>>>(
      `SELECT coalesce(sum(received), 0)::int8 AS received, coalesce(sum(stored), 0)::int8 AS stored,
              coalesce(sum(duplicate), 0)::int8 AS duplicate, coalesce(sum(conflicting), 0)::int8 AS conflicting,
              coalesce(sum(rejected), 0)::int8 AS rejected,
              coalesce(sum(received - stored - duplicate - conflicting - rejected - pending), 0)::int8 AS open,
              (SELECT count(*)::int8 FROM quarantine WHERE message LIKE 'the decoder failed%' OR message LIKE 'the database refused%') AS failed
         FROM ledger`,
    );
    const [row] = rows;
    if (row === undefined) throw new Error('no account');
    return row;
  } finally {
    await pool.end();
  }
}
