import type { ReadMark } from './health.ts';
import { timestamptz, timestamptzOrNull } from './instants.ts';
import { type Pool, type Queryable, withTransaction } from './pools.ts';

/** A published group whose analysis noted what it had read. */
export interface AnalysedGroup {
  readonly groupId: string;
  readonly runId: number;
  /** Microseconds since 1970. */
  readonly asOfUs: number;
  readonly read: ReadMark;
  /** Whether the run is published as a whole. */
  readonly isFinished: boolean;
}

export async function readAnalysedGroups(
  client: Queryable,
  tenant: string,
): Promise<AnalysedGroup[]> {
  const { rows } = await client.query<{
    group_id: string;
    run_id: number;
    as_of: number;
    read_at: number;
    shown: string;
    finished: boolean;
  }>(
    `SELECT g.group_id, g.run_id, g.as_of, r.read_at, r.shown, r.finished_at IS NOT NULL AS finished
       FROM group_health g JOIN analysis_runs r USING (tenant, run_id)
      WHERE g.tenant = $1 AND g.status IS NOT NULL AND g.as_of IS NOT NULL AND r.read_at IS NOT NULL AND r.shown IS NOT NULL
      ORDER BY g.group_id`,
    [tenant],
  );
  return rows.map((row) => ({
    groupId: row.group_id,
    runId: row.run_id,
    asOfUs: row.as_of,
    read: { readUs: row.read_at, shown: row.shown },
    isFinished: row.finished,
  }));
}

/** Up to where arrivals of a tenant have been looked at, for the groups of some runs. */
export interface LateLook {
  readonly mark: ReadMark;
  /** The last look at arrivals however long they had been on their way; undefined: of a version that did not note it. */
  readonly swept: ReadMark | undefined;
  /** Finished ones: all their groups were there. */
  readonly runIds: readonly number[];
}

export interface SweptColumns {
  readonly swept_at: number | null;
  readonly swept_shown: string | null;
}

export function sweptOf({ swept_at: at, swept_shown: shown }: SweptColumns): ReadMark | undefined {
  return at === null || shown === null ? undefined : { readUs: at, shown };
}

export async function lastLateLook(
  client: Queryable,
  tenant: string,
): Promise<LateLook | undefined> {
  const { rows } = await client.query<
    { looked_at: number; shown: string; run_ids: string[] } & SweptColumns
  >('SELECT looked_at, shown, run_ids, swept_at, swept_shown FROM late_looks WHERE tenant = $1', [
    tenant,
  ]);
  const [row] = rows;
  return row === undefined
    ? undefined
    : {
        mark: { readUs: row.looked_at, shown: row.shown },
        swept: sweptOf(row),
        runIds: row.run_ids.map(Number),
      };
}

/** A series with readings that came late. Microseconds since 1970. */
interface LateSeries {
  readonly channelId: number;
  readonly earliestUs: number;
  readonly receivedUs: number;
}

/** Series that came late for some groups: those of a run, or of several that were looked at up to the same mark. */
export interface LateForRuns {
  readonly runIds: readonly number[];
  readonly series: readonly LateSeries[];
}

/** A group that was published anew meanwhile has another run and is left alone. */
const MARK = `
  UPDATE group_health g SET
         late_noticed_at = coalesce(g.late_noticed_at, now()),
         late_received_at = greatest(g.late_received_at, l.received),
         late_from = least(g.late_from, l.earliest),
         late_channels = greatest(g.late_channels, l.channels)
    FROM (SELECT g.group_id, max(s.received) AS received, min(s.earliest) AS earliest, count(DISTINCT c.channel_id)::int AS channels
            FROM unnest($3::int4[], $4::timestamptz[], $5::timestamptz[]) AS s (channel_id, earliest, received)
            JOIN channels c USING (channel_id)
            JOIN members m ON m.tenant = c.tenant AND m.device_id = c.device_id
            JOIN groups k ON k.tenant = m.tenant AND k.group_id = m.group_id
            JOIN group_health g ON g.tenant = m.tenant AND g.group_id = m.group_id
           WHERE c.tenant = $1 AND g.run_id = ANY ($2) AND g.status IS NOT NULL
             AND s.earliest <= g.as_of - make_interval(secs => $6)
             AND (k.kind <> 'electricity_area' OR c.quantity = ANY ($7))
           GROUP BY g.group_id) l
   WHERE g.tenant = $1 AND g.group_id = l.group_id AND g.run_id = ANY ($2)
  RETURNING g.group_id`;

/**
 * Marks the groups that series came late for, and notes up to where it was looked. `open`: seconds before the end of an analysis in which
 * nothing counts as late. `quantities`: those that an electricity area is balanced with. Returns the marked groups.
 */
export function markLateGroups(
  pool: Pool,
  tenant: string,
  late: readonly LateForRuns[],
  how: { readonly look: LateLook; readonly openS: number; readonly quantities: readonly string[] },
): Promise<string[]> {
  return withTransaction(pool, async (client) => {
    const marked = new Set<string>();
    for (const { runIds, series } of late) {
      if (series.length === 0) continue;
      // oxlint-disable-next-line no-await-in-loop -- one client
      const { rows } = await client.query<{ group_id: string }>(MARK, [
        tenant,
        runIds,
        series.map(({ channelId }) => channelId),
        series.map(({ earliestUs }) => timestamptz(earliestUs)),
        series.map(({ receivedUs }) => timestamptz(receivedUs)),
        how.openS,
        how.quantities,
      ]);
      for (const row of rows) marked.add(row.group_id);
    }
    await client.query(
      `INSERT INTO late_looks AS l (tenant, looked_at, shown, run_ids, swept_at, swept_shown) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (tenant) DO UPDATE SET looked_at = excluded.looked_at, shown = excluded.shown, run_ids = excluded.run_ids,
                                          swept_at = excluded.swept_at, swept_shown = excluded.swept_shown
         WHERE l.looked_at < excluded.looked_at`,
      [
        tenant,
        timestamptz(how.look.mark.readUs),
        how.look.mark.shown,
        how.look.runIds,
        timestamptzOrNull(how.look.swept?.readUs),
        how.look.swept?.shown ?? null,
      ],
    );
    return [...marked].toSorted();
  });
}
