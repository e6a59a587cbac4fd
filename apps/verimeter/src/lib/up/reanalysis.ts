import type { Pool } from '@verimeter/registry';
import { AbortedError, type Logger, delay } from '@verimeter/service-runtime';

/** While `up` runs, results follow the data at most this much later. */
const REANALYSIS_MS = 3_600_000;

/** How many readings were ever stored for the tenant: changes when data came. */
async function storedReadings(pool: Pool, tenant: string): Promise<number> {
  const result = await pool.query<{ stored: number }>(
    'SELECT coalesce(sum(stored), 0)::int8 AS stored FROM ledger WHERE tenant = $1',
    [tenant],
  );
  return result.rows[0]?.stored ?? 0;
}

/** Analyses again every hour in which readings came, until the signal is aborted. A failure is logged and tried again. */
export async function keepAnalysed(options: {
  readonly pool: Pool;
  readonly tenant: string;
  readonly analyze: () => Promise<void>;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly everyMs?: number;
}): Promise<void> {
  const { pool, tenant, log, signal } = options;
  let seen = await storedReadings(pool, tenant);
  while (!signal.aborted) {
    try {
      // oxlint-disable-next-line no-await-in-loop
      await delay(options.everyMs ?? REANALYSIS_MS, signal);
      // oxlint-disable-next-line no-await-in-loop
      const now = await storedReadings(pool, tenant);
      if (now === seen) continue;
      // oxlint-disable-next-line no-await-in-loop
      await options.analyze();
      seen = now;
    } catch (error) {
      if (signal.aborted || error instanceof AbortedError) return;
      log.error({ err: error }, 'the hourly analysis failed');
    }
  }
}
