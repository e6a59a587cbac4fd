import type { Pool, PoolClient } from '@verimeter/registry';
import type { Row } from './exports.ts';

const FETCH_ROWS = 5000;

/** Rows of a query, a few at a time. */
export interface Cursor<R> {
  /** Makes sure that `next` is the next row. */
  fill(): Promise<void>;
  /** Undefined behind the last row. */
  readonly next: R | undefined;
  advance(): void;
  /** The rows that are there, none behind the last one. */
  take(): Promise<readonly R[]>;
}

/** A cursor in the transaction of the client. */
export async function openCursor<R extends object>(
  client: PoolClient,
  query: {
    readonly name: string;
    readonly sql: string;
    readonly values: readonly unknown[];
    readonly fetchRows?: number | undefined;
  },
): Promise<Cursor<R>> {
  const { name, sql, values, fetchRows = FETCH_ROWS } = query;
  await client.query(`DECLARE ${name} NO SCROLL CURSOR FOR ${sql}`, [...values]);
  let rows: R[] = [];
  let at = 0;
  let ended = false;
  const fill = async (): Promise<void> => {
    if (at < rows.length || ended) return;
    ({ rows } = await client.query<R>(`FETCH ${fetchRows} FROM ${name}`));
    at = 0;
    ended = rows.length === 0;
  };
  return {
    fill,
    get next() {
      return rows[at];
    },
    advance() {
      at += 1;
    },
    async take() {
      await fill();
      const taken = at === 0 ? rows : rows.slice(at);
      at = rows.length;
      return taken;
    },
  };
}

/** Runs `read` in one snapshot. Also when its reader has gone, the open transaction ends with its connection. */
export async function* inSnapshot<T>(
  pool: Pool,
  read: (client: PoolClient) => AsyncGenerator<T>,
): AsyncGenerator<T> {
  const client = await pool.connect();
  let failure: Error | boolean = true;
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    // The file as a whole is wanted: without this the planner aims at the first rows.
    await client.query('SET LOCAL cursor_tuple_fraction = 1');
    yield* read(client);
    await client.query('COMMIT');
    failure = false;
  } catch (error) {
    if (error instanceof Error) failure = error;
    throw error;
  } finally {
    client.release(failure);
  }
}

/** The rows of a query ($1: the tenant), as of one moment. */
export function queryRows(
  pool: Pool,
  tenant: string,
  query: { readonly sql: string; readonly fetchRows?: number | undefined },
): AsyncGenerator<readonly Row[]> {
  return inSnapshot(pool, async function* read(client) {
    const cursor = await openCursor<Row>(client, { ...query, name: 'export', values: [tenant] });
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop
      const rows = await cursor.take();
      if (rows.length === 0) return;
      yield rows;
    }
  });
}
