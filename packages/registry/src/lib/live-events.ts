import type { Queryable } from './pools.ts';

/** Announces a finding or a quarantine entry; `body` goes out as it is. */
export async function addLiveEvents(
  client: Queryable,
  events: readonly {
    readonly tenant: string;
    readonly kind: 'finding' | 'quarantine';
    readonly body: object;
  }[],
): Promise<void> {
  if (events.length === 0) return;
  await client.query(
    `INSERT INTO live_events (tenant, kind, body)
     SELECT t.tenant, t.kind, t.body::jsonb
       FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS t (tenant, kind, body, ordinal)
      ORDER BY t.ordinal`,
    [
      events.map((event) => event.tenant),
      events.map((event) => event.kind),
      events.map((event) => JSON.stringify(event.body)),
    ],
  );
}

const LIVE_BYTES = 512 * 1024 * 1024;

/** Those before the youngest ones that together have so many bytes. Sizes are as stored: nothing is unpacked. */
const TRIM_BY_SIZE = `
  DELETE FROM live_events WHERE id <= (
    SELECT max(id) FROM (
      SELECT id, sum(coalesce(pg_column_size(channel_ids), 0) + coalesce(pg_column_size(ts), 0)
                     + coalesce(pg_column_size(values), 0) + coalesce(pg_column_size(body), 0)) OVER (ORDER BY id DESC) AS bytes
        FROM live_events) sized
     WHERE bytes > $1)`;

/**
 * Removes events older than `keepSeconds` (the stream's memory for Last-Event-ID), and of the others the oldest where they have more
 * than `keepBytes`: at full speed an hour would be gigabytes. Returns how many.
 */
export async function trimLiveEvents(
  client: Queryable,
  keepSeconds = 3600,
  keepBytes = LIVE_BYTES,
): Promise<number> {
  const old = await client.query(
    `DELETE FROM live_events WHERE created_at < now() - make_interval(secs => $1)`,
    [keepSeconds],
  );
  const surplus = await client.query(TRIM_BY_SIZE, [keepBytes]);
  return (old.rowCount ?? 0) + (surplus.rowCount ?? 0);
}
