import type { ReadMark } from './health.ts';
import { timestamptz } from './instants.ts';
import {
  intervalsOfDay,
  type IntervalColumns,
  type KeptInterval,
  dayColumns,
} from './interval-columns.ts';
import type { Queryable } from './pools.ts';

const DAY_US = 86_400e6;

/** Intervals of a channel that end within a day (UTC), the end of the day included. */
export interface IntervalDay {
  readonly channelId: number;
  /** 00:00 UTC, microseconds since 1970. */
  readonly dayUs: number;
  readonly intervals: readonly KeptInterval[];
}

export interface VersionedDay extends IntervalDay {
  /** 1 for the first; one more whenever the day came out otherwise. */
  readonly version: number;
}

export const utcDate = (dayUs: number): string => new Date(dayUs / 1000).toISOString().slice(0, 10);
export const dayOfDate = (date: string): number => Date.parse(`${date}T00:00:00Z`) * 1000;

/** Columns of `interval_days` that hold intervals. */
export const INTERVAL_COLUMNS = 'edges, shifts_us, scale, quanta, amounts, coverages, events';

/**
 * Replaces what is in force by what came out otherwise. A day without intervals is written where one had been written before. $3: the days
 * in full, of which nothing else is in force afterwards.
 */
const WRITE = `
  WITH input AS (
    SELECT * FROM jsonb_to_recordset($3::jsonb) AS r (
      channel_id integer, day date, edges integer[], shifts_us integer[], scale smallint, quanta integer[], amounts float8[],
      coverages float8[], events smallint[])
  ), changed AS (
    SELECT i.*, d.version
      FROM input i LEFT JOIN interval_days d ON d.channel_id = i.channel_id AND d.day = i.day AND d.superseded_at IS NULL
     WHERE CASE WHEN d.version IS NULL THEN i.edges IS DISTINCT FROM '{}'
           ELSE (i.edges, i.shifts_us, i.scale, i.quanta, i.amounts, i.coverages, i.events) IS DISTINCT FROM
                (d.edges, d.shifts_us, d.scale, d.quanta, d.amounts, d.coverages, d.events) END
  ), superseded AS (
    UPDATE interval_days d SET superseded_at = now() FROM changed c
     WHERE d.channel_id = c.channel_id AND d.day = c.day AND d.superseded_at IS NULL
    RETURNING d.channel_id, d.day
  )
  INSERT INTO interval_days (tenant, channel_id, day, version, algorithm, ${INTERVAL_COLUMNS})
  SELECT $1, c.channel_id, c.day, coalesce(c.version, 0) + 1, $2, ${INTERVAL_COLUMNS.replaceAll(/(\w+)/g, 'c.$1')}
    FROM changed c LEFT JOIN superseded s ON s.channel_id = c.channel_id AND s.day = c.day
   ORDER BY c.channel_id, c.day`;

/** Writes days that came out otherwise than those in force as new versions; returns how many. */
export async function writeIntervalDays(
  client: Queryable,
  tenant: string,
  algorithm: number,
  days: readonly IntervalDay[],
): Promise<number> {
  if (days.length === 0) return 0;
  const rows = days.map(({ channelId, dayUs, intervals }) => ({
    channel_id: channelId,
    day: utcDate(dayUs),
    ...dayColumns(dayUs, intervals),
  }));
  const { rowCount } = await client.query(WRITE, [tenant, algorithm, JSON.stringify(rows)]);
  return rowCount ?? 0;
}

type DayRow = IntervalColumns & {
  readonly channel_id: number;
  readonly day: string;
  readonly version: number;
};

const toDay = (row: DayRow): VersionedDay => {
  const dayUs = dayOfDate(row.day);
  return {
    channelId: row.channel_id,
    dayUs,
    version: row.version,
    intervals: intervalsOfDay(dayUs, row),
  };
};

/** Days of a channel in force from one to another, both included; under the policies of the client. */
export async function readIntervalDays(
  client: Queryable,
  channel: { readonly tenant: string; readonly deviceId: string; readonly quantity: string },
  fromUs: number,
  untilUs: number,
): Promise<VersionedDay[]> {
  const { rows } = await client.query<DayRow>(
    `SELECT d.channel_id, d.day, d.version, ${INTERVAL_COLUMNS.replaceAll(/(\w+)/g, 'd.$1')}
       FROM channels c JOIN interval_days d ON d.channel_id = c.channel_id AND d.superseded_at IS NULL
      WHERE c.tenant = $1 AND c.device_id = $2 AND c.quantity = $3 AND d.day BETWEEN $4 AND $5
      ORDER BY d.day`,
    [channel.tenant, channel.deviceId, channel.quantity, utcDate(fromUs), utcDate(untilUs)],
  );
  return rows.map(toDay);
}

/**
 * Per channel the edge at which its last interval before a day ended: what comes next begins there. Channels without one are absent.
 */
