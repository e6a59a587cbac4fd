import { ARRAY_HEADER_BYTES, COPY_HEADER_BYTES, readTimestamp } from './binary-format.ts';

/** Rows of a binary COPY as its bytes come, in pieces of any size. */
export interface SeriesReader {
  readonly take: (chunk: Buffer) => void;
  /** @throws Error where the copy did not end with its trailer */
  readonly end: () => void;
}

/** Number of fields, then the channel with its length, then the length of the instants. */
const ROW_HEAD_BYTES = 2 + (4 + 4) + 4;
const TRAILER_BYTES = 2;
/** Of each element: its length and eight bytes. */
const ELEMENT_BYTES = 4 + 8;

/**
 * Reads rows (channel int4, instants timestamptz[], values float8[]) of a binary COPY; both arrays have the same length and no NULL, or both
 * are NULL. `place` is told of each reading.
 */
export function openSeriesReader(
  place: (channelId: number, tsUs: number, value: number) => void,
): SeriesReader {
  // pieces of a row that has not come as a whole: put together once, when all of them are there
  let pieces: Buffer[] = [];
  let length = 0;
  let needed = COPY_HEADER_BYTES;
  let started = false;
  let ended = false;

  /** Reads what is whole; returns the offset of the first row that is not, and says in `needed` how much it takes. */
  const rows = (buffer: Buffer): number => {
    let offset = 0;
    if (!started) {
      offset = COPY_HEADER_BYTES;
      started = true;
    }
    for (;;) {
      const left = buffer.length - offset;
      needed = TRAILER_BYTES;
      if (left < needed) return offset;
      if (buffer.readInt16BE(offset) === -1) {
        ended = true;
        return offset + TRAILER_BYTES;
      }
      needed = ROW_HEAD_BYTES;
      if (left < needed) return offset;
      const size = buffer.readInt32BE(offset + ROW_HEAD_BYTES - 4); // -1: NULL
      needed = ROW_HEAD_BYTES + 4 + 2 * Math.max(0, size);
      if (left < needed) return offset;
      if (size >= 0) readRow(buffer, offset, size);
      offset += needed;
    }
  };

  const readRow = (buffer: Buffer, offset: number, size: number): void => {
    const channelId = buffer.readInt32BE(offset + 6);
    const instants = offset + ROW_HEAD_BYTES + ARRAY_HEADER_BYTES + 4;
    const values = instants + size + 4;
    const count = (size - ARRAY_HEADER_BYTES) / ELEMENT_BYTES;
    for (let k = 0; k < count; k++)
      place(
        channelId,
        readTimestamp(buffer, instants + k * ELEMENT_BYTES),
        buffer.readDoubleBE(values + k * ELEMENT_BYTES),
      );
  };

  return {
    take(chunk) {
      pieces.push(chunk);
      length += chunk.length;
      if (length < needed) return;
      const buffer = pieces.length === 1 ? chunk : Buffer.concat(pieces, length);
      const rest = buffer.subarray(rows(buffer));
      pieces = rest.length === 0 ? [] : [rest];
      length = rest.length;
    },
    end() {
      if (!ended || length > 0)
        throw new Error('the binary copy of readings ended in the middle of a row');
    },
  };
}
