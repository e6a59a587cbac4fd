import { withTransaction } from '@verimeter/registry';
import type { ClientBase, Pool } from 'pg';

/** As services do; for tests of packages that know nothing of the registry. */
export const transaction = <T>(pool: Pool, work: (client: ClientBase) => Promise<T>): Promise<T> =>
  withTransaction(pool, work);
