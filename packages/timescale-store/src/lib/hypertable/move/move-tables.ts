import type { ClientBase } from 'pg';
import { asOwner } from '../as-owner.ts';
import { createHypertable, viewOfHypertable } from '../schema.ts';

/** The hypertable while it is filled. */
export const NEXT = 'readings_next';
/** The plain table after the switch, until it is dropped. */
export const OLD = 'readings_plain';

/**
 * What a move keeps in the database, so that one that was killed goes on: which partitions there were when it began and which of them are
 * copied, and every row that came in since. No role but the owner has a right on it.
 */
const MOVE_TABLES = `
  CREATE TABLE reading_move_parts (
    partition  text PRIMARY KEY,
    start_at   timestamptz NOT NULL,
    end_at     timestamptz NOT NULL,
    readings   bigint                    -- null: not copied yet
  );
  INSERT INTO reading_move_parts (partition, start_at, end_at)
    SELECT c.relname, (m.bounds)[1]::timestamptz, (m.bounds)[2]::timestamptz
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
     CROSS JOIN LATERAL regexp_match(pg_get_expr(c.relpartbound, c.oid), 'FROM \\(''(.*)''\\) TO \\(''(.*)''\\)') m (bounds)
     WHERE i.inhparent = 'public.readings'::regclass;
  CREATE TABLE reading_move_log (
    seq          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ts           timestamptz NOT NULL,
    received_at  timestamptz NOT NULL,
    value        float8 NOT NULL,
    channel_id   integer NOT NULL,
    flags        smallint NOT NULL
  );
  CREATE FUNCTION log_arrived_readings() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
  BEGIN
    INSERT INTO public.reading_move_log (ts, received_at, value, channel_id, flags)
      SELECT ts, received_at, value, channel_id, flags FROM arrived;
    RETURN NULL;
  END
  $$;
  CREATE TRIGGER readings_move AFTER INSERT ON readings REFERENCING NEW TABLE AS arrived
    FOR EACH STATEMENT EXECUTE FUNCTION log_arrived_readings();`;

/** The readings of the hypertable that is filled, as they were sent. */
export const NEXT_ROWS = 'reading_move_rows';

export const DROP_MOVE_TABLES = `
  DROP VIEW IF EXISTS ${NEXT_ROWS};
  DROP TRIGGER IF EXISTS readings_move ON readings;
  DROP TABLE IF EXISTS reading_move_log, reading_move_parts;
  DROP FUNCTION IF EXISTS log_arrived_readings();`;

export interface Part {
  readonly partition: string;
  readonly startAt: string;
  readonly endAt: string;
  /** By the planner's statistics. */
  readonly expected: number;
  /** Copied; undefined: not yet. */
  readonly readings: number | undefined;
}

const exists = async (client: ClientBase, table: string): Promise<boolean> => {
  const { rows } = await client.query<{ found: boolean }>(
    'SELECT to_regclass($1) IS NOT NULL AS found',
    [`public.${table}`],
  );
  return rows[0]?.found === true;
};

export const isMoving = (client: ClientBase): Promise<boolean> =>
  exists(client, 'reading_move_parts');
export const hasOldTable = (client: ClientBase): Promise<boolean> => exists(client, OLD);

/**
 * Makes the hypertable, and has every row that is stored from now on written down. Who has written waits for nobody: after the lock all rows
 * that are not written down are committed, so that a copy that begins now sees them.
 */
export function beginMove(client: ClientBase, lockTimeoutMs: number): Promise<void> {
  return asOwner(client, async () => {
    await client.query(`SET LOCAL lock_timeout = ${lockTimeoutMs}`);
    await client.query('LOCK TABLE ONLY public.readings IN SHARE ROW EXCLUSIVE MODE');
    await client.query(MOVE_TABLES);
    await client.query(createHypertable(NEXT));
    await client.query(viewOfHypertable(NEXT_ROWS, NEXT));
  });
}

/** Undoes a move that has not been finished: the plain table was never touched. */
export function abandonMove(client: ClientBase): Promise<void> {
  return asOwner(client, async () => {
    await client.query(`${DROP_MOVE_TABLES} DROP TABLE IF EXISTS ${NEXT}`);
  });
}

export async function readParts(client: ClientBase): Promise<Part[]> {
  const { rows } = await client.query<{
    partition: string;
    start_at: string;
    end_at: string;
    expected: string;
    readings: string | null;
  }>(
    // Retention waits; somebody may have dropped one by hand.
    `SELECT p.partition, p.start_at::text, p.end_at::text, greatest(c.reltuples, 0)::int8::text AS expected, p.readings::text
       FROM reading_move_parts p JOIN pg_class c ON c.oid = to_regclass('public.' || quote_ident(p.partition))
      ORDER BY p.start_at`,
  );
  return rows.map((row) => ({
    partition: row.partition,
    startAt: row.start_at,
    endAt: row.end_at,
    expected: Number(row.expected),
    readings: row.readings === null ? undefined : Number(row.readings),
  }));
}
