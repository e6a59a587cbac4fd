import { isDeepStrictEqual } from 'node:util';
import type { Queryable } from './pools.ts';

/** Something a decoder remembers. */
export interface SourceMemory {
  readonly tenant: string;
  readonly source: string;
  readonly key: string;
  readonly value: unknown;
}

/** A source by its key. */
type SourceKey = Pick<SourceMemory, 'tenant' | 'source'>;

/** What decoders of these sources remember. */
export async function readSourceMemory(
  db: Queryable,
  sources: readonly SourceKey[],
): Promise<SourceMemory[]> {
  if (sources.length === 0) return [];
  const { rows } = await db.query<SourceMemory>(
    `SELECT m.tenant, m.source, m.key, m.value
       FROM unnest($1::text[], $2::text[]) AS s (tenant, source) JOIN source_memory m USING (tenant, source)
      ORDER BY m.tenant, m.source, m.key`,
    [sources.map(({ tenant }) => tenant), sources.map(({ source }) => source)],
  );
  return rows;
}

/** A point in time for `readChangedMemory`. */
export async function markMemory(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ mark: string }>(
    'SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS mark',
  );
  return rows[0]?.mark ?? '0';
}

/** What has changed since the mark, of all sources; some of it may have been seen before. */
export async function readChangedMemory(db: Queryable, mark: string): Promise<SourceMemory[]> {
  const { rows } = await db.query<SourceMemory>(
    `SELECT tenant, source, key, value FROM source_memory WHERE changed_in >= $1::xid8 ORDER BY tenant, source, key`,
    [mark],
  );
  return rows;
}

/**
 * Keeps what was learnt, in the transaction of the caller, and tells other workers. Writers of one key take turns: until the end of the transaction
 * nobody else keeps anything of these keys. `merge` makes one of what is kept already and what was learnt. What belongs to a source that is gone
 * is left out.
 *
 * @returns what is kept now where it is not what was learnt
 */
export async function keepSourceMemory(
  db: Queryable,
  learnt: readonly SourceMemory[],
  merge: (kept: SourceMemory, learnt: SourceMemory) => unknown,
): Promise<SourceMemory[]> {
  const rows = storableRows(learnt);
  if (rows.size === 0) return [];
  const found = await db.query<SourceMemory>(LOCK_MEMORY, parameters([...rows.values()]));
  const merged: SourceMemory[] = [];
  const others: SourceMemory[] = [];
  for (const kept of found.rows) {
    const own = rows.get(keyOf(kept));
    if (own === undefined) continue;
    const value = merge(kept, own);
    if (!isDeepStrictEqual(value, own.value)) others.push({ ...kept, value });
    merged.push({ ...kept, value });
  }
  await db.query(REWRITE_MEMORY, parameters([...storableRows(merged).values()]));
  return others;
}

const keyOf = ({ tenant, source, key }: Omit<SourceMemory, 'value'>): string =>
  `${tenant}/${source}/${key}`;

/** Rows that are new are written, those that are there are locked, in one order for all; returns the latter as they are. */
const LOCK_MEMORY = `
  WITH locked AS (
    INSERT INTO source_memory AS m (tenant, source, key, value)
    SELECT l.tenant, l.source, l.key, l.value::jsonb
      FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS l (tenant, source, key, value)
      JOIN sources s ON s.tenant = l.tenant AND s.name = l.source
     ORDER BY 1, 2, 3
    ON CONFLICT (tenant, source, key) DO UPDATE SET changed_at = now(), changed_in = pg_current_xact_id()
    RETURNING tenant, source, key, value, xmax <> 0 AS is_old
  )
  SELECT tenant, source, key, value FROM locked WHERE is_old`;

const REWRITE_MEMORY = `
  WITH written AS (
    UPDATE source_memory m SET value = r.value::jsonb
      FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS r (tenant, source, key, value)
     WHERE m.tenant = r.tenant AND m.source = r.source AND m.key = r.key
    RETURNING 1
  )
  SELECT pg_notify('verimeter_registry', '{"table":"source_memory"}'), (SELECT count(*) FROM written)`;

