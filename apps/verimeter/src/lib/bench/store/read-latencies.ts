import type { ReadingRange } from '@verimeter/reading-store';
import { withTenant } from '@verimeter/registry';
import { median, quantile } from '@verimeter/statistics';
import { processorTime } from '../ingest/process-figures.ts';
import type { DataSet } from './data-set.ts';
import type { BenchDevice, MeasuredEngine } from './engine.ts';
import { processesOf, queuedMs } from './processor-queue.ts';

export interface Latency {
  readonly what: 'latest' | 'raw_30_days' | 'months_of_a_year';
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly own_p50: number;
  readonly own_p99: number;
  /** The same without the time in which a process of ours was ready and had no processor: less disturbed by other work on the machine. */
  readonly unqueued: Percentiles | undefined;
}

interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly own_p50: number;
  readonly own_p99: number;
}

export interface MatrixRate {
  readonly readings: number;
  readonly readings_per_second: number;
  readonly own_readings_per_second: number;
  /** Per second of processor time of this program and what it started; undefined where the engine is none of these. */
  readonly readings_per_processor_second: number | undefined;
}

export const TENANT = 'bench';
export const QUANTITY = 'active_energy_import';
const MATRIX_CHANNELS = 60;
const MONTH_INSTANTS = 30 * 96;
const PAGE = 3000;
/** Questions before those that are timed. */
const UNTIMED = 10;

/** Numbers from 0 to 1 that are the same in each run (Lehmer, 48271 modulo 2^31 - 1). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

interface Asked {
  readonly device: BenchDevice;
  readonly range: ReadingRange;
}

/** Times of single questions, through the store as the API asks them and of the engine alone, in turn. */
export async function measureLatencies(
  engine: MeasuredEngine,
  dataSet: DataSet,
  questions: number,
  only?: 'raw_30_days',
): Promise<Latency[]> {
  const random = seeded(1);
  const { tenantReadings } = engine.reading;
  const endUs = dataSet.startUs + dataSet.instants * dataSet.stepUs;
  const ask = (instants: number): Asked => {
    const device = engine.devices[Math.floor(random() * engine.devices.length)];
    if (device === undefined) throw new Error('the data set has no channel');
    const first = Math.floor(random() * Math.max(1, dataSet.instants - instants));
    const fromUs = dataSet.startUs + first * dataSet.stepUs;
    const toUs = Math.min(endUs, fromUs + instants * dataSet.stepUs);
    return { device, range: { deviceId: device.deviceId, quantity: QUANTITY, fromUs, toUs } };
  };
  const request = withTenant.bind(undefined, engine.appPool, TENANT);
  const pids = engine.isOurs ? await processesOf([engine.appPool, engine.pool]) : [];
  const compare = compareOf(pids);
  const raw = (): Promise<Latency> =>
    compare('raw_30_days', questions, () => ask(MONTH_INSTANTS), {
      through: ({ range }) =>
        request((client) =>
          tenantReadings.page(client, range, { limit: PAGE, conflicts: false, after: undefined }),
        ),
      alone: ({ device, range }) => engine.own.raw(device.channelId, range.fromUs, range.toUs),
    });
  if (only === 'raw_30_days') return [await raw()];
  return [
    await compare('latest', questions, () => ask(1), {
      through: ({ device }) =>
        request((client) => tenantReadings.latest(client, [device.deviceId])),
      alone: ({ device }) => engine.own.latest(device.channelId),
    }),
    await raw(),
    await compare('months_of_a_year', questions, () => ask(dataSet.instants), {
      through: ({ range }) =>
        request((client) =>
          tenantReadings.buckets(client, range, {
            register: true,
            resolution: '1mo',
            zone: 'UTC',
            limit: 20,
          }),
        ),
      alone: ({ device, range }) => engine.own.months(device.channelId, range.fromUs, range.toUs),
    }),
  ];
}

interface Ways {
  readonly through: (asked: Asked) => Promise<unknown>;
  readonly alone: (asked: Asked) => Promise<unknown>;
}

