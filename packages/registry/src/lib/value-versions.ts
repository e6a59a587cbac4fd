import { timestamptz } from './instants.ts';
import type { Queryable } from './pools.ts';

/** A value beside the raw one. Microseconds since 1970. */
export interface ValueVersion {
  readonly tsUs: number;
  /** 1 for the first of its instant; the reading itself is version 0. */
  readonly version: number;
  readonly value: number;
  /** IEC 61968-9. */
  readonly code: string;
  readonly method: string;
  readonly model: string;
  readonly createdUs: number;
}

/** An estimate to keep. */
export interface NewValue {
  readonly channelId: number;
  readonly tsUs: number;
  readonly value: number;
  readonly method: string;
  readonly rulesVersion: number;
}

/** $2, $3: channels, and after which instant of each nothing else is in force up to $4. $5: the values. */
const REPLACE = `
  WITH input AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset($5::jsonb) AS r (channel_id integer, ts timestamptz, value float8, method text, rules_version integer)
  ), places AS (
    SELECT * FROM unnest($2::integer[], $3::timestamptz[]) AS p (channel_id, from_ts)
  ), changed AS (
    SELECT i.* FROM input i
     WHERE NOT EXISTS (SELECT FROM value_versions v
                        WHERE v.channel_id = i.channel_id AND v.ts = i.ts AND v.superseded_at IS NULL
                          AND (v.pinned OR (v.value = i.value AND v.method = i.method AND v.model = $6)))
  ), superseded AS (
    UPDATE value_versions v SET superseded_at = now()
      FROM (SELECT o.channel_id, o.ts, o.version
              FROM places p
              JOIN value_versions o ON o.channel_id = p.channel_id AND o.ts > p.from_ts AND o.ts <= $4 AND o.superseded_at IS NULL AND NOT o.pinned
              LEFT JOIN input i ON i.channel_id = o.channel_id AND i.ts = o.ts
             WHERE (o.value, o.method, o.model) IS DISTINCT FROM (i.value, i.method, $6)) d
     WHERE (v.channel_id, v.ts, v.version) = (d.channel_id, d.ts, d.version)
    RETURNING v.channel_id, v.ts
  )
  INSERT INTO value_versions (tenant, channel_id, ts, version, value, code, method, model, rules_version)
  SELECT $1, c.channel_id, c.ts,
         1 + coalesce((SELECT max(v.version) FROM value_versions v WHERE v.channel_id = c.channel_id AND v.ts = c.ts), 0),
         c.value, $7, c.method, $6, c.rules_version
    -- counted first: what is in force until then must not be any more
    FROM changed c CROSS JOIN (SELECT count(*) AS gone FROM superseded) s WHERE s.gone >= 0
   ORDER BY c.channel_id, c.ts`;

/** Makes the estimates of some channels those given; what came out otherwise is superseded and kept, what a person said stays. Returns how many are new. */
export async function replaceEstimates(
  client: Queryable,
  tenant: string,
  where: {
    readonly channels: readonly { readonly channelId: number; readonly fromUs: number }[];
    readonly toUs: number;
    readonly model: string;
    readonly code: string;
  },
  values: readonly NewValue[],
): Promise<number> {
  const { channels, toUs, model, code } = where;
  const { rowCount } = await client.query(REPLACE, [
    tenant,
    channels.map(({ channelId }) => channelId),
    channels.map(({ fromUs }) => timestamptz(fromUs)),
    timestamptz(toUs),
    JSON.stringify(
      values.map((value) => ({
        channel_id: value.channelId,
        ts: timestamptz(value.tsUs),
        value: value.value,
        method: value.method,
        rules_version: value.rulesVersion,
      })),
    ),
    model,
    code,
  ]);
  return rowCount ?? 0;
}

/**
 * At most `limit` values in force of a channel in a time, `fromUs` inclusive, `toUs` exclusive, by time, after a position; under the
 * policies of the client.
 */
export async function readValueVersions(
  client: Queryable,
  channel: { readonly tenant: string; readonly deviceId: string; readonly quantity: string },
  range: { readonly fromUs: number; readonly toUs: number; readonly afterUs: number | undefined },
  limit: number,
): Promise<ValueVersion[]> {
  const { rows } = await client.query<ValueVersion>(
    `SELECT v.ts AS "tsUs", v.version, v.value, v.code, v.method, v.model, v.created_at AS "createdUs"
       FROM channels c JOIN value_versions v USING (channel_id)
      WHERE c.tenant = $1 AND c.device_id = $2 AND c.quantity = $3 AND v.superseded_at IS NULL
        AND v.ts >= $4 AND v.ts < $5 AND v.ts > $6
      ORDER BY v.ts LIMIT $7`,
    [
      channel.tenant,
      channel.deviceId,
      channel.quantity,
      timestamptz(range.fromUs),
      timestamptz(range.toUs),
      timestamptz(range.afterUs ?? -Infinity),
      limit,
    ],
  );
  return rows;
}

/** Removes what stands beside readings of a tenant before an instant; returns how many rows. */
export async function trimValueVersions(
  client: Queryable,
  tenant: string,
  beforeUs: number,
): Promise<number> {
  const before = timestamptz(beforeUs);
  const values = await client.query('DELETE FROM value_versions WHERE tenant = $1 AND ts < $2', [
    tenant,
    before,
  ]);
  const corrections = await client.query(
    'DELETE FROM value_corrections WHERE tenant = $1 AND to_ts <= $2',
    [tenant, before],
  );
  return (values.rowCount ?? 0) + (corrections.rowCount ?? 0);
}
