import type { Queryable } from './pools.ts';

/** Something a decoder remembers. */
export interface SourceMemory {
  readonly tenant: string;
  readonly source: string;
  readonly key: string;
  readonly value: unknown;
}

/** What decoders remember, of all sources. */
export async function readSourceMemory(db: Queryable): Promise<SourceMemory[]> {
  const { rows } = await db.query<SourceMemory>(
    'SELECT tenant, source, key, value FROM source_memory ORDER BY tenant, source, key',
  );
  return rows;
}

/** Keeps what changed, and tells other workers of the sources concerned. What belongs to a source that is gone is left out. */
export async function writeSourceMemory(
  db: Queryable,
  memory: readonly SourceMemory[],
): Promise<void> {
  const rows = storableRows(memory);
  if (rows.length === 0) return;
  await db.query(
    `WITH written AS (
       INSERT INTO source_memory (tenant, source, key, value)
       SELECT m.tenant, m.source, m.key, m.value::jsonb
         FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS m (tenant, source, key, value)
         JOIN sources s ON s.tenant = m.tenant AND s.name = m.source
        ORDER BY 1, 2, 3
       ON CONFLICT (tenant, source, key) DO UPDATE SET value = excluded.value, changed_at = now()
       RETURNING tenant
     )
     SELECT pg_notify('verimeter_registry', json_build_object('table', 'source_memory', 'tenant', tenant)::text)
       FROM (SELECT DISTINCT tenant FROM written) w`,
    [
      rows.map(({ tenant }) => tenant),
      rows.map(({ source }) => source),
      rows.map(({ key }) => key),
      rows.map(({ json }) => json),
    ],
  );
}

type MemoryRow = Omit<SourceMemory, 'value'> & { readonly json: string };

/** Bytes; the primary key is a B-tree, whose entries end at 2704. */
const LONGEST_KEY = 2000;

/**
 * Rows that the database takes, each key once: what one device says must not keep the memory of all sources from being written. A key that is too
 * long is left out: its decoder knows it until it ends.
 */
function storableRows(memory: readonly SourceMemory[]): MemoryRow[] {
  const rows = new Map<string, MemoryRow>();
  for (const { tenant, source, key: raw, value } of memory) {
    const key = raw.toWellFormed().replaceAll('\0', '\uFFFD');
    if (Buffer.byteLength(key) > LONGEST_KEY) continue;
    rows.set(`${tenant}/${source}/${key}`, {
      tenant,
      source,
      key,
      json: storable(JSON.stringify(value)),
    });
  }
  return [...rows.values()];
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
