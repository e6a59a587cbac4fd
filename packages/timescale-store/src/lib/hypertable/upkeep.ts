import type { StoreSize } from '@verimeter/reading-store';
import type { ClientBase, Pool } from 'pg';

/** Where the last chunk ends that ended at or before an instant, microseconds since 1970; undefined: there is none. */
export async function endOfOldChunks(
  client: Pick<ClientBase, 'query'>,
  beforeUs: number,
): Promise<number | undefined> {
  const { rows } = await client.query<{ us: string | null }>(
    `SELECT (extract(epoch FROM max(range_end)) * 1000000)::int8::text AS us FROM timescaledb_information.chunks
      WHERE hypertable_schema = 'public' AND hypertable_name = 'readings' AND range_end <= to_timestamp($1::float8 / 1e6)`,
    [beforeUs],
  );
  const us = rows[0]?.us;
  return us == null ? undefined : Number(us);
}

/** Compressed chunks have a table of their own beside the chunk, which holds what is not compressed yet. */
const SIZE = `
  SELECT approximate_row_count('public.readings')::text AS readings,
         hypertable_size('public.readings')::text AS bytes,
         (SELECT coalesce(sum(pg_total_relation_size(format('%I.%I', z.schema_name, z.table_name)::regclass)), 0)
            FROM _timescaledb_catalog.chunk c JOIN _timescaledb_catalog.hypertable h ON h.id = c.hypertable_id
            JOIN _timescaledb_catalog.chunk z ON z.id = c.compressed_chunk_id
           WHERE h.schema_name = 'public' AND h.table_name = 'readings')::text AS compressed,
         (SELECT extract(epoch FROM min(range_start)) * 1000000 FROM timescaledb_information.chunks
           WHERE hypertable_schema = 'public' AND hypertable_name = 'readings')::int8::text AS first,
         (SELECT extract(epoch FROM max(range_end)) * 1000000 FROM timescaledb_information.chunks
           WHERE hypertable_schema = 'public' AND hypertable_name = 'readings')::int8::text AS last`;

const instant = (us: string | null): number | null => (us === null ? null : Number(us));

export async function hypertableSize(pool: Pick<Pool, 'query'>): Promise<StoreSize> {
  const { rows } = await pool.query<{
    readings: string;
    bytes: string;
    compressed: string;
    first: string | null;
    last: string | null;
  }>(SIZE);
  const [row] = rows;
  if (row === undefined) throw new Error('a select without a table gave no row');
  return {
    readings: Number(row.readings),
    bytes: Number(row.bytes),
    compressedBytes: Number(row.compressed),
    fromUs: instant(row.first),
    untilUs: instant(row.last),
  };
}
