import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runValidation } from '@verimeter/analytics';
import { startEmbeddedPostgres } from '@verimeter/embedded';
import { readIntervals } from '@verimeter/reading-store';
import { createServicePool, ensureTenant, migrate, type Pool } from '@verimeter/registry';
import {
  type ChannelFacts,
  createSeriesWorkspace,
  DEFAULT_VALIDATION_RULES,
  estimateGaps,
  validateSeries,
} from '@verimeter/telemetry';
import { createTimescaleStore } from '@verimeter/timescale-store';
import { wholeNumber } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { say, table, writeLine } from '../output.ts';

const TENANT = 'bench';
const STEP_US = 900e6;
const DAY_STEPS = 96;
const DAYS = 30;
const START_US = Date.UTC(2026, 8, 1) * 1000;
/** Meters that are read together: those of an area. */
const TOGETHER = 60;
const STATEMENT_TIMEOUT_MS = 600_000;

const FACTS: ChannelFacts = {
  quantity: 'active_energy_import',
  kind: 'register',
  unit: 'kW.h',
  maximumRate: 47.8,
};

type Store = ReturnType<typeof createTimescaleStore>;

interface Case {
  readonly name: string;
  /** Reads all readings, and validates them or not; returns how many readings and exceptions. */
  readonly run: (isValidated: boolean) => Promise<{ readings: number; exceptions: number }>;
}

interface Measured {
  readonly case: string;
  readonly readings: number;
  readonly exceptions: number;
  /** Medians, readings/s; `ratio` is the median of those of the single rounds. */
  readonly without: number;
  readonly with: number;
  readonly ratio: number;
  /** Of this process, seconds of processor time for a million readings: other programs do not change it much. */
  readonly processorWithout: number;
  readonly processorWith: number;
}

/**
 * How much slower readings come out of the store where they are validated on the way: the matrices of the analysis, series as validation reads
 * them, and the forming of intervals. Rounds with and without follow each other.
 */