export async function lastIntervalEnds(
  client: Queryable,
  channelIds: readonly number[],
  beforeUs: number,
): Promise<Map<number, number>> {
  const { rows } = await client.query<{ channel_id: number; day: string; edge: number }>(
    `SELECT c.channel_id, d.day, d.edge
       FROM unnest($1::integer[]) AS c (channel_id)
       CROSS JOIN LATERAL (
         SELECT i.day, coalesce(i.edges[cardinality(i.edges)], 96) AS edge FROM interval_days i
          WHERE i.channel_id = c.channel_id AND i.day < $2 AND i.superseded_at IS NULL AND i.edges IS DISTINCT FROM '{}'
          ORDER BY i.day DESC LIMIT 1) d`,
    [channelIds, utcDate(beforeUs)],
  );
  return new Map(
    rows.map((row) => [row.channel_id, dayOfDate(row.day) + (row.edge * DAY_US) / 96]),
  );
}

/** Days in force of some channels, from one day on and before another. */
export async function intervalDaysInForce(
  client: Queryable,
  channelIds: readonly number[],
  fromUs: number,
  toUs: number,
): Promise<{ readonly channelId: number; readonly dayUs: number }[]> {
  const { rows } = await client.query<{ channel_id: number; day: string }>(
    `SELECT channel_id, day FROM interval_days
      WHERE channel_id = ANY ($1) AND day >= $2 AND day < $3 AND superseded_at IS NULL`,
    [channelIds, fromUs === -Infinity ? '-infinity' : utcDate(fromUs), utcDate(toUs)],
  );
  return rows.map((row) => ({ channelId: row.channel_id, dayUs: dayOfDate(row.day) }));
}

/** Removes a tenant's days before one; returns how many. */
export async function trimIntervalDays(
  client: Queryable,
  tenant: string,
  beforeUs: number,
): Promise<number> {
  const { rowCount } = await client.query(
    'DELETE FROM interval_days WHERE tenant = $1 AND day < $2',
    [tenant, utcDate(beforeUs)],
  );
  return rowCount ?? 0;
}

/** Up to where a tenant's days are formed. Microseconds since 1970. */
export interface IntervalLook {
  /** Version of the rules by which. */
  readonly algorithm: number;
  /** Days before it are formed; undefined: none yet. */
  readonly formedUntilUs: number | undefined;
  /** Of a look that is not done: until where, and the channels from here on are still to be formed. */
  readonly forming: { readonly untilUs: number; readonly nextChannel: number } | undefined;
  /** Up to where arrivals and events of formed days were looked at. */
  readonly mark: ReadMark;
  /** The last look at arrivals however long they had been on their way. */
  readonly swept: ReadMark;
}

/** Where it is written up to where days were formed: of intervals, of validation. */
export type DayLooks = 'interval_looks' | 'validation_looks';

export async function readIntervalLook(
  client: Queryable,
  tenant: string,
  table: DayLooks = 'interval_looks',
): Promise<IntervalLook | undefined> {
  const { rows } = await client.query<{
    algorithm: number;
    formed_until: string | null;
    forming_until: string | null;
    next_channel: number | null;
    looked_at: number;
    shown: string;
    swept_at: number;
    swept_shown: string;
  }>(`SELECT * FROM ${table} WHERE tenant = $1`, [tenant]);
  const [row] = rows;
  if (row === undefined) return undefined;
  return {
    algorithm: row.algorithm,
    formedUntilUs: row.formed_until === null ? undefined : dayOfDate(row.formed_until),
    forming:
      row.forming_until === null
        ? undefined
        : { untilUs: dayOfDate(row.forming_until), nextChannel: row.next_channel ?? 0 },
    mark: { readUs: row.looked_at, shown: row.shown },
    swept: { readUs: row.swept_at, shown: row.swept_shown },
  };
}

export async function writeIntervalLook(
  client: Queryable,
  tenant: string,
  { algorithm, formedUntilUs, forming, mark, swept }: IntervalLook,
  table: DayLooks = 'interval_looks',
): Promise<void> {
  await client.query(
    `INSERT INTO ${table} (tenant, algorithm, formed_until, forming_until, next_channel, looked_at, shown, swept_at, swept_shown)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     ON CONFLICT (tenant) DO UPDATE SET
       (algorithm, formed_until, forming_until, next_channel, looked_at, shown, swept_at, swept_shown) =
       (excluded.algorithm, excluded.formed_until, excluded.forming_until, excluded.next_channel, excluded.looked_at,
        excluded.shown, excluded.swept_at, excluded.swept_shown)`,
    [
      tenant,
      algorithm,
      formedUntilUs === undefined ? null : utcDate(formedUntilUs),
      forming === undefined ? null : utcDate(forming.untilUs),
      forming?.nextChannel ?? null,
      timestamptz(mark.readUs),
      mark.shown,
      timestamptz(swept.readUs),
      swept.shown,
    ],
  );
}

/** Per channel of a tenant the earliest instant that an event reaches to which changed since an instant. */
export async function eventsChangedSince(
  client: Queryable,
  tenant: string,
  sinceUs: number,
): Promise<Map<number, number>> {
  const { rows } = await client.query<{ channel_id: number; from_ts: number }>(
    `SELECT c.channel_id, min(e.before_ts) AS from_ts
       FROM register_events e JOIN channels c USING (tenant, device_id, quantity)
      WHERE e.tenant = $1 AND e.updated_at > $2 GROUP BY c.channel_id`,
    [tenant, timestamptz(sinceUs)],
  );
  return new Map(rows.map((row) => [row.channel_id, row.from_ts]));
}
