/** Texts one after the other in one block of bytes: a million of them without a million objects. Only ever added to. */
export interface TextHeap {
  /** Bytes of all texts; those of one are from `start[row]`, `length[row]` of them. */
  bytes: Buffer;
  used: number;
  start: Uint32Array;
  length: Uint16Array;
  /** The first four bytes of each, A-Z as a-z, zeros behind shorter ones: most rows are told apart by one comparison. */
  head: Uint32Array;
}

export function createTextHeap(rows: number): TextHeap {
  return {
    bytes: Buffer.alloc(Math.max(1024, rows * 12)),
    used: 0,
    start: new Uint32Array(rows),
    length: new Uint16Array(rows),
    head: new Uint32Array(rows),
  };
}

/** Puts the text of a row. One it had before stays in the block until the index is built anew. */
export function putText(heap: TextHeap, row: number, text: string): void {
  const length = Math.min(Buffer.byteLength(text), 0xffff);
  if (heap.used + length > heap.bytes.length) {
    const larger = Buffer.alloc(Math.ceil((heap.used + length) * 1.3));
    heap.bytes.copy(larger, 0, 0, heap.used);
    heap.bytes = larger;
  }
  heap.start[row] = heap.used;
  heap.length[row] = heap.bytes.write(text, heap.used, length, 'utf8');
  heap.used += length;
  heap.head[row] = headOf(heap.bytes, heap.start[row] ?? 0, heap.length[row] ?? 0);
}

export function textOf(heap: TextHeap, row: number): string {
  const start = heap.start[row] ?? 0;
  return heap.bytes.toString('utf8', start, start + (heap.length[row] ?? 0));
}

/** Below, at or above 0 as the text of the row is before, like or after those bytes. Bytewise, as COLLATE "C". */
export function compareText(heap: TextHeap, row: number, other: Buffer): number {
  const start = heap.start[row] ?? 0;
  return heap.bytes.compare(other, 0, other.length, start, start + (heap.length[row] ?? 0));
}

/** The same for the texts of two rows. */
export function compareTexts(heap: TextHeap, left: number, right: number): number {
  const from = heap.start[left] ?? 0;
  const other = heap.start[right] ?? 0;
  return heap.bytes.compare(
    heap.bytes,
    other,
    other + (heap.length[right] ?? 0),
    from,
    from + (heap.length[left] ?? 0),
  );
}

/** Whether the texts of two rows are one. From the end: ids of neighbours differ there. */
export function isSameText(heap: TextHeap, left: number, right: number): boolean {
  const { bytes, start, length } = heap;
  const count = length[left] ?? 0;
  if (count !== length[right]) return false;
  const from = start[left] ?? 0;
  const other = start[right] ?? 0;
  for (let at = count - 1; at >= 0; at--) if (bytes[from + at] !== bytes[other + at]) return false;
  return true;
}

// Only A-Z: everything else that is compared this way is folded before.
const LOWER = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 65 && byte <= 90 ? byte + 32 : byte,
);
const HEAD_BYTES = 4;

function headOf(bytes: Buffer, start: number, length: number): number {
  let head = 0;
  for (let at = 0; at < HEAD_BYTES; at++)
    head = (head << 8) | (at < length ? (LOWER[bytes[start + at] ?? 0] ?? 0) : 0);
  return head >>> 0;
}

/** Sets `found[row]` to 1 for the rows whose text begins with the prefix, which is in lower case. */
export function findPrefix(heap: TextHeap, prefix: Buffer, found: Uint8Array): void {
  const { bytes, start, length, head } = heap;
  const mask = (0xffffffff << (8 * Math.max(0, HEAD_BYTES - prefix.length))) >>> 0;
  const wanted = headOf(prefix, 0, prefix.length);
  for (let row = 0; row < found.length; row++) {
    if ((((head[row] ?? 0) ^ wanted) & mask) !== 0 || (length[row] ?? 0) < prefix.length) continue;
    const from = start[row] ?? 0;
    let at = HEAD_BYTES;
    while (at < prefix.length && LOWER[bytes[from + at] ?? 0] === prefix[at]) at++;
    if (at >= prefix.length) found[row] = 1;
  }
}
