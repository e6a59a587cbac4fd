import type { LiveEventName } from '@verimeter/api-schema';
import { type Pool, type PoolClient, withTenant } from '@verimeter/registry';
import { formatTimestamp } from '@verimeter/telemetry';
import type { LiveEvent, LiveRow, LiveSource } from './live-hub.ts';

interface EventRow {
  id: number;
  kind: LiveEventName;
  body: Record<string, unknown> | null;
}

interface ReadingRow {
  id: number;
  device_id: string;
  quantity: string;
  ts: number;
  value: number;
}

function frame(name: LiveEventName, id: string, data: unknown): string {
  return `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/**
 * The id of an event says what was delivered: `ROW` for a whole row, `ROW.N` for the first N events of it. The last
 * event of a row has the plain form.
 */
function eventId(row: number, index: number, length: number): string {
  return index + 1 === length ? String(row) : `${row}.${index + 1}`;
}

async function readingsOf(client: PoolClient, ids: readonly number[]): Promise<ReadingRow[]> {
  if (ids.length === 0) return [];
  // The join with channels is bound to the tenant by row-level security, like everything here.
  const { rows } = await client.query<ReadingRow>(
    `SELECT e.id, c.device_id, c.quantity, u.ts, u.value
       FROM live_events e, unnest(e.channel_ids, e.ts, e.values) WITH ORDINALITY u (channel_id, ts, value, n)
       JOIN channels c USING (channel_id)
      WHERE e.id = ANY ($1) ORDER BY e.id, u.n`,
    [ids],
  );
  return rows;
}

function readingEvents(id: number, rows: readonly ReadingRow[]): LiveEvent[] {
  return rows.map(({ device_id, quantity, ts, value }, index) => ({
    name: 'reading',
    deviceId: device_id,
    frame: frame('reading', eventId(id, index, rows.length), {
      device_id,
      quantity,
      ts: formatTimestamp(ts),
      value,
    }),
  }));
}

function bodyEvent(row: EventRow): LiveEvent {
  const deviceId = row.body?.['device_id'];
  return {
    name: row.kind,
    deviceId: typeof deviceId === 'string' ? deviceId : null,
    frame: frame(row.kind, String(row.id), row.body ?? {}),
  };
}

/** Live events from the database, each tenant's in a transaction of its own. */
export function createLiveSource(appPool: Pool): LiveSource {
  return {
    rowsAfter: (tenant, id, limit) =>
      withTenant(appPool, tenant, async (client): Promise<LiveRow[]> => {
        const { rows } = await client.query<EventRow>(
          'SELECT id, kind, body FROM live_events WHERE id > $1 ORDER BY id LIMIT $2',
          [id, limit],
        );
        const batches = rows.filter((row) => row.kind === 'reading').map((row) => row.id);
        const readings = Map.groupBy(await readingsOf(client, batches), (row) => row.id);
        return rows.map((row) => ({
          id: row.id,
          events:
            row.kind === 'reading'
              ? readingEvents(row.id, readings.get(row.id) ?? [])
              : [bodyEvent(row)],
        }));
      }),
    lastId: (tenant) =>
      withTenant(appPool, tenant, async (client) => {
        const { rows } = await client.query<{ id: number }>(
          'SELECT coalesce(max(id), 0) AS id FROM live_events',
        );
        return rows[0]?.id ?? 0;
      }),
  };
}
