import type { Person } from './legal-rules.ts';
import type { Queryable } from './pools.ts';

/** A receiver of events. Its secret is shown once, when it is made. */
export interface WebhookRow {
  readonly id: number;
  readonly url: string;
  readonly events: string[];
  readonly description: string | null;
  readonly enabled: boolean;
  readonly failing_since: number | null;
  readonly disabled_at: number | null;
  readonly disabled_reason: 'person' | 'failing' | 'gone' | null;
  readonly dropped: number;
  readonly created_by: string;
  readonly created_by_name: string | null;
  readonly created_at: number;
  readonly changed_by: string | null;
  readonly changed_by_name: string | null;
  readonly changed_at: number | null;
  readonly waiting: number;
}

const COLUMNS = `id, url, events, description, enabled, failing_since, disabled_at, disabled_reason, dropped::float8 AS dropped, created_by, created_by_name,
  created_at, changed_by, changed_by_name, changed_at,
  (SELECT count(*)::float8 FROM webhook_deliveries d WHERE d.webhook_id = webhooks.id AND d.state = 'waiting') AS waiting`;

/** Those that were not withdrawn, by id. */
export async function readWebhooks(
  db: Queryable,
  tenant: string,
  id?: number,
): Promise<WebhookRow[]> {
  const { rows } = await db.query<WebhookRow>(
    `SELECT ${COLUMNS} FROM webhooks
      WHERE tenant = $1 AND withdrawn_at IS NULL AND ($2::bigint IS NULL OR id = $2) ORDER BY id`,
    [tenant, id ?? null],
  );
  return rows;
}

export interface NewWebhook {
  readonly url: string;
  readonly events: readonly string[];
  readonly description: string | null;
  readonly enabled: boolean;
  readonly secret: string;
}

/** Each is asked for at every change, and a page lists them all. */
export const MOST_WEBHOOKS = 20;

/** undefined: the tenant has as many as it may. */
export async function addWebhook(
  db: Queryable,
  tenant: string,
  webhook: NewWebhook,
  person: Person,
): Promise<WebhookRow | undefined> {
  // one after the other: two at once would both find a free place
  await db.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`verimeter.webhooks ${tenant}`]);
  const { rows } = await db.query<WebhookRow>(
    `INSERT INTO webhooks (tenant, url, events, description, enabled, secret, created_by, created_by_name, disabled_at, disabled_reason)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, CASE WHEN NOT $5 THEN now() END, CASE WHEN NOT $5 THEN 'person' END
      WHERE (SELECT count(*) FROM webhooks WHERE tenant = $1 AND withdrawn_at IS NULL) < $9
     RETURNING ${COLUMNS}`,
    [
      tenant,
      webhook.url,
      webhook.events,
      webhook.description,
      webhook.enabled,
      webhook.secret,
      person.id,
      person.name,
      MOST_WEBHOOKS,
    ],
  );
  return rows[0];
}

export interface WebhookChange {
  readonly url?: string | undefined;
  readonly events?: readonly string[] | undefined;
  readonly description?: string | null | undefined;
  readonly enabled?: boolean | undefined;
}

/** undefined: there is none. Enabled again, what it failed at is forgotten. */
export async function changeWebhook(
  db: Queryable,
  tenant: string,
  { id, ...change }: WebhookChange & { readonly id: number },
  person: Person,
): Promise<WebhookRow | undefined> {
  const { rows } = await db.query<WebhookRow>(
    `UPDATE webhooks SET
        url = coalesce($3, url), events = coalesce($4, events), description = CASE WHEN $5 THEN $6 ELSE description END,
        enabled = coalesce($7, enabled),
        failing_since = CASE WHEN $7 THEN NULL ELSE failing_since END,
        disabled_at = CASE WHEN $7 THEN NULL WHEN enabled AND NOT $7 THEN now() ELSE disabled_at END,
        disabled_reason = CASE WHEN $7 THEN NULL WHEN enabled AND NOT $7 THEN 'person' ELSE disabled_reason END,
        changed_by = $8, changed_by_name = $9, changed_at = now()
      WHERE tenant = $1 AND id = $2 AND withdrawn_at IS NULL RETURNING ${COLUMNS}`,
    [
      tenant,
      id,
      change.url ?? null,
      change.events ?? null,
      change.description !== undefined,
      change.description ?? null,
      change.enabled ?? null,
      person.id,
      person.name,
    ],
  );
  return rows[0];
}

/** Whether there was one. Who made and who withdrew it stays; its secret does not, and what waited is not sent. */
export async function withdrawWebhook(
  db: Queryable,
  tenant: string,
  id: number,
  person: Person,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE webhooks SET withdrawn_by = $3, withdrawn_by_name = $4, withdrawn_at = now(), enabled = false, secret = ''
      WHERE tenant = $1 AND id = $2 AND withdrawn_at IS NULL`,
    [tenant, id, person.id, person.name],
  );
  await db.query(
    `UPDATE webhook_deliveries SET state = 'failed', next_attempt_at = NULL, last_error = 'the webhook was removed'
      WHERE tenant = $1 AND webhook_id = $2 AND state = 'waiting'`,
    [tenant, id],
  );
  return rowCount === 1;
}