export async function benchValidation(context: CommandContext): Promise<number> {
  const meters = wholeNumber(context.option('meters') ?? '600', 'meters', TOGETHER, 100_000);
  const rounds = wholeNumber(context.option('rounds') ?? '5', 'rounds', 1, 100);
  const dataDir = await mkdtemp(path.join(tmpdir(), 'verimeter-bench-'));
  const server = await startEmbeddedPostgres({ dataDir });
  const pool = createServicePool(server.url, {
    applicationName: 'verimeter-bench',
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  try {
    await migrate(server.url);
    const ids = await fill(pool, meters);
    say(`${meters * DAYS * DAY_STEPS} readings are stored`);
    const store = createTimescaleStore(pool);
    const measured: Measured[] = [];
    for (const one of [matrices(store, ids), series(store, ids), intervals(store, ids)]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other: they would share the processors
      measured.push(await measure(one, rounds));
      say(`${one.name}: ${measured.at(-1)?.ratio.toFixed(3)}`);
    }
    const alone = validationAlone();
    const day = await validationOfDay(pool, store, rounds);
    await writeLine(
      context.json
        ? JSON.stringify({ cases: measured, alone, day })
        : `${report(measured, alone)}\na day of ${meters} meters, with the weeks before it, from the store into the exceptions: ${day.toFixed(2)} s`,
    );
    return 0;
  } finally {
    await pool.end();
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function fill(pool: Pool, meters: number): Promise<number[]> {
  await ensureTenant(pool, TENANT);
  await pool.query(
    `INSERT INTO devices (tenant, device_id, kind)
     SELECT $1, 'E-' || k, 'electricity_meter' FROM generate_series(1, $2::int) k`,
    [TENANT, meters],
  );
  const channels = await pool.query<{ channel_id: number }>(
    `INSERT INTO channels (tenant, device_id, quantity, unit)
     SELECT tenant, device_id, 'active_energy_import', 'kW.h' FROM devices RETURNING channel_id`,
  );
  await pool.query(`SELECT ensure_reading_partitions($1, $2)`, [
    new Date(START_US / 1000),
    new Date((START_US + DAYS * DAY_STEPS * STEP_US) / 1000),
  ]);
  // registers as of homes: every amount another one, thousandths of a kW.h
  for (let day = 0; day < DAYS; day++)
    // oxlint-disable-next-line no-await-in-loop
    await pool.query(
      `INSERT INTO readings (ts, received_at, value, channel_id)
       SELECT $1::timestamptz + k * interval '15 minutes', $1::timestamptz + k * interval '15 minutes',
              1000 + round((k * 0.25 + 0.1 * sin(k * c.channel_id))::numeric, 3), c.channel_id
         FROM generate_series($2::int, $3::int) k, channels c ORDER BY k, c.channel_id`,
      [new Date(START_US / 1000), day * DAY_STEPS + 1, (day + 1) * DAY_STEPS],
    );
  await pool.query('VACUUM ANALYZE readings').catch(() => pool.query('ANALYZE readings'));
  return channels.rows.map((row) => row.channel_id).toSorted((a, b) => a - b);
}

const work = createSeriesWorkspace();

/** All rules and the estimates, as the analytics service has them. */
function validate(tsUs: Float64Array, value: Float64Array, length: number): number {
  const untilUs = tsUs[length - 1] ?? 0;
  const found = validateSeries(
    work,
    { length, tsUs, value },
    FACTS,
    DEFAULT_VALIDATION_RULES,
    untilUs,
  );
  estimateGaps(work, FACTS, DEFAULT_VALIDATION_RULES, -Infinity);
  return found.length;
}

function* slices(ids: readonly number[]): Generator<readonly number[]> {
  for (let first = 0; first < ids.length; first += TOGETHER)
    yield ids.slice(first, first + TOGETHER);
}

const COUNT = DAYS * DAY_STEPS;
const FIRST_US = START_US + STEP_US;
const LAST_US = START_US + COUNT * STEP_US;
const instantsUs = Float64Array.from({ length: COUNT }, (_, k) => FIRST_US + k * STEP_US);

function matrices(store: Store, ids: readonly number[]): Case {
  const grid = { startUs: FIRST_US, stepUs: STEP_US, count: COUNT, asOfUs: LAST_US };
  return {
    name: 'matrices of the analysis',
    async run(isValidated) {
      let exceptions = 0;
      for (const some of slices(ids)) {
        // oxlint-disable-next-line no-await-in-loop -- one area at a time
        const { values } = await store.matrix(some, grid);
        if (isValidated)
          for (let row = 0; row < some.length; row++)
            exceptions += validate(
              instantsUs,
              values.subarray(row * COUNT, (row + 1) * COUNT),
              COUNT,
            );
      }
      return { readings: ids.length * COUNT, exceptions };
    },
  };
}

function series(store: Store, ids: readonly number[]): Case {
  const tsUs = new Float64Array(COUNT);
  const value = new Float64Array(COUNT);
  return {
    name: 'series, as validation reads them',
    async run(isValidated) {
      let exceptions = 0;
      let readings = 0;
      for (const some of slices(ids)) {
        let current = 0;
        let length = 0;
        const handOn = (): void => {
          if (isValidated && length > 0) exceptions += validate(tsUs, value, length);
          readings += length;
          length = 0;
        };
        // oxlint-disable-next-line no-await-in-loop -- one area at a time
        await store.series(some, FIRST_US, LAST_US, (channelId, atUs, one) => {
          if (channelId !== current) handOn();
          current = channelId;
          tsUs[length] = atUs;
          value[length] = one;
          length++;
        });
        handOn();
      }
      return { readings, exceptions };
    },
  };
}

function intervals(store: Store, ids: readonly number[]): Case {
  const tsUs = new Float64Array(COUNT);
  const value = new Float64Array(COUNT);
  return {
    name: 'forming of intervals',
    async run(isValidated) {
      let exceptions = 0;
      const grid = { stepUs: STEP_US, fromUs: START_US, toUs: LAST_US };
      for (const some of slices(ids)) {
        const registers = new Map(some.map((id) => [id, []]));
        // oxlint-disable-next-line no-await-in-loop -- one area at a time
        await readIntervals(store, registers, grid, (_channelId, formed) => {
          if (!isValidated) return;
          let total = 0;
          for (const [k, { endUs, amount = Number.NaN }] of formed.entries()) {
            total += amount;
            tsUs[k] = endUs;
            value[k] = total;
          }
          exceptions += validate(tsUs, value, formed.length);
        });
      }
      return { readings: ids.length * COUNT, exceptions };
    },
  };
}

async function measure({ name, run }: Case, rounds: number): Promise<Measured> {
  const rates: { without: number; with: number }[] = [];
  const processor: { true: number[]; false: number[] } = { true: [], false: [] };
  let readings = 0;
  let exceptions = 0;
  const rateOf = async (isValidated: boolean): Promise<number> => {
    const begin = performance.now();
    const before = process.cpuUsage();
    const done = await run(isValidated);
    const ms = performance.now() - begin;
    const { user, system } = process.cpuUsage(before);
    processor[`${isValidated}`].push((user + system) / done.readings);
    readings = done.readings;
    if (isValidated) exceptions = done.exceptions;
    return (1000 * done.readings) / ms;
  };
  await rateOf(true); // what is compiled and cached is so in all rounds
  for (let round = 0; round < rounds; round++) {
    // which of both is first changes: what else the machine does meets both
    const isFirst = round % 2 === 0;
    // oxlint-disable-next-line no-await-in-loop
    const first = await rateOf(isFirst);
    // oxlint-disable-next-line no-await-in-loop
    const second = await rateOf(!isFirst);
    rates.push(isFirst ? { with: first, without: second } : { with: second, without: first });
  }
  return {
    case: name,
    readings,
    exceptions,
    without: Math.round(median(rates.map((rate) => rate.without))),
    with: Math.round(median(rates.map((rate) => rate.with))),
    ratio: median(rates.map((rate) => rate.with / rate.without)),
    processorWithout: median(processor.false),
    processorWith: median(processor.true),
  };
}

/** Readings per second through all rules, in memory. */
function validationAlone(): number {
  const value = Float64Array.from(
    instantsUs,
    (_, k) => Math.round(1000 * (1000 + k * 0.25 + 0.1 * Math.sin(7 * k))) / 1000,
  );
  const rates: number[] = [];
  for (let round = 0; round < 20; round++) {
    const begin = performance.now();
    for (let channel = 0; channel < 100; channel++) validate(instantsUs, value, COUNT);
    rates.push((1000 * 100 * COUNT) / (performance.now() - begin));
  }
  return Math.round(median(rates));
}

/** Seconds that validation of one more day takes, medians. */
async function validationOfDay(pool: Pool, store: Store, rounds: number): Promise<number> {
  const seconds: number[] = [];
  const fromUs = LAST_US - DAY_STEPS * STEP_US;
  for (let round = 0; round < rounds; round++) {
    const begin = performance.now();
    // oxlint-disable-next-line no-await-in-loop
    await runValidation({ pool, store, tenant: TENANT, fromUs, nowUs: LAST_US });
    seconds.push((performance.now() - begin) / 1000);
  }
  return median(seconds);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

const millions = (rate: number): string => (rate / 1e6).toFixed(2);

function report(measured: readonly Measured[], alone: number): string {
  return `${table(
    [
      ['MILLION READINGS/S', 'WITHOUT', 'WITH VALIDATION', 'RATIO', 'CPU S/MILLION', 'WITH'],
      ...measured.map((one) => [
        one.case,
        millions(one.without),
        millions(one.with),
        one.ratio.toFixed(3),
        one.processorWithout.toFixed(2),
        one.processorWith.toFixed(2),
      ]),
    ],
    new Set([1, 2, 3, 4, 5]),
  )}\nvalidation alone, in memory: ${millions(alone)}`;
}
