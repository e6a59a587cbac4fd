import { numberArray, textArray } from './array-literals.ts';
import { timestamptz } from './instants.ts';
import type { JournalParameters } from './ledger.ts';
import type { Queryable } from './pools.ts';

/** Elements, or the array in PostgreSQL's binary format. */
type ArrayParameter<T> = readonly T[] | Buffer;

/** Readings to announce to the live stream, tenant by tenant: one event for each. */
export interface LiveReadings {
  readonly tenants: readonly string[];
  /** For each tenant how many elements it and those before it have. */
  readonly ends: readonly number[];
  readonly channelIds: ArrayParameter<number>;
  /** timestamptz */
  readonly ts: ArrayParameter<string>;
  readonly values: ArrayParameter<number>;
}

const CLOSE = `
  SELECT close_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19) AS is_new`;

/**
 * Accounts for a batch and announces its readings, in the transaction that stores them. The mark makes a second attempt with the same
 * mark harmless: false, with nothing done, where a batch with it was committed before. What is locked here is locked until the commit,
 * so that little should follow.
 */
export async function closeBatch(
  client: Queryable,
  batch: {
    readonly mark: Buffer;
    readonly atUs: number;
    readonly ledger: JournalParameters;
    readonly live: LiveReadings;
  },
): Promise<boolean> {
  const { mark, atUs, ledger, live } = batch;
  const result = await client.query<{ is_new: boolean }>({
    name: 'close_batch',
    text: CLOSE,
    values: [
      mark,
      timestamptz(atUs),
      ...ledger.counts,
      textArray(live.tenants),
      numberArray(live.ends),
      live.channelIds,
      live.ts,
      live.values,
      ledger.pending,
    ],
  });
  return result.rows[0]?.is_new === true;
}

/** Whether a batch with this mark was committed. */
export async function wasClosed(client: Queryable, mark: Buffer): Promise<boolean> {
  const result = await client.query<{ closed: boolean }>(
    `SELECT EXISTS (SELECT FROM arrivals WHERE session = 'verimeter batch' AND packet_id = 0 AND payload_hash = $1) AS closed`,
    [mark],
  );
  return result.rows[0]?.closed === true;
}