/** `pids`: processes whose waiting for a processor is told apart. */
const compareOf =
  (pids: readonly number[]) =>
  async (
    what: Latency['what'],
    questions: number,
    ask: () => Asked,
    ways: Ways,
  ): Promise<Latency> => {
    const through: Timed[] = [];
    const alone: Timed[] = [];
    // A service has open connections, and its statements are known.
    for (let question = 0; question < UNTIMED; question++) {
      // oxlint-disable-next-line no-await-in-loop
      await ways.through(ask());
      // oxlint-disable-next-line no-await-in-loop
      await ways.alone(ask());
    }
    for (let question = 0; question < questions; question++) {
      // Another channel for each: what one has read is not in memory for the other.
      // oxlint-disable-next-line no-await-in-loop
      through.push(await timed(pids, () => ways.through(ask())));
      // oxlint-disable-next-line no-await-in-loop
      alone.push(await timed(pids, () => ways.alone(ask())));
    }
    const percentiles = (of: (one: Timed) => number): Percentiles => ({
      p50: median(through.map(of)),
      p99: quantile(through.map(of), 0.99),
      own_p50: median(alone.map(of)),
      own_p99: quantile(alone.map(of), 0.99),
    });
    const isKnown = [...through, ...alone].every(({ queued }) => queued !== undefined);
    return {
      what,
      ...percentiles(({ ms }) => ms),
      unqueued: isKnown ? percentiles(({ ms, queued = 0 }) => Math.max(0, ms - queued)) : undefined,
    };
  };

interface Timed {
  readonly ms: number;
  /** Undefined where it is not known. */
  readonly queued: number | undefined;
}

async function timed(pids: readonly number[], work: () => Promise<unknown>): Promise<Timed> {
  const before = pids.length === 0 ? undefined : await queuedMs(pids);
  const ms = await milliseconds(work);
  const after = before === undefined ? undefined : await queuedMs(pids);
  const queued = before === undefined || after === undefined ? undefined : after - before;
  return { ms, queued };
}

async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/** Readings per second into the matrix of a group, 60 channels and 30 days, and of the engine alone, in turn. */
export async function measureMatrix(
  engine: MeasuredEngine,
  dataSet: DataSet,
  rounds: number,
): Promise<MatrixRate> {
  const random = seeded(2);
  const count = Math.min(MONTH_INSTANTS, dataSet.instants);
  const { stepUs } = dataSet;
  const group = (): { readonly channelIds: number[]; readonly startUs: number } => {
    const first = Math.floor(random() * (engine.devices.length - MATRIX_CHANNELS + 1));
    const instant = Math.floor(random() * (dataSet.instants - count + 1));
    return {
      channelIds: engine.devices
        .slice(first, first + MATRIX_CHANNELS)
        .map(({ channelId }) => channelId),
      startUs: dataSet.startUs + instant * stepUs,
    };
  };
  const through: number[] = [];
  const alone: number[] = [];
  const processor: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const asked = group();
    const asOfUs = asked.startUs + count * stepUs;
    // oxlint-disable-next-line no-await-in-loop
    const before = await ownProcessorTime();
    // oxlint-disable-next-line no-await-in-loop
    through.push(
      await milliseconds(async () => {
        const { values } = await engine.reading.store.matrix(asked.channelIds, {
          startUs: asked.startUs,
          stepUs,
          count,
          asOfUs,
        });
        if (values.some(Number.isNaN)) throw new Error('readings of the data set are missing');
      }),
    );
    // oxlint-disable-next-line no-await-in-loop
    processor.push((await ownProcessorTime()) - before);
    const other = group();
    // oxlint-disable-next-line no-await-in-loop
    alone.push(
      await milliseconds(() =>
        engine.own.matrix(other.channelIds, other.startUs, other.startUs + count * stepUs),
      ),
    );
  }
  const readings = MATRIX_CHANNELS * count;
  const seconds = processor.reduce((sum, one) => sum + one, 0);
  return {
    readings,
    readings_per_second: (readings * 1000) / median(through),
    own_readings_per_second: (readings * 1000) / median(alone),
    readings_per_processor_second:
      engine.isOurs && seconds > 0 ? (readings * rounds) / seconds : undefined,
  };
}

async function ownProcessorTime(): Promise<number> {
  const times = await processorTime(process.pid);
  return [...times.values()].reduce((sum, one) => sum + one, 0);
}
