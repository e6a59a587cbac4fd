import { type StoredRows, createReadingBatch } from '@verimeter/reading-store';

/** The same rows in pieces of `size` each, the last one of what is left. `onRows` is given each piece as it comes in. */
export async function* gatheredRows(
  pieces: AsyncIterable<StoredRows>,
  size: number,
  onRows: (rows: StoredRows) => void = () => undefined,
): AsyncGenerator<StoredRows> {
  let full = createReadingBatch(size);
  for await (const rows of pieces) {
    onRows(rows);
    for (let row = 0; row < rows.length;) {
      const until = Math.min(rows.length, row + size - full.length);
      full.channelId.set(rows.channelId.subarray(row, until), full.length);
      full.tsUs.set(rows.tsUs.subarray(row, until), full.length);
      full.value.set(rows.value.subarray(row, until), full.length);
      full.flags.set(rows.flags.subarray(row, until), full.length);
      full.receivedAtUs.set(rows.receivedAtUs.subarray(row, until), full.length);
      full.length += until - row;
      row = until;
      if (full.length < size) continue;
      yield full;
      full = createReadingBatch(size);
    }
  }
  if (full.length > 0) yield full;
}
