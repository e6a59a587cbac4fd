import type { StoredRows } from '@verimeter/reading-store';
import { COPY_HEADER_BYTES, copyContent, writeCopyHeader } from '../binary-format.ts';
import { openRowCopyReader } from '../row-copy.ts';

const TRAILER = Buffer.from([0xff, 0xff]);

/** Rows as one binary COPY of (channel_id, ts, value, flags, received_at); returns how many they are. */
export async function* copyOfRows(
  pieces: AsyncIterable<StoredRows>,
): AsyncGenerator<Buffer, number> {
  const head = Buffer.allocUnsafe(COPY_HEADER_BYTES);
  writeCopyHeader(head);
  yield head;
  let count = 0;
  for await (const rows of pieces) {
    if (rows.length === 0) continue;
    count += rows.length;
    const all = Uint32Array.from({ length: rows.length }, (_, row) => row);
    // Without its own header and trailer: they are those of the whole copy.
    yield copyContent(rows, all).subarray(COPY_HEADER_BYTES, -TRAILER.length);
  }
  yield TRAILER;
  return count;
}

/** The rows of such a COPY. @throws Error where it does not end with its trailer */
export async function* rowsOfCopy(bytes: AsyncIterable<Buffer>): AsyncGenerator<StoredRows> {
  const reader = openRowCopyReader();
  for await (const piece of bytes) {
    const rows = reader.take(piece);
    if (rows.length > 0) yield rows;
  }
  reader.end();
}
