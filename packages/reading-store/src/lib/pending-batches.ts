import type { Transaction, WriteOutcomes } from './reading-store.ts';

/** What a store that answers later knows of batches that were written as awaited; also for a process that comes after the one that wrote. */
export interface PendingBatches<T extends Transaction = Transaction> {
  /** The number of the batch for which `write` gave these outcomes. */
  numberOf(outcomes: WriteOutcomes): number;
  /** Waits until it is known what became of its rows, whoever settles it: this process, where nobody does. */
  untilSettled(batch: number): Promise<void>;
  /**
   * What became of the rows, in their order, once: with the caller's transaction the batch is removed. Undefined: there is none, or it is not
   * settled.
   */
  take(transaction: T, batch: number): Promise<WriteOutcomes | undefined>;
}
