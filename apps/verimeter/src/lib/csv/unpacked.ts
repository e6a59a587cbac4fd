import { Transform } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** Pieces of this size keep readers fast and the memory flat. */
export const PIECE_BYTES = 64 * 1024;

/** Unpacks gzip, recognised by its first two bytes (RFC 1952) and not by a file name; other bytes pass through. */
export async function* unpacked(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
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
  yield* all();
}
