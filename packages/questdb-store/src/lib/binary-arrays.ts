/**
 * Array parameters of PostgreSQL in its binary form: as text, tens of thousands of numbers take as long to write and to parse as all else
 * of a settlement. The driver sends a Buffer as binary.
 */
const OID = { int4: 23, int8: 20, float8: 701, timestamptz: 1184 } as const;
const HEADER_BYTES = 20;
/** Microseconds from 1970 to 2000, where PostgreSQL counts from. */
const EPOCH_US = Date.UTC(2000, 0, 1) * 1000;

/** One dimension, no nulls. */
function arrayOf(
  type: keyof typeof OID,
  size: 4 | 8,
  values: ArrayLike<number>,
  write: (bytes: Buffer, value: number, offset: number) => void,
): Buffer {
  const { length } = values;
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + length * (4 + size));
  bytes.writeInt32BE(1, 0);
  bytes.writeInt32BE(0, 4);
  bytes.writeInt32BE(OID[type], 8);
  bytes.writeInt32BE(length, 12);
  bytes.writeInt32BE(1, 16);
  for (let k = 0, offset = HEADER_BYTES; k < length; k += 1, offset += 4 + size) {
    bytes.writeInt32BE(size, offset);
    write(bytes, values[k] ?? 0, offset + 4);
  }
  return bytes;
}

function writeInt64(bytes: Buffer, value: number, offset: number): void {
  const high = Math.floor(value / 2 ** 32);
  bytes.writeInt32BE(high, offset);
  bytes.writeUInt32BE(value - high * 2 ** 32, offset + 4);
}

export const int4Array = (values: ArrayLike<number>): Buffer =>
  arrayOf('int4', 4, values, (bytes, value, offset) => void bytes.writeInt32BE(value, offset));

export const int8Array = (values: ArrayLike<number>): Buffer =>
  arrayOf('int8', 8, values, writeInt64);

export const float8Array = (values: ArrayLike<number>): Buffer =>
  arrayOf('float8', 8, values, (bytes, value, offset) => void bytes.writeDoubleBE(value, offset));

/** Of microseconds since 1970. */
export const timestamptzArray = (us: ArrayLike<number>): Buffer =>
  arrayOf('timestamptz', 8, us, (bytes, value, offset) =>
    writeInt64(bytes, value - EPOCH_US, offset),
  );
