import type { Queryable } from './pools.ts';

export interface DeliveryRow {
  readonly id: number;
  readonly webhook_id: number;
  readonly message_id: string;
  readonly event: string;
  readonly data: object;
  readonly created_at: number;
  readonly state: 'waiting' | 'delivered' | 'failed';
  readonly attempts: number;
  readonly next_attempt_at: number | null;
  readonly last_attempt_at: number | null;
  readonly last_status: number | null;
  readonly last_response: string | null;
  readonly last_error: string | null;
  readonly delivered_at: number | null;
}

const COLUMNS = `id, webhook_id, message_id, event, data, created_at, state, attempts, next_attempt_at, last_attempt_at, last_status,
  last_response, last_error, delivered_at`;

/** Of a webhook, newest first. */
export async function readDeliveries(
  db: Queryable,
  tenant: string,
  page: {
    readonly webhookId: number;
    readonly states: readonly string[] | undefined;
    readonly beforeId: number | undefined;
    readonly limit: number;
  },
): Promise<DeliveryRow[]> {
  const { rows } = await db.query<DeliveryRow>(
    `SELECT ${COLUMNS} FROM webhook_deliveries
      WHERE tenant = $1 AND webhook_id = $2 AND ($3::text[] IS NULL OR state = ANY ($3)) AND ($4::bigint IS NULL OR id < $4)
      ORDER BY id DESC LIMIT $5`,
    [tenant, page.webhookId, page.states ?? null, page.beforeId ?? null, page.limit],
  );
  return rows;
}

/** A message for one webhook, whatever it asked for, also while it is switched off. */
export async function queueTestMessage(
  db: Queryable,
  tenant: string,
  webhookId: number,
  data: object,
): Promise<DeliveryRow | undefined> {
  const { rows } = await db.query<DeliveryRow>(
    `INSERT INTO webhook_deliveries (tenant, webhook_id, event, data)
     SELECT $1, id, 'webhook.test', $3::jsonb FROM webhooks WHERE tenant = $1 AND id = $2 AND withdrawn_at IS NULL
     RETURNING ${COLUMNS}`,
    [tenant, webhookId, JSON.stringify(data)],
  );
  return rows[0];
}

/** Sends a message again from the start, as soon as can be: one that was given up, waits, or was taken. undefined: there is none. */
export async function retryDelivery(
  db: Queryable,
  tenant: string,
  webhookId: number,
  id: number,
): Promise<DeliveryRow | undefined> {
  const { rows } = await db.query<DeliveryRow>(
    `UPDATE webhook_deliveries d SET state = 'waiting', attempts = 0, next_attempt_at = now(), delivered_at = NULL
       FROM webhooks w
      WHERE d.tenant = $1 AND d.webhook_id = $2 AND d.id = $3 AND w.tenant = d.tenant AND w.id = d.webhook_id AND w.withdrawn_at IS NULL
     RETURNING ${COLUMNS.replaceAll(/\b(\w+)/g, 'd.$1')}`,
    [tenant, webhookId, id],
  );
  return rows[0];
}

/** A message that is to be sent now, and with what. */
export interface ClaimedDelivery {
  readonly id: number;
  readonly webhookId: number;
  readonly tenant: string;
  readonly messageId: string;
  readonly event: string;
  readonly data: object;
  readonly createdUs: number;
  /** With this one. */
  readonly attempts: number;
  readonly url: string;
  readonly secret: string;
}

/**
 * Takes messages that are due, of each webhook no more than it has places: two at a time, one while it fails. A claim is a lease: what a
 * sender took and never reported is due again after `leaseSeconds`.
 */
