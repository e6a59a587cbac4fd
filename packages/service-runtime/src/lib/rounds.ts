import { AbortedError, delay } from './retry.ts';

export interface Rounds {
  /** Waits for the round under way; none follows. */
  stop(): Promise<void>;
}

/**
 * Does something again and again: at once or after the first pause, then `everyMs` after the end of the round before. A round that fails is
 * handed to `onFailure`; the next one comes nevertheless.
 */
export function startRounds(options: {
  readonly everyMs: number;
  readonly begin: 'at once' | 'after a pause';
  readonly round: (number: number, signal: AbortSignal) => Promise<void>;
  readonly onFailure: (error: unknown) => void;
}): Rounds {
  const { everyMs, round, onFailure } = options;
  const stopping = new AbortController();
  const { signal } = stopping;

  async function run(): Promise<void> {
    if (options.begin === 'after a pause') await delay(everyMs, signal);
    for (let number = 0; !signal.aborted; number += 1) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await round(number, signal);
      } catch (error) {
        onFailure(error);
      }
      // oxlint-disable-next-line no-await-in-loop
      await delay(everyMs, signal);
    }
  }

  const running = run().catch((error: unknown) => {
    if (!(error instanceof AbortedError)) throw error;
  });
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
