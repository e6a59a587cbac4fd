import { readCsv } from '../csv/read-csv.ts';
import { CsvFormatError, type CsvRow } from '../csv/record-splitter.ts';
import { unpacked } from '../csv/unpacked.ts';
import { openNdjson } from './ndjson-rows.ts';
import { HeaderError, type OpenedTable } from './opened-table.ts';

/** A file on disk: one that is read at once from start to end, or, for Parquet, here and there. */
export interface FileOnDisk {
  readonly path: string;
  readonly bytes: number;
}

async function openCsv(source: AsyncIterable<Buffer>): Promise<OpenedTable> {
  const pieces = readCsv(source);
  const first = await pieces.next();
  const head = first.done === true ? undefined : first.value[0];
  if (head === undefined || first.done === true) throw new HeaderError('the file is empty');
  if (head.fields === undefined)
    throw new HeaderError(`the header is no CSV record: ${head.problem ?? ''}`);
  const rest = first.value.slice(1);
  async function* rows(): AsyncGenerator<readonly CsvRow[]> {
    if (rest.length > 0) yield rest;
    yield* pieces;
  }
  return { header: head.fields, rows: rows() };
}

const MAGIC_BYTES = 4;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/** The first bytes, at least those that tell the form where there are so many, and all of them again. */
async function peek(
  source: AsyncIterable<Buffer>,
): Promise<{ head: Buffer; all: AsyncGenerator<Buffer> }> {
  const pieces = source[Symbol.asyncIterator]();
  let head: Buffer = Buffer.alloc(0);
  let ended = false;
  while (!ended && head.length < MAGIC_BYTES) {
    // oxlint-disable-next-line no-await-in-loop -- one stream
    const next = await pieces.next();
    if (next.done === true) ended = true;
    else head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
  }
  async function* all(): AsyncGenerator<Buffer> {
    try {
      if (head.length > 0) yield head;
      for (let next = await pieces.next(); next.done !== true; next = await pieces.next())
        yield next.value;
    } finally {
      await pieces.return?.(); // closes the file
    }
  }
  return { head, all: all() };
}

/** JSON objects begin with a brace, which no header of a CSV file does. */
function isJson(head: Buffer): boolean {
  const start = BYTE_ORDER_MARK.every((byte, index) => head[index] === byte) ? 3 : 0;
  return head.toString('latin1', start).trimStart().startsWith('{');
}

/**
 * Opens a file for import. Which form it has is told by its bytes: CSV, NDJSON (both plain or gzip), or Parquet, which needs a file on
 * disk.
 * @throws HeaderError, CsvFormatError
 */
export async function openTable(
  source: AsyncIterable<Buffer>,
  file: FileOnDisk | undefined,
): Promise<OpenedTable> {
  let read = 0;
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const piece of source) {
      read += piece.length;
      yield piece;
    }
  }
  const packed = await peek(counted());
  if (packed.head.toString('latin1', 0, MAGIC_BYTES) === 'PAR1') {
    await packed.all.next(); // a generator that was not begun does not close its file
    await packed.all.return(undefined);
    if (file === undefined)
      throw new CsvFormatError('is Parquet, which is read from its end: name a file instead of -');
    // Loaded when it is needed.
    const { openParquet } = await import('./parquet-rows.ts');
    return openParquet(file.path);
  }
  const plain = await peek(unpacked(packed.all));
  const opened = isJson(plain.head) ? await openNdjson(plain.all) : await openCsv(plain.all);
  if (file === undefined || file.bytes === 0) return opened;
  return { ...opened, share: () => read / file.bytes };
}
