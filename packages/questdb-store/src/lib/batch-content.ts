import { type BatchShare, type ReadingBatch, createReadingBatch } from '@verimeter/reading-store';

/**
 * A batch as one value: the columns one after the other, instants and values as float64, channels as int32, flags as int16, all in the
 * byte order of the machine, which is little-endian wherever Node runs in production.
 */
const ROW_BYTES = 3 * 8 + 4 + 2;

/** @throws RangeError for a value or time that no decoder lets through. */
export function encodeBatch(batch: ReadingBatch): Buffer {
  const { length } = batch;
  for (let row = 0; row < length; row += 1) {
    const value = batch.value[row];
    const tsUs = batch.tsUs[row];
    if (!Number.isFinite(value) || !Number.isSafeInteger(tsUs))
      throw new RangeError(`row ${row}: value ${String(value)} at ${String(tsUs)} is not storable`);
  }
  const content = Buffer.allocUnsafe(length * ROW_BYTES);
  let offset = 0;
  for (const column of [
    batch.tsUs,
    batch.value,
    batch.receivedAtUs,
    batch.channelId,
    batch.flags,
  ]) {
    const bytes = length * column.BYTES_PER_ELEMENT;
    content.set(new Uint8Array(column.buffer, column.byteOffset, bytes), offset);
    offset += bytes;
  }
  return content;
}

/** Values come back without -0: they are compared by what they equal. */
export function decodeBatch(content: Uint8Array): ReadingBatch {
  const length = content.length / ROW_BYTES;
  if (!Number.isInteger(length)) throw new Error('a waiting batch ends in the middle of a row');
  const { buffer } = Uint8Array.from(content); // at an address that the columns may lie at
  const batch: ReadingBatch = {
    length,
    tsUs: new Float64Array(buffer, 0, length),
    value: new Float64Array(buffer, 8 * length, length).map((value) => value + 0),
    receivedAtUs: new Float64Array(buffer, 16 * length, length),
    channelId: new Int32Array(buffer, 24 * length, length),
    flags: new Int16Array(buffer, 28 * length, length),
  };
  return batch;
}

interface Account {
  readonly tenants: readonly string[];
  readonly devices: readonly string[];
  readonly sources: readonly string[];
  /** Tenant, device and source as positions in these lists, end, live: five numbers a share. */
  readonly shares: readonly number[];
}

function createList(): { readonly items: string[]; positionOf(item: string): number } {
  const items: string[] = [];
  const positions = new Map<string, number>();
  return {
    items,
    positionOf(item) {
      let position = positions.get(item);
      if (position === undefined) {
        position = items.push(item) - 1;
        positions.set(item, position);
      }
      return position;
    },
  };
}

export function encodeShares(shares: readonly BatchShare[]): Buffer {
  const [tenants, devices, sources] = [createList(), createList(), createList()];
  const numbers: number[] = [];
  for (const { tenant, deviceId, source, end, live } of shares)
    numbers.push(
      tenants.positionOf(tenant),
      devices.positionOf(deviceId),
      sources.positionOf(source),
      end,
      live ? 1 : 0,
    );
  const account: Account = {
    tenants: tenants.items,
    devices: devices.items,
    sources: sources.items,
    shares: numbers,
  };
  return Buffer.from(JSON.stringify(account));
}

export function decodeShares(account: Uint8Array): BatchShare[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by `encodeShares`
  const { tenants, devices, sources, shares } = JSON.parse(
    Buffer.from(account).toString(),
  ) as Account;
  return Array.from({ length: shares.length / 5 }, (_, index) => {
    const [tenant = -1, device = -1, source = -1, end = 0, live = 0] = shares.slice(
      5 * index,
      5 * index + 5,
    );
    return {
      tenant: tenants[tenant] ?? '',
      deviceId: devices[device] ?? '',
      source: sources[source] ?? '',
      end,
      live: live === 1,
    };
  });
}

const COLUMNS = ['channelId', 'tsUs', 'value', 'flags', 'receivedAtUs'] as const;

/** A batch of rows that are picked from others. */
export function pickRows(
  picked: readonly { readonly batch: ReadingBatch; readonly row: number }[],
): ReadingBatch {
  const rows = createReadingBatch(picked.length);
  for (const [index, { batch, row }] of picked.entries())
    for (const column of COLUMNS) rows[column][index] = batch[column][row] ?? 0;
  rows.length = picked.length;
  return rows;
}

/** The rows one batch after the other, without those of another outcome than `wanted`. */
export function rowsWith(
  wanted: number,
  batches: readonly { readonly batch: ReadingBatch; readonly outcomes: Uint8Array }[],
): ReadingBatch {
  const rows = createReadingBatch(batches.reduce((sum, { batch }) => sum + batch.length, 0));
  for (const { batch, outcomes } of batches) {
    const { length } = batch;
    if (outcomes.length === length && outcomes.every((one) => one === wanted)) {
      for (const column of COLUMNS)
        rows[column].set(batch[column].subarray(0, length), rows.length);
      rows.length += length;
      continue;
    }
    for (let row = 0; row < length; row += 1) {
      if (outcomes[row] !== wanted) continue;
      for (const column of COLUMNS) rows[column][rows.length] = batch[column][row] ?? 0;
      rows.length += 1;
    }
  }
  return rows;
}

/** The rows by their instants; as they are where they lie so. */
export function inTimeOrder(rows: ReadingBatch): ReadingBatch {
  const { length, tsUs } = rows;
  let row = 1;
  while (row < length && (tsUs[row - 1] ?? 0) <= (tsUs[row] ?? 0)) row += 1;
  if (row >= length) return rows;
  const order = Uint32Array.from({ length }, (_, k) => k).toSorted(
    (left, right) => (tsUs[left] ?? 0) - (tsUs[right] ?? 0) || left - right,
  );
  const sorted = createReadingBatch(length);
  sorted.length = length;
  for (const column of COLUMNS)
    for (let k = 0; k < length; k += 1) sorted[column][k] = rows[column][order[k] ?? 0] ?? 0;
  return sorted;
}
