import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CsvRow } from '../src/lib/csv/record-splitter.ts';
import { ndjsonFormat } from '../src/lib/export/text-formats.ts';
import { openTable } from '../src/lib/import/open-table.ts';

interface Read {
  readonly header: readonly string[];
  readonly rows: readonly CsvRow[];
}

async function read(bytes: Buffer, pieceSize = Math.max(1, bytes.length)): Promise<Read> {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += pieceSize)
    pieces.push(bytes.subarray(at, at + pieceSize));
  const { header, rows } = await openTable(Readable.from(pieces), undefined);
  const all: CsvRow[] = [];
  for await (const part of rows) all.push(...part);
  return { header, rows: all };
}

const COLUMNS = [
  { name: 'device_id', type: 'text' },
  { name: 'value', type: 'double' },
  { name: 'current', type: 'boolean' },
] as const;

async function* from<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

test('what was written is read back, wherever the pieces are cut, plain or gzip', async () => {
  const row = fc.tuple(
    fc.string({ unit: fc.constantFrom('a', '"', '\n', '\\', 'ệ', ',') }),
    fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
    fc.boolean(),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { minLength: 1, maxLength: 5 }),
      fc.integer({ min: 1, max: 9 }),
      fc.boolean(),
      async (rows, pieceSize, packed) => {
        const text: string[] = [];
        for await (const piece of ndjsonFormat(COLUMNS, from([rows]))) text.push(String(piece));
        const bytes = Buffer.from(text.join(''));
        const found = await read(packed ? gzipSync(bytes) : bytes, pieceSize);
        expect(found.header).toEqual(['device_id', 'value', 'current']);
        expect(found.rows.map(({ fields }) => fields)).toEqual(
          rows.map(([id, value, current]) => [
            id,
            // JSON has no -0
            value === null ? '' : String(value === 0 ? 0 : value),
            String(current),
          ]),
        );
      },
    ),
    { numRuns: 50 },
  );
});

test('lines that are no objects of the same fields are told with their number; the others are read', async () => {
  const { rows } = await read(
    Buffer.from(
      '\n{"a":1,"b":"x"}\r\n\n{"b":"y"}\n[1]\n{"a":1\n{"a":1,"c":2}\n{"a":null,"b":["p","q"]}',
    ),
  );
  expect(rows.map(({ line, fields, problem }) => [line, fields ?? problem])).toEqual([
    [2, ['1', 'x']],
    [4, ['', 'y']],
    [5, 'is no JSON object'],
    [6, 'is no JSON'],
    [7, expect.stringContaining('has the field "c", which the first line does not have')],
    [8, ['', 'p q']],
  ]);
});

test('a file without a first object is refused', async () => {
  await expect(read(Buffer.from('{"a":'))).rejects.toThrow('the first line is no JSON');
  await expect(read(Buffer.from(''))).rejects.toThrow('the file is empty');
  await expect(read(Buffer.from(`{"a":1}\n{"a":"${'x'.repeat(1 << 21)}`))).rejects.toThrow(
    'line 2 is longer than 1 MiB',
  );
});

test('other bytes are CSV', async () => {
  const { header, rows } = await read(Buffer.from('a,b\n{1},2\n'), 3);
  expect(header).toEqual(['a', 'b']);
  expect(rows).toMatchObject([{ line: 2, fields: ['{1}', '2'] }]);
});
