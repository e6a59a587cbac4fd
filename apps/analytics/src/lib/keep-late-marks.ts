import { type Pool, readTenants } from '@verimeter/registry';
import type { ReadingStore } from '@verimeter/reading-store';
import { AbortedError, type Logger, delay } from '@verimeter/service-runtime';
import { markLateReadings } from './late-marks.ts';

const EVERY_MS = 5 * 60_000;
/** Looking takes at most this share of the time. */
const MOST_OF_TIME = 0.02;

/** Marks what readings came late for, in all tenants, until the signal is aborted. A failure is logged and tried again. */
export async function keepLateMarks(options: {
  readonly pool: Pool;
  readonly store: ReadingStore;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly everyMs?: number;
}): Promise<void> {
  const { log, signal, everyMs = EVERY_MS } = options;
  for (let waitMs = everyMs; !signal.aborted;) {
    try {
      // oxlint-disable-next-line no-await-in-loop
      await delay(waitMs, signal);
      const begin = performance.now();
      // oxlint-disable-next-line no-await-in-loop
      await lookOnce(options);
      waitMs = Math.max(everyMs, (performance.now() - begin) / MOST_OF_TIME);
    } catch (error) {
      if (signal.aborted || error instanceof AbortedError) return;
      log.warn({ err: error }, 'it was not looked for late readings this time');
    }
  }
}

async function lookOnce({ pool, store, log }: Parameters<typeof keepLateMarks>[0]): Promise<void> {
  for (const { tenant } of await readTenants(pool)) {
    // oxlint-disable-next-line no-await-in-loop -- one tenant at a time
    const groups = await markLateReadings(pool, store, tenant);
    if (groups.length > 0)
      log.info(
        { tenant, groups: groups.length },
        'readings came late: their groups are provisional',
      );
  }
}
