import type { BulkStore } from '@verimeter/reading-store';
import type { ClientBase, Pool } from 'pg';
import { dirtyDays } from '../upkeep/dirty-days.ts';
import { readMonths } from './months.ts';
import { createRowLoader } from './row-loader.ts';

/** Readings of PostgreSQL as a whole. The connections of the pool act as verimeter_service. */
export function createPostgresBulk(pool: Pool): BulkStore<ClientBase> {
  return {
    // In the order of the key: its index grows at its end, and a channel lies on neighbouring pages.
    loadsBy: 'channel',
    months: () => readMonths(pool),
    dirtyDays: (notIn) => dirtyDays(pool, notIn),
    openLoader: () => createRowLoader(pool),
  };
}
