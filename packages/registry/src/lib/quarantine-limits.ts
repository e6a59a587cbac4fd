import { timestamptz } from './instants.ts';
import type { Queryable } from './pools.ts';
import type { QuarantineRow } from './quarantine.ts';
import { firstThatFits } from './quarantine-sizes.ts';

/** How long and how much the quarantine keeps. */
export interface QuarantineLimits {
  readonly days: number;
  /** Payloads and an estimate of the rest of each entry, bytes. */
  readonly bytes: number;
}

/** Entries of one statement. */
const AT_A_TIME = 10_000;

const COUNT = `
  INSERT INTO quarantine_left_out AS o (tenant, device_id, topic, reason, hour, source, entries, rejected)
  SELECT tenant, device_id, topic, reason, date_trunc('hour', received_at, 'UTC') AS hour, source, count(*), sum(rejected)
    FROM gone
   GROUP BY tenant, device_id, topic, reason, hour, source
   ORDER BY tenant, device_id, topic, reason, hour, source
  ON CONFLICT (tenant, device_id, topic, reason, hour, source) DO UPDATE
    SET entries = o.entries + excluded.entries, rejected = o.rejected + excluded.rejected`;

const NOT_KEPT = `
  WITH gone AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::int4[])
      AS g (tenant, device_id, topic, reason, received_at, source, rejected))
  ${COUNT}`;

/** Counts entries that are not kept at all, in the transaction that counts their readings as rejected. */
export async function countLeftOut(
  client: Queryable,
  rows: readonly Omit<QuarantineRow, 'payload' | 'field' | 'message'>[],
): Promise<void> {
  if (rows.length === 0) return;
  await client.query(NOT_KEPT, [
    rows.map((row) => row.tenant),
    rows.map((row) => row.deviceId),
    rows.map((row) => row.topic),
    rows.map((row) => row.reason),
    rows.map((row) => timestamptz(row.receivedAtUs)),
    rows.map((row) => row.source),
    rows.map((row) => row.rejected),
  ]);
}

/** `order`: the column of the condition, so that its index finds the entries whatever the planner thinks of their number. */
const remove = (condition: string, order: 'id' | 'received_at'): string => `
  WITH gone AS (
    DELETE FROM quarantine
     WHERE id IN (SELECT id FROM quarantine WHERE ${condition} ORDER BY ${order} LIMIT ${AT_A_TIME} FOR UPDATE SKIP LOCKED)
    RETURNING tenant, device_id, topic, reason, received_at, source, rejected
  ), counted AS (${COUNT} RETURNING 1)
  SELECT count(*) AS removed FROM gone`;

const TOO_OLD = remove('received_at < now() - make_interval(days => $1)', 'received_at');
const BEFORE = remove('id < $1', 'id');

/** Removes the oldest entries beyond the limits, whatever their status, and counts them; returns how many. */
export async function trimQuarantine(
  client: Queryable,
  { days, bytes }: QuarantineLimits,
): Promise<number> {
  const tooOld = await removeAll(client, TOO_OLD, days);
  const first = await firstThatFits(client, bytes);
  return first === undefined ? tooOld : tooOld + (await removeAll(client, BEFORE, first));
}

async function removeAll(client: Queryable, statement: string, limit: number): Promise<number> {
  let total = 0;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one short transaction after the other
    const { rows } = await client.query<{ removed: number }>(statement, [limit]);
    const removed = rows[0]?.removed ?? 0;
    total += removed;
    if (removed < AT_A_TIME) return total;
  }
}
