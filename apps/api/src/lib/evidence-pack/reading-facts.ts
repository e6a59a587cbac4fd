import type { EvidencePack } from '@verimeter/api-schema';
import { type PoolClient, timestamptz } from '@verimeter/registry';
import { formatTimestamp } from '@verimeter/telemetry';

type ReadingFacts = EvidencePack['readings'];
type Item<Name extends 'exceptions' | 'corrections' | 'conflicts'> =
  ReadingFacts[Name]['items'][number];

/** So many of each are named; the others are counted. */
const NAMED = 20;

interface Window {
  readonly deviceId: string;
  readonly quantity: string;
  readonly fromUs: number;
  readonly toUs: number;
}

const totalOf = (rows: readonly { readonly total: number }[]): number => rows[0]?.total ?? 0;

/** What is to be said of the readings of a register in a window, besides themselves. */
export async function readReadingFacts(
  client: PoolClient,
  { deviceId, quantity, fromUs, toUs }: Window,
): Promise<Omit<ReadingFacts, 'missing_days'>> {
  const of = [deviceId, quantity, timestamptz(fromUs), timestamptz(toUs)];
  const conflicts = await client.query<{ ts: number; value: number; total: number }>(
    `SELECT x.ts, x.value, count(*) OVER () AS total FROM reading_conflicts x JOIN channels c USING (channel_id)
      WHERE c.device_id = $1 AND c.quantity = $2 AND x.ts >= $3 AND x.ts < $4 ORDER BY x.ts DESC, x.value LIMIT ${NAMED}`,
    of,
  );
  const exceptions = await client.query<
    Omit<Item<'exceptions'>, 'from' | 'to'> & { ts: number; until_ts: number; total: number }
  >(
    `SELECT e.ts, e.until_ts, e.rule, e.severity, e.code, e.value, e.expected, count(*) OVER () AS total
       FROM validation_exceptions e JOIN channels c USING (channel_id)
      WHERE c.device_id = $1 AND c.quantity = $2 AND e.until_ts >= $3 AND e.ts < $4
      ORDER BY e.ts DESC, e.rule, e.rules_version LIMIT ${NAMED}`,
    of,
  );
  const events = await client.query<
    Omit<ReadingFacts['register_events'][number], 'ts'> & { ts: number }
  >(
    `SELECT ts, kind, state, before_value AS before, after_value AS after, comment FROM register_events
      WHERE device_id = $1 AND quantity = $2 AND ts >= $3 AND ts < $4 ORDER BY ts DESC LIMIT 100`,
    of,
  );
  const corrections = await client.query<
    Omit<Item<'corrections'>, 'ts' | 'at'> & { ts: number; at: number; total: number }
  >(
    `SELECT v.ts, v.value, v.code, coalesce(v.action, v.method) AS method, v.created_at AS at, count(*) OVER () AS total
       FROM value_versions v JOIN channels c USING (channel_id)
      WHERE c.device_id = $1 AND c.quantity = $2 AND v.ts >= $3 AND v.ts < $4 AND v.superseded_at IS NULL
      ORDER BY v.ts DESC LIMIT ${NAMED}`,
    of,
  );
  return {
    conflicts: {
      count: totalOf(conflicts.rows),
      items: conflicts.rows.map(({ ts, value }) => ({ ts: formatTimestamp(ts), value })),
    },
    exceptions: {
      count: totalOf(exceptions.rows),
      items: exceptions.rows.map(({ ts, until_ts: until, total: _total, ...row }) => ({
        ...row,
        from: formatTimestamp(ts),
        to: formatTimestamp(until),
      })),
    },
    register_events: events.rows.map((row) => ({ ...row, ts: formatTimestamp(row.ts) })),
    corrections: {
      count: totalOf(corrections.rows),
      items: corrections.rows.map(({ total: _total, ...row }) => ({
        ...row,
        ts: formatTimestamp(row.ts),
        at: formatTimestamp(row.at),
      })),
    },
  };
}
