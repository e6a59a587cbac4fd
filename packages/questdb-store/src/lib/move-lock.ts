import pg, { type Pool, type PoolClient } from 'pg';
import { LOADING } from './advisory-locks.ts';
import { QuestDbError } from './questdb-error.ts';

/*
 * Nothing may be written into a month while it moves to history: what came between its proof and its drop would be gone. Who settles does
 * not write meanwhile, since it is the one that moves; who loads past it holds this lock.
 */

/** Does the work unless somebody loads or moves; false: it was not done. */
export async function whileNobodyLoads(
  pool: Pick<Pool, 'connect'>,
  work: () => Promise<void>,
): Promise<boolean> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    const { rows } = await client.query<{ locked: boolean }>(
      `SELECT pg_try_advisory_lock(${LOADING}) AS locked`,
    );
    if (rows[0]?.locked !== true) return false;
    try {
      await work();
    } finally {
      await client.query(`SELECT pg_advisory_unlock(${LOADING})`).catch((error: unknown) => {
        broken = error instanceof Error ? error : new Error(String(error));
      });
    }
    return true;
  } finally {
    client.release(broken);
  }
}

export interface LoadLock {
  /** Waits for a move that is under way. @throws where the lock was lost since the last call: what was sent meanwhile may be gone */
  hold(): Promise<void>;
  release(): Promise<void>;
}

/** On a connection of its own. */
export function createLoadLock(pool: Pick<Pool, 'options'>): LoadLock {
  const own = new pg.Pool({ ...pool.options, max: 1 });
  own.on('error', () => undefined); // a connection that breaks fails the next query
  let client: PoolClient | undefined;
  return {
    async hold() {
      try {
        if (client !== undefined) {
          await client.query('SELECT 1');
          return;
        }
        client = await own.connect();
        await client.query('SET statement_timeout = 0');
        await client.query(`SELECT pg_advisory_lock_shared(${LOADING})`);
      } catch (error) {
        client?.release(true);
        client = undefined;
        throw new QuestDbError(
          'the connection to PostgreSQL that keeps months from moving while they are loaded is lost: load again',
          { cause: error },
        );
      }
    },
    async release() {
      client?.release(true);
      client = undefined;
      await own.end();
    },
  };
}
