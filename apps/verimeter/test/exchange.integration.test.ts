import { createReadStream } from 'node:fs';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import {
  type TestDatabase,
  createTemporaryDirectory,
  createTestDatabase,
} from '@verimeter/test-support';
import { createTimescaleStore } from '@verimeter/timescale-store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { csvLine } from '../src/lib/csv/write-csv.ts';
import { typedColumns } from '../src/lib/export/column-types.ts';
import { EXPORTS, EXPORT_KINDS, type ExportKind } from '../src/lib/export/exports.ts';
import { parquetFormat } from '../src/lib/export/parquet-format.ts';
import type { RowFormat } from '../src/lib/export/row-format.ts';
import { csvFormat, ndjsonFormat } from '../src/lib/export/text-formats.ts';
import {
  type ImportOptions,
  type ImportResult,
  importFile,
} from '../src/lib/import/import-file.ts';
import { fileIdentity } from '../src/lib/import/import-memory.ts';
import { openTable } from '../src/lib/import/open-table.ts';
import { checkLedger } from '../src/lib/ledger/check-ledger.ts';
import { writeWhole } from '../src/lib/whole-file.ts';
import { exported, exportedCells, fillDatabase } from './full-database.ts';
import { runProgram } from './program.ts';

let database: TestDatabase;
let directory: Awaited<ReturnType<typeof createTemporaryDirectory>>;

beforeAll(async () => {
  database = await createTestDatabase();
  directory = await createTemporaryDirectory();
  await fillDatabase(database.servicePool, directory.path);
});
afterAll(async () => {
  await database.drop();
  await directory.remove();
});

const at = (name: string): string => path.join(directory.path, name);
const run = (args: readonly string[]): ReturnType<typeof runProgram> =>
  runProgram(args, { DATABASE_URL: database.url });

async function importReadings(
  tenant: string,
  source: AsyncIterable<Buffer>,
  options: Partial<ImportOptions> = {},
): Promise<ImportResult> {
  return importFile('readings', source, {
    pool: database.servicePool,
    store: createTimescaleStore(database.servicePool),
    tenant,
    zone: 'UTC',
    fileName: 'readings',
    rejectedPath: at(`${tenant}.rejected.csv`),
    nowUs: () => Date.UTC(2026, 10, 23, 12) * 1000,
    ...options,
  });
}

async function expectLedgerInOrder(tenant: string): Promise<void> {
  const check = await checkLedger(database.servicePool, {
    tenant,
    store: createTimescaleStore(database.servicePool),
    period: { fromUs: -Infinity, toUs: Infinity },
  });
  expect(check).toMatchObject({ kind: 'checked', violationCount: 0 });
}

/** Registers the devices of the tenant `demo` in another one, too. */
async function copyDevices(tenant: string): Promise<void> {
  await database.servicePool.query('INSERT INTO tenants (tenant) VALUES ($1)', [tenant]);
  await database.servicePool.query(
    `INSERT INTO devices (tenant, device_id, kind) SELECT $1, device_id, kind FROM devices WHERE tenant = 'demo'`,
    [tenant],
  );
}

/** Without the time of arrival, which an import does not take over. */
const withoutArrival = (csv: string): string[] =>
  csv.split('\n').map((line) => line.split(',').toSpliced(6, 1).join(','));

const FORMATS = { csv: csvFormat, ndjson: ndjsonFormat, parquet: parquetFormat } as const;

/** Writes an export as the command does. */
async function exportFile(
  kind: ExportKind,
  format: RowFormat,
  name: string,
): Promise<{ path: string; bytes: number }> {
  const cells = exportedCells(database.servicePool, kind);
  const bytes = await writeWhole(at(name), format(typedColumns(EXPORTS[kind]), cells));
  return { path: at(name), bytes };
}

test.for(['csv', 'ndjson', 'parquet'] as const)(
  'readings exported as %s are imported again, conflicts included',
  async (form) => {
    const tenant = `copy-${form}`;
    await copyDevices(tenant);
    const file = await exportFile('readings', FORMATS[form], `readings.${form}`);
    const first = await importReadings(tenant, createReadStream(file.path), { file });
    expect(first).toMatchObject({ rows: 9, stored: 8, conflicting: 1, rejected: 0 });
    const original = withoutArrival(await exported(database.servicePool, 'readings'));
    const copied = withoutArrival(await exported(database.servicePool, 'readings', tenant));
    expect(copied).toEqual(original);
    expect(await importReadings(tenant, createReadStream(file.path), { file })).toMatchObject({
      rows: 9,
      duplicate: 9,
    });
    await expectLedgerInOrder(tenant);
  },
);

test('every export has a Parquet file with the rows and columns of its CSV', async () => {
  for (const kind of EXPORT_KINDS) {
    const file = await exportFile(kind, parquetFormat, `${kind}.parquet`);
    const { header, rows } = await openTable(createReadStream(file.path), file);
    const lines: string[] = [csvLine(header)];
    for await (const part of rows) for (const { fields = [] } of part) lines.push(csvLine(fields));
    // RFC 3339 both: the CSV writes milliseconds where that is all
    expect(lines.join('')).toBe(await exported(database.servicePool, kind));
  }
});

