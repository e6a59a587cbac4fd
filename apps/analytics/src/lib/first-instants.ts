import { type Pool, timestamptz } from '@verimeter/registry';

/** First instant per channel at or after `fromUs`; channels without one are absent. Microseconds since 1970. */
export async function firstInstants(
  pool: Pool,
  channelIds: readonly number[],
  fromUs: number,
): Promise<Map<number, number>> {
  const result = await pool.query<{ channel_id: number; ts: number }>(
    `SELECT t.channel_id, f.ts
       FROM unnest($1::int4[]) AS t (channel_id)
       CROSS JOIN LATERAL (
         SELECT r.ts FROM readings r WHERE r.channel_id = t.channel_id AND r.ts >= $2 ORDER BY r.ts LIMIT 1
       ) f`,
    [channelIds, timestamptz(fromUs)],
  );
  return new Map(result.rows.map((row) => [row.channel_id, row.ts]));
}
