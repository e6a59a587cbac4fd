import type { ReadingStore } from '@verimeter/reading-store';
import type { Pool } from '@verimeter/registry';
import type { Logger } from '@verimeter/service-runtime';
import { lookAtTenants } from '../look-at-tenants.ts';
import { lookForDays } from './look-for-days.ts';

/** Keeps the intervals of all tenants up to date, until the signal is aborted. A failure is logged and tried again. */
export function keepIntervals(options: {
  readonly pool: Pool;
  readonly store: ReadingStore;
  readonly log: Logger;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { pool, store, log, signal } = options;
  const look = async (tenant: string): Promise<void> => {
    const days = await lookForDays({ pool, store, tenant, signal });
    if (days > 0) log.info({ tenant, days }, 'intervals were formed');
  };
  return lookAtTenants(options, look, 'intervals were not formed this time');
}
