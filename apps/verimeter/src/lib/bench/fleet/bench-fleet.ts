import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '@verimeter/embedded';
import { createServicePool, migrate } from '@verimeter/registry';
import { wholeNumber } from '../../arguments.ts';
import type { CommandContext } from '../../command.ts';
import { createKey } from '../../keys.ts';
import { say, table, writeLine } from '../../output.ts';
import { startBenchApi } from './bench-api.ts';
import { TENANT, fillFleet } from './fill-fleet.ts';
import { type FleetFigures, measureFleet } from './measure-fleet.ts';

const STATEMENT_TIMEOUT_MS = 600_000;

interface Report extends FleetFigures {
  readonly devices: number;
  readonly estimates: number;
}

/** The fleet table over HTTP: any filter and sort, deep pages, facets, beside changes. */
export async function benchFleet(context: CommandContext): Promise<number> {
  const devices = wholeNumber(context.option('devices') ?? '1000000', 'devices', 100, 5_000_000);
  const estimates = wholeNumber(context.option('estimates') ?? '200000', 'estimates', 1, devices);
  const requests = wholeNumber(context.option('requests') ?? '1000', 'requests', 10, 1_000_000);
  const kept = context.option('dir');
  const directory = kept ?? (await mkdtemp(path.join(tmpdir(), 'verimeter-bench-')));
  // Where `up` has it: with --city none it shows the fleet that was measured.
  const server = await startEmbeddedPostgres({ dataDir: path.resolve(directory) });
  const pool = createServicePool(server.url, {
    applicationName: 'verimeter-bench',
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  try {
    await migrate(server.url);
    await fillFleet(pool, devices, estimates, say);
    await vacuum(server.url);
    const { key } = await createKey(pool, TENANT, 'viewer', 'bench');
    const api = await startBenchApi(server.url);
    try {
      const figures = await measureFleet(api, key, pool, requests, say);
      const report = { devices, estimates, ...figures };
      await writeLine(context.json ? JSON.stringify(report) : text(report));
    } finally {
      await api.stop();
    }
    return 0;
  } finally {
    await pool.end();
    await server.stop();
    if (kept === undefined) await rm(directory, { recursive: true, force: true });
  }
}

/** As autovacuum has it where devices were registered over years. */
async function vacuum(url: string): Promise<void> {
  // One connection: what it is told of its role counts for the next statement.
  const pool = createServicePool(url, {
    applicationName: 'verimeter-bench',
    max: 1,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  try {
    await pool.query('RESET ROLE');
    await pool.query('VACUUM ANALYZE');
  } finally {
    await pool.end();
  }
}

function text(report: Report): string {
  const head = ['', 'requests', 'p50 ms', 'p99 ms', 'max ms', 'processor p50', 'p99', 'max'];
  const rows = report.measured.map((one) => [
    one.what,
    String(one.requests),
    one.p50.toFixed(1),
    one.p99.toFixed(1),
    one.max.toFixed(1),
    ...[one.processor?.p50, one.processor?.p99, one.processor?.max].map(
      (ms) => ms?.toFixed(1) ?? '?',
    ),
  ]);
  const peak =
    report.peak_bytes === undefined
      ? ''
      : `, peak of the API ${(report.peak_bytes / 1e6).toFixed(0)} MB`;
  return [
    table([head, ...rows], new Set([1, 2, 3, 4, 5, 6, 7])),
    `${report.devices} devices, ${report.estimates} estimates: in memory after ${report.load_seconds.toFixed(1)} s, ` +
      `${(report.index_bytes / 1e6).toFixed(0)} MB, ${(report.index_bytes / report.rows).toFixed(0)} bytes a row${peak}`,
    ...report.measured.map((one) => `slowest, ${one.what}: ${JSON.stringify(one.slowest)}`),
  ].join('\n');
}
