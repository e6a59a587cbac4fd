import { setImmediate } from 'node:timers/promises';
import type { Held } from './open-batch.ts';

/** So many acknowledgements take about a millisecond. */
const AT_ONCE = 200;

/**
 * Tells the senders of committed messages, batch after batch in the order of receipt. In slices: the acknowledgements of thousands of
 * messages take as long as the statements of the next batch, which would wait for them (docs/decisions/0107).
 */
export class Acknowledging {
  #running: Promise<void> = Promise.resolve();

  add(batch: readonly Held<unknown>[]): void {
    this.#running = this.#running.then(() => inSlices(batch));
  }

  /** Resolves when all that was added is acknowledged. */
  done(): Promise<void> {
    return this.#running;
  }
}

async function inSlices(batch: readonly Held<unknown>[]): Promise<void> {
  for (let first = 0; first < batch.length; first += AT_ONCE) {
    // oxlint-disable-next-line no-await-in-loop
    if (first > 0) await setImmediate();
    for (const { resolve } of batch.slice(first, first + AT_ONCE)) resolve();
  }
}
