import type { ReadingStore } from '@verimeter/reading-store';
import type { Pool } from '@verimeter/registry';
import type { Logger } from '@verimeter/service-runtime';
import { lookAtTenants } from '../look-at-tenants.ts';
import { lookForValidation } from './look-for-validation.ts';

/** Keeps the readings of all tenants validated, until the signal is aborted. A failure is logged and tried again. */
export function keepValidated(options: {
  readonly pool: Pool;
  readonly store: ReadingStore;
  readonly log: Logger;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { pool, store, log, signal } = options;
  const look = async (tenant: string): Promise<void> => {
    const changed = await lookForValidation({ pool, store, tenant, signal });
    if (changed > 0) log.info({ tenant, changed }, 'readings were validated');
  };
  return lookAtTenants(options, look, 'readings were not validated this time');
}
