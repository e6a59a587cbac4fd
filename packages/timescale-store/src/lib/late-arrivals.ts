import type { Pool } from 'pg';
import { timestamptz } from './binary-format.ts';
import { parseShown } from './upkeep/shown.ts';

export interface ArrivalWindow {
  readonly notIn: string;
  readonly receivedAfterUs: number;
  readonly fromUs: number;
  readonly untilUs: number;
}

/** Channel, earliest instant and last received time (microseconds since 1970), fingerprint of the instants; as text. */
export type Arrival = [string, string, string, string];

/** Microseconds since 1970 of an instant, as SQL. */
const micros = (instant: string): string => `(extract(epoch FROM ${instant}) * 1000000)::int8`;

/** Columns of `Arrival` from rows r of (channel_id, ts). */
export const arrivalColumns = (received: string): string => `
  r.channel_id, ${micros('min(r.ts)')}, ${received}, bit_xor(hashint8extended(${micros('r.ts')}, 0))`;

/**
 * SQL. A row is shown since the oldest transaction that was open then, or since a later one: xmin is not before it. A name from another
 * cluster, of a database that was restored, may lie ahead of all transactions: then all that arrived counts.
 */
export const shownSince = (mark: string, xmin: string): string =>
  `(age(${mark}::xid) < 0 OR age(${xmin}) <= age(${mark}::xid))`;

const LATE_ARRIVALS = `
  SELECT ${arrivalColumns(micros('max(r.received_at)'))}
    FROM readings r JOIN channels c USING (channel_id)
   WHERE c.tenant = $1 AND r.received_at > $2::timestamptz AND r.ts BETWEEN $3::timestamptz AND $4::timestamptz
         AND ${shownSince('$5', 'r.xmin')}
   GROUP BY r.channel_id`;

export async function arrivalsOf(
  pool: Pool,
  tenant: string,
  { notIn, receivedAfterUs, fromUs, untilUs }: ArrivalWindow,
): Promise<Arrival[]> {
  const result = await pool.query<Arrival>({
    text: LATE_ARRIVALS,
    values: [
      tenant,
      ...[receivedAfterUs, fromUs, untilUs].map((us) => timestamptz(us)),
      parseShown(notIn).xid,
    ],
    rowMode: 'array',
    types: { getTypeParser: () => String },
  });
  return result.rows;
}
