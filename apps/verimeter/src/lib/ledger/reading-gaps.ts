import { type Queryable, timestamptz } from '@verimeter/registry';
import type { ReceivePeriod } from './receive-period.ts';

export interface Gap {
  readonly deviceId: string;
  readonly quantity: string;
  /** The last reading before and the first one after, microseconds since 1970. */
  readonly fromUs: number;
  readonly toUs: number;
  /** How many readings the median spacing lets expect in between. */
  readonly missing: number;
  /** Median spacing of the channel in the period, seconds. */
  readonly spacingS: number;
}

export interface Gaps {
  /** Those with the most readings missing, by device and quantity, in each channel the longest first. */
  readonly listed: readonly Gap[];
  readonly count: number;
  readonly missing: number;
  /** Channels with enough readings to tell. */
  readonly channels: number;
}

/** Fewer do not tell how often a channel sends. */
const MIN_READINGS = 10;
/** One reading at its usual distance and half as much again: below, the reading was late, not missing. */
const GAP_SPACINGS = 1.5;
/** Channels per statement: some millions of readings in a year of quarter-hours. */
const CHANNELS_AT_ONCE = 100;

/**
 * Gaps are in the devices' own time. Readings of the future count once their time has come, as everywhere: behind a clock
 * that is ahead there is no gap. Own times are all that is looked at, so that the index of the primary key answers.
 */
const FIND = `
  WITH steps AS MATERIALIZED (
    SELECT channel_id, ts, previous, extract(epoch FROM ts - previous)::float8 AS seconds
      FROM (SELECT channel_id, ts, lag(ts) OVER (PARTITION BY channel_id ORDER BY ts) AS previous
              FROM readings
             WHERE channel_id = ANY ($1) AND ts >= $2 AND ts < $3 AND ts <= now()) r
     WHERE previous IS NOT NULL
  ), cadence AS MATERIALIZED (
    SELECT channel_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS spacing
      FROM steps GROUP BY channel_id HAVING count(*) >= ${MIN_READINGS - 1}
  ), gaps AS MATERIALIZED (
    SELECT channel_id, s.previous, s.ts, c.spacing, (round(s.seconds / c.spacing) - 1)::int8 AS missing
      FROM steps s JOIN cadence c USING (channel_id)
     WHERE s.seconds > ${GAP_SPACINGS} * c.spacing
  )
  SELECT t.*, g.*
    FROM (SELECT (SELECT count(*) FROM cadence) AS channels, count(*) AS count,
                 coalesce(sum(missing), 0)::int8 AS all_missing FROM gaps) t
    LEFT JOIN LATERAL (
      SELECT c.device_id, c.quantity, g.previous, g.ts, g.spacing, g.missing
        FROM gaps g JOIN channels c USING (channel_id)
       ORDER BY g.missing DESC, c.device_id, c.quantity, g.previous LIMIT $4) g ON true`;

interface Row {
  readonly channels: number;
  readonly count: number;
  readonly all_missing: number;
  readonly device_id: string;
  readonly quantity: string;
  /** null: no gap. */
  readonly previous: number | null;
  readonly ts: number;
  readonly spacing: number;
  readonly missing: number;
}

const compare = (left: string, right: string): number =>
  left === right ? 0 : left < right ? -1 : 1;

const byChannel = (left: Gap, right: Gap): number =>
  compare(left.deviceId, right.deviceId) || compare(left.quantity, right.quantity);

const bySize = (left: Gap, right: Gap): number =>
  right.missing - left.missing || byChannel(left, right) || left.fromUs - right.fromUs;

const byLength = (left: Gap, right: Gap): number =>
  right.toUs - right.fromUs - (left.toUs - left.fromUs) || left.fromUs - right.fromUs;

/** The spans between readings of a channel, with own times in the period, that are longer than 1.5 times the median. */
export async function findGaps(
  client: Queryable,
  tenant: string,
  { fromUs, toUs }: ReceivePeriod,
  limit: number,
  onProgress: (channels: number, of: number) => void,
): Promise<Gaps> {
  const { rows: channels } = await client.query<{ channel_id: number }>(
    'SELECT channel_id FROM channels WHERE tenant = $1 ORDER BY channel_id',
    [tenant],
  );
  const ids = channels.map(({ channel_id: id }) => id);
  const sums = { count: 0, missing: 0, channels: 0 };
  let largest: Gap[] = [];
  for (let first = 0; first < ids.length; first += CHANNELS_AT_ONCE) {
    onProgress(first, ids.length);
    // oxlint-disable-next-line no-await-in-loop -- one connection, one snapshot
    const { rows } = await client.query<Row>(FIND, [
      ids.slice(first, first + CHANNELS_AT_ONCE),
      timestamptz(fromUs),
      timestamptz(toUs),
      limit,
    ]);
    const [totals] = rows;
    if (totals === undefined) throw new Error('an aggregate gave no row');
    sums.channels += totals.channels;
    sums.count += totals.count;
    sums.missing += totals.all_missing;
    largest = [...largest, ...rows.flatMap(gapOf)].toSorted(bySize).slice(0, limit);
  }
  const listed = largest.toSorted((a, b) => byChannel(a, b) || byLength(a, b));
  return { ...sums, listed };
}

function gapOf(row: Row): Gap[] {
  if (row.previous === null) return [];
  const { device_id: deviceId, quantity, previous: fromUs, ts: toUs, missing, spacing } = row;
  return [{ deviceId, quantity, fromUs, toUs, missing, spacingS: spacing }];
}
