import { type Queryable, timestamptz } from '@verimeter/registry';
import type { ReceivePeriod } from './receive-period.ts';
import { type Found, MAX_VIOLATIONS } from './violations.ts';

export const LEDGER_COUNTS = [
  'received',
  'stored',
  'duplicate',
  'conflicting',
  'rejected',
  'pending',
] as const;
export type Counts = Readonly<Record<(typeof LEDGER_COUNTS)[number], number>>;

export interface LedgerTotals {
  readonly rows: number;
  /** In the order of the sources' names. */
  readonly bySource: ReadonlyMap<string, Counts>;
}

const sums = LEDGER_COUNTS.map((name) => `sum(${name})::int8 AS ${name}`).join(', ');

const ROWS = `
  SELECT device_id, topic, hour, source, ${sums} FROM ledger
   WHERE tenant = $1 AND hour >= $2 AND hour < $3
   GROUP BY device_id, topic, hour, source`;

const TOTALS = `
  SELECT source, count(*) AS rows, ${sums} FROM (${ROWS}) r
   GROUP BY source ORDER BY source COLLATE "C"`;

const BROKEN = `
  WITH rows AS (
    SELECT device_id, topic, hour, source, received, least(${LEDGER_COUNTS.join(', ')}) AS lowest,
           stored + duplicate + conflicting + rejected + pending AS accounted
      FROM (${ROWS}) r
  )
  SELECT CASE WHEN lowest < 0 THEN 'negative' ELSE 'balance' END AS "check",
         device_id, topic, hour, source,
         CASE WHEN lowest < 0 THEN lowest ELSE received END AS ledger,
         CASE WHEN lowest < 0 THEN 0 ELSE accounted END AS found, count(*) OVER () AS violations
    FROM rows WHERE lowest < 0 OR received <> accounted
   ORDER BY hour, device_id, topic, source COLLATE "C" LIMIT ${MAX_VIOLATIONS}`;

export async function sumLedger(
  client: Queryable,
  tenant: string,
  { fromUs, toUs }: ReceivePeriod,
): Promise<LedgerTotals> {
  const { rows } = await client.query<{ source: string; rows: number } & Counts>(TOTALS, [
    tenant,
    timestamptz(fromUs),
    timestamptz(toUs),
  ]);
  return {
    rows: rows.reduce((sum, row) => sum + row.rows, 0),
    bySource: new Map(rows.map(({ source, rows: _rows, ...counts }) => [source, counts])),
  };
}

/** Rows with a negative count, or with received that differs from the sum of what happened. */
export async function findBrokenRows(
  client: Queryable,
  tenant: string,
  { fromUs, toUs }: ReceivePeriod,
): Promise<Found> {
  const { rows } = await client.query<{
    check: 'negative' | 'balance';
    device_id: string | null;
    topic: string | null;
    hour: number;
    source: string;
    ledger: number;
    found: number;
    violations: number;
  }>(BROKEN, [tenant, timestamptz(fromUs), timestamptz(toUs)]);
  return {
    count: rows[0]?.violations ?? 0,
    first: rows.map(({ device_id: deviceId, hour: hourUs, violations: _violations, ...row }) => ({
      ...row,
      deviceId,
      hourUs,
    })),
  };
}
