import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';

/** A value as bytes: checksum of all behind it, then the value in V8's own format. */
export function toBytes(value: object): Uint8Array<ArrayBuffer> {
  const content = serialize(value);
  const bytes = new Uint8Array(HEAD_BYTES + content.length);
  bytes.set(content, HEAD_BYTES);
  new DataView(bytes.buffer).setUint32(0, crc32(content), true);
  return bytes;
}

/** Undefined where the bytes are not what `toBytes` made: torn by a power failure. */
export function fromBytes(bytes: Uint8Array): ReturnType<typeof deserialize> {
  if (bytes.length <= HEAD_BYTES) return undefined;
  const content = bytes.subarray(HEAD_BYTES);
  const head = new DataView(bytes.buffer, bytes.byteOffset, HEAD_BYTES);
  return head.getUint32(0, true) === crc32(content) ? deserialize(content) : undefined;
}

/** Version of what `serialize` writes. */
export const FORMAT_OF_V8: number = serialize(0).readUInt8(1);

/** A checksum. */
const HEAD_BYTES = 4;
