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

/** Rows are locked in the order of their key: two transactions that account for the same devices cannot deadlock. */
const ADD = `
  INSERT INTO ledger_hours AS l (tenant, device_id, topic, hour, source, ${COUNTS.join(', ')})
  SELECT t.tenant, t.device_id, t.topic, date_trunc('hour', t.received_at, 'UTC') AS hour, t.source,
         ${COUNTS.map((name) => `sum(t.${name})`).join(', ')}
    FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::text[],
                $6::int8[], $7::int8[], $8::int8[], $9::int8[], $10::int8[], $11::int8[])
      AS t (tenant, device_id, topic, received_at, source, ${COUNTS.join(', ')})
   GROUP BY t.tenant, t.device_id, t.topic, hour, t.source
   ORDER BY t.tenant COLLATE "C", t.device_id COLLATE "C", t.topic, hour, t.source
  ON CONFLICT (tenant, device_id, topic, hour, source) DO UPDATE
    SET ${COUNTS.map((name) => `${name} = l.${name} + excluded.${name}`).join(', ')}`;

/** Adds to the ledger, in the transaction that stores what is counted. Rows of one key may repeat. */
export async function addToLedger(client: Queryable, rows: readonly LedgerRow[]): Promise<void> {
  if (rows.length === 0) return;
  const hour = hourFormatter();
  await client.query({
    name: 'ledger_add',
    text: ADD,
    values: [
      textArray(rows.map((row) => row.tenant)),
      textArray(rows.map((row) => row.deviceId)),
      textArray(rows.map((row) => row.topic)),
      textArray(rows.map((row) => hour(row.receivedAtUs))),
      textArray(rows.map((row) => row.source)),
      ...COUNTS.map((name) => numberArray(rows.map((row) => row[name] ?? 0))),
    ],
  });
}

const JOURNAL_COUNTS = ['received', 'stored', 'duplicate', 'conflicting', 'rejected'] as const;

/** The rows of a batch as array parameters of `close_batch`. */
export interface JournalParameters {
  /** In the order of the arguments. */
  readonly counts: readonly string[];
  /** Null where nothing is pending. */
  readonly pending: string | null;
}

/** What one batch of messages counts. */
export function journalParameters(rows: readonly LedgerRow[]): JournalParameters {
  const parts = [
    ...Map.groupBy(
      rows,
      ({ tenant, receivedAtUs, source }) =>
        `${tenant === null ? '-' : `+${tenant}`} ${source} ${Math.floor(receivedAtUs / HOUR_US)}`,
    ).values(),
  ];
  const ordered = parts.flat();
  const hour = hourFormatter();
  let end = 0;
  const counts = [
    textArray(parts.map(([first]) => first?.tenant ?? null)),
    textArray(parts.map(([first]) => hour(first?.receivedAtUs ?? 0))),
    textArray(parts.map(([first]) => first?.source ?? '')),
    numberArray(parts.map(({ length }) => (end += length))),
    textArray(ordered.map((row) => row.deviceId)),
    textArray(ordered.map((row) => row.topic)),
    ...JOURNAL_COUNTS.map((name) => numberArray(ordered.map((row) => row[name] ?? 0))),
  ];
  const pending = ordered.map((row) => row.pending ?? 0);
  return { counts, pending: pending.some((count) => count !== 0) ? numberArray(pending) : null };
}

/** Adds up to `batches` of the journal to the hours; returns how many there were. Sums of the ledger stay as they are. */
export async function foldLedger(client: Queryable, batches: number): Promise<number> {
  const { rows } = await client.query<{ folded: number }>('SELECT fold_ledger($1) AS folded', [
    batches,
  ]);
  return rows[0]?.folded ?? 0;
}