test('the command writes a whole file, and says what it cannot write', async () => {
  const made = await run(['export', 'health', '--format', 'parquet', '--out', at('h.parquet')]);
  expect(made).toMatchObject({ status: 0, stdout: '' });
  expect(made.stderr).toMatch(/export health: 1 rows in .* s, .*\/s/);
  expect((await readFile(at('h.parquet'))).subarray(-4).toString()).toBe('PAR1');
  const nowhere = await run(['export', 'health', '--out', at('no/such/file')]);
  expect(nowhere).toMatchObject({ status: 1 });
  expect(nowhere.stderr).toContain('no such file or directory');
  expect((await readdir(directory.path)).filter((name) => name.endsWith('.partial'))).toEqual([]);
});

test('columns of an export are taken together or not at all', async () => {
  const some = Buffer.from('device_id,quantity,ts,value,current\n');
  await expect(importReadings('demo', Readable.from([some]))).rejects.toThrow(
    'unknown column "current"',
  );
  const header =
    'device_id,quantity,ts,value,unit,quality,received_at,ts_source,current\nE1,voltage_l1,2026-11-02T00:00:00Z,230,V,';
  const bad = await importReadings(
    'demo',
    Readable.from([Buffer.from(`${header}odd,,device,true\n`)]),
  );
  expect(bad).toMatchObject({ rows: 1, rejected: 1 });
});

const LONG_ROWS = 30_000;
const CUT_ROWS = 27_000;
const HEADER = 'device_id,quantity,ts,value\n';
const longRow = (row: number): string =>
  `E1,noise,${new Date(Date.UTC(2025, 0, 1) + row * 60_000).toISOString()},${row}\n`;

/** The text up to a row, in pieces; then the reader's connection breaks. */
async function* cutOff(text: string, end: number): AsyncGenerator<Buffer> {
  for (let from = 0; from < end; from += 65_536)
    yield Buffer.from(text.slice(from, Math.min(end, from + 65_536)));
  if (end < text.length) throw new Error('the disk went away');
}

async function received(tenant: string): Promise<unknown> {
  const { rows } = await database.servicePool.query(
    'SELECT sum(received)::int8 AS received, sum(rejected)::int8 AS rejected FROM ledger WHERE tenant = $1',
    [tenant],
  );
  return rows[0];
}

test('an import that was cut off goes on where it was, and tells of the whole file', async () => {
  await copyDevices('long');
  const lines = Array.from({ length: LONG_ROWS }, (_row, row) => longRow(row));
  const text = HEADER + lines.join('');
  const file = at('long.csv');
  await writeFile(file, text);
  const resume = { identity: await fileIdentity(file), anew: false };
  const cutAt = HEADER.length + lines.slice(0, CUT_ROWS).join('').length;
  await expect(importReadings('long', cutOff(text, cutAt), { resume })).rejects.toThrow('disk');
  expect(await received('long')).toEqual({ received: 25_000, rejected: 0 });

  const resumed: number[] = [];
  const whole = await importReadings('long', createReadStream(file), {
    resume,
    onResume: (rows) => resumed.push(rows),
  });
  expect(resumed).toEqual([25_000]);
  expect(whole).toMatchObject({ rows: LONG_ROWS, stored: LONG_ROWS, duplicate: 0, rejected: 0 });
  expect(await received('long')).toEqual({ received: LONG_ROWS, rejected: 0 });
  await expectLedgerInOrder('long');

  const again = await importReadings('long', createReadStream(file), {
    resume,
    onResume: (rows) => resumed.push(rows),
  });
  expect(again).toMatchObject({ rows: LONG_ROWS, duplicate: LONG_ROWS });
  expect(resumed).toHaveLength(1);
  await writeFile(file, text);
  expect(await fileIdentity(file)).not.toBe(resume.identity);
});

test('rows that were rejected are told again; where one is good by now, the file starts anew', async () => {
  await copyDevices('mended');
  const lines = Array.from({ length: LONG_ROWS }, (_row, row) =>
    row === 7 ? longRow(row).replace('E1', 'E9') : longRow(row),
  );
  const text = HEADER + lines.join('');
  const resume = { identity: 'mended', anew: false };
  const cutAt = HEADER.length + lines.slice(0, CUT_ROWS).join('').length;
  const cut = (): Promise<ImportResult> =>
    importReadings('mended', cutOff(text, cutAt), { resume });
  await expect(cut()).rejects.toThrow('disk');
  const resumed: number[] = [];
  const whole = await importReadings('mended', Readable.from([Buffer.from(text)]), {
    resume,
    onResume: (rows) => resumed.push(rows),
  });
  expect(resumed).toEqual([25_000]);
  expect(whole).toMatchObject({ rows: LONG_ROWS, stored: LONG_ROWS - 1, rejected: 1 });
  expect(await received('mended')).toEqual({ received: LONG_ROWS, rejected: 1 });
  await expectLedgerInOrder('mended');

  await expect(cut()).rejects.toThrow('disk');
  await database.servicePool.query(
    `INSERT INTO devices (tenant, device_id, kind) VALUES ('mended', 'E9', 'environment_sensor')`,
  );
  const source = (): Readable => Readable.from([Buffer.from(text)]);
  await expect(importReadings('mended', source(), { resume })).rejects.toMatchObject({
    code: 'resume',
  });
  expect(
    await importReadings('mended', source(), { resume: { ...resume, anew: true } }),
  ).toMatchObject({ rows: LONG_ROWS, stored: 1, duplicate: LONG_ROWS - 1, rejected: 0 });
  await expectLedgerInOrder('mended');
});
