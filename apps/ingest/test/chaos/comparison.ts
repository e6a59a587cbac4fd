import { setTimeout as delay } from 'node:timers/promises';
import { createServicePool, type Pool } from '@verimeter/registry';
import pg from 'pg';
import { COMPARISON, STORED_NUMBERS, deviceIds, readingsOf } from './messages.ts';
import { until } from './waiting.ts';

const DURABLE = ['fsync', 'synchronous_commit', 'full_page_writes'] as const;

export interface Ledger {
  readonly received: number;
  readonly stored: number;
  readonly duplicate: number;
  /** Safe, and not known yet what of it is new; 0 on a store that answers at once. */
  readonly pending: number;
  /** Received and in none of the other columns. */
  readonly open: number;
}

export interface Comparison {
  /** Readings that were sent. */
  readonly readings: number;
  /** Of these not there with their value. */
  readonly missing: number;
  /** There and never sent. */
  readonly unknown: number;
  /** Without own time and there again. */
  readonly twice: number;
  readonly conflicts: number;
  readonly ledger: Ledger;
  /** Of the server: what makes a commit survive its end. */
  readonly settings: Readonly<Record<string, string>>;
}

export async function register(url: string): Promise<void> {
  const pool = createServicePool(url, { applicationName: 'chaos', max: 1 });
  try {
    await pool.query(`INSERT INTO tenants (tenant) VALUES ('demo') ON CONFLICT DO NOTHING`);
    await pool.query(
      `INSERT INTO devices (tenant, device_id, kind) SELECT 'demo', d, 'electricity_meter' FROM unnest($1::text[]) d`,
      [deviceIds()],
    );
  } finally {
    await pool.end();
  }
}

/** Readings stored so far, as the ledger says. */
export async function storedReadings(url: string): Promise<number> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined); // its end is the query's as well
  await client.connect();
  try {
    const { rows } = await client.query<{ stored: string }>(
      'SELECT coalesce(sum(stored), 0) AS stored FROM ledger',
    );
    return Number(rows[0]?.stored);
  } finally {
    await client.end();
  }
}

/** Compares what is stored with `messages` messages, one by one, once nothing more comes. */
export async function compare(url: string, messages: number): Promise<Comparison> {
  return withPool(url, async (pool) => {
    await untilQuiet(pool);
    const settings = await pool.query<{ name: string; setting: string }>(
      'SELECT name, setting FROM pg_settings WHERE name = ANY ($1)',
      [DURABLE],
    );
    const { rows } = await pool.query<
      Pick<Comparison, 'missing' | 'unknown' | 'twice' | 'conflicts'>
    >(COMPARISON, [messages]);
    const [counts] = rows;
    if (counts === undefined) throw new Error('an aggregate gives one row');
    return {
      ...counts,
      ledger: await sumLedger(pool),
      readings: readingsOf(messages),
      settings: Object.fromEntries(settings.rows.map(({ name, setting }) => [name, setting])),
    };
  });
}

/** The account as it stands. */
export const readLedger = (url: string): Promise<Ledger> => withPool(url, sumLedger);

/** Numbers of the messages of which anything is stored. */
export const storedMessages = (url: string): Promise<ReadonlySet<number>> =>
  withPool(url, async (pool) => {
    const { rows } = await pool.query<{ n: number }>(STORED_NUMBERS);
    return new Set(rows.map(({ n }) => n));
  });

async function withPool<T>(url: string, work: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = createServicePool(url, {
    applicationName: 'chaos',
    max: 1,
    statementTimeoutMs: 600_000,
  });
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

async function sumLedger(pool: Pool): Promise<Ledger> {
  const { rows } = await pool.query<Ledger>(
    `SELECT coalesce(sum(received), 0)::int8 AS received, coalesce(sum(stored), 0)::int8 AS stored,
            coalesce(sum(duplicate), 0)::int8 AS duplicate, coalesce(sum(pending), 0)::int8 AS pending,
            coalesce(sum(received - stored - duplicate - conflicting - rejected - pending), 0)::int8 AS open FROM ledger`,
  );
  const [sums] = rows;
  if (sums === undefined) throw new Error('an aggregate gives one row');
  return sums;
}

/** Nothing was received for two seconds. */
async function untilQuiet(pool: Pool): Promise<void> {
  let before = -1;
  await until(async () => {
    await delay(2000);
    const { received } = await sumLedger(pool);
    const isQuiet = received === before;
    before = received;
    return isQuiet;
  }, 'the last message');
}
