import { type Pool, readTenants } from '@verimeter/registry';
import { AbortedError, delay, type Logger } from '@verimeter/service-runtime';

const EVERY_MS = 5 * 60_000;
/** Looking takes at most this share of the time. */
const MOST_OF_TIME = 0.05;

/**
 * Looks at one tenant after the other, again and again until the signal is aborted. A failure is logged as `failure` and tried
 * again.
 */
export async function lookAtTenants(
  {
    pool,
    log,
    signal,
  }: { readonly pool: Pool; readonly log: Logger; readonly signal: AbortSignal },
  look: (tenant: string) => Promise<void>,
  failure: string,
): Promise<void> {
  for (let waitMs = EVERY_MS; !signal.aborted;) {
    try {
      // oxlint-disable-next-line no-await-in-loop
      await delay(waitMs, signal);
      const begin = performance.now();
      // oxlint-disable-next-line no-await-in-loop
      for (const { tenant } of await readTenants(pool)) {
        // oxlint-disable-next-line no-await-in-loop -- one tenant at a time
        await look(tenant);
      }
      waitMs = Math.max(EVERY_MS, (performance.now() - begin) / MOST_OF_TIME);
    } catch (error) {
      if (signal.aborted || error instanceof AbortedError) return;
      log.warn({ err: error }, failure);
    }
  }
}
