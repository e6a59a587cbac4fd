/**
 * PostgreSQL's binary formats, written straight from typed arrays: text arrays and row objects cost more than the
 * insert itself. Integers are big-endian; timestamptz is an int64 of microseconds since 2000-01-01 (src/include/
 * datatype/timestamp.h); arrays: array_recv in src/backend/utils/adt/arrayfuncs.c; COPY: "Binary Format" in the manual.
 */
const OID = { int2: 21, int4: 23, int8: 20, float8: 701, timestamptz: 1184 } as const;

/** Microseconds from 1970-01-01 to 2000-01-01. */
const POSTGRES_EPOCH_US = 946_684_800_000_000;
const TWO_32 = 4_294_967_296;

/** An int8 from a whole number below 2^53. */
export function writeInt8(target: Buffer, offset: number, value: number): void {
  const high = Math.floor(value / TWO_32);
  target.writeInt32BE(high, offset);
  target.writeUInt32BE(value - high * TWO_32, offset + 4);
}

export function writeTimestamp(target: Buffer, offset: number, us: number): void {
  writeInt8(target, offset, us - POSTGRES_EPOCH_US);
}

/** A timestamptz literal with microseconds. */
export function formatTimestamp(us: number): string {
  const ms = Math.floor(us / 1000);
  const rest = us - ms * 1000;
  return `${new Date(ms).toISOString().slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
}

/** The same; infinities become PostgreSQL's. */
export function timestamptzText(us: number): string {
  if (us === Infinity) return 'infinity';
  return us === -Infinity ? '-infinity' : formatTimestamp(us);
}

/** A timestamptz parameter. */
export function timestamptz(us: number): Buffer {
  const target = Buffer.allocUnsafe(8);
  writeTimestamp(target, 0, us);
  return target;
}

export function readTimestamp(source: Buffer, offset: number): number {
  return source.readInt32BE(offset) * TWO_32 + source.readUInt32BE(offset + 4) + POSTGRES_EPOCH_US;
}

/** Dimensions, whether there are NULLs, type, length, lower bound. */
export const ARRAY_HEADER_BYTES = 20;

/** A one-dimensional array parameter of the values of `column` at `rows`, in that order. */
function array(
  oid: number,
  size: number,
  rows: Uint32Array,
  put: (target: Buffer, offset: number, row: number) => void,
): Buffer {
  const target = Buffer.allocUnsafe(ARRAY_HEADER_BYTES + rows.length * (4 + size));
  target.writeInt32BE(rows.length === 0 ? 0 : 1, 0); // dimensions
  target.writeInt32BE(0, 4); // no nulls
  target.writeInt32BE(oid, 8);
  target.writeInt32BE(rows.length, 12);
  target.writeInt32BE(1, 16); // lower bound
  let offset = ARRAY_HEADER_BYTES;
  for (const row of rows) {
    target.writeInt32BE(size, offset);
    put(target, offset + 4, row);
    offset += 4 + size;
  }
  return rows.length === 0 ? target.subarray(0, 12) : target;
}

const at = (column: ArrayLike<number>, row: number): number => column[row] ?? Number.NaN;

export function int4Array(column: ArrayLike<number>, rows: Uint32Array): Buffer {
  return array(OID.int4, 4, rows, (target, offset, row) =>
    target.writeInt32BE(at(column, row), offset),
  );
}

export function int2Array(column: ArrayLike<number>, rows: Uint32Array): Buffer {
  return array(OID.int2, 2, rows, (target, offset, row) =>
    target.writeInt16BE(at(column, row), offset),
  );
}

export function int8Array(column: ArrayLike<number>, rows: Uint32Array): Buffer {
  return array(OID.int8, 8, rows, (target, offset, row) =>
    writeInt8(target, offset, at(column, row)),
  );
}

/** -0 is written as 0: PostgreSQL holds them for equal and prints them differently. */
export function float8Array(column: ArrayLike<number>, rows: Uint32Array): Buffer {
  return array(OID.float8, 8, rows, (target, offset, row) =>
    target.writeDoubleBE(at(column, row) + 0, offset),
  );
}

export function timestamptzArray(column: ArrayLike<number>, rows: Uint32Array): Buffer {
  return array(OID.timestamptz, 8, rows, (target, offset, row) =>
    writeTimestamp(target, offset, at(column, row)),
  );
}

const COPY_SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1');
/** Signature, flags (none) and the length of the header extension (none). */
export const COPY_HEADER_BYTES = COPY_SIGNATURE.length + 8;

/** Writes the header of a binary COPY; returns where the first row begins. */
export function writeCopyHeader(target: Buffer): number {
  COPY_SIGNATURE.copy(target);
  target.writeInt32BE(0, COPY_SIGNATURE.length);
  target.writeInt32BE(0, COPY_SIGNATURE.length + 4);
  return COPY_HEADER_BYTES;
}

/** Number of fields; channel, time, value, flags, receive time, each with its length. */
export const COPY_ROW_BYTES = 2 + (4 + 4) + (4 + 8) + (4 + 8) + (4 + 2) + (4 + 8);

export interface CopyColumns {
  readonly channelId: ArrayLike<number>;
  readonly tsUs: ArrayLike<number>;
  readonly value: ArrayLike<number>;
  readonly flags: ArrayLike<number>;
  readonly receivedAtUs: ArrayLike<number>;
}

/** Content of `COPY readings (channel_id, ts, value, flags, received_at) FROM STDIN BINARY` for the rows. */
export function copyContent(columns: CopyColumns, rows: Uint32Array): Buffer {
  const target = Buffer.allocUnsafe(COPY_HEADER_BYTES + rows.length * COPY_ROW_BYTES + 2);
  let offset = writeCopyHeader(target);
  for (const row of rows) {
    target.writeInt16BE(5, offset); // number of fields
    target.writeInt32BE(4, offset + 2);
    target.writeInt32BE(at(columns.channelId, row), offset + 6);
    target.writeInt32BE(8, offset + 10);
    writeTimestamp(target, offset + 14, at(columns.tsUs, row));
    target.writeInt32BE(8, offset + 22);
    target.writeDoubleBE(at(columns.value, row) + 0, offset + 26);
    target.writeInt32BE(2, offset + 34);
    target.writeInt16BE(at(columns.flags, row), offset + 38);
    target.writeInt32BE(8, offset + 40);
    writeTimestamp(target, offset + 44, at(columns.receivedAtUs, row));
    offset += COPY_ROW_BYTES;
  }
  target.writeInt16BE(-1, offset);
  return target;
}
