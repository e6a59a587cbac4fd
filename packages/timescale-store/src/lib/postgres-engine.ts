import type { Pool } from 'pg';

/** What the table of readings is: partitioned by PostgreSQL itself, or a hypertable of TimescaleDB. */
export type PostgresEngine = 'postgres' | 'timescale';

/** A hypertable is an ordinary table to PostgreSQL; our own partitions belong to a partitioned one. */
const FIND = `
  SELECT relkind = 'r' AND EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') AS hypertable
    FROM pg_class WHERE oid = 'public.readings'::regclass`;

/** @throws where there is no table of readings, or no answer */
export async function findPostgresEngine(pool: Pool): Promise<PostgresEngine> {
  const { rows } = await pool.query<{ hypertable: boolean }>(FIND);
  return rows[0]?.hypertable === true ? 'timescale' : 'postgres';
}
