import type { LedgerEntry, LedgerTotals, QuarantineEntry } from '@verimeter/api-schema';
import { timestamptzOrNull } from '@verimeter/registry';
import { formatTimestamp } from '@verimeter/telemetry';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { pageOf } from '../paging.ts';

type LedgerRow = Omit<LedgerEntry, 'hour'> & { hour: number };
type QuarantineRow = Omit<QuarantineEntry, 'received_at' | 'payload_base64' | 'payload_sha256'> & {
  received_at: number;
  payload: Buffer | null;
  payload_sha256: Buffer | null;
};

const LEDGER_FILTER = `($1::timestamptz IS NULL OR hour >= $1) AND ($2::timestamptz IS NULL OR hour < $2)
  AND ($3::text IS NULL OR device_id = $3)`;

const COUNTS = ['received', 'stored', 'duplicate', 'conflicting', 'rejected', 'pending'] as const;

/** Payloads of one page of the quarantine together, bytes; a page ends early rather than exceed it. */
const PAGE_PAYLOAD_BYTES = 8 * 1024 * 1024;

const afterLedger = z.tuple([z.number(), z.string(), z.string(), z.string()]);
const afterId = z.tuple([z.int()]);

export function registerAccountRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'listLedger', async (client, { principal, query }) => {
    const page = pageOf({ list: 'ledger', tenant: principal.tenant }, query, afterLedger);
    const filter = [
      timestamptzOrNull(query.from),
      timestamptzOrNull(query.to),
      query.device_id ?? null,
    ];
    const { rows } = await client.query<LedgerRow>(
      `SELECT device_id, topic, hour, source, ${COUNTS.join(', ')} FROM ledger
        WHERE ${LEDGER_FILTER}
          AND ($4::timestamptz IS NULL
               OR (hour, coalesce(device_id, '') COLLATE "C", coalesce(topic, '') COLLATE "C", source COLLATE "C")
                  > ($4, $5::text, $6::text, $7::text))
        ORDER BY hour, coalesce(device_id, '') COLLATE "C", coalesce(topic, '') COLLATE "C", source COLLATE "C"
        LIMIT $8`,
      [
        ...filter,
        timestamptzOrNull(page.after?.[0]),
        page.after?.[1] ?? null,
        page.after?.[2] ?? null,
        page.after?.[3] ?? null,
        page.limit + 1,
      ],
    );
    const totals = await client.query<LedgerTotals>(
      `SELECT ${COUNTS.map((name) => `coalesce(sum(${name}), 0)::bigint AS ${name}`).join(', ')}
         FROM ledger WHERE ${LEDGER_FILTER}`,
      filter,
    );
    const [sums] = totals.rows;
    if (sums === undefined) throw new Error('an aggregate gives one row');
    return {
      ...page.of(
        rows,
        (row) => ({ ...row, hour: formatTimestamp(row.hour) }),
        (row) => [row.hour, row.device_id ?? '', row.topic ?? '', row.source],
      ),
      totals: sums,
    };
  });

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
      `SELECT id, received_at, topic, device_id, reason, field, message, payload, payload_bytes, payload_sha256, status
         FROM quarantine WHERE id = ANY ($1) ORDER BY id DESC`,
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
