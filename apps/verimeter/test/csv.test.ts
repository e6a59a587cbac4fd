import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCsv } from '../src/lib/csv/read-csv.ts';
import { type CsvRow, createRecordSplitter } from '../src/lib/csv/record-splitter.ts';
import { csvLine } from '../src/lib/csv/write-csv.ts';

async function read(bytes: Buffer, pieceSize = bytes.length): Promise<CsvRow[]> {
  const pieces: Buffer[] = [];
  for (let from = 0; from < bytes.length; from += Math.max(1, pieceSize))
    pieces.push(bytes.subarray(from, from + Math.max(1, pieceSize)));
  const rows: CsvRow[] = [];
  for await (const part of readCsv(Readable.from(pieces))) rows.push(...part);
  return rows;
}

const fieldsOf = (rows: readonly CsvRow[]): unknown[] =>
  rows.map((row) => row.fields ?? row.problem);

test('what was written is read back, wherever the pieces are cut', async () => {
  const field = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', 'ệ', ' ') });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 1, max: 7 }),
      async (records, pieceSize) => {
        const text = records.map(csvLine).join('');
        expect(fieldsOf(await read(Buffer.from(text), pieceSize))).toEqual(records);
      },
    ),
    { numRuns: 300 },
  );
});

test('LF, CRLF, no line end at the end, empty lines and a byte order mark', async () => {
  const rows = await read(Buffer.from('\uFEFFa,b\r\n1,2\r\n\r\n\n3,"4\r\n5"\n6,7'));
  expect(fieldsOf(rows)).toEqual([
    ['a', 'b'],
    ['1', '2'],
    ['3', '4\r\n5'],
    ['6', '7'],
  ]);
  expect(rows.map((row) => row.line)).toEqual([1, 2, 5, 7]);
});

test('gzip is recognised by its bytes, whatever the file is called', async () => {
  const rows = await read(gzipSync('a,b\n1,2\n'), 1);
  expect(fieldsOf(rows)).toEqual([
    ['a', 'b'],
    ['1', '2'],
  ]);
});

test('a stray quote spoils its own line only', async () => {
  const rows = await read(Buffer.from('a,b\n1,5"x\n2,"y"z\n3,4\n'));
  expect(fieldsOf(rows)).toEqual([
    ['a', 'b'],
    'a quote stands inside a field that is not quoted',
    'text follows the closing quote of a field',
    ['3', '4'],
  ]);
});

test('a quote that is never closed spoils its own line only', async () => {
  const rows = await read(Buffer.from('a,b\n1,"x\n2,3\n4,5\n'));
  expect(fieldsOf(rows)).toEqual([
    ['a', 'b'],
    'a quoted field is opened and never closed',
    ['2', '3'],
    ['4', '5'],
  ]);
});

test('a quote that stays open for more than a mebibyte does not collect the file in memory', () => {
  const splitter = createRecordSplitter();
  const rows = [...splitter.push('1,"open\n')];
  const filler = `${'x'.repeat(99)}\n`.repeat(1000);
  for (let piece = 0; piece < 12; piece += 1) rows.push(...splitter.push(filler));
  expect(rows[0]).toMatchObject({ line: 1, problem: 'a quoted field is longer than 1 MiB' });
  expect(rows.length).toBeGreaterThan(10_000);
});

test('a file without line ends is refused instead of read into memory', async () => {
  await expect(read(Buffer.alloc(3 << 20, 'x'), 1 << 16)).rejects.toThrow(
    'line 1 is longer than 1 MiB',
  );
});

test('UTF-16 is named', async () => {
  await expect(read(Buffer.from('\uFEFFa,b\n', 'utf16le'))).rejects.toThrow('UTF-16');
});

test('damaged gzip is an error, not an end of file', async () => {
  const packed = gzipSync('a,b\n1,2\n'.repeat(1000));
  await expect(read(packed.subarray(0, packed.length - 10))).rejects.toMatchObject({
    code: 'Z_BUF_ERROR',
  });
});
