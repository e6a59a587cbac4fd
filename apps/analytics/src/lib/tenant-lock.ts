import type { Pool } from '@verimeter/registry';
import { delay } from '@verimeter/service-runtime';

const RETRY_MS = 200;

/** Does something that two processes must not do for one tenant at the same time; waits for the other one. */
export async function withTenantLock<T>(
  pool: Pool,
  lock: { readonly name: string; readonly tenant: string },
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    // Asked again and again: what the other process does may take longer than a statement may.
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop
      const { rows } = await client.query<{ locked: boolean }>(
        'SELECT pg_try_advisory_lock(hashtext($1)) AS locked',
        [`verimeter.${lock.name}.${lock.tenant}`],
      );
      if (rows[0]?.locked === true) break;
      // oxlint-disable-next-line no-await-in-loop
      await delay(RETRY_MS, signal);
    }
    return await work();
  } finally {
    client.release(true); // the lock goes with the connection
  }
}
