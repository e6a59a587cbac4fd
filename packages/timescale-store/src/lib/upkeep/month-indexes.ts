import pg, { type Client, type Pool } from 'pg';
import { openOwnConnection } from '../own-connection.ts';
import { partitionsOf } from './partition-list.ts';
import { DAYS_LOCK } from './reading-days.ts';

/** What comes this long after the end of a month is rare: an index that is built anew stays as it is. */
const LATE_WINDOW_US = 14 * 86_400e6;
/** An entry takes 52 bytes and a page is filled to nine tenths: 58. Readings that come instant by instant leave pages half empty: 97. */
const LOOSE_BYTES = 75;
/** Of fewer readings there is little to be had. */
const WORTHWHILE_READINGS = 100_000;
/** Milliseconds; an index of billions of entries takes hours. */
const LONGEST_MS = 24 * 3_600_000;

const LOOSE = `
  SELECT i.oid::regclass::text AS index
    FROM pg_class c JOIN pg_index x ON x.indrelid = c.oid AND x.indisprimary JOIN pg_class i ON i.oid = x.indexrelid
   WHERE c.oid = $1 AND c.reltuples >= ${WORTHWHILE_READINGS} AND pg_relation_size(i.oid) > c.reltuples * ${LOOSE_BYTES}`;

/** What REINDEX leaves when it is broken off. */
const LEFT_OVER = `
  SELECT i.oid::regclass::text AS index
    FROM pg_inherits h JOIN pg_index x ON x.indrelid = h.inhrelid JOIN pg_class i ON i.oid = x.indexrelid
   WHERE h.inhparent = 'public.readings'::regclass AND NOT x.indisvalid AND i.relname ~ '_cc(new|old)[0-9]*$'`;

/**
 * Builds the indexes of months that are over anew where that makes them much smaller, one after the other and beside those that read and
 * write; begins none after the budget. Does nothing where somebody else keeps the store, or where the login may not act as the owner.
 */
export async function tightenOldMonths(
  pool: Pool,
  nowUs: number,
  { budgetMs, signal }: { readonly budgetMs: number; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const beganMs = performance.now();
  const client = await openOwnConnection(pool, signal);
  try {
    if (!(await mayBegin(client))) return;
    for (const index of await namesOf(client, LEFT_OVER)) {
      // oxlint-disable-next-line no-await-in-loop -- one connection
      await longQuery(client, `DROP INDEX CONCURRENTLY ${index}`);
    }
    for (const { oid, toUs } of await partitionsOf(client)) {
      if (toUs > nowUs - LATE_WINDOW_US || performance.now() > beganMs + budgetMs) return;
      // oxlint-disable-next-line no-await-in-loop
      for (const index of await namesOf(client, LOOSE, [oid])) {
        // oxlint-disable-next-line no-await-in-loop
        await longQuery(client, `REINDEX INDEX CONCURRENTLY ${index}`);
      }
    }
  } finally {
    await client.end(); // and the lock with it
  }
}

async function mayBegin(client: Client): Promise<boolean> {
  try {
    await client.query('SET ROLE verimeter_owner; SET statement_timeout = 0');
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '42501') return false;
    throw error;
  }
  const { rows } = await client.query<{ locked: boolean }>(
    `SELECT pg_try_advisory_lock(${DAYS_LOCK}) AS locked`,
  );
  return rows[0]?.locked === true;
}

const namesOf = async (client: Client, text: string, values: unknown[] = []): Promise<string[]> =>
  (await client.query<{ index: string }>(text, values)).rows.map(({ index }) => index);

async function longQuery(client: Client, text: string): Promise<void> {
  // The types of pg 8 do not know that a query may have a limit of its own in place of the pool's.
  const query: pg.QueryConfig & { readonly query_timeout: number } = {
    text,
    query_timeout: LONGEST_MS,
  };
  await client.query(query);
}
