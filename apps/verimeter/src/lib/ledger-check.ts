import type { Queryable } from '@verimeter/registry';

interface LedgerTotals {
  readonly received: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly conflicting: number;
  readonly rejected: number;
  readonly pending: number;
}

interface BrokenRow {
  readonly device_id: string | null;
  readonly topic: string | null;
  /** Microseconds since 1970. */
  readonly hourUs: number;
  readonly source: string;
  readonly received: number;
  readonly accounted: number;
}

export interface LedgerCheck {
  readonly rows: number;
  readonly totals: LedgerTotals;
  /** Hours where received differs from the sum of what happened. */
  readonly broken: readonly BrokenRow[];
  /** Where the account differs from what the database holds. */
  readonly discrepancies: readonly string[];
}

/**
 * Checks the identity received = stored + duplicate + conflicting + rejected + pending in each row of a tenant's
 * ledger, and the totals against the tables: readings stored, conflicts recorded, readings in quarantine.
 */
export async function checkLedger(client: Queryable, tenant: string): Promise<LedgerCheck> {
  const totals = await client.query<LedgerTotals & { rows: number }>(
    `SELECT count(*) AS rows,
            coalesce(sum(received), 0)::int8 AS received, coalesce(sum(stored), 0)::int8 AS stored,
            coalesce(sum(duplicate), 0)::int8 AS duplicate, coalesce(sum(conflicting), 0)::int8 AS conflicting,
            coalesce(sum(rejected), 0)::int8 AS rejected, coalesce(sum(pending), 0)::int8 AS pending
       FROM ledger WHERE tenant = $1`,
    [tenant],
  );
  const broken = await client.query<{
    device_id: string | null;
    topic: string | null;
    hour: number;
    source: string;
    received: number;
    accounted: number;
  }>(
    `SELECT device_id, topic, hour, source, received,
            stored + duplicate + conflicting + rejected + pending AS accounted
       FROM ledger
      WHERE tenant = $1 AND received <> stored + duplicate + conflicting + rejected + pending
      ORDER BY hour, device_id, topic, source LIMIT 100`,
    [tenant],
  );
  const held = await client.query<{ stored: number; conflicting: number; rejected: number }>(
    `SELECT (SELECT count(*) FROM readings r JOIN channels c USING (channel_id) WHERE c.tenant = $1) AS stored,
            (SELECT count(*) FROM reading_conflicts WHERE tenant = $1) AS conflicting,
            (SELECT coalesce(sum(rejected), 0)::int8 FROM quarantine WHERE tenant = $1) AS rejected`,
    [tenant],
  );
  const [row] = totals.rows;
  const [tables] = held.rows;
  if (row === undefined || tables === undefined) throw new Error('an aggregate gave no row');
  const { rows, ...sums } = row;
  const discrepancies = (['stored', 'conflicting', 'rejected'] as const)
    .filter((name) => sums[name] !== tables[name])
    .map((name) => `${name}: ${sums[name]} in the ledger, ${tables[name]} in the database`);
  return {
    rows,
    totals: sums,
    broken: broken.rows.map(({ hour, ...rest }) => ({ ...rest, hourUs: hour })),
    discrepancies,
  };
}
