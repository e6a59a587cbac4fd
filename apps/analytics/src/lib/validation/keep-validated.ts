import type { ReadingStore } from '@verimeter/reading-store';
import { type Pool, readTenants } from '@verimeter/registry';
import { AbortedError, delay, type Logger } from '@verimeter/service-runtime';
import { lookForValidation } from './look-for-validation.ts';

const EVERY_MS = 5 * 60_000;
/** Looking takes at most this share of the time. */
const MOST_OF_TIME = 0.05;

/** Keeps the readings of all tenants validated, until the signal is aborted. A failure is logged and tried again. */
export async function keepValidated(options: {
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
        const changed = await lookForValidation({ pool, store, tenant, signal });
        if (changed > 0) log.info({ tenant, changed }, 'readings were validated');
      }
      waitMs = Math.max(EVERY_MS, (performance.now() - begin) / MOST_OF_TIME);
    } catch (error) {
      if (signal.aborted || error instanceof AbortedError) return;
      log.warn({ err: error }, 'readings were not validated this time');
    }
  }
}
