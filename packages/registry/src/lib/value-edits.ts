import {
  decideEdit,
  type EditRefusal,
  FUTURE_QUARANTINE_US,
  type KeptVersion,
  QUALITY,
  type ValueEdit,
} from '@verimeter/telemetry';
import { timestamptz } from './instants.ts';
import type { Queryable } from './pools.ts';

/** A version of a value with its history. Microseconds since 1970. */
export interface ValueHistoryItem extends KeptVersion {
  readonly tsUs: number;
  readonly createdUs: number;
  /** null: in force. */
  readonly supersededUs: number | null;
}

/** The value at an instant, and the reading there. */
export interface EditPlace {
  readonly tenant: string;
  readonly channelId: number;
  readonly tsUs: number;
  readonly reading: number | undefined;
  /** Of the clock: where readings are refused as too far ahead, edits are too. */
  readonly nowUs: number;
}

export type EditOutcome =
  | { readonly state: 'made' | 'same'; readonly item: ValueHistoryItem }
  | { readonly state: 'refused'; readonly why: EditRefusal };

const ITEM = `ts AS "tsUs", version, value, code, method, model, rules_version AS "rulesVersion", action, edited_by AS "editedBy", reason,
  pinned, replaces, undoes, superseded_at IS NULL AS "inForce", created_at AS "createdUs", superseded_at AS "supersededUs"`;

const INSERT = `
  INSERT INTO value_versions (tenant, channel_id, ts, version, value, code, method, model, rules_version, action, edited_by, reason, pinned,
                              replaces, undoes, superseded_at)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, CASE WHEN $16 THEN NULL ELSE now() END)
  ON CONFLICT DO NOTHING RETURNING ${ITEM}`;

/**
 * Makes an edit of a value: a version of its own, which what was in force gives way to. The same edit again changes nothing. In the caller's
 * transaction.
 */
export async function editValue(
  client: Queryable,
  { tenant, channelId, tsUs, reading, nowUs }: EditPlace,
  edit: ValueEdit,
): Promise<EditOutcome> {
  if (tsUs > nowUs + FUTURE_QUARANTINE_US) return { state: 'refused', why: 'in_future' };
  const key = [tenant, channelId, timestamptz(tsUs)];
  const { rows } = await client.query<ValueHistoryItem>(
    // one edit of a value at a time
    `SELECT ${ITEM} FROM value_versions WHERE tenant = $1 AND channel_id = $2 AND ts = $3 ORDER BY version FOR UPDATE`,
    key,
  );
  const decision = decideEdit(reading, rows, edit);
  if (decision.state === 'refused') return decision;
  if (decision.state === 'same') {
    const item = rows.find(({ version }) => version === decision.version);
    if (item === undefined) throw new Error(`version ${decision.version} is not there`);
    return { state: 'same', item };
  }
  const made = decision.version;
  await client.query(
    `UPDATE value_versions SET superseded_at = now()
      WHERE tenant = $1 AND channel_id = $2 AND ts = $3 AND superseded_at IS NULL`,
    key,
  );
  const inserted = await client.query<ValueHistoryItem>(INSERT, [
    ...key,
    made.version,
    made.value,
    made.code,
    made.method,
    made.model,
    made.rulesVersion,
    made.action,
    made.editedBy,
    made.reason,
    made.pinned,
    made.replaces,
    made.undoes,
    made.inForce,
  ]);
  const [item] = inserted.rows;
  // where nothing was in force, somebody else may have been first
  return item === undefined ? { state: 'refused', why: 'changed' } : { state: 'made', item };
}

/** Whether the reading at an instant has given way: another version is in force. */
export async function isReplaced(
  client: Queryable,
  { tenant, channelId, tsUs }: Pick<EditPlace, 'tenant' | 'channelId' | 'tsUs'>,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `SELECT FROM value_versions
      WHERE tenant = $1 AND channel_id = $2 AND ts = $3 AND superseded_at IS NULL LIMIT 1`,
    [tenant, channelId, timestamptz(tsUs)],
  );
  return (rowCount ?? 0) > 0;
}

/** All versions of the values of a channel in a time, both ends included, by time and version, after a position. */
export async function readValueHistory(
  client: Queryable,
  channel: { readonly tenant: string; readonly channelId: number },
  range: {
    readonly fromUs: number;
    readonly untilUs: number;
    readonly after?: { readonly tsUs: number; readonly version: number } | undefined;
  },
  limit: number,
): Promise<ValueHistoryItem[]> {
  const { rows } = await client.query<ValueHistoryItem>(
    `SELECT ${ITEM} FROM value_versions
      WHERE tenant = $1 AND channel_id = $2 AND ts >= $3 AND ts <= $4 AND (ts, version) > ($5, $6)
      ORDER BY ts, version LIMIT $7`,
    [
      channel.tenant,
      channel.channelId,
      timestamptz(range.fromUs),
      timestamptz(range.untilUs),
      timestamptz(range.after?.tsUs ?? -Infinity),
      range.after?.version ?? 0,
      limit,
    ],
  );
  return rows;
}

/** What persons said of the readings of a channel in a time, both ends included: confirmed, or rejected. By instant. */
export async function readJudgements(
  client: Queryable,
  channel: { readonly tenant: string; readonly deviceId: string; readonly quantity: string },
  fromUs: number,
  untilUs: number,
): Promise<ReadonlyMap<number, { readonly value: number; readonly code: string }>> {
  const { rows } = await client.query<{ tsUs: number; value: number; code: string }>(
    `SELECT v.ts AS "tsUs", v.value, v.code FROM channels c JOIN value_versions v USING (channel_id)
      WHERE c.tenant = $1 AND c.device_id = $2 AND c.quantity = $3 AND v.superseded_at IS NULL AND v.pinned
        AND v.ts >= $4 AND v.ts <= $5 AND v.code IN ('${QUALITY.rejected}', '${QUALITY.accepted}')`,
    [channel.tenant, channel.deviceId, channel.quantity, timestamptz(fromUs), timestamptz(untilUs)],
  );
  return new Map(rows.map(({ tsUs, value, code }) => [tsUs, { value, code }]));
}
