import type { ClientBase } from 'pg';
import { NEXT, NEXT_ROWS, type Part } from './move-tables.ts';

/** A partition is not in the hypertable as it is in the plain table; nothing was switched. */
export class MoveNotEqualError extends Error {
  readonly code = 'move_not_equal';
}

/**
 * Sums do not depend on the order. The hash is of channel, time, value (finite and never -0, so that equal means the same bits), flags and
 * received time as it is kept.
 */
const sums = (received: string): string => `
  count(*) AS readings,
  coalesce(sum(hash_record_extended(ROW(r.channel_id, r.ts, r.value, r.flags, ${received}), 0)::numeric), 0) AS hashes`;

/** Both tables in one snapshot; of what came in since the move began, what is not in the hypertable yet counts as if it were. */
const compare = (partition: string): string => `
  WITH old AS (SELECT ${sums(`date_trunc('second', r.received_at)`)} FROM ONLY public."${partition}" r),
  next AS (SELECT ${sums('r.received_at')} FROM ${NEXT_ROWS} r WHERE r.ts >= $1::timestamptz AND r.ts < $2::timestamptz),
  arrived AS (
    SELECT ${sums(`date_trunc('second', r.received_at)`)} FROM reading_move_log r
     WHERE r.ts >= $1::timestamptz AND r.ts < $2::timestamptz
       AND NOT EXISTS (SELECT FROM ${NEXT} n WHERE n.channel_id = r.channel_id AND n.ts = r.ts))
  SELECT old.readings::text AS old_readings, (next.readings + arrived.readings)::text AS new_readings,
         old.hashes = next.hashes + arrived.hashes AS equal, old.hashes::text AS hashes
    FROM old, next, arrived`;

export interface Proof {
  readonly partition: string;
  readonly readings: number;
  /** Sum of the hashes of all rows. */
  readonly checksum: string;
}

/** @throws MoveNotEqualError */
export async function provePartition(client: ClientBase, part: Part): Promise<Proof> {
  const { rows } = await client.query<{
    old_readings: string;
    new_readings: string;
    equal: boolean;
    hashes: string;
  }>(compare(part.partition), [part.startAt, part.endAt]);
  const [found] = rows;
  if (found === undefined) throw new Error('an aggregate gave no row');
  if (!found.equal || found.old_readings !== found.new_readings)
    throw new MoveNotEqualError(
      `${part.partition}: ${found.old_readings} readings in the plain table, ${found.new_readings} in the hypertable, ` +
        `and their checksums ${found.equal ? 'agree' : 'differ'}; the plain table stays in use. ` +
        'Start over with: verimeter store move timescale --abandon, then verimeter store move timescale',
    );
  return {
    partition: part.partition,
    readings: Number(found.old_readings),
    checksum: found.hashes,
  };
}
