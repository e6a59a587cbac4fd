import type { ReadingStore } from '@verimeter/reading-store';
import { type Pool, readTenants } from '@verimeter/registry';
import { AbortedError, delay, type Logger } from '@verimeter/service-runtime';
import { scanRegisters } from './scan-registers.ts';

/** Events appear so long after their readings, or later where looking for them takes long. */
const PAUSE_MS = 30_000;
/** Looking takes at most one part in so many of the time. */
const PAUSE_FACTOR = 20;

/** Looks through the registers of all tenants again and again, until the signal is aborted. A failure is logged and tried again. */
export async function keepScanned(options: {
  readonly pool: Pool;
  readonly store: ReadingStore;
  readonly log: Logger;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { pool, store, log, signal } = options;
  while (!signal.aborted) {
    const begin = performance.now();
    try {
      // oxlint-disable-next-line no-await-in-loop
      for (const { tenant } of await readTenants(pool))
        // oxlint-disable-next-line no-await-in-loop -- one tenant at a time
        if (!signal.aborted) await scanRegisters({ pool, store, tenant, signal });
    } catch (error) {
      if (signal.aborted) return;
      log.warn({ err: error }, 'looking through the registers failed');
    }
    const pauseMs = Math.max(PAUSE_MS, PAUSE_FACTOR * (performance.now() - begin));
    // oxlint-disable-next-line no-await-in-loop
    await delay(pauseMs, signal).catch((error: unknown) => {
      if (!(error instanceof AbortedError)) throw error;
    });
  }
}
