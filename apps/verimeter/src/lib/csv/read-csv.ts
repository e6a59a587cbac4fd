import { createReadStream } from 'node:fs';
import { type Readable, Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { type CsvRow, CsvFormatError, createRecordSplitter } from './record-splitter.ts';

/** Pieces of this size keep the splitter fast and the memory flat. */
const PIECE_BYTES = 64 * 1024;

/** The bytes of a file, or of standard input for `-`. */
export function openSource(file: string): Readable {
  return file === '-' ? process.stdin : createReadStream(file, { highWaterMark: PIECE_BYTES });
}

/** Unpacks gzip, recognised by its first two bytes (RFC 1952) and not by a file name; other bytes pass through. */
async function* unpacked(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const pieces = source[Symbol.asyncIterator]();
  let first = await pieces.next();
  // One byte cannot be told from gzip yet.
  if (first.done !== true && first.value.length === 1) {
    const second = await pieces.next();
    if (second.done !== true)
      first = { done: false, value: Buffer.concat([first.value, second.value]) };
  }
  if (first.done === true) return;
  const head = first.value;
  async function* all(): AsyncGenerator<Buffer> {
    yield head;
    for (let next = await pieces.next(); next.done !== true; next = await pieces.next())
      yield next.value;
  }
  if (head[0] === 0x1f && head[1] === 0x8b) {
    const gunzip = createGunzip({ chunkSize: PIECE_BYTES });
    const packed = Transform.from(all());
    packed.on('error', (error) => gunzip.destroy(error));
    yield* packed.pipe(gunzip);
    return;
  }
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff))
    throw new CsvFormatError('the file is UTF-16; save it as CSV UTF-8');
  yield* all();
}

/** Rows of CSV bytes (UTF-8, with or without byte order mark, plain or gzip), in arrays as they arrive. */
export async function* readCsv(source: AsyncIterable<Buffer>): AsyncGenerator<CsvRow[]> {
  const decoder = new TextDecoder('utf-8');
  const splitter = createRecordSplitter();
  for await (const piece of unpacked(source)) {
    const rows = splitter.push(decoder.decode(piece, { stream: true }));
    if (rows.length > 0) yield rows;
  }
  const last = [...splitter.push(decoder.decode()), ...splitter.end()];
  if (last.length > 0) yield last;
}
