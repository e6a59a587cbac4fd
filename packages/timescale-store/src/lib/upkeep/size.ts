import type { StoreSize } from '@verimeter/reading-store';
import type { Pool } from 'pg';
import { partitionsOf } from './partition-list.ts';

/** Readings by the last ANALYZE, or by the counters of the server where there was none yet. */
const SIZES = `
  SELECT c.oid::int8::text, (CASE WHEN c.reltuples >= 0 THEN c.reltuples ELSE coalesce(s.n_live_tup, 0) END)::int8::text,
         pg_total_relation_size(c.oid)::text, pg_relation_size(c.oid)::text
    FROM pg_class c LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
   WHERE c.oid = ANY ($1::int8[]::oid[])`;

/** From the start of the oldest partition that holds something to the end of the newest one. */
export async function sizeOf(pool: Pool): Promise<StoreSize> {
  const partitions = await partitionsOf(pool);
  const { rows } = await pool.query<[string, string, string, string]>({
    text: SIZES,
    values: [partitions.map(({ oid }) => oid)],
    rowMode: 'array',
    types: { getTypeParser: () => String },
  });
  const heap = new Map(rows.map(([oid, , , bytes]) => [Number(oid), Number(bytes)]));
  const filled = partitions.filter(({ oid }) => (heap.get(oid) ?? 0) > 0);
  return {
    readings: rows.reduce((sum, [, readings]) => sum + Number(readings), 0),
    bytes: rows.reduce((sum, [, , bytes]) => sum + Number(bytes), 0),
    compressedBytes: 0,
    fromUs: filled[0]?.fromUs ?? null,
    untilUs: filled.at(-1)?.toUs ?? null,
  };
}
