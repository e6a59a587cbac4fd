import type { StoredRows } from '@verimeter/reading-store';
import { COPY_HEADER_BYTES, COPY_ROW_BYTES, readTimestamp } from './binary-format.ts';

/** Rows of a binary COPY as its bytes come, in pieces of any size. */
export interface RowCopyReader {
  /** The rows that are whole by now. */
  readonly take: (chunk: Buffer) => StoredRows;
  /** @throws Error where the copy did not end with its trailer */
  readonly end: () => void;
}

const FIELDS = 5;
const TRAILER_BYTES = 2;

/** Reads rows (channel int4, ts timestamptz, value float8, flags int2, received_at timestamptz) of a binary COPY; no field is NULL. */
export function openRowCopyReader(): RowCopyReader {
  let rest: Buffer = Buffer.alloc(0);
  let started = false;
  let ended = false;

  return {
    take(chunk) {
      const buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let offset = 0;
      if (!started && buffer.length >= COPY_HEADER_BYTES) {
        started = true;
        offset = COPY_HEADER_BYTES;
      }
      const count = started ? Math.floor((buffer.length - offset) / COPY_ROW_BYTES) : 0;
      const rows = readRows(buffer, offset, count);
      offset += count * COPY_ROW_BYTES;
      if (
        started &&
        buffer.length - offset === TRAILER_BYTES &&
        buffer.readInt16BE(offset) === -1
      ) {
        ended = true;
        offset += TRAILER_BYTES;
      }
      rest = buffer.subarray(offset);
      return rows;
    },
    end() {
      if (!ended || rest.length > 0)
        throw new Error('the binary copy of readings ended in the middle of a row');
    },
  };
}

function readRows(buffer: Buffer, start: number, count: number): StoredRows {
  const rows = {
    length: count,
    channelId: new Int32Array(count),
    tsUs: new Float64Array(count),
    value: new Float64Array(count),
    flags: new Int16Array(count),
    receivedAtUs: new Float64Array(count),
  };
  for (let row = 0, offset = start; row < count; row++, offset += COPY_ROW_BYTES) {
    if (buffer.readInt16BE(offset) !== FIELDS)
      throw new Error('the binary copy of readings has a row of another form');
    rows.channelId[row] = buffer.readInt32BE(offset + 6);
    rows.tsUs[row] = readTimestamp(buffer, offset + 14);
    rows.value[row] = buffer.readDoubleBE(offset + 26);
    rows.flags[row] = buffer.readInt16BE(offset + 38);
    rows.receivedAtUs[row] = readTimestamp(buffer, offset + 44);
  }
  return rows;
}
