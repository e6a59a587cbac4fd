import { type Queryable, timestamptz } from '@verimeter/registry';
import type { ReceivePeriod } from './receive-period.ts';
import { type Found, MAX_VIOLATIONS } from './violations.ts';

/** Where the readings are that the ledger counts under a name. */
const TABLE = { stored: 'readings', conflicting: 'reading_conflicts' } as const;
type KeptAs = keyof typeof TABLE;

export interface KeptReadings extends Found {
  /** Devices and receive hours of either side. */
  readonly deviceHours: number;
  readonly readings: number;
}

/**
 * Ledger and table, both by device and receive hour over all sources: a replay stores under source `replay` what has the
 * receive time of the first attempt. Counted by channel before the device is known, which hashes a number and no text.
 */
const compare = (kept: KeptAs): string => `
  WITH said AS (
    SELECT device_id, topic, hour, sum(${kept})::int8 AS ledger
      FROM ledger WHERE tenant = $1 AND hour >= $2 AND hour < $3
     GROUP BY device_id, topic, hour
  ), held AS (
    SELECT c.device_id, p.hour, sum(p.readings)::int8 AS found
      FROM (SELECT r.channel_id, date_bin('1 hour', r.received_at, '2000-01-01Z') AS hour, count(*) AS readings
              FROM ${TABLE[kept]} r
             WHERE r.received_at >= $2 AND r.received_at < $3
               AND r.channel_id IN (SELECT channel_id FROM channels WHERE tenant = $1)
             GROUP BY 1, 2) p
      JOIN channels c USING (channel_id)
     GROUP BY c.device_id, p.hour
  ), compared AS MATERIALIZED (
    SELECT coalesce(h.device_id, s.device_id) AS device_id, s.topic, coalesce(h.hour, s.hour) AS hour,
           s.ledger, coalesce(h.found, 0) AS found
      FROM said s FULL JOIN held h ON h.device_id = s.device_id AND h.hour = s.hour
  )
  SELECT t.*, w.*
    FROM (SELECT count(*) AS device_hours, coalesce(sum(found), 0)::int8 AS readings,
                 count(*) FILTER (WHERE coalesce(ledger, 0) <> found) AS violations
            FROM compared) t
    LEFT JOIN LATERAL (
      SELECT * FROM compared WHERE coalesce(ledger, 0) <> found
       ORDER BY hour, device_id, topic LIMIT ${MAX_VIOLATIONS}) w ON true`;

interface Row {
  readonly device_hours: number;
  readonly readings: number;
  readonly violations: number;
  readonly device_id: string | null;
  readonly topic: string | null;
  /** null: nothing differs. */
  readonly hour: number | null;
  readonly ledger: number | null;
  readonly found: number;
}

/** Whether what the ledger counts as `kept` is what the table has, in each hour for each device. */
export async function compareKept(
  client: Queryable,
  tenant: string,
  { fromUs, toUs }: ReceivePeriod,
  kept: KeptAs,
): Promise<KeptReadings> {
  const { rows } = await client.query<Row>(compare(kept), [
    tenant,
    timestamptz(fromUs),
    timestamptz(toUs),
  ]);
  const [totals] = rows;
  if (totals === undefined) throw new Error('an aggregate gave no row');
  return {
    deviceHours: totals.device_hours,
    readings: totals.readings,
    count: totals.violations,
    first: rows.flatMap(({ device_id: deviceId, topic, hour, ledger, found }) =>
      hour === null
        ? []
        : [{ check: kept, deviceId, topic, hourUs: hour, source: null, ledger, found }],
    ),
  };
}

/** A slice has at least this many readings: below, its statement costs more than what it counts. */
const SLICE_READINGS = 2_000_000;
/** More would be read again for each slice where the index of receive times cannot tell the pages of an hour. */
const MAX_SLICES = 20;

export interface PeriodSlice {
  readonly period: ReceivePeriod;
  /** By the ledger; the share of the slice in the progress. */
  readonly readings: number;
}

/** Consecutive slices of a period with about equally many readings, so that a long count shows its progress. */
export async function slicePeriod(
  client: Queryable,
  tenant: string,
  { fromUs, toUs }: ReceivePeriod,
): Promise<PeriodSlice[]> {
  const { rows } = await client.query<{ hour: number; stored: number }>(
    `SELECT hour, sum(stored)::int8 AS stored FROM ledger
      WHERE tenant = $1 AND hour >= $2 AND hour < $3 GROUP BY hour ORDER BY hour`,
    [tenant, timestamptz(fromUs), timestamptz(toUs)],
  );
  return slices({ fromUs, toUs }, rows);
}

/** The first slice begins and the last one ends with the period: nothing outside of the ledger's hours is missed. */
export function slices(
  { fromUs, toUs }: ReceivePeriod,
  hours: readonly { readonly hour: number; readonly stored: number }[],
  sliceReadings = SLICE_READINGS,
): PeriodSlice[] {
  const total = hours.reduce((sum, { stored }) => sum + stored, 0);
  const enough = Math.max(sliceReadings, total / MAX_SLICES);
  const found: PeriodSlice[] = [];
  let startUs = fromUs;
  let readings = 0;
  for (const { hour, stored } of hours) {
    if (readings >= enough) {
      found.push({ period: { fromUs: startUs, toUs: hour }, readings });
      startUs = hour;
      readings = 0;
    }
    readings += stored;
  }
  found.push({ period: { fromUs: startUs, toUs }, readings });
  return found;
}
