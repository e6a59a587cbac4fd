import type { ReadingStore } from '@verimeter/reading-store';
import { type Pool, readTenants } from '@verimeter/registry';
import { AbortedError, type Logger, delay } from '@verimeter/service-runtime';
import { lookForDays } from './look-for-days.ts';

const EVERY_MS = 5 * 60_000;
/** Looking takes at most this share of the time. */
const MOST_OF_TIME = 0.05;

/** Keeps the intervals of all tenants up to date, until the signal is aborted. A failure is logged and tried again. */
export async function keepIntervals(options: {
  readonly pool: Pool;
  readonly store: ReadingStore;
  readonly log: Logger;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { pool, store, log, signal } = options;
  for (let waitMs = EVERY_MS; !signal.aborted;) {
    try {
      // oxlint-disable-next-line no-await-in-loop
      await delay(waitMs, signal);
      const begin = performance.now();
      // oxlint-disable-next-line no-await-in-loop
      for (const { tenant } of await readTenants(pool)) {
        // oxlint-disable-next-line no-await-in-loop -- one tenant at a time
        const days = await lookForDays({ pool, store, tenant, signal });
        if (days > 0) log.info({ tenant, days }, 'intervals were formed');
      }
      waitMs = Math.max(EVERY_MS, (performance.now() - begin) / MOST_OF_TIME);
    } catch (error) {
      if (signal.aborted || error instanceof AbortedError) return;
      log.warn({ err: error }, 'intervals were not formed this time');
    }
  }
}
