import type { Pool } from 'pg';
import pg from 'pg';
import { timestamptz } from '../binary-format.ts';
import { type Arrival, type ArrivalWindow, arrivalColumns, shownSince } from '../late-arrivals.ts';
import { parseShown } from '../upkeep/shown.ts';
import { EPOCH_2000_S, receivedSeconds } from './quanta.ts';

const CHUNKS = `
  SELECT format('%I.%I', chunk_schema, chunk_name) AS name, is_compressed AS compressed
    FROM timescaledb_information.chunks
   WHERE hypertable_schema = 'public' AND hypertable_name = 'readings' AND range_end > $1 AND range_start <= $2`;

interface Chunk {
  readonly name: string;
  readonly compressed: boolean;
}

/**
 * Rows in the columnstore have no `xmin`. None is needed: what arrived lately and belongs to a chunk that is past the late window did come
 * late. Least and greatest received time of each of its batches are kept beside them, so that the others are not unpacked.
 */
const rowsOf = ({ name, compressed }: Chunk): string => `
      SELECT channel_id, ts, received_s FROM ${name} x
       WHERE received_s >= $2 AND ts BETWEEN $3::timestamptz AND $4::timestamptz
             ${compressed ? '' : `AND ${shownSince('$5', 'x.xmin')}`}`;

/** $5 is named even where no chunk asks for it: the server wants to know its type. */
const statement = (chunks: readonly Chunk[]): string => `
  SELECT ${arrivalColumns(`(max(r.received_s) + ${EPOCH_2000_S}::int8) * 1000000`)}
    FROM (${chunks.map(rowsOf).join('\n      UNION ALL')}) r JOIN channels c USING (channel_id)
   WHERE c.tenant = $1 AND $5::text IS NOT NULL
   GROUP BY r.channel_id`;

/** SQLSTATE where a chunk was compressed (no `xmin`) or dropped since its name was looked up. */
const CHUNK_CHANGED = new Set(['0A000', '42P01']);
const ATTEMPTS = 5;

/** What came late, from the chunks of a hypertable. */
export async function lateArrivalsOfChunks(
  pool: Pool,
  tenant: string,
  { notIn, receivedAfterUs, fromUs, untilUs }: ArrivalWindow,
): Promise<Arrival[]> {
  const window = [timestamptz(fromUs), timestamptz(untilUs)];
  for (let attempt = 1; ; attempt += 1) {
    // oxlint-disable-next-line no-await-in-loop
    const { rows: chunks } = await pool.query<Chunk>(CHUNKS, window);
    if (chunks.length === 0) return [];
    try {
      // oxlint-disable-next-line no-await-in-loop
      const result = await pool.query<Arrival>({
        text: statement(chunks),
        // Whole seconds: what arrived in the second of the mark may be told again, nothing behind it is missed.
        values: [tenant, receivedSeconds(receivedAfterUs), ...window, parseShown(notIn).xid],
        rowMode: 'array',
        types: { getTypeParser: () => String },
      });
      return result.rows;
    } catch (error) {
      const changed = error instanceof pg.DatabaseError && CHUNK_CHANGED.has(error.code ?? '');
      if (!changed || attempt >= ATTEMPTS) throw error;
    }
  }
}
