import { setTimeout as delay } from 'node:timers/promises';
import { type Pool, createServicePool } from '@verimeter/registry';
import { UsageError, choice, wholeNumber } from '../../arguments.ts';
import type { CommandContext } from '../../command.ts';
import { say, writeLine } from '../../output.ts';
import { type GeneratorReport, generateLoad } from './generator-process.ts';
import { ingestReport } from './ingest-report.ts';
import { peakMemory, processorTime } from './process-figures.ts';
import { type ChannelIds, channelsOf, measureRawLimit } from './raw-limit.ts';
import { type IngestSystem, startBehind, startUp } from './system.ts';
import { type Latency, latencyOf, watchProbes } from './visibility.ts';
import { PROBE, TENANT, type Workload, deviceId, makeWorkload } from './workload.ts';

const WORKLOADS = ['single', 'profile'] as const;
const DEVICES = 2000;
const CONNECTIONS = 50;
const WINDOW = 320;
const MQTT_PORT = 1883;
const DAY_MS = 86_400_000;
/** A profile has a day: fewer messages carry as many readings. */
const MESSAGES_PER_PROFILE = 20;
const LATENCY_S = 10;
/** Summing the ledger up takes processor time from what is measured, which lasts for seconds. */
const STORED_POLL_MS = 100;
const PATIENCE_MS = 600_000;

interface Plan {
  readonly messages: number;
  readonly rounds: number;
  readonly rates: readonly number[];
  readonly workloads: readonly Workload['name'][];
}

export interface Throughput {
  readonly workload: Workload['name'];
  readonly kind: 'closed_loop' | 'drain';
  readonly messages_per_second: number;
  readonly readings_per_second: number;
  /** Processor seconds per 100,000 messages; of the database only where it is part of the program. */
  readonly processor: Readonly<Record<string, number>>;
  /** COPY of such rows into the same table, in the same round. */
  readonly raw_readings_per_second: number;
}

interface Speed {
  /** Messages. */
  readonly perSecond: number;
  readonly processor: Readonly<Record<string, number>>;
}

/** Instants no two measurements share: everything that is published is new. */
interface Calendar {
  next(workload: Workload['name'], messages: number): number;
}

/** Throughput and latency of ingestion, beside what the database takes at most. */
export async function benchIngest(context: CommandContext): Promise<number> {
  const plan = planOf(context);
  const mqttUrl = mqttUrlOf(context);
  const system = mqttUrl === undefined ? await startUp() : await startBehind(mqttUrl);
  const pool = createServicePool(system.databaseUrl, {
    applicationName: 'verimeter-bench',
    max: 2,
    statementTimeoutMs: PATIENCE_MS,
  });
  try {
    await register(pool);
    const channels = await channelsOf(pool, DEVICES);
    const calendar = createCalendar();
    await closedLoop(system, pool, 'single', Math.ceil(plan.messages / 2), calendar); // until it is warm
    // First: what a rate costs is measured of a database that this rate made, not of one that was just filled at full speed.
    const latencies: Latency[] = [];
    for (let round = 1; round <= plan.rounds; round += 1) {
      for (const rate of plan.rates)
        // oxlint-disable-next-line no-await-in-loop -- one after the other: they would share the processors
        latencies.push(await latency(system, pool, rate, calendar));
      if (plan.rates.length > 0) say(`latency, round ${round} of ${plan.rounds}`);
    }
    const throughputs: Throughput[] = [];
    for (let round = 1; round <= plan.rounds; round += 1) {
      // oxlint-disable-next-line no-await-in-loop
      throughputs.push(...(await oneRound(system, pool, plan, channels, calendar)));
      say(`throughput, round ${round} of ${plan.rounds}`);
    }
    const peakBytes = await peakMemory(system.processId());
    await writeLine(
      context.json
        ? JSON.stringify({
            system: system.name,
            rounds: plan.rounds,
            throughputs,
            latencies,
            peak_bytes: peakBytes,
          })
        : ingestReport(system.name, throughputs, latencies, peakBytes),
    );
    return 0;
  } finally {
    await pool.end();
    await system.stop();
  }
}

