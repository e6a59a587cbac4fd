import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createTemporaryDirectory } from '@verimeter/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type HandMadeArea, handMadeArea, shuffled } from './hand-made-area.ts';
import { runProgram } from './program.ts';

/** The columns of the health file and their order, written out: files of users rely on both (docs/spec/files.md). */
const HEALTH_HEADER =
  'device_id,quantity,as_of,indication,recommendation,error_estimate,standard_error,interval_low,interval_high,limit,' +
  'in_service_limit,probability_over_limit,probability_over_in_service_limit,probability_drifted,offset_estimate,' +
  'offset_standard_error,offset_unit,drift_per_year,drift_per_year_se,exit_date_median,exit_date_earliest,' +
  'minimum_detectable,evidence_days,group_id,group_status,legal_status,valid_until,model_version';

let directory: Awaited<ReturnType<typeof createTemporaryDirectory>>;
const area: HandMadeArea = handMadeArea();

beforeAll(async () => {
  directory = await createTemporaryDirectory();
});
afterAll(() => directory.remove());

const at = (name: string): string => path.join(directory.path, name);

async function succeed(args: readonly string[]): Promise<string> {
  const finished = await runProgram(args);
  expect(finished).toMatchObject({ status: 0 });
  return finished.stdout;
}

/** Imports the four files into a data directory of their own; returns its options. */
async function load(name: string, readings: readonly string[]): Promise<string[]> {
  const options = ['--data-dir', at(name), '--json'];
  for (const [kind, text] of [
    ['devices', area.devices],
    ['groups', area.groups],
    ['members', area.members],
    ['readings', readings.join('\n')],
  ] as const) {
    const file = at(`${name}-${kind}.csv`);
    // oxlint-disable-next-line no-await-in-loop -- members name devices, readings need them
    await writeFile(file, text);
    // oxlint-disable-next-line no-await-in-loop
    const result: unknown = JSON.parse(await succeed(['import', kind, file, ...options]));
    expect(result).toMatchObject({
      duplicate: 0,
      conflicting: 0,
      rejected: 0,
      rejected_file: null,
    });
  }
  return options;
}

interface HealthRow {
  readonly [column: string]: string;
}

function parseHealth(text: string): Map<string, HealthRow> {
  const [header = '', ...lines] = text.trimEnd().split('\n');
  const columns = header.split(',');
  return new Map(
    lines.map((line) => {
      const cells = line.split(',');
      return [
        cells[0] ?? '',
        Object.fromEntries(columns.map((column, index) => [column, cells[index] ?? ''])),
      ];
    }),
  );
}

test(
  'an area made by hand is analysed; rows in another order give the same file, byte for byte',
  { timeout: 180_000 },
  async () => {
    const [header = '', ...rows] = area.readings;
    const first = await load('ordered', area.readings);
    await succeed(['analyze', ...first]);
    await succeed(['export', 'health', '--out', at('ordered.csv'), ...first]);
    const second = await load('shuffled', [header, ...shuffled(rows)]);
    await succeed(['analyze', ...second]);
    const printed = await succeed(['export', 'health', ...second]);
    const text = await readFile(at('ordered.csv'), 'utf8');
    expect(printed).toBe(text);
    expect(text.split('\n')[0]).toBe(HEALTH_HEADER);

    const health = parseHealth(text);
    expect([...health.keys()]).toEqual([...health.keys()].toSorted());
    expect(health.size).toBe(23);
    const asOf = '2026-10-31T00:00:00.000Z';
    expect(health.get('H01')).toMatchObject({
      quantity: 'active_energy_import',
      as_of: asOf,
      limit: '0.01',
      in_service_limit: '0.02',
      group_id: 'H',
      group_status: 'ok',
      legal_status: 'valid',
      valid_until: '2027-03-01',
    });
    expect(health.get('H05')).toMatchObject({ as_of: asOf, group_id: 'H' });
    expect(health.get('HSUM')).toMatchObject({
      indication: 'no_reference',
      recommendation: 'none',
      error_estimate: '',
      limit: '0.005',
      legal_status: 'due_soon',
    });
    expect(health.get('HGW')).toMatchObject({
      quantity: '',
      indication: 'no_reference',
      limit: '',
      legal_status: 'not_regulated',
    });
    expect(health.get('HX')).toMatchObject({
      quantity: 'active_energy_import',
      indication: 'no_reference',
      limit: '0.02',
      legal_status: 'expired',
    });

    await checkAsOf(first);
    await checkGroup(first);
    await checkOtherExports(first);
  },
);

