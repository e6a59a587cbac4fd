import type { BatchShare, ReadingBatch } from '@verimeter/reading-store';
import { decodeBatch } from './batch-content.ts';

export interface BatchContent {
  readonly batch: ReadingBatch;
  readonly shares: readonly BatchShare[];
}

/** Of the contents; the shares take about twice that. */
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * Batches that this process has written and settles itself: they need not come back from PostgreSQL, which alone says whether they are
 * there, and in what order. A bounded number of them: of the others PostgreSQL has the content.
 */
export class OwnBatches {
  readonly #batches = new Map<number, { content: Uint8Array; shares: readonly BatchShare[] }>();
  #bytes = 0;
  #isKept = false;

  /** This process settles: what it writes from here on is kept. */
  keep(): void {
    this.#isKept = true;
  }

  /** Another process settles, or may. */
  forget(): void {
    this.#isKept = false;
    this.#batches.clear();
    this.#bytes = 0;
  }

  add(id: number, content: Uint8Array, shares: readonly BatchShare[]): void {
    if (!this.#isKept || this.#bytes + content.length > MOST_BYTES) return;
    this.#batches.set(id, { content, shares });
    this.#bytes += content.length;
  }

  ids(): Iterable<number> {
    return this.#batches.keys();
  }

  take(id: number): BatchContent | undefined {
    const found = this.#batches.get(id);
    if (found === undefined) return undefined;
    this.#remove(id);
    return { batch: decodeBatch(found.content), shares: found.shares };
  }

  /** What is left up to there was not committed, or was later than it was looked for: then it is read from the table. */
  forgetUpTo(lastId: number): void {
    for (const id of this.#batches.keys()) if (id <= lastId) this.#remove(id);
  }

  #remove(id: number): void {
    this.#bytes -= this.#batches.get(id)?.content.length ?? 0;
    this.#batches.delete(id);
  }
}