const parameters = (rows: readonly SourceMemory[]): string[][] => [
  rows.map(({ tenant }) => tenant),
  rows.map(({ source }) => source),
  rows.map(({ key }) => key),
  rows.map(({ value }) => storable(JSON.stringify(value))),
];

/** Bytes; the primary key is a B-tree, whose entries end at 2704. */
const LONGEST_KEY = 2000;

/**
 * Rows that the database takes, each key once: what one device says must not keep the memory of all sources from being written. A key that is too
 * long is left out: its decoder knows it until it ends.
 */
function storableRows(memory: readonly SourceMemory[]): Map<string, SourceMemory> {
  const rows = new Map<string, SourceMemory>();
  for (const one of memory) {
    const key = one.key.toWellFormed().replaceAll('\0', '\uFFFD');
    if (Buffer.byteLength(key) > LONGEST_KEY) continue;
    rows.set(keyOf({ ...one, key }), { ...one, key });
  }
  return rows;
}

/** jsonb holds neither NUL nor half of a surrogate pair; JSON.stringify escapes both, and whole pairs never. */
const storable = (json: string): string =>
  json.replaceAll(/\\u(?:0000|d[89a-f][0-9a-f]{2})/g, String.raw`\ufffd`);

/** What came of a source since it was told last. */
export interface SourceActivity {
  readonly tenant: string;
  readonly source: string;
  /** Microseconds since 1970. */
  readonly lastUs: number;
  readonly messages: number;
  readonly readings: number;
  readonly rejected: number;
  readonly unknownFields: readonly string[];
}

/** Names kept per source: enough to see what is missing, bounded whatever is sent. */
const MOST_NAMES = 100;

/** Adds to what came of sources. */
export async function addSourceActivity(
  db: Queryable,
  activity: readonly SourceActivity[],
): Promise<void> {
  if (activity.length === 0) return;
  await db.query(
    `INSERT INTO source_activity AS a (tenant, source, last_at, messages, readings, rejected, unknown_fields)
     SELECT m.tenant, m.source, to_timestamp(m.last_us / 1e6), m.messages, m.readings, m.rejected,
            ARRAY (SELECT jsonb_array_elements_text(m.names::jsonb))
       FROM unnest($1::text[], $2::text[], $3::float8[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[])
              AS m (tenant, source, last_us, messages, readings, rejected, names)
       JOIN sources s ON s.tenant = m.tenant AND s.name = m.source
      ORDER BY 1, 2
     ON CONFLICT (tenant, source) DO UPDATE
       SET last_at = greatest(a.last_at, excluded.last_at), messages = a.messages + excluded.messages,
           readings = a.readings + excluded.readings, rejected = a.rejected + excluded.rejected,
           unknown_fields = (ARRAY (SELECT DISTINCT n FROM unnest(a.unknown_fields || excluded.unknown_fields) n ORDER BY n))[1:${MOST_NAMES}]`,
    [
      activity.map(({ tenant }) => tenant),
      activity.map(({ source }) => source),
      activity.map(({ lastUs }) => lastUs),
      activity.map(({ messages }) => messages),
      activity.map(({ readings }) => readings),
      activity.map(({ rejected }) => rejected),
      activity.map(({ unknownFields }) => JSON.stringify(unknownFields)),
    ],
  );
}

export interface SourceActivityRow {
  readonly source: string;
  /** Microseconds since 1970. */
  readonly last_at: number;
  readonly messages: number;
  readonly readings: number;
  readonly rejected: number;
  readonly unknown_fields: string[];
}

/** What came of the sources of a tenant. */
export async function readSourceActivity(
  db: Queryable,
  tenant: string,
): Promise<SourceActivityRow[]> {
  const { rows } = await db.query<SourceActivityRow>(
    `SELECT source, last_at, messages::float8 AS messages, readings::float8 AS readings, rejected::float8 AS rejected, unknown_fields
       FROM source_activity WHERE tenant = $1 ORDER BY source`,
    [tenant],
  );
  return rows;
}
