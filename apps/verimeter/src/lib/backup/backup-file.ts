import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline as pipe } from 'node:stream';
import { Readable } from 'node:stream';
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib';
import { writeWhole } from '../whole-file.ts';
import {
  BackupFileError,
  type BackupRecord,
  MAGIC,
  TRAILER_BYTES,
  TRAILER_LABEL,
  decodeRecords,
  encodeRecord,
} from './backup-format.ts';

const PIECE_BYTES = 256 * 1024;
/** Level 3 packs readings as fast as PostgreSQL gives them (docs/decisions/0121). */
const LEVEL = 3;

async function* encoded(records: AsyncIterable<BackupRecord>): AsyncGenerator<Buffer> {
  for await (const record of records) yield* encodeRecord(record);
}

/** Packs the records; the bytes of the file. */
async function* packed(records: AsyncIterable<BackupRecord>): AsyncGenerator<Buffer> {
  const hash = createHash('sha256').update(MAGIC);
  yield Buffer.from(MAGIC);
  const zstd = createZstdCompress({
    chunkSize: PIECE_BYTES,
    params: {
      [constants.ZSTD_c_compressionLevel]: LEVEL,
      [constants.ZSTD_c_checksumFlag]: 1,
    },
  });
  // The failure of either end is thrown by the loop below.
  const bytes = pipe(Readable.from(encoded(records), { objectMode: true }), zstd, () => undefined);
  for await (const piece of bytes as AsyncIterable<Buffer>) {
    hash.update(piece);
    yield piece;
  }
  yield Buffer.from(`${TRAILER_LABEL}${hash.digest('hex')}\n`);
}

/** Writes a backup file that is there as a whole or not at all; returns its size. */
export function writeBackupFile(
  file: string,
  records: AsyncIterable<BackupRecord>,
  signal: AbortSignal,
): Promise<number> {
  return writeWhole(file, packed(records), { signal, mode: 0o600 });
}

/**
 * Reads the whole file and compares its SHA-256 with that in its last line: a damaged or truncated file is refused before anything is
 * done with it. Returns its size.
 * @throws BackupFileError
 */
export async function checkBackupFile(
  file: string,
  signal: AbortSignal,
  onProgress: (done: number, total: number) => void,
): Promise<number> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const start = Buffer.alloc(MAGIC.length);
    await handle.read(start, 0, start.length, 0);
    if (start.toString('latin1') !== MAGIC) {
      const other = /^VERIMETER BACKUP (\d+)\n/.exec(start.toString('latin1'));
      throw new BackupFileError(
        other === null
          ? 'is no backup of Verimeter'
          : `has format ${other[1] ?? ''} of backups, this version reads 1; restore it with a newer Verimeter`,
      );
    }
    const content = size - TRAILER_BYTES;
    const end = Buffer.alloc(TRAILER_BYTES);
    if (content > MAGIC.length) await handle.read(end, 0, TRAILER_BYTES, content);
    const stated = /^\nsha256 ([0-9a-f]{64})\n$/.exec(end.toString('latin1'))?.[1];
    if (stated === undefined)
      throw new BackupFileError('is cut off: its last line, the checksum, is missing');
    const hash = createHash('sha256');
    let done = 0;
    const bytes = handle.createReadStream({
      start: 0,
      end: content - 1,
      highWaterMark: PIECE_BYTES,
      autoClose: false,
      signal,
    });
    for await (const piece of bytes as AsyncIterable<Buffer>) {
      hash.update(piece);
      done += piece.length;
      onProgress(done, content);
    }
    if (hash.digest('hex') !== stated)
      throw new BackupFileError(
        'is damaged: its content does not have the checksum of its last line',
      );
    return size;
  } finally {
    await handle.close();
  }
}

/** The records of a file that was checked. */
export async function* readBackupFile(
  file: string,
  size: number,
  signal: AbortSignal,
): AsyncGenerator<BackupRecord> {
  const source = createReadStream(file, {
    start: MAGIC.length,
    end: size - TRAILER_BYTES - 1,
    highWaterMark: PIECE_BYTES,
    signal,
  });
  // The failure of either end is thrown by the loop that reads.
  const bytes = pipe(source, createZstdDecompress({ chunkSize: PIECE_BYTES }), () => undefined);
  yield* decodeRecords(bytes as AsyncIterable<Buffer>);
}
