import type { Queryable } from './waiting-batches.ts';

/*
 * Advisory locks in the database of the registry, where all that work on a QuestDB meet. Each goes with the connection that holds it.
 */

/** Who settles: decides what becomes of waiting batches, sends them to QuestDB, moves months. One at a time. */
export const SETTLING = `hashtext('verimeter.settle_batches')`;

/** Who loads past the settler, shared with others that load; months move and go while nobody does. */
export const LOADING = `hashtext('verimeter.load_readings')`;

/** Who reads the state of a snapshot, shared. A trigger on the waiting batches asks for it (migration 0029). */
export const SNAPSHOTS = `hashtext('verimeter.settled_batches')`;

/** Between two looks at whether somebody waits for a lock. */
const LOOK_MS = 500;

const WANTED = `
  SELECT EXISTS (
    SELECT FROM pg_locks ours JOIN pg_locks other USING (locktype, database, classid, objid, objsubid)
     WHERE locktype = 'advisory' AND ours.pid = pg_backend_pid() AND ours.granted AND NOT other.granted) AS wanted`;

/** Whether somebody waits for an advisory lock of the connection; looked at now and then. */
export function createLockWatch(): { isWanted(client: Queryable): Promise<boolean> } {
  let looked = -Infinity;
  return {
    async isWanted(client) {
      if (performance.now() - looked < LOOK_MS) return false;
      looked = performance.now();
      const { rows } = await client.query(WANTED);
      return rows[0]?.['wanted'] === true;
    },
  };
}
