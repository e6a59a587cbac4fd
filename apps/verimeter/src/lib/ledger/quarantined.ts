import { type Queryable, timestamptz } from '@verimeter/registry';
import type { ReceivePeriod } from './receive-period.ts';
import { type Found, MAX_VIOLATIONS } from './violations.ts';

export interface Quarantined extends Found {
  readonly entries: number;
}

/**
 * An entry names the device of its topic, registered or not; the ledger has the device where it was registered when the
 * message came, else the topic. Which of the two it was is not noted, and today's register cannot tell. So:
 *
 * - MQTT: a topic belongs to one device. `for_certain` of its readings were rejected for want of the device, so the row of
 *   the topic has at least those and at most all. What it leaves was accounted for under the device.
 * - Imports: without device, or rejected for want of it: in the rows of the files, here summed over the files of the hour;
 *   everything else under the device.
 *
 * What the quarantine did not keep, or keeps no more, is counted with the rest. Entries of source `replay` are left out: what a replay rejects again was counted when it was rejected first.
 */
const COMPARE = `
  WITH entries AS MATERIALIZED (
    SELECT hour, source, topic, device_id, sum(kept)::int8 AS entries, sum(rejected)::int8 AS rejected,
           coalesce(sum(rejected) FILTER (WHERE unregistered OR device_id IS NULL), 0)::int8 AS for_certain
      FROM (SELECT date_bin('1 hour', received_at, '2000-01-01Z') AS hour, source, kept, rejected, unregistered,
                   CASE WHEN source <> 'import' THEN topic
                        WHEN unregistered OR device_id IS NULL THEN '' END AS topic,
                   CASE WHEN source <> 'import' OR NOT unregistered THEN device_id END AS device_id
              FROM (SELECT *, reason IN ('unknown_device', 'unknown_tenant') AS unregistered
                      FROM (SELECT tenant, received_at, source, topic, device_id, reason, rejected, 1 AS kept FROM quarantine
                            UNION ALL
                            SELECT tenant, hour, source, topic, device_id, reason, rejected, 0
                              FROM quarantine_left_out) a) q
             WHERE tenant = $1 AND received_at >= $2 AND received_at < $3 AND source <> 'replay') e
     GROUP BY hour, source, topic, device_id
  ), said AS MATERIALIZED (
    SELECT hour, source, device_id,
           CASE WHEN device_id IS NULL THEN CASE WHEN source = 'import' THEN '' ELSE topic END END AS topic,
           sum(rejected)::int8 AS ledger
      FROM ledger
     WHERE tenant = $1 AND hour >= $2 AND hour < $3 AND source <> 'replay'
     GROUP BY 1, 2, 3, 4
  ), topics AS MATERIALIZED (
    SELECT hour, source, topic, s.ledger, e.device_id, coalesce(e.rejected, 0) AS rejected,
           least(greatest(coalesce(s.ledger, 0), coalesce(e.for_certain, 0)), coalesce(e.rejected, 0)) AS unregistered
      FROM (SELECT * FROM said WHERE device_id IS NULL) s
      FULL JOIN (SELECT hour, source, topic, max(device_id) AS device_id, sum(rejected)::int8 AS rejected,
                        sum(for_certain)::int8 AS for_certain
                   FROM entries WHERE topic IS NOT NULL GROUP BY hour, source, topic) e
      USING (hour, source, topic)
  ), registered AS (
    SELECT hour, source, device_id, sum(rejected)::int8 AS found
      FROM (SELECT hour, source, device_id, rejected FROM entries WHERE topic IS NULL
            UNION ALL
            SELECT hour, source, device_id, rejected - unregistered FROM topics WHERE device_id IS NOT NULL) r
     GROUP BY hour, source, device_id
  ), wrong AS MATERIALIZED (
    SELECT hour, source, NULL AS device_id, nullif(topic, '') AS topic, ledger, unregistered AS found
      FROM topics WHERE coalesce(ledger, 0) <> unregistered
    UNION ALL
    SELECT hour, source, device_id, NULL, s.ledger, coalesce(r.found, 0)
      FROM (SELECT * FROM said WHERE device_id IS NOT NULL) s FULL JOIN registered r USING (hour, source, device_id)
     WHERE coalesce(s.ledger, 0) <> coalesce(r.found, 0)
  )
  SELECT t.*, w.*
    FROM (SELECT (SELECT coalesce(sum(entries), 0)::int8 FROM entries) AS entries,
                 (SELECT count(*) FROM wrong) AS violations) t
    LEFT JOIN LATERAL (
      SELECT * FROM wrong ORDER BY hour, device_id, topic, source COLLATE "C" LIMIT ${MAX_VIOLATIONS}) w ON true`;

interface Row {
  readonly entries: number;
  readonly violations: number;
  /** null: nothing differs. */
  readonly hour: number | null;
  readonly source: string;
  readonly device_id: string | null;
  readonly topic: string | null;
  readonly ledger: number | null;
  readonly found: number;
}

/** Whether the entries in quarantine stand for as many readings as the ledger counts as rejected. */
export async function compareQuarantined(
  client: Queryable,
  tenant: string,
  { fromUs, toUs }: ReceivePeriod,
): Promise<Quarantined> {
  const { rows } = await client.query<Row>(COMPARE, [
    tenant,
    timestamptz(fromUs),
    timestamptz(toUs),
  ]);
  const [totals] = rows;
  if (totals === undefined) throw new Error('an aggregate gave no row');
  return {
    entries: totals.entries,
    count: totals.violations,
    first: rows.flatMap(({ device_id: deviceId, topic, hour, source, ledger, found }) =>
      hour === null
        ? []
        : [{ check: 'rejected' as const, deviceId, topic, hourUs: hour, source, ledger, found }],
    ),
  };
}
