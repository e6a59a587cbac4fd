import type { FilledMonth } from './bulk.ts';
import type { Transaction } from './reading-store.ts';
import type { StoredRows } from './stored-rows.ts';

/**
 * Readings of an engine beside PostgreSQL, as they belong to a snapshot of PostgreSQL: those that are settled in it. To be opened before the
 * snapshot is taken, and closed afterwards.
 */
export interface SnapshotWatch<T extends Transaction = Transaction> {
  /** In the transaction that has the snapshot, before anything is read. */
  begin(transaction: T): Promise<void>;
  /** The newest first: while older ones are read hardly anything more comes in for them. */
  months(): Promise<FilledMonth[]>;
  /** Channels in the order given, each by time. Months in their order, each at most once. */
  rows(channelIds: readonly number[], month: FilledMonth): AsyncIterable<StoredRows>;
  close(): Promise<void>;
}
