import type { Pool } from 'pg';
import { readLayout } from './layout.ts';

/** What the table of readings is: partitioned by PostgreSQL itself, or a hypertable of TimescaleDB. */
export type PostgresEngine = 'postgres' | 'timescale';

/** @throws where there is no table of readings, or no answer */
export async function findPostgresEngine(pool: Pool): Promise<PostgresEngine> {
  return (await readLayout(pool)) === 'hypertable' ? 'timescale' : 'postgres';
}
