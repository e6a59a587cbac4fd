import type { Webhook, WebhookDelivery } from '@verimeter/api-schema';
import {
  type DeliveryRow,
  type WebhookRow,
  MOST_WEBHOOKS,
  addWebhook,
  changeWebhook,
  queueTestMessage,
  readDeliveries,
  readWebhooks,
  retryDelivery,
  withdrawWebhook,
} from '@verimeter/registry';
import { formatTimestamp } from '@verimeter/telemetry';
import { newSecret, urlProblem } from '@verimeter/webhooks';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { instantOrNull } from '../instants.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { pageOf } from '../paging.ts';
import { personOf } from '../person.ts';
import { ProblemError, notFound } from '../problem-error.ts';

const afterId = z.tuple([z.int()]);

export function registerWebhookRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'listWebhooks', async (client, { principal }) => ({
    items: (await readWebhooks(client, principal.tenant)).map(toWebhook),
    next_cursor: null,
  }));

  mountTenantOperation(app, context, 'addWebhook', async (client, { principal, body }) => {
    checkUrl(body.url, context.allowPrivateWebhooks);
    const secret = newSecret();
    const row = await addWebhook(
      client,
      principal.tenant,
      { ...body, events: unique(body.events), secret },
      personOf(principal),
    );
    if (row === undefined)
      throw new ProblemError(
        'conflict',
        `There are ${MOST_WEBHOOKS} webhooks, which is as many as there can be: remove one first.`,
      );
    return { ...toWebhook(row), secret };
  });

  mountTenantOperation(app, context, 'changeWebhook', async (client, call) => {
    const { principal, params, body } = call;
    if (body.url !== undefined) checkUrl(body.url, context.allowPrivateWebhooks);
    const events = body.events === undefined ? undefined : unique(body.events);
    const change = { ...body, id: params.id, events };
    const row = await changeWebhook(client, principal.tenant, change, personOf(principal));
    if (row === undefined) throw notFound('webhook', params.id);
    return toWebhook(row);
  });

  mountTenantOperation(app, context, 'removeWebhook', async (client, { principal, params }) => {
    if (!(await withdrawWebhook(client, principal.tenant, params.id, personOf(principal))))
      throw notFound('webhook', params.id);
    return undefined;
  });

  mountTenantOperation(app, context, 'testWebhook', async (client, { principal, params }) => {
    const data = { webhook_id: params.id, asked_by: principal.keyName ?? principal.keyId };
    const row = await queueTestMessage(client, principal.tenant, params.id, data);
    if (row === undefined) throw notFound('webhook', params.id);
    return toDelivery(row);
  });

  mountTenantOperation(app, context, 'listWebhookDeliveries', async (client, call) => {
    const { principal, params, query } = call;
    const { tenant } = principal;
    const page = pageOf({ list: `webhook ${params.id}`, tenant }, query, afterId);
    if ((await readWebhooks(client, tenant, params.id)).length === 0)
      throw notFound('webhook', params.id);
    const rows = await readDeliveries(client, tenant, {
      webhookId: params.id,
      states: query.state,
      beforeId: page.after?.[0],
      limit: page.limit + 1,
    });
    return page.of(rows, toDelivery, (row) => [row.id]);
  });

  mountTenantOperation(app, context, 'retryWebhookDelivery', async (client, call) => {
    const { principal, params } = call;
    const row = await retryDelivery(client, principal.tenant, params.id, params.delivery_id);
    if (row === undefined) throw notFound('delivery', params.delivery_id);
    return toDelivery(row);
  });
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

const URL_PROBLEMS = {
  not_a_url: 'is no URL; write it like https://desk.example.com/verimeter',
  not_https: 'must begin with https://',
  has_credentials: 'must not hold a user name or password; messages are signed instead',
  private_address: 'must be on the open network, not on a private or local address',
} as const;

function checkUrl(url: string, allowPrivate: boolean): void {
  const problem = urlProblem(url, allowPrivate);
  if (problem === undefined) return;
  throw new ProblemError('invalid_request', 'Messages cannot be sent there.', {
    errors: [{ field: 'url', message: URL_PROBLEMS[problem] }],
  });
}

const toWebhook = (row: WebhookRow): Webhook => ({
  ...row,
  // written by these routes and the command line only, which take no others
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  events: row.events as Webhook['events'],
  failing_since: instantOrNull(row.failing_since),
  disabled_at: instantOrNull(row.disabled_at),
  created_at: formatTimestamp(row.created_at),
  changed_at: instantOrNull(row.changed_at),
});

const toDelivery = ({ webhook_id: _of, ...row }: DeliveryRow): WebhookDelivery => ({
  ...row,
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
  event: row.event as WebhookDelivery['event'],
  data: { ...row.data },
  created_at: formatTimestamp(row.created_at),
  next_attempt_at: instantOrNull(row.next_attempt_at),
  last_attempt_at: instantOrNull(row.last_attempt_at),
  delivered_at: instantOrNull(row.delivered_at),
});
