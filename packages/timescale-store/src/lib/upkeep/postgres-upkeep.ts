import type { StoreUpkeep } from '@verimeter/reading-store';
import type { Pool } from 'pg';
import { formatTimestamp } from '../binary-format.ts';
import { hypertableSize } from '../hypertable/upkeep.ts';
import { readLayout } from '../layout.ts';
import { dirtyDays } from './dirty-days.ts';
import { tightenOldMonths } from './month-indexes.ts';
import { keepReadingDays } from './reading-days.ts';
import { retain } from './retain.ts';
import { sizeOf } from './size.ts';

/** With an hour between two looks new days are planned long before they are summed up. */
const DEFAULTS = { budgetMs: 5000, lookEveryMs: 3_600_000 };

export interface PostgresUpkeepOptions {
  /** A round of summing up ends at the next piece of work after this, and no index is built after it; default 5 s. */
  readonly budgetMs?: number;
  /** How often arrivals are looked through for days to sum up; default once an hour. */
  readonly lookEveryMs?: number;
}

/** Upkeep of readings in PostgreSQL; what is compressed on a hypertable is TimescaleDB's business. The connections of the pool act as verimeter_service. */
export function createPostgresUpkeep(pool: Pool, options: PostgresUpkeepOptions = {}): StoreUpkeep {
  return {
    async tend(nowUs, signal) {
      if (signal?.aborted === true) return;
      // This month and the next two.
      const at = formatTimestamp(nowUs);
      await pool.query(
        `SELECT ensure_reading_partitions($1, date_trunc('month', $1::timestamptz, 'UTC') + interval '2 months')`,
        [at],
      );
      await keepReadingDays(pool, nowUs, {
        ...DEFAULTS,
        ...options,
        dirtyDays: (notIn) => dirtyDays(pool, notIn, signal),
        signal,
      });
      await tightenOldMonths(pool, nowUs, { ...DEFAULTS, ...options, signal });
    },
    retain: (beforeUs, signal) => retain(pool, beforeUs, signal),
    dirtyDays: (notIn) => dirtyDays(pool, notIn),
    size: async () =>
      (await readLayout(pool)) === 'hypertable' ? hypertableSize(pool) : sizeOf(pool),
  };
}
