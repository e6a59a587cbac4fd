import type { Pool } from 'pg';
import { timestamptz } from '../binary-format.ts';
import { type Arrival, type ArrivalWindow, arrivalColumns, shownSince } from '../late-arrivals.ts';
import { parseShown } from '../upkeep/shown.ts';
import { type Chunk, chunkChange, chunksBetween } from './chunks.ts';
import { EPOCH_2000_S, receivedSeconds } from './quanta.ts';

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

const ATTEMPTS = 5;

/** What came late, from the chunks of a hypertable. */
export async function lateArrivalsOfChunks(
  pool: Pool,
  tenant: string,
  { notIn, receivedAfterUs, fromUs, untilUs }: ArrivalWindow,
): Promise<Arrival[]> {
  const window = [timestamptz(fromUs), timestamptz(untilUs)] as const;
  for (let attempt = 1; ; attempt += 1) {
    // oxlint-disable-next-line no-await-in-loop
    const chunks = await chunksBetween(pool, ...window);
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
      if (chunkChange(error) === undefined || attempt >= ATTEMPTS) throw error;
    }
  }
}
