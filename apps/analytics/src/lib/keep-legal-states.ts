import {
  type Pool,
  markRecheckedToday,
  sweepLegalStates,
  tenantsWithLegalMarks,
} from '@verimeter/registry';
import { AbortedError, type Logger, delay } from '@verimeter/service-runtime';

const EVERY_MS = 2000;
const RECHECK_EVERY_MS = 10 * 60_000;

/**
 * Works out how devices stand before the law where others left that to be done: devices that registered themselves, and rules that
 * were changed for a large fleet. Until the signal is aborted; a failure is logged and tried again.
 */
export async function keepLegalStates(options: {
  readonly pool: Pool;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly everyMs?: number;
}): Promise<void> {
  const { pool, log, signal, everyMs = EVERY_MS } = options;
  let recheckedMs = -Infinity;
  while (!signal.aborted)
    try {
      // oxlint-disable-next-line no-await-in-loop
      await delay(everyMs, signal);
      if (performance.now() - recheckedMs >= RECHECK_EVERY_MS) {
        // oxlint-disable-next-line no-await-in-loop
        await markRecheckedToday(pool);
        recheckedMs = performance.now();
      }
      // oxlint-disable-next-line no-await-in-loop
      for (const tenant of await tenantsWithLegalMarks(pool)) {
        // oxlint-disable-next-line no-await-in-loop -- one tenant at a time
        const devices = await sweepLegalStates(pool, tenant, signal);
        log.debug({ tenant, devices }, 'legal standings were worked out');
      }
    } catch (error) {
      if (signal.aborted || error instanceof AbortedError) return;
      log.warn({ err: error }, 'legal standings were not worked out this time');
    }
}