const CLAIM = `
  WITH due AS (
    SELECT picked.id FROM webhooks w
      CROSS JOIN LATERAL (
        SELECT d.id FROM webhook_deliveries d
         WHERE d.webhook_id = w.id AND d.state = 'waiting' AND d.next_attempt_at <= now() AND (w.enabled OR d.event = 'webhook.test')
         ORDER BY d.next_attempt_at
         LIMIT greatest(0, CASE WHEN w.failing_since IS NULL THEN 2 ELSE 1 END
                           - coalesce((SELECT b.n FROM unnest($1::bigint[], $2::int[]) AS b (id, n) WHERE b.id = w.id), 0))
         FOR UPDATE SKIP LOCKED) picked
     WHERE w.withdrawn_at IS NULL
     LIMIT $3)
  UPDATE webhook_deliveries d SET attempts = d.attempts + 1, last_attempt_at = now(), next_attempt_at = now() + make_interval(secs => $4)
    FROM due, webhooks w
   WHERE d.id = due.id AND w.id = d.webhook_id
  RETURNING d.id, d.webhook_id AS "webhookId", d.tenant, d.message_id AS "messageId", d.event, d.data, d.created_at AS "createdUs",
            d.attempts, w.url, w.secret`;

export async function claimDeliveries(
  db: Queryable,
  options: {
    /** How many of a webhook are under way here. */
    readonly busy: ReadonlyMap<number, number>;
    readonly limit: number;
    readonly leaseSeconds: number;
  },
): Promise<ClaimedDelivery[]> {
  const { rows } = await db.query<ClaimedDelivery>(CLAIM, [
    [...options.busy.keys()],
    [...options.busy.values()],
    options.limit,
    options.leaseSeconds,
  ]);
  return rows;
}

export interface AttemptOutcome {
  readonly status: number | null;
  readonly response: string | null;
  readonly error: string | null;
  /** null: it is taken, or given up. */
  readonly pauseMs: number | null;
  readonly isDelivered: boolean;
  /** The receiver says that it is there no more. */
  readonly isGone: boolean;
}

/** Writes down what came of an attempt; a webhook that takes nothing for days is switched off. Returns whether it was now. */
export async function finishAttempt(
  db: Queryable,
  delivery: Pick<ClaimedDelivery, 'id' | 'webhookId' | 'attempts'>,
  outcome: AttemptOutcome,
  disableAfterDays: number,
): Promise<boolean> {
  await db.query(
    `UPDATE webhook_deliveries SET
        state = CASE WHEN $3 THEN 'delivered' WHEN $4::float8 IS NULL THEN 'failed' ELSE 'waiting' END,
        next_attempt_at = CASE WHEN NOT $3 THEN now() + make_interval(secs => $4::float8 / 1000) END,
        delivered_at = CASE WHEN $3 THEN now() END, last_status = $5, last_response = $6, last_error = $7
      -- one that a person has begun anew meanwhile is his
      WHERE id = $1 AND attempts = $2 AND state = 'waiting'`,
    [
      delivery.id,
      delivery.attempts,
      outcome.isDelivered,
      outcome.pauseMs,
      outcome.status,
      outcome.response,
      outcome.error,
    ],
  );
  if (outcome.isDelivered) {
    await db.query(
      'UPDATE webhooks SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL',
      [delivery.webhookId],
    );
    return false;
  }
  const { rows } = await db.query<{ off: boolean }>(
    `UPDATE webhooks w SET failing_since = coalesce(failing_since, now()), enabled = enabled AND NOT x.off,
            disabled_at = CASE WHEN x.off THEN now() ELSE disabled_at END,
            disabled_reason = CASE WHEN NOT x.off THEN disabled_reason WHEN $3 THEN 'gone' ELSE 'failing' END
       FROM (SELECT id, enabled AND ($3 OR coalesce(failing_since < now() - make_interval(days => $2), false)) AS off
               FROM webhooks WHERE id = $1 FOR UPDATE) x
      WHERE w.id = x.id RETURNING x.off`,
    [delivery.webhookId, disableAfterDays, outcome.isGone],
  );
  return rows[0]?.off === true;
}

/** Removes messages that were taken or given up longer ago than that. */
export async function trimDeliveries(db: Queryable, keepDays: number): Promise<number> {
  const { rowCount } = await db.query(
    `DELETE FROM webhook_deliveries WHERE state <> 'waiting' AND created_at < now() - make_interval(days => $1)`,
    [keepDays],
  );
  return rowCount ?? 0;
}
