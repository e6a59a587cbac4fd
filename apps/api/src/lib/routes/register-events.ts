import type { RegisterEventItem } from '@verimeter/api-schema';
import { refreshLegalStates, timestamptzOrNull } from '@verimeter/registry';
import { amountAcross, formatTimestamp } from '@verimeter/telemetry';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { instantOrNull } from '../instants.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { pageOf } from '../paging.ts';
import { notFound } from '../problem-error.ts';
import { rounded } from '../register-sums.ts';

type EventRow = Pick<
  RegisterEventItem,
  | 'id'
  | 'device_id'
  | 'quantity'
  | 'value'
  | 'kind'
  | 'found_kind'
  | 'certainty'
  | 'state'
  | 'comment'
  | 'decided_by'
> & {
  ts: number;
  before_ts: number;
  before_value: number;
  after_ts: number | null;
  after_value: number | null;
  modulus: number | null;
  decided_at: number | null;
  created_at: number;
  updated_at: number;
};

const COLUMNS = `id, device_id, quantity, ts, value, kind, found_kind, certainty, state, before_ts, before_value, after_ts, after_value,
  modulus, comment, decided_by, decided_at, created_at, updated_at`;

const afterEvent = z.tuple([z.number(), z.int()]);

function toEvent(row: EventRow): RegisterEventItem {
  const { before_ts, before_value, after_ts, after_value, modulus, ...rest } = row;
  const before = { tsUs: before_ts, value: before_value };
  const after =
    after_ts === null || after_value === null ? undefined : { tsUs: after_ts, value: after_value };
  const amount =
    row.state === 'reversed'
      ? undefined
      : amountAcross({ kind: row.kind, before, after, ...(modulus === null ? {} : { modulus }) });
  return {
    ...rest,
    ts: formatTimestamp(row.ts),
    before: { ts: formatTimestamp(before_ts), value: before_value },
    after: after === undefined ? null : { ts: formatTimestamp(after.tsUs), value: after.value },
    amount: amount === undefined ? null : rounded(amount),
    decided_at: instantOrNull(row.decided_at),
    created_at: formatTimestamp(row.created_at),
    updated_at: formatTimestamp(row.updated_at),
  };
}

export function registerRegisterEventRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'listRegisterEvents', async (client, call) => {
    const { principal, query } = call;
    const page = pageOf({ list: 'register-events', tenant: principal.tenant }, query, afterEvent);
    const { rows } = await client.query<EventRow>(
      `SELECT ${COLUMNS} FROM register_events
        WHERE ($1::text IS NULL OR device_id = $1)
          AND ($2::text[] IS NULL OR kind = ANY ($2))
          AND ($3::text[] IS NULL OR state = ANY ($3))
          AND ($4::timestamptz IS NULL OR ts >= $4)
          AND ($5::timestamptz IS NULL OR ts < $5)
          AND ($6::timestamptz IS NULL OR (ts, id) < ($6, $7))
        ORDER BY ts DESC, id DESC LIMIT $8`,
      [
        query.device_id ?? null,
        query.kind ?? null,
        query.state ?? null,
        timestamptzOrNull(query.from),
        timestamptzOrNull(query.to),
        timestamptzOrNull(page.after?.[0]),
        page.after?.[1] ?? null,
        page.limit + 1,
      ],
    );
    return page.of(rows, toEvent, (row) => [row.ts, row.id]);
  });

  mountTenantOperation(app, context, 'changeRegisterEvent', async (client, call) => {
    const { body, params, principal } = call;
    // Another kind is a decision as well; an event that is open again is what was found.
    const state = body.state ?? (body.kind === undefined ? null : 'confirmed');
    const { rows } = await client.query<EventRow>(
      `UPDATE register_events
          SET state = coalesce($2, state),
              kind = CASE WHEN $2 = 'open' THEN found_kind ELSE coalesce($3, kind) END,
              decided_by = CASE WHEN $2 IS NULL THEN decided_by WHEN $2 <> 'open' THEN $4 END,
              decided_at = CASE WHEN $2 IS NULL THEN decided_at WHEN $2 <> 'open' THEN now() END,
              comment = CASE WHEN $5 THEN $6 ELSE comment END, updated_at = now()
        WHERE id = $1 RETURNING ${COLUMNS}`,
      [
        params.id,
        state,
        body.kind ?? null,
        principal.keyId,
        body.comment !== undefined,
        body.comment ?? null,
      ],
    );
    const [row] = rows;
    if (row === undefined) throw notFound('event of a register', params.id);
    // A swap that is confirmed, or is not any more, is another meter before the law.
    await refreshLegalStates(client, principal.tenant, [row.device_id]);
    return toEvent(row);
  });
}
