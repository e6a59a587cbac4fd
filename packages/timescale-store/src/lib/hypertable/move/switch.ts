import { setTimeout as delay } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import pg from 'pg';
import type { WriteForm } from '../../write-form.ts';
import { ADOPT_HYPERTABLE } from '../schema.ts';
import { catchUp, takeAllArrived } from './arrived.ts';
import { DROP_MOVE_TABLES, NEXT, OLD } from './move-tables.ts';

/** Whoever writes stands behind this wait: less than half a second, and again later. */
export const LOCK_TIMEOUT_MS = 300;
const AGAIN_MS = 1000;
const LOCK_NOT_AVAILABLE = '55P03';

export const isLockTimeout = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === LOCK_NOT_AVAILABLE;

/** Both tables change their names, and what reads them its text. Rows of the old table are not touched. */
const SWITCH = `
  ${DROP_MOVE_TABLES}
  ALTER TABLE readings RENAME TO ${OLD};
  ALTER TABLE ${NEXT} RENAME TO readings;
  ${ADOPT_HYPERTABLE}`;

/** Returns how long nobody could read or write, in milliseconds; undefined where the lock was not to be had in time. */
async function attempt(client: ClientBase, form: WriteForm): Promise<number | undefined> {
  await client.query('BEGIN; SET LOCAL ROLE verimeter_owner');
  try {
    await client.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`);
    // The view first, as its readers do; the lock of a view is that of its table as well.
    const begin = performance.now();
    await client.query('LOCK TABLE stored_readings, readings IN ACCESS EXCLUSIVE MODE');
    await takeAllArrived(client, form);
    await client.query(SWITCH);
    await client.query('COMMIT');
    return performance.now() - begin;
  } catch (error) {
    await client.query('ROLLBACK');
    if (isLockTimeout(error)) return undefined;
    throw error;
  }
}

const HOLDERS = `
  SELECT string_agg(DISTINCT format('%s (pid %s)', coalesce(nullif(a.application_name, ''), a.usename), a.pid), ', ') AS who
    FROM pg_locks l JOIN pg_stat_activity a USING (pid)
   WHERE l.relation = 'public.readings'::regclass AND l.granted AND l.pid <> pg_backend_pid()`;

/** The readings become the hypertable, as soon as no transaction is at them. `onWaiting` is told of whoever is. */
export async function switchTables(
  client: ClientBase,
  form: WriteForm,
  onWaiting: (who: string) => void,
): Promise<number> {
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop
    await catchUp(client, form, () => undefined);
    // oxlint-disable-next-line no-await-in-loop
    const lockedMs = await attempt(client, form);
    if (lockedMs !== undefined) return lockedMs;
    // oxlint-disable-next-line no-await-in-loop
    const { rows } = await client.query<{ who: string | null }>(HOLDERS);
    onWaiting(rows[0]?.who ?? 'a transaction that has just ended');
    // oxlint-disable-next-line no-await-in-loop
    await delay(AGAIN_MS);
  }
}
