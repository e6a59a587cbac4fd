import type { ReadingStore } from '@verimeter/reading-store';
import { type Queryable, timestamptz } from '@verimeter/registry';
import { arrivalsByHourQuery } from '@verimeter/timescale-store';
import type { ReceivePeriod } from './receive-period.ts';
import { type Found, MAX_VIOLATIONS } from './violations.ts';

type KeptAs = 'stored' | 'conflicting';

export interface KeptReadings extends Found {
  /** Devices and receive hours of either side. */
  readonly deviceHours: number;
  readonly readings: number;
}

/** A query (channel_id, hour, readings) of what is kept of the tenant $1 that arrived from $2 to $3, exclusive. */
const CONFLICTS = `
  SELECT x.channel_id, date_bin('1 hour', x.received_at, '2000-01-01Z') AS hour, count(*) AS readings
    FROM reading_conflicts x
   WHERE x.received_at >= $2 AND x.received_at < $3
     AND x.channel_id IN (SELECT channel_id FROM channels WHERE tenant = $1)
   GROUP BY 1, 2`;
const IN_POSTGRES = arrivalsByHourQuery(
  'SELECT channel_id FROM channels WHERE tenant = $1',
  '$2::timestamptz',
  '$3::timestamptz',
);
/** Counted by another engine, and handed in. */
const ELSEWHERE = `
  SELECT * FROM unnest($4::int4[], $5::timestamptz[], $6::int8[]) AS e (channel_id, hour, readings)`;

/**
 * Ledger and what is kept, both by device and receive hour over all sources: a replay stores under source `replay` what has the
 * receive time of the first attempt. Counted by channel before the device is known, which hashes a number and no text. What is pending
 * may be there already. What retention removed of these hours was written down when it was, and counts as found (docs/decisions/0131).
 */
const compare = (kept: KeptAs, counts: string): string => `
  WITH said AS (
    SELECT device_id, topic, hour, sum(${kept})::int8 AS ledger, sum(pending)::int8 AS pending
      FROM ledger WHERE tenant = $1 AND hour >= $2 AND hour < $3
     GROUP BY device_id, topic, hour
  ), held AS (
    SELECT c.device_id, p.hour, sum(p.readings)::int8 AS found
      FROM (${counts}) p
      JOIN channels c USING (channel_id)
     GROUP BY c.device_id, p.hour
  ), retired AS (
    SELECT device_id, hour, ${kept} AS retired FROM retired_readings
     WHERE tenant = $1 AND hour >= $2 AND hour < $3 AND ${kept} > 0
  ), compared AS MATERIALIZED (
    SELECT coalesce(h.device_id, s.device_id) AS device_id, s.topic, coalesce(h.hour, s.hour) AS hour,
           s.ledger, coalesce(h.found, 0) AS found,
           coalesce(h.found, 0) NOT BETWEEN coalesce(s.ledger, 0) AND coalesce(s.ledger, 0) + coalesce(s.pending, 0) AS differs
      FROM said s
      FULL JOIN (SELECT device_id, hour, coalesce(found, 0) + coalesce(retired, 0) AS found
                   FROM held FULL JOIN retired USING (device_id, hour)) h
        ON h.device_id = s.device_id AND h.hour = s.hour
  )
  SELECT t.*, w.*
    FROM (SELECT count(*) AS device_hours, coalesce(sum(found), 0)::int8 AS readings,
                 count(*) FILTER (WHERE differs) AS violations
            FROM compared) t
    LEFT JOIN LATERAL (
      SELECT device_id, topic, hour, ledger, found FROM compared WHERE differs
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

/** Whether what the ledger counts as stored is what the store has, in each hour for each device. */
export async function compareStored(
  client: Queryable,
  store: Pick<ReadingStore, 'kind' | 'arrivalsByHour'>,
  tenant: string,
  period: ReceivePeriod,
): Promise<KeptReadings> {
  // In the snapshot of the ledger: whatever comes in meanwhile is whole or absent on both sides.
  if (store.kind !== 'questdb') return compareKept(client, tenant, period, 'stored', IN_POSTGRES);
  const counts = await store.arrivalsByHour(
    await channelsOf(client, tenant),
    period.fromUs,
    period.toUs,
  );
  return compareKept(client, tenant, period, 'stored', ELSEWHERE, [
    counts.map(({ channelId }) => channelId),
    counts.map(({ hourUs }) => timestamptz(hourUs)),
    counts.map(({ readings }) => readings),
  ]);
}

/** Whether what the ledger counts as conflicting is kept, in each hour for each device. */
export const compareConflicts = (
  client: Queryable,
  tenant: string,
  period: ReceivePeriod,
): Promise<KeptReadings> => compareKept(client, tenant, period, 'conflicting', CONFLICTS);

/** The ids of all channels of a tenant, in their order. */
export async function channelsOf(client: Queryable, tenant: string): Promise<number[]> {
  const { rows } = await client.query<{ channel_id: number }>(
    'SELECT channel_id FROM channels WHERE tenant = $1 ORDER BY channel_id',
    [tenant],
  );
  return rows.map(({ channel_id: id }) => id);
}

async function compareKept(
  client: Queryable,
  tenant: string,
  { fromUs, toUs }: ReceivePeriod,
  kept: KeptAs,
  counts: string,
  counted: readonly unknown[] = [],
): Promise<KeptReadings> {
  const { rows } = await client.query<Row>(compare(kept, counts), [
    tenant,
    timestamptz(fromUs),
    timestamptz(toUs),
    ...counted,
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

/**
 * The receive hours in which the store still has what the ledger counts, but for what was written down; and up to where retention removed
 * readings. Of hours before that nothing is left to compare.
 */
export async function keptPeriod(
  client: Queryable,
  { fromUs, toUs }: ReceivePeriod,
): Promise<{ readonly period: ReceivePeriod; readonly keptFromUs: number | undefined }> {
  const { rows } = await client.query<{ kept_from: number }>(
    'SELECT kept_from FROM reading_retention',
  );
  const keptFromUs = rows[0]?.kept_from;
  const startUs = Math.max(fromUs, keptFromUs ?? -Infinity);
  return { period: { fromUs: Math.min(startUs, toUs), toUs }, keptFromUs };
}

/** A slice has at least this many readings: below, its statement costs more than what it counts. */
const SLICE_READINGS = 2_000_000;
/** Where the counts of each channel and hour come through this process. */
const COUNTED_ELSEWHERE = 500_000;
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
  { kind }: Pick<ReadingStore, 'kind'>,
  tenant: string,
  { fromUs, toUs }: ReceivePeriod,
): Promise<PeriodSlice[]> {
  const { rows } = await client.query<{ hour: number; stored: number }>(
    `SELECT hour, sum(stored)::int8 AS stored FROM ledger
      WHERE tenant = $1 AND hour >= $2 AND hour < $3 GROUP BY hour ORDER BY hour`,
    [tenant, timestamptz(fromUs), timestamptz(toUs)],
  );
  return kind === 'questdb'
    ? slices({ fromUs, toUs }, rows, COUNTED_ELSEWHERE, Infinity)
    : slices({ fromUs, toUs }, rows);
}

/** The first slice begins and the last one ends with the period: nothing outside of the ledger's hours is missed. */
export function slices(
  { fromUs, toUs }: ReceivePeriod,
  hours: readonly { readonly hour: number; readonly stored: number }[],
  sliceReadings = SLICE_READINGS,
  maxSlices = MAX_SLICES,
): PeriodSlice[] {
  const total = hours.reduce((sum, { stored }) => sum + stored, 0);
  const enough = Math.max(sliceReadings, total / maxSlices);
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
