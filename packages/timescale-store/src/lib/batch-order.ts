import type { ReadingBatch } from '@verimeter/reading-store';

/** A batch in the order of its keys, keys apart from their repetitions. */
export interface OrderedBatch {
  /** The first row of each (channel, ts), sorted by it. Equal order in all writers keeps them from deadlocking. */
  readonly firsts: Uint32Array;
  /** Further rows of keys in `firsts`, sorted by key and then by their place in the batch. */
  readonly repeats: Uint32Array;
  /** For each entry of `repeats` the row in `firsts` that has the key. */
  readonly repeatOf: Uint32Array;
}

function compareKeys(batch: ReadingBatch, left: number, right: number): number {
  return (
    (batch.channelId[left] ?? 0) - (batch.channelId[right] ?? 0) ||
    (batch.tsUs[left] ?? 0) - (batch.tsUs[right] ?? 0)
  );
}

/** Whether every key is greater than the one before it: imports and load profiles come that way. */
function strictlyAscending(batch: ReadingBatch): boolean {
  for (let row = 1; row < batch.length; row += 1) {
    if (compareKeys(batch, row - 1, row) >= 0) return false;
  }
  return true;
}

/** @throws RangeError for a value or time that no decoder lets through. */
export function orderBatch(batch: ReadingBatch): OrderedBatch {
  for (let row = 0; row < batch.length; row += 1) {
    const value = batch.value[row];
    const tsUs = batch.tsUs[row];
    if (!Number.isFinite(value) || !Number.isSafeInteger(tsUs)) {
      throw new RangeError(
        `row ${String(row)}: value ${String(value)} at ${String(tsUs)} is not storable`,
      );
    }
  }
  const order = Uint32Array.from({ length: batch.length }, (_, row) => row);
  const none = new Uint32Array(0);
  if (strictlyAscending(batch)) return { firsts: order, repeats: none, repeatOf: none };
  order.sort((left, right) => compareKeys(batch, left, right) || left - right);
  const firsts: number[] = [];
  const repeats: number[] = [];
  const repeatOf: number[] = [];
  for (const row of order) {
    const previous = firsts.at(-1);
    if (previous !== undefined && compareKeys(batch, previous, row) === 0) {
      repeats.push(row);
      repeatOf.push(previous);
    } else {
      firsts.push(row);
    }
  }
  return {
    firsts: Uint32Array.from(firsts),
    repeats: Uint32Array.from(repeats),
    repeatOf: Uint32Array.from(repeatOf),
  };
}