/** The generator speaks plain MQTT without credentials. */
function mqttUrlOf(context: CommandContext): string | undefined {
  const written = context.option('mqtt-url');
  if (written === undefined) return undefined;
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url?.protocol !== 'mqtt:' || url.username !== '')
    throw new UsageError('--mqtt-url must be mqtt://HOST:PORT of a broker without credentials');
  return written;
}

function planOf(context: CommandContext): Plan {
  const whole = (name: string, fallback: number, least: number, most: number): number => {
    const written = context.option(name);
    return written === undefined ? fallback : wholeNumber(written, name, least, most);
  };
  const rates = (context.option('rates') ?? '1000,5000,8000')
    .split(',')
    .filter((rate) => rate !== '')
    .map((rate) => wholeNumber(rate, 'rates', 1, 1_000_000));
  const only = context.option('workload');
  if (context.positionals.length > 1) throw new UsageError('bench ingest takes options only');
  return {
    messages: whole('messages', 100_000, 100, 10_000_000),
    rounds: whole('rounds', 5, 1, 1000),
    rates,
    workloads: only === undefined ? WORKLOADS : [choice(only, WORKLOADS, '--workload')],
  };
}

async function register(pool: Pool): Promise<void> {
  await pool.query(`INSERT INTO tenants (tenant) VALUES ($1) ON CONFLICT DO NOTHING`, [TENANT]);
  await pool.query(
    `INSERT INTO devices (tenant, device_id, kind) SELECT $1, d, 'electricity_meter' FROM unnest($2::text[]) d`,
    [TENANT, [PROBE, ...Array.from({ length: DEVICES }, (_, device) => deviceId(device))]],
  );
}

function createCalendar(): Calendar {
  // Singles in the last weeks, profiles years ago; both go on from where the one before ended.
  let single = Date.now() - 25 * DAY_MS;
  let profile = Date.parse('2020-01-01T00:00:00Z');
  return {
    next(workload, messages) {
      const rounds = Math.ceil(messages / DEVICES);
      if (workload === 'single') {
        const start = single;
        single += rounds * 60_000;
        return start;
      }
      const start = profile;
      profile += rounds * DAY_MS;
      return start;
    },
  };
}

const countOf = (workload: Workload['name'], messages: number): number =>
  workload === 'single' ? messages : Math.ceil(messages / MESSAGES_PER_PROFILE);

async function oneRound(
  system: IngestSystem,
  pool: Pool,
  plan: Plan,
  channels: ChannelIds,
  calendar: Calendar,
): Promise<Throughput[]> {
  const results: Throughput[] = [];
  for (const workload of plan.workloads) {
    const messages = countOf(workload, plan.messages);
    const raw = makeWorkload(workload, DEVICES, calendar.next(workload, messages));
    // oxlint-disable-next-line no-await-in-loop
    const limit = await measureRawLimit(pool, raw, messages, channels);
    // oxlint-disable-next-line no-await-in-loop
    const closed = await closedLoop(system, pool, workload, messages, calendar);
    const add = (kind: Throughput['kind'], { perSecond, processor }: Speed): void => {
      results.push({
        workload,
        kind,
        messages_per_second: perSecond,
        readings_per_second: perSecond * raw.readingsPerMessage,
        processor,
        raw_readings_per_second: limit,
      });
    };
    add('closed_loop', closed);
    // oxlint-disable-next-line no-await-in-loop
    if (system.worker !== undefined)
      add('drain', await drain(system, pool, workload, messages, calendar));
  }
  return results;
}

/** Messages per second from the first publication until all are stored and acknowledged. */
async function closedLoop(
  system: IngestSystem,
  pool: Pool,
  workload: Workload['name'],
  messages: number,
  calendar: Calendar,
): Promise<Speed> {
  const before = await storedReadings(pool);
  const usedBefore = await timeOf(system);
  const report = await load(system, workload, messages, calendar);
  const expected = before + messages * makeWorkload(workload, DEVICES, 0).readingsPerMessage;
  const endMs = system.acknowledgesStored ? report.endMs : await untilStored(pool, expected);
  if ((await storedReadings(pool)) !== expected)
    throw new Error('not everything acknowledged is stored');
  return {
    perSecond: (messages * 1000) / (endMs - report.beginMs),
    processor: {
      ...perHundredThousand(usedBefore, await timeOf(system), messages),
      generator: (report.processorSeconds * 100_000) / messages,
    },
  };
}

