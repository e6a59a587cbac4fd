import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { parquetMetadata } from 'hyparquet';
import { type ColumnSource, type SchemaElement, parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CsvRow } from '../src/lib/csv/record-splitter.ts';
import { typedColumns } from '../src/lib/export/column-types.ts';
import { EXPORTS, EXPORT_KINDS } from '../src/lib/export/exports.ts';
import { parquetFormat } from '../src/lib/export/parquet-format.ts';
import type { FormatColumn, RowBatch } from '../src/lib/export/row-format.ts';
import { EXPORTED_READING_COLUMNS, FILE_COLUMNS } from '../src/lib/import/files.ts';
import { openTable } from '../src/lib/import/open-table.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'verimeter-parquet-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function* from<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

async function written(
  columns: readonly FormatColumn[],
  batches: readonly RowBatch[],
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of parquetFormat(columns, from(batches)))
    pieces.push(typeof piece === 'string' ? Buffer.from(piece) : piece);
  return Buffer.concat(pieces);
}

async function read(bytes: Uint8Array): Promise<{ header: readonly string[]; rows: CsvRow[] }> {
  const file = path.join(directory, 'file.parquet');
  await writeFile(file, bytes);
  const onDisk = { path: file, bytes: bytes.length };
  const { header, rows } = await openTable(createReadStream(file), onDisk);
  const all: CsvRow[] = [];
  for await (const part of rows) all.push(...part);
  return { header, rows: all };
}

const COLUMNS: readonly FormatColumn[] = [
  { name: 'device_id', type: 'text' },
  { name: 'ts', type: 'instant' },
  { name: 'value', type: 'double' },
  { name: 'current', type: 'boolean' },
];
const AT_US = Date.UTC(2026, 10, 23, 7, 15) * 1000 + 123_456;

test('cells come back as they are, empty ones included', async () => {
  const bytes = await written(COLUMNS, [
    [
      ['Đồng hồ "1"', AT_US, 12345.678, true],
      [null, null, null, null],
    ],
    [['', -1, 5e-324, false]],
  ]);
  const { header, rows } = await read(bytes);
  expect(header).toEqual(['device_id', 'ts', 'value', 'current']);
  expect(rows.map(({ line, fields }) => [line, ...(fields ?? [])])).toEqual([
    [1, 'Đồng hồ "1"', '2026-11-23T07:15:00.123456Z', '12345.678', 'true'],
    [2, '', '', '', ''],
    [3, '', '1969-12-31T23:59:59.999999Z', '5e-324', 'false'],
  ]);
  expect(rows[0]?.raw).toBe('"Đồng hồ ""1""",2026-11-23T07:15:00.123456Z,12345.678,true');
});

test('the schema says text, double, boolean and instants in UTC with microseconds', async () => {
  const bytes = await written(COLUMNS, []);
  const { schema, num_rows: rows } = parquetMetadata(new Uint8Array(bytes).buffer);
  expect(rows).toBe(0n);
  expect(schema.slice(1)).toMatchObject([
    { name: 'device_id', type: 'BYTE_ARRAY', logical_type: { type: 'STRING' } },
    {
      name: 'ts',
      type: 'INT64',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
    },
    { name: 'value', type: 'DOUBLE' },
    { name: 'current', type: 'BOOLEAN' },
  ]);
});

test('many rows are several row groups', { timeout: 60_000 }, async () => {
  const batches = Array.from({ length: 28 }, (_batch, b) =>
    Array.from({ length: 5000 }, (_row, r) => [`M${b}`, AT_US + r, b * 5000 + r, null]),
  );
  const bytes = await written(COLUMNS, batches);
  expect(parquetMetadata(new Uint8Array(bytes).buffer).row_groups).toHaveLength(2);
  const { rows } = await read(bytes);
  expect(rows).toHaveLength(140_000);
  expect(rows.every(({ line, fields }) => fields?.[2] === String(line - 1))).toBe(true);
});

test('a cell of another type than its column is an error, not a wrong file', async () => {
  await expect(written(COLUMNS, [[['M', AT_US, 'x', true]]])).rejects.toThrow(
    'column value is no double: x',
  );
});

test('files of other programs: their compressions, dates, integers', async () => {
  const columnData: ColumnSource[] = [
    { name: 'device_id', data: ['M', 'N'] },
    { name: 'built_year', data: [2020, null] },
    { name: 'verified_on', data: [new Date('2021-03-01T00:00:00Z'), null] },
  ];
  const schema: SchemaElement[] = [
    { name: 'root', num_children: 3 },
    { name: 'device_id', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
    { name: 'built_year', type: 'INT32', repetition_type: 'OPTIONAL' },
    { name: 'verified_on', type: 'INT32', converted_type: 'DATE', repetition_type: 'OPTIONAL' },
  ];
  const compressors = {
    GZIP: (input: Uint8Array) => gzipSync(input),
    BROTLI: (input: Uint8Array) => brotliCompressSync(input),
  };
  for (const codec of ['SNAPPY', 'GZIP', 'BROTLI', 'UNCOMPRESSED'] as const) {
    const bytes = parquetWriteBuffer({ columnData, schema, codec, compressors });
    const { rows } = await read(new Uint8Array(bytes));
    expect(rows.map(({ fields }) => fields)).toEqual([
      ['M', '2020', '2021-03-01'],
      ['N', '', ''],
    ]);
  }
});

test('times without a zone, lists, and damaged files are refused by name', async () => {
  const local: SchemaElement[] = [
    { name: 'root', num_children: 1 },
    {
      name: 'ts',
      type: 'INT64',
      repetition_type: 'OPTIONAL',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' },
    },
  ];
  const naive = parquetWriteBuffer({ columnData: [{ name: 'ts', data: [1n] }], schema: local });
  await expect(read(new Uint8Array(naive))).rejects.toThrow('column ts has times without a zone');
  const whole = await written(COLUMNS, [[['M', AT_US, 1, true]]]);
  await expect(read(whole.subarray(0, whole.length - 20))).rejects.toThrow('is damaged or cut off');
  const file = path.join(directory, 'piped.parquet');
  await writeFile(file, whole);
  await expect(openTable(createReadStream(file), undefined)).rejects.toThrow('name a file');
  expect(await readFile(file)).toEqual(whole);
});

test('every export has typed columns; that of readings has those of a file of readings and four more', () => {
  for (const kind of EXPORT_KINDS)
    for (const { name, type } of typedColumns(EXPORTS[kind]))
      expect([name, type]).toEqual([
        name,
        EXPORTS[kind].instants.has(name)
          ? 'instant'
          : expect.stringMatching(/^(text|double|boolean)$/),
      ]);
  expect([...EXPORTS.readings.columns].toSorted()).toEqual(
    [...FILE_COLUMNS.readings.map(({ name }) => name), ...EXPORTED_READING_COLUMNS].toSorted(),
  );
});
