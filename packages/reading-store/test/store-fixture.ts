import {
  type ReadingBatch,
  type ReadingStore,
  type StoredReading,
  type Transaction,
  createReadingBatch,
} from '../src/index.ts';

/** What a store under test brings. Each test uses channels of its own. */
export interface ReadingStoreFixture<T extends Transaction> {
  readonly store: ReadingStore<T>;
  /** Runs `work` in a transaction that commits. */
  transaction<R>(work: (transaction: T) => Promise<R>): Promise<R>;
  /** Registers that many channels, each of its own device. */
  createChannels(count: number): Promise<number[]>;
  /** The tenant of a channel. */
  tenantOf(channelId: number): Promise<string>;
  /** Received times are kept rounded down to multiples of this, microseconds; default 1. */
  readonly receivedStepUs?: number;
  /** All readings of a channel with their conflicts, by ts, the current one first, then by value. */
  readAll(channelId: number): Promise<StoredReading[]>;
  close(): Promise<void>;
}

export interface Row {
  readonly channelId: number;
  readonly tsUs: number;
  readonly value: number;
  readonly flags?: number;
  readonly receivedAtUs?: number;
}

export const T0 = Date.UTC(2026, 10, 1) * 1000;
export const QUARTER_US = 900e6;
export const RECEIVED_US = Date.UTC(2026, 10, 24, 4) * 1000 + 123_456;

export function batchOf(rows: readonly Row[]): ReadingBatch {
  const batch = createReadingBatch(rows.length);
  for (const [index, row] of rows.entries()) {
    batch.channelId[index] = row.channelId;
    batch.tsUs[index] = row.tsUs;
    batch.value[index] = row.value;
    batch.flags[index] = row.flags ?? 0;
    batch.receivedAtUs[index] = row.receivedAtUs ?? RECEIVED_US;
  }
  batch.length = rows.length;
  return batch;
}

/** Writes rows in a transaction of their own; returns what became of them, once it is known. */
export async function writeRows<T extends Transaction>(
  { store, transaction }: Pick<ReadingStoreFixture<T>, 'store' | 'transaction'>,
  rows: readonly Row[],
): Promise<number[]> {
  const answered = await transaction((client) =>
    store.write(client, batchOf(rows), { awaited: true }),
  );
  return [...(await store.settled(answered))];
}

/** A channel of its own device. */
export async function newChannelOf<T extends Transaction>(
  fixture: Pick<ReadingStoreFixture<T>, 'createChannels'>,
): Promise<number> {
  const [channelId] = await fixture.createChannels(1);
  if (channelId === undefined) throw new Error('the fixture created no channel');
  return channelId;
}

/** A received time as the store keeps it. */
export const keptReceived = (fixture: { readonly receivedStepUs?: number }, us: number): number =>
  us - (us % (fixture.receivedStepUs ?? 1));
