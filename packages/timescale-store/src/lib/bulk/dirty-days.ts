import type { DirtyDay } from '@verimeter/reading-store';
import type { Pool } from 'pg';
import { timestamptz } from '../binary-format.ts';
import { readLayout } from '../layout.ts';
import { dirtyDays } from '../upkeep/dirty-days.ts';
import { parseShown } from '../upkeep/shown.ts';

/** From the last row of a batch to its commit, as in `upkeep/dirty-days.ts`. */
const ON_THE_WAY_US = 15 * 60e6;

/**
 * Rows in the columnstore have no `xmin`: all that arrived since the mark was taken, and the days of what was written long after it had
 * arrived.
 */
const OF_CHUNKS = `
  SELECT channel_id, (extract(epoch FROM day) * 1000000)::int8::text
    FROM (SELECT DISTINCT r.channel_id, date_bin('1 day', r.ts, '2000-01-01Z') AS day
            FROM readings_received($1::timestamptz, 'infinity') r
          UNION
          SELECT channel_id, day FROM straggler_days WHERE noted_at >= $1::timestamptz) d`;

const DAYS_A_PIECE = 10_000;

async function* ofChunks(pool: Pool, notIn: string): AsyncGenerator<readonly DirtyDay[]> {
  const { atUs } = parseShown(notIn);
  const { rows } = await pool.query<[string, string]>({
    text: OF_CHUNKS,
    values: [atUs === undefined ? '-infinity' : timestamptz(atUs - ON_THE_WAY_US)],
    rowMode: 'array',
    types: { getTypeParser: () => String },
  });
  const days = rows.map(([channelId, day]) => ({
    channelId: Number(channelId),
    dayUs: Number(day),
  }));
  for (let k = 0; k < days.length; k += DAYS_A_PIECE) yield days.slice(k, k + DAYS_A_PIECE);
}

/** Days that changed, whichever way the table keeps readings. */
export async function* dirtyDaysOf(pool: Pool, notIn: string): AsyncGenerator<readonly DirtyDay[]> {
  if ((await readLayout(pool)) === 'hypertable') yield* ofChunks(pool, notIn);
  else yield* dirtyDays(pool, notIn);
}
