/** Bits of a double in two words whose unsigned order is that of the numbers; null (NaN) comes last. */
function orderableBits(keys: Float64Array): Uint32Array {
  const words = new Uint32Array(keys.buffer, keys.byteOffset, keys.length * 2);
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] ?? Number.NaN;
    if (Number.isNaN(key)) {
      words[2 * at] = 0xffffffff;
      words[2 * at + 1] = 0xffffffff;
      continue;
    }
    if (key === 0) keys[at] = 0; // -0 is 0
    const high = words[2 * at + 1] ?? 0;
    // little-endian: the sign is in the second word; negative numbers count backwards
    if (high >= 0x80000000) {
      words[2 * at] = ~(words[2 * at] ?? 0);
      words[2 * at + 1] = ~high;
    } else words[2 * at + 1] = (high | 0x80000000) >>> 0;
  }
  return words;
}

const DIGITS = 65_536;

/**
 * Sorts `order` by the key of each row, equal keys as they were: least significant digits of 16 bits first, and those in which all keys are alike
 * not at all.
 */
export function sortByKey(order: Uint32Array, keyOf: (row: number) => number): Uint32Array {
  const keys = new Float64Array(order.length);
  for (let at = 0; at < order.length; at++) keys[at] = keyOf(order[at] ?? 0);
  let words = orderableBits(keys);
  let rows: Uint32Array = order.slice();
  let nextWords: Uint32Array = new Uint32Array(words.length);
  let nextRows: Uint32Array = new Uint32Array(rows.length);
  const counts = new Uint32Array(DIGITS);
  for (let digit = 0; digit < 4; digit++) {
    const word = digit >> 1;
    const shift = (digit & 1) * 16;
    counts.fill(0);
    for (let at = word; at < words.length; at += 2) {
      const value = ((words[at] ?? 0) >>> shift) & 0xffff;
      counts[value] = (counts[value] ?? 0) + 1;
    }
    const first = ((words[word] ?? 0) >>> shift) & 0xffff;
    if (counts[first] === rows.length) continue;
    let sum = 0;
    for (let value = 0; value < DIGITS; value++) {
      const count = counts[value] ?? 0;
      counts[value] = sum;
      sum += count;
    }
    for (let at = 0; at < rows.length; at++) {
      const value = ((words[2 * at + word] ?? 0) >>> shift) & 0xffff;
      const to = counts[value] ?? 0;
      counts[value] = to + 1;
      nextRows[to] = rows[at] ?? 0;
      nextWords[2 * to] = words[2 * at] ?? 0;
      nextWords[2 * to + 1] = words[2 * at + 1] ?? 0;
    }
    [rows, nextRows] = [nextRows, rows];
    [words, nextWords] = [nextWords, words];
  }
  return rows;
}

/** First place in `order` whose row is not before what `compare` compares rows with. */
export function lowerBound(order: Uint32Array, compare: (row: number) => number): number {
  let low = 0;
  let high = order.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(order[middle] ?? 0) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Those that are not marked. A loop, since a million calls of a function take ten times as long. */
function without(order: Uint32Array, isMarked: Uint8Array): Uint32Array {
  const rest = new Uint32Array(order.length);
  let count = 0;
  for (let at = 0; at < order.length; at++) {
    const row = order[at] ?? 0;
    if (row < isMarked.length && isMarked[row] === 1) continue;
    rest[count++] = row;
  }
  return rest.subarray(0, count);
}

/**
 * The order with some rows taken out where they were and put in where they belong now. `changed` are all rows that are no longer where they were;
 * those of them that are `kept` come back.
 */
export function reorder(
  order: Uint32Array,
  changed: ReadonlySet<number>,
  kept: (row: number) => boolean,
  compare: (left: number, right: number) => number,
): Uint32Array {
  let largest = 0;
  for (const row of changed) largest = Math.max(largest, row);
  const isChanged = new Uint8Array(largest + 1);
  for (const row of changed) isChanged[row] = 1;
  const rest = without(order, isChanged);
  const moved = [...changed].filter(kept).toSorted(compare);
  const result = new Uint32Array(rest.length + moved.length);
  let from = 0;
  let to = 0;
  for (const row of moved) {
    const place = lowerBound(rest, (other) => compare(other, row));
    result.set(rest.subarray(from, place), to);
    to += place - from;
    from = place;
    result[to++] = row;
  }
  result.set(rest.subarray(from), to);
  return result;
}
