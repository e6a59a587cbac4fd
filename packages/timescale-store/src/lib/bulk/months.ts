import type { FilledMonth } from '@verimeter/reading-store';
import type { ClientBase } from 'pg';
import { readLayout } from '../layout.ts';
import { partitionsOf } from '../upkeep/partition-list.ts';

const ESTIMATES = `
  SELECT c.oid::int8::text, (CASE WHEN c.reltuples >= 0 THEN c.reltuples ELSE coalesce(s.n_live_tup, 0) END)::int8::text
    FROM pg_class c LEFT JOIN pg_stat_all_tables s ON s.relid = c.oid
   WHERE c.oid = ANY ($1::int8[]::oid[]) AND pg_relation_size(c.oid) > 0`;

/** Chunks are of ten days: a month is named by each of those that reach into it. */
const CHUNK_MONTHS = `
  SELECT DISTINCT (extract(epoch FROM m) * 1000000)::int8::text,
         (extract(epoch FROM m + interval '1 month') * 1000000)::int8::text
    FROM timescaledb_information.chunks c
   CROSS JOIN LATERAL generate_series(
     date_trunc('month', c.range_start AT TIME ZONE 'UTC'),
     date_trunc('month', (c.range_end - interval '1 microsecond') AT TIME ZONE 'UTC'), interval '1 month') AS m
   WHERE c.hypertable_schema = 'public' AND c.hypertable_name = 'readings'`;

const asText = { getTypeParser: () => String };

/** Months of the partitions, or of the chunks, that hold something. */
export async function readMonths(client: Pick<ClientBase, 'query'>): Promise<FilledMonth[]> {
  if ((await readLayout(client)) === 'hypertable') {
    const { rows } = await client.query<[string, string]>({
      text: CHUNK_MONTHS,
      rowMode: 'array',
      types: asText,
    });
    return rows
      .map(([from, until]) => ({
        fromUs: Number(from),
        untilUs: Number(until),
        readings: undefined,
      }))
      .toSorted((left, right) => left.fromUs - right.fromUs);
  }
  const partitions = await partitionsOf(client);
  const { rows } = await client.query<[string, string]>({
    text: ESTIMATES,
    values: [partitions.map(({ oid }) => oid)],
    rowMode: 'array',
    types: asText,
  });
  const estimates = new Map(rows.map(([oid, readings]) => [Number(oid), Number(readings)]));
  return partitions.flatMap(({ oid, fromUs, toUs }) => {
    const readings = estimates.get(oid);
    return readings === undefined ? [] : [{ fromUs, untilUs: toUs, readings }];
  });
}
