import type { ClientBase } from 'pg';
import pg from 'pg';

/** A chunk of the readings. */
export interface Chunk {
  /** As it may stand in a statement. */
  readonly name: string;
  /** In the columnstore, maybe with rows beside it: they have no `xmin` there. */
  readonly compressed: boolean;
}

const CHUNKS = `
  SELECT format('%I.%I', chunk_schema, chunk_name) AS name, is_compressed AS compressed
    FROM timescaledb_information.chunks
   WHERE hypertable_schema = 'public' AND hypertable_name = 'readings'
     AND range_end > $1::timestamptz AND range_start <= $2::timestamptz
   ORDER BY range_start`;

/** Chunks with instants from one to another, both included, the oldest first; literals or parameters of a timestamptz. */
export async function chunksBetween(
  client: Pick<ClientBase, 'query'>,
  from: Buffer | string,
  until: Buffer | string,
): Promise<Chunk[]> {
  return (await client.query<Chunk>(CHUNKS, [from, until])).rows;
}

/** SQLSTATE of a statement that asks for `xmin` of a compressed chunk, or for one that is not there. */
const COMPRESSED = '0A000';
const DROPPED = '42P01';

/** What became of a chunk whose name was looked up before a statement that failed; undefined: the error has another reason. */
export function chunkChange(error: unknown): 'compressed' | 'dropped' | undefined {
  if (!(error instanceof pg.DatabaseError)) return undefined;
  if (error.code === COMPRESSED) return 'compressed';
  return error.code === DROPPED ? 'dropped' : undefined;
}
