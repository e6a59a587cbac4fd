import type { ReadingStore } from '@verimeter/reading-store';
import { type Pool, type PoolClient, withTransaction } from '@verimeter/registry';
import { grouped } from '../progress.ts';
import { compareConflicts, compareStored, keptPeriod, slicePeriod } from './kept-readings.ts';
import { type LedgerTotals, findBrokenRows, sumLedger } from './ledger-rows.ts';
import { compareQuarantined } from './quarantined.ts';
import { type Gaps, findGaps } from './reading-gaps.ts';
import type { ReceivePeriod } from './receive-period.ts';
import { type Found, MAX_VIOLATIONS, type Violation } from './violations.ts';

export interface LedgerCheckOptions {
  readonly store: ReadingStore;
  readonly tenant: string;
  readonly period: ReceivePeriod;
  /** How many gaps to list; undefined: gaps are not looked for. */
  readonly gapLimit?: number | undefined;
  readonly onProgress?: (done: number, total: number, text: string) => void;
}

export interface LedgerCheck {
  readonly kind: 'checked';
  readonly ledger: LedgerTotals;
  /** Devices and receive hours of ledger and store together. */
  readonly deviceHours: number;
  /** Counted in the tables. */
  readonly readings: number;
  readonly conflicts: number;
  readonly quarantineEntries: number;
  /** Readings of earlier instants were removed by retention: receive hours before were not compared with the store. */
  readonly keptFromUs: number | undefined;
  readonly violations: readonly Violation[];
  readonly violationCount: number;
  readonly gaps: Gaps | undefined;
}

export type LedgerCheckResult = LedgerCheck | { readonly kind: 'unknown_tenant' };

/**
 * Checks the account of a tenant against itself and against all that is kept: readings, conflicts, quarantine. One
 * snapshot, in which every transaction of the ingest service is whole or absent, so that it holds while readings come in; where readings
 * are in another engine, of hours in which none come in any more. Reads only.
 */
export function checkLedger(pool: Pool, options: LedgerCheckOptions): Promise<LedgerCheckResult> {
  return withTransaction(pool, async (client) => {
    await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    return (await isKnown(client, options.tenant))
      ? check(client, options)
      : { kind: 'unknown_tenant' };
  });
}

/** What comes for tenants that do not exist is in the ledger of one that need not exist either. */
async function isKnown(client: PoolClient, tenant: string): Promise<boolean> {
  const { rows } = await client.query<{ known: boolean }>(
    `SELECT EXISTS (SELECT FROM tenants WHERE tenant = $1)
         OR EXISTS (SELECT FROM ledger WHERE tenant = $1) AS known`,
    [tenant],
  );
  return rows[0]?.known === true;
}

async function check(client: PoolClient, options: LedgerCheckOptions): Promise<LedgerCheck> {
  const { store, tenant, period, gapLimit } = options;
  const ledger = await sumLedger(client, tenant, period);
  const broken = await findBrokenRows(client, tenant, period);
  const kept = await keptPeriod(client, period);
  const stored = await compareSlices(client, { ...options, period: kept.period });
  const conflicts = await compareConflicts(client, tenant, kept.period);
  const quarantined = await compareQuarantined(client, tenant, period);
  const found: readonly Found[] = [broken, stored, conflicts, quarantined];
  return {
    kind: 'checked',
    ledger,
    deviceHours: stored.deviceHours,
    readings: stored.readings,
    conflicts: conflicts.readings,
    quarantineEntries: quarantined.entries,
    keptFromUs: kept.keptFromUs,
    violations: found.flatMap(({ first }) => first).slice(0, MAX_VIOLATIONS),
    violationCount: found.reduce((sum, { count }) => sum + count, 0),
    gaps:
      gapLimit === undefined
        ? undefined
        : await findGaps(client, store, {
            tenant,
            period,
            limit: gapLimit,
            onProgress: (done, total) =>
              options.onProgress?.(done, total, `${grouped(done)} channels searched for gaps`),
          }),
  };
}

/** Slice by slice: this is where the time goes. */
async function compareSlices(
  client: PoolClient,
  { store, tenant, period, onProgress }: LedgerCheckOptions,
): Promise<Found & { readonly deviceHours: number; readonly readings: number }> {
  const slices = await slicePeriod(client, store, tenant, period);
  const total = slices.reduce((sum, { readings }) => sum + readings, 0);
  const first: Violation[] = [];
  const sums = { count: 0, deviceHours: 0, readings: 0 };
  let done = 0;
  for (const slice of slices) {
    onProgress?.(done, total, `${grouped(done)} readings counted`);
    // oxlint-disable-next-line no-await-in-loop -- one connection, one snapshot
    const part = await compareStored(client, store, tenant, slice.period);
    sums.count += part.count;
    sums.deviceHours += part.deviceHours;
    sums.readings += part.readings;
    if (first.length < MAX_VIOLATIONS) first.push(...part.first);
    done += slice.readings;
  }
  return { ...sums, first };
}
