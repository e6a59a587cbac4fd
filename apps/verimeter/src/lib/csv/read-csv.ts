import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { type CsvRow, CsvFormatError, createRecordSplitter } from './record-splitter.ts';
import { PIECE_BYTES, unpacked } from './unpacked.ts';

/** The bytes of a file, or of standard input for `-`. */
export function openSource(file: string): Readable {
  return file === '-' ? process.stdin : createReadStream(file, { highWaterMark: PIECE_BYTES });
}

/** A byte order mark of UTF-16, as of a spreadsheet's "Unicode text". */
const isUtf16 = (head: Buffer): boolean =>
  (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);

/** Rows of CSV bytes (UTF-8, with or without byte order mark, plain or gzip), in arrays as they arrive. */
export async function* readCsv(source: AsyncIterable<Buffer>): AsyncGenerator<CsvRow[]> {
  const decoder = new TextDecoder('utf-8');
  const splitter = createRecordSplitter();
  let first = true;
  for await (const piece of unpacked(source)) {
    if (first && isUtf16(piece))
      throw new CsvFormatError('the file is UTF-16; save it as CSV UTF-8');
    first = false;
    const rows = splitter.push(decoder.decode(piece, { stream: true }));
    if (rows.length > 0) yield rows;
  }
  const last = [...splitter.push(decoder.decode()), ...splitter.end()];
  if (last.length > 0) yield last;
}
