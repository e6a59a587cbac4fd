import type { QuarantineEntry } from '@verimeter/api-schema';
import { addLiveEvents, readQuarantineGroups } from '@verimeter/registry';
import { formatTimestamp } from '@verimeter/telemetry';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { pageOf } from '../paging.ts';
import { notFound } from '../problem-error.ts';

type QuarantineRow = Omit<QuarantineEntry, 'received_at' | 'payload_base64' | 'payload_sha256'> & {
  received_at: number;
  payload: Buffer | null;
  payload_sha256: Buffer | null;
};

/** Payloads of one page of the quarantine together, bytes; a page ends early rather than exceed it. */
const PAGE_PAYLOAD_BYTES = 8 * 1024 * 1024;
const MAX_GROUPS = 200;

const COLUMNS = `id, received_at, topic, device_id, reason, field, message, payload, payload_bytes, payload_sha256, status`;

const afterId = z.tuple([z.int()]);

export function registerQuarantineRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'listQuarantine', async (client, { principal, query }) => {
    const page = pageOf({ list: 'quarantine', tenant: principal.tenant }, query, afterId);
    const { rows: candidates } = await client.query<{ id: number; bytes: number }>(
      `SELECT id, CASE WHEN payload IS NULL THEN 0 ELSE payload_bytes END AS bytes FROM quarantine
        WHERE ($1::text[] IS NULL OR reason = ANY ($1))
          AND ($2::text[] IS NULL OR status = ANY ($2))
          AND ($3::text IS NULL OR device_id = $3)
          AND ($4::bigint IS NULL OR id < $4)
        ORDER BY id DESC LIMIT $5`,
      [
        query.reason ?? null,
        query.status ?? null,
        query.device_id ?? null,
        page.after?.[0] ?? null,
        page.limit + 1,
      ],
    );
    const ids = withinBytes(candidates);
    const { rows } = await client.query<QuarantineRow>(
      `SELECT ${COLUMNS} FROM quarantine WHERE id = ANY ($1) ORDER BY id DESC`,
      [ids],
    );
    const { items, next_cursor } = page.of(rows, toQuarantineEntry, (row) => [row.id]);
    const last = rows.at(-1);
    const endsEarly = ids.length < candidates.length && ids.length <= page.limit;
    return {
      items,
      next_cursor: endsEarly && last !== undefined ? page.cursorAfter([last.id]) : next_cursor,
    };
  });

  mountTenantOperation(app, context, 'listQuarantineGroups', async (client, call) => {
    const { principal, query } = call;
    const filter = { reasons: query.reason, statuses: query.status, deviceId: query.device_id };
    const rows = await readQuarantineGroups(client, principal.tenant, filter, MAX_GROUPS);
    const notKept = await client.query<{ entries: number; rejected: number }>(
      `SELECT coalesce(sum(entries), 0)::int8 AS entries, coalesce(sum(rejected), 0)::int8 AS rejected
         FROM quarantine_left_out
        WHERE ($1::text[] IS NULL OR reason = ANY ($1)) AND ($2::text IS NULL OR device_id = $2)`,
      [query.reason ?? null, query.device_id ?? null],
    );
    const [sums = { entries: 0, rejected: 0 }] = notKept.rows;
    return {
      items: rows.map(({ first, last, groups: _groups, ...row }) => ({
        ...row,
        first_received_at: formatTimestamp(first),
        last_received_at: formatTimestamp(last),
      })),
      left_out: (rows[0]?.groups ?? 0) - rows.length,
      not_kept: sums,
    };
  });

  mountTenantOperation(app, context, 'changeQuarantined', async (client, call) => {
    const { body, params, principal } = call;
    const { rows } = await client.query<QuarantineRow>(
      `UPDATE quarantine SET status = $2 WHERE id = $1 RETURNING ${COLUMNS}`,
      [params.id, body.status],
    );
    const [row] = rows;
    if (row === undefined) throw notFound('quarantine entry', params.id);
    const entry = toQuarantineEntry(row);
    const { payload_base64: _payload, ...announced } = entry;
    // Last statement of the transaction: ids of live events are given out under a lock.
    await addLiveEvents(client, [
      { tenant: principal.tenant, kind: 'quarantine', body: announced },
    ]);
    return entry;
  });
}

function withinBytes(candidates: readonly { id: number; bytes: number }[]): number[] {
  let total = 0;
  const end = candidates.findIndex(({ bytes }, index) => {
    total += bytes;
    return total > PAGE_PAYLOAD_BYTES && index > 0;
  });
  return candidates.slice(0, end === -1 ? undefined : end).map(({ id }) => id);
}

function toQuarantineEntry(row: QuarantineRow): QuarantineEntry {
  const { id, topic, device_id, reason, field, message, payload_bytes, status } = row;
  return {
    id,
    received_at: formatTimestamp(row.received_at),
    topic,
    device_id,
    reason,
    field,
    message,
    payload_base64: row.payload?.toString('base64') ?? null,
    payload_bytes,
    payload_sha256: row.payload_sha256?.toString('hex') ?? null,
    status,
  };
}
