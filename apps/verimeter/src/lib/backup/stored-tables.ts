import type { Queryable } from '@verimeter/registry';

/** A table whose rows belong into a backup. */
export interface StoredTable {
  readonly name: string;
  /** `p`: partitioned. */
  readonly kind: string;
  /** Without generated ones. */
  readonly columns: readonly string[];
  /** Columns with a sequence of their own. */
  readonly sequences: readonly string[];
  /** Row-level security that binds its owner as well. */
  readonly forced: boolean;
  readonly hasTenant: boolean;
}

/** The table of readings, which may be partitioned or a hypertable that keeps values in another form: its rows are those of a view. */
export const READINGS = 'readings';
const READING_COLUMNS = ['channel_id', 'ts', 'value', 'flags', 'received_at'];

interface TableRow extends StoredTable {
  readonly referenced: readonly string[];
}

/**
 * The journal of migrations is written by the migrations of the restored database. Tables of a move into a hypertable (`verimeter store move`)
 * are no part of any schema; what they hold is in readings. Nor are partitions that retention has detached and not dropped yet. A copy into another store ends
 * with the database that it was begun in, and so does a drop of QuestDB's readings, of which the backup has none; what was settled while a
 * backup runs belongs to that backup. Taken filters are made of the sources as these are written; former ones tell
 * whose the messages are that a broker still has, and a restored database has none of those. Changes of the fleet
 * name transactions of one server.
 */
const LEFT_OUT = [
  'former_filters',
  'fleet_changes',
  'schema_migrations',
  'reading_move_parts',
  'reading_move_log',
  'readings_next',
  'readings_plain',
  'settled_batches',
  'store_copies',
  'store_copy_days',
  'store_copy_months',
  'store_copy_parts',
  'store_drop',
  'taken_filters',
];

const TABLES = `
  SELECT c.relname AS name, c.relkind AS kind, c.relforcerowsecurity AS forced,
         array(SELECT a.attname::text FROM pg_attribute a
                WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                ORDER BY a.attnum) AS columns,
         array(SELECT a.attname::text FROM pg_attribute a
                WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                      AND pg_get_serial_sequence(format('public.%I', c.relname), a.attname) IS NOT NULL
                ORDER BY a.attnum) AS sequences,
         EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant') AS "hasTenant",
         array(SELECT DISTINCT f.relname::text FROM pg_constraint k JOIN pg_class f ON f.oid = k.confrelid
                WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid <> c.oid) AS referenced
    FROM pg_class c
   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
         AND pg_get_userbyid(c.relowner) = 'verimeter_owner' AND c.relname <> ALL ('{${LEFT_OUT.join(',')}}')
         AND c.relname !~ '^(retired_)?readings_y[0-9]{4}m[0-9]{2}$'
   ORDER BY c.relname COLLATE "C"`;

/** Every table after those that its foreign keys refer to. */
function inOrderOfReferences(tables: readonly TableRow[]): TableRow[] {
  const ordered: TableRow[] = [];
  const done = new Set<string>();
  let waiting = [...tables];
  while (waiting.length > 0) {
    const ready = waiting.filter((table) => table.referenced.every((name) => done.has(name)));
    if (ready.length === 0)
      throw new Error(
        `the foreign keys of ${waiting.map((table) => table.name).join(', ')} refer to each other in a circle`,
      );
    for (const table of ready) done.add(table.name);
    ordered.push(...ready);
    waiting = waiting.filter((table) => !done.has(table.name));
  }
  return ordered;
}

/** The tables of the product, in an order in which they can be filled. */
export async function readStoredTables(client: Queryable): Promise<StoredTable[]> {
  const { rows } = await client.query<TableRow>(TABLES);
  const unknown = rows.find((table) => table.kind === 'p' && table.name !== READINGS);
  if (unknown !== undefined)
    throw new Error(`no backup knows how to keep the partitioned table ${unknown.name}`);
  return inOrderOfReferences(rows).map((table) =>
    table.name === READINGS ? { ...table, columns: READING_COLUMNS } : table,
  );
}

/** From inclusive, to exclusive. RFC 3339 or as PostgreSQL writes instants. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

// Also what is attached while a backup runs is read from the catalogue of its snapshot.
const PARTITIONS = `
  SELECT pg_get_expr(c.relpartbound, c.oid) AS bound
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
   WHERE i.inhparent = 'public.readings'::regclass AND c.relpartbound IS NOT NULL ORDER BY c.relname COLLATE "C"`;

/** Readings as they were sent, whichever way the table keeps them; before migration 0016 the table itself. */
export async function readingsRelation(client: Queryable): Promise<string> {
  const { rows } = await client.query<{ known: boolean }>(
    `SELECT to_regclass('public.stored_readings') IS NOT NULL AS known`,
  );
  return rows[0]?.known === true ? 'public.stored_readings' : 'public.readings';
}

const MONTHS = `
  SELECT to_char(m, 'YYYY-MM-DD"T00:00:00Z"') AS from, to_char(m + interval '1 month', 'YYYY-MM-DD"T00:00:00Z"') AS to
    FROM (SELECT date_trunc('month', min(ts) AT TIME ZONE 'UTC') AS first,
                 date_trunc('month', max(ts) AT TIME ZONE 'UTC') AS last FROM readings) e,
         generate_series(e.first, e.last, interval '1 month') AS m
   WHERE EXISTS (SELECT FROM readings r WHERE r.ts >= m AT TIME ZONE 'UTC' AND r.ts < (m + interval '1 month') AT TIME ZONE 'UTC')
   ORDER BY m`;

/** Spans that hold all readings: the partitions, or the months with readings where the table has none. */
export async function readReadingSpans(client: Queryable): Promise<Span[]> {
  const partitions = await client.query<{ bound: string }>(PARTITIONS);
  if (partitions.rows.length === 0) return (await client.query<Span>(MONTHS)).rows;
  return partitions.rows.map(({ bound }) => {
    const [, from, to] = /^FOR VALUES FROM \('([^']+)'\) TO \('([^']+)'\)$/.exec(bound) ?? [];
    if (from === undefined || to === undefined)
      throw new Error(`readings have a partition without bounds in time: ${bound}`);
    return { from, to };
  });
}