/** A date means the end of that UTC day; a group limits what is published, other rows stay. */
async function checkAsOf(options: readonly string[]): Promise<void> {
  const summary: unknown = JSON.parse(
    await succeed(['analyze', '--as-of', '2026-10-20', ...options]),
  );
  expect(summary).toMatchObject({ as_of: '2026-10-20T23:59:59.999999Z', devices: 23 });
  const health = parseHealth(await succeed(['export', 'health', ...options]));
  expect(health.get('H01')?.['as_of']).toBe('2026-10-20T23:59:59.999999Z');
  expect(health.get('HSUM')?.['legal_status']).toBe('due_soon');
  expect(Number(health.get('H01')?.['evidence_days'])).toBeLessThanOrEqual(20);
}

async function checkGroup(options: readonly string[]): Promise<void> {
  const summary: unknown = JSON.parse(
    await succeed(['analyze', '--as-of', '2026-10-25', '--group', 'H', ...options]),
  );
  expect(summary).toMatchObject({ devices: 21, groups: 1 });
  const health = parseHealth(await succeed(['export', 'health', ...options]));
  expect(health.get('H01')?.['as_of']).toBe('2026-10-25T23:59:59.999999Z');
  expect(health.get('HX')?.['as_of']).toBe('2026-10-20T23:59:59.999999Z');
  const unknown = await runProgram(['analyze', '--group', 'nowhere', ...options]);
  expect(unknown).toMatchObject({ status: 1, stdout: '' });
  expect(unknown.stderr).toContain('tenant demo has no group nowhere');
}

async function checkOtherExports(options: readonly string[]): Promise<void> {
  const readings = await succeed(['export', 'readings', ...options]);
  const lines = readings.trimEnd().split('\n');
  expect(lines).toHaveLength(area.readings.length);
  expect(lines[0]).toBe('device_id,quantity,ts,value,unit,quality,received_at,ts_source,current');
  expect(lines[1]).toMatch(
    /^H01,active_energy_import,2026-10-01T00:00:00\.000Z,1000,kW\.h,,20.*Z,device,true$/,
  );
  expect(lines.slice(1).map((line) => line.split(',').slice(0, 3).join())).toEqual(
    lines
      .slice(1)
      .map((line) => line.split(',').slice(0, 3).join())
      .toSorted(),
  );
  const ledger = (await succeed(['export', 'ledger', '--format', 'ndjson', ...options]))
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(ledger).toHaveLength(21);
  expect(ledger[0]).toMatchObject({
    device_id: 'H01',
    source: 'import',
    received: 2881,
    stored: 2881,
  });
  const lots = (await succeed(['export', 'lots', '--format', 'ndjson', ...options]))
    .trimEnd()
    .split('\n')
    .map((line): Record<string, unknown> => JSON.parse(line));
  // every meter but the gateway's is in a lot, and what could be estimated of it is counted there
  expect(lots.reduce((sum, lot) => sum + Number(lot['members']), 0)).toBe(22);
  const largest = lots.toSorted((a, b) => Number(b['members']) - Number(a['members']))[0];
  expect(Number(largest?.['estimated'])).toBeGreaterThan(10);
  expect(Number(largest?.['share_low'])).toBeLessThanOrEqual(Number(largest?.['share_high']));
  expect(String(largest?.['sample']).split(' ')).toHaveLength(
    Math.max(1, Number(largest?.['plan_n'])),
  );
  expect(JSON.parse(await succeed(['ledger', 'check', ...options]))).toMatchObject({ ok: true });
  const unknown = await runProgram(['export', 'health', '--format', 'xlsx', ...options]);
  expect(unknown.status).toBe(2);
  expect(unknown.stderr).toContain('--format must be one of csv, ndjson, parquet, not xlsx');
}