/** Messages per second of a worker that comes back to a queue. */
async function drain(
  system: IngestSystem,
  pool: Pool,
  workload: Workload['name'],
  messages: number,
  calendar: Calendar,
): Promise<Speed> {
  await system.worker?.stop();
  const before = await storedReadings(pool);
  await load(system, workload, messages, calendar);
  const perMessage = makeWorkload(workload, DEVICES, 0).readingsPerMessage;
  await system.worker?.start();
  // From the first commit on: its start is not its speed.
  const firstMs = await untilStored(pool, before + perMessage);
  const first = await storedReadings(pool);
  const usedBefore = await timeOf(system);
  const lastMs = await untilStored(pool, before + messages * perMessage);
  const drained = messages - (first - before) / perMessage;
  return {
    perSecond: (drained * 1000) / (lastMs - firstMs),
    processor: perHundredThousand(usedBefore, await timeOf(system), drained),
  };
}

const timeOf = (system: IngestSystem): Promise<ReadonlyMap<string, number>> =>
  processorTime(system.processId() ?? -1);

function perHundredThousand(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  messages: number,
): Record<string, number> {
  return Object.fromEntries(
    [...after].map(([name, seconds]) => [
      name,
      ((seconds - (before.get(name) ?? 0)) * 100_000) / messages,
    ]),
  );
}

const load = (
  system: IngestSystem,
  workload: Workload['name'],
  count: number,
  calendar: Calendar,
  rate?: number,
): Promise<GeneratorReport> =>
  generateLoad({
    host: system.mqtt.hostname,
    port: Number(system.mqtt.port || MQTT_PORT),
    connections: CONNECTIONS,
    count,
    window: WINDOW,
    workload,
    devices: DEVICES,
    startMs: calendar.next(workload, count),
    ...(rate === undefined ? {} : { rate }),
  });

async function latency(
  system: IngestSystem,
  pool: Pool,
  rate: number,
  calendar: Calendar,
): Promise<Latency> {
  const count = rate * LATENCY_S;
  const before = await storedReadings(pool);
  let published: readonly number[] | undefined;
  // Probes lie where no measurement has its readings: they are of a device of their own.
  const fromMs = calendar.next('single', count);
  const running = generateLoad({
    host: system.mqtt.hostname,
    port: Number(system.mqtt.port || MQTT_PORT),
    connections: CONNECTIONS,
    count,
    window: Infinity,
    workload: 'single',
    devices: DEVICES,
    startMs: fromMs,
    rate,
  }).then((report) => {
    published = report.probes;
    return report;
  });
  const watching = watchProbes(
    pool,
    { fromMs, untilMs: fromMs + 100_000 },
    (seen) => published !== undefined && seen >= published.length,
  );
  const [report, seen] = await Promise.all([running, watching]);
  await untilStored(pool, before + count * 3 + report.probes.length);
  return latencyOf(rate, report.probes, seen);
}

async function storedReadings(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ stored: number }>(
    'SELECT coalesce(sum(stored), 0)::int8 AS stored FROM ledger WHERE tenant = $1',
    [TENANT],
  );
  return rows[0]?.stored ?? 0;
}

/** Milliseconds since 1970 at which so many were stored. */
async function untilStored(pool: Pool, readings: number): Promise<number> {
  const deadline = performance.now() + PATIENCE_MS;
  // oxlint-disable-next-line no-await-in-loop
  while ((await storedReadings(pool)) < readings) {
    if (performance.now() > deadline) throw new Error('the readings are not stored');
    // oxlint-disable-next-line no-await-in-loop
    await delay(STORED_POLL_MS);
  }
  return performance.timeOrigin + performance.now();
}
