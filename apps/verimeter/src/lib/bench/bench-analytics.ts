import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startEmbeddedPostgres } from '@verimeter/embedded';
import { createServicePool, migrate } from '@verimeter/registry';
import { UsageError, wholeNumber } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { say, table, writeLine } from '../output.ts';
import { fillStore } from './fill-store.ts';
import type { NightReport } from './night-process.ts';
import { makeTemplates, type Templates } from './template-areas.ts';

const run = promisify(execFile);
const NIGHT = fileURLToPath(new URL('./night-process.ts', import.meta.url));
const TENANT = 'bench';
/** Simulated areas, of which all others are copies. */
const TEMPLATE_AREAS = 6;
const METERS_PER_AREA = 60;
const DEFAULT_METERS = 100_000;
const STATEMENT_TIMEOUT_MS = 600_000;

interface Measured {
  readonly meters: number;
  readonly areas: number;
  readonly readings: number;
  readonly state_bytes_per_meter: number;
  readonly judged: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly seconds: number;
  /** Of the program; those of the database are not in it. */
  readonly processor_seconds: number;
  readonly meters_per_second: number;
  readonly peak_bytes: number;
}

/** One night of the analysis out of a throw-away store, at one or several sizes. */
export async function benchAnalytics(context: CommandContext): Promise<number> {
  const sizes = sizesOf(context);
  const templates = makeTemplates(TEMPLATE_AREAS, say);
  const measured: Measured[] = [];
  for (const meters of sizes) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other: they would share the processors
    measured.push(await measure(templates, meters));
    say(`${meters} meters: ${measured.at(-1)?.seconds.toFixed(1)} s`);
  }
  const fit =
    measured.length > 1
      ? {
          wall: linearFit(measured),
          processor: linearFit(
            measured.map((one) => ({ meters: one.meters, seconds: one.processor_seconds })),
          ),
        }
      : undefined;
  await writeLine(
    context.json
      ? JSON.stringify({ sizes: measured, ...(fit === undefined ? {} : { fit }) })
      : text(measured, fit),
  );
  return 0;
}

function sizesOf(context: CommandContext): number[] {
  const one = context.option('meters');
  const several = context.option('sizes');
  if (one !== undefined && several !== undefined)
    throw new UsageError('either --meters N or --sizes N,N,...');
  const written = several?.split(',') ?? [one ?? String(DEFAULT_METERS)];
  return written.map((size) =>
    wholeNumber(size, several === undefined ? 'meters' : 'sizes', METERS_PER_AREA, 10_000_000),
  );
}

async function measure(templates: Templates, meters: number): Promise<Measured> {
  const areas = Math.round(meters / METERS_PER_AREA);
  const directory = await mkdtemp(path.join(tmpdir(), 'verimeter-bench-'));
  const server = await startEmbeddedPostgres({ dataDir: path.join(directory, 'database') });
  try {
    await migrate(server.url);
    // One connection: the templates are in temporary tables.
    const pool = createServicePool(server.url, {
      applicationName: 'verimeter-bench',
      max: 1,
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    });
    const states = path.join(directory, 'areas');
    const filled = await fillStore(pool, templates, {
      tenant: TENANT,
      directory: states,
      areas,
      onStep: say,
    });
    // The night's readings are there since they came: autovacuum has been at them.
    await pool.query('RESET ROLE');
    await pool.query('VACUUM readings');
    await pool.end();
    const { stdout } = await run(
      process.execPath,
      [
        NIGHT,
        JSON.stringify({
          databaseUrl: server.url,
          tenant: TENANT,
          directory: states,
          asOfUs: templates.asOfUs,
        }),
      ],
      { maxBuffer: 1 << 24 },
    );
    const night: NightReport = JSON.parse(stdout);
    return {
      meters: areas * METERS_PER_AREA,
      areas,
      readings: filled.readings,
      state_bytes_per_meter: Math.round(filled.stateBytes / (areas * METERS_PER_AREA)),
      judged: night.judged,
      refused: night.refused,
      seconds: night.seconds,
      processor_seconds: night.processorSeconds,
      meters_per_second: (areas * METERS_PER_AREA) / night.seconds,
      peak_bytes: night.peakBytes,
    };
  } finally {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

interface LinearFit {
  readonly seconds_at_zero: number;
  readonly seconds_per_million: number;
  readonly seconds_at_million: number;
  /** Largest deviation of a size from the line, as a share of its time. */
  readonly largest_deviation: number;
}

/** Least squares. */
export function linearFit(
  points: readonly { readonly meters: number; readonly seconds: number }[],
): LinearFit {
  const mean = (of: (point: { meters: number; seconds: number }) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const centre = { meters: mean(({ meters }) => meters), seconds: mean(({ seconds }) => seconds) };
  let squares = 0;
  let products = 0;
  for (const { meters, seconds } of points) {
    squares += (meters - centre.meters) ** 2;
    products += (meters - centre.meters) * (seconds - centre.seconds);
  }
  const slope = products / squares;
  const start = centre.seconds - slope * centre.meters;
  return {
    seconds_at_zero: start,
    seconds_per_million: slope * 1e6,
    seconds_at_million: start + slope * 1e6,
    largest_deviation: Math.max(
      ...points.map(({ meters, seconds }) => Math.abs(start + slope * meters - seconds) / seconds),
    ),
  };
}

function text(
  measured: readonly Measured[],
  fit: { readonly wall: LinearFit; readonly processor: LinearFit } | undefined,
): string {
  const rows = measured.map((one) => [
    String(one.meters),
    String(one.readings),
    one.seconds.toFixed(1),
    one.processor_seconds.toFixed(1),
    one.meters_per_second.toFixed(0),
    (one.peak_bytes / 1e6).toFixed(0),
    (one.state_bytes_per_meter / 1000).toFixed(1),
    String(one.areas - one.judged),
  ]);
  const head = [
    'meters',
    'readings',
    's',
    'meters/s',
    'peak MB',
    'state kB/meter',
    'areas refused',
  ];
  const lines = [table([head, ...rows], new Set(head.keys()))];
  if (fit !== undefined)
    lines.push(
      `linear fit: ${lineText(fit.wall)}`,
      `processor: ${lineText(fit.processor)}`,
      `one million meters: ${(fit.wall.seconds_at_million / 60).toFixed(1)} minutes`,
    );
  return lines.join('\n');
}

function lineText(fit: LinearFit): string {
  const off = (100 * fit.largest_deviation).toFixed(1);
  return `${fit.seconds_at_zero.toFixed(1)} s + ${fit.seconds_per_million.toFixed(0)} s per million meters (off by ${off} % at most)`;
}
