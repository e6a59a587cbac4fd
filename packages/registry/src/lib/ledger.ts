import { numberArray, textArray } from './array-literals.ts';
import { timestamptz } from './instants.ts';
import type { Queryable } from './pools.ts';

/** Counts to add to the account of one device and receive hour. Unit: one (channel, instant, value). */
export interface LedgerRow {
  /** null: the tenant does not exist. */
  readonly tenant: string | null;
  /** null: no registered device; `topic` says what came. */
  readonly deviceId: string | null;
  readonly topic: string | null;
  /** Microseconds since 1970; rounded down to the hour (UTC). */
  readonly receivedAtUs: number;
  /** `mqtt`, `import`, `replay`. */
  readonly source: string;
  readonly received: number;
  readonly stored?: number;
  readonly duplicate?: number;
  readonly conflicting?: number;
  readonly rejected?: number;
  readonly pending?: number;
}

const COUNTS = ['received', 'stored', 'duplicate', 'conflicting', 'rejected', 'pending'] as const;

const HOUR_US = 3600e6;

/** Almost all rows of a batch are of one hour. */
function hourFormatter(): (us: number) => string {
  let last = Number.NaN;
  let text = '';
  return (us) => {
    const hour = Math.floor(us / HOUR_US);
    if (hour !== last) {
      last = hour;
      text = timestamptz(hour * HOUR_US);
    }
    return text;
  };
}

/** The rows as array parameters, in the order of the arguments of `add_to_ledger`. */
export function ledgerParameters(rows: readonly LedgerRow[]): readonly string[] {
  const hour = hourFormatter();
  return [
    textArray(rows.map((row) => row.tenant)),
    textArray(rows.map((row) => row.deviceId)),
    textArray(rows.map((row) => row.topic)),
    textArray(rows.map((row) => hour(row.receivedAtUs))),
    textArray(rows.map((row) => row.source)),
    ...COUNTS.map((name) => numberArray(rows.map((row) => row[name] ?? 0))),
  ];
}

/** Adds to the ledger, in the transaction that stores what is counted. Rows of one key may repeat. */
export async function addToLedger(client: Queryable, rows: readonly LedgerRow[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query({
    name: 'ledger_add',
    text: 'SELECT add_to_ledger($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)',
    values: [...ledgerParameters(rows)],
  });
}
