import { userInfo } from 'node:os';
import { SUBSCRIBED_EVENTS, type WebhookInput, webhookInput } from '@verimeter/api-schema';
import {
  type DeliveryRow,
  type Person,
  type Pool,
  MOST_WEBHOOKS,
  addWebhook,
  ensureTenant,
  queueTestMessage,
  readDeliveries,
  readWebhooks,
  withTransaction,
  withdrawWebhook,
} from '@verimeter/registry';
import { formatTimestamp } from '@verimeter/telemetry';
import { type UrlProblem, newSecret, urlProblem } from '@verimeter/webhooks';
import { readAllowPrivateWebhooks } from '../../config.ts';
import { CommandError, UsageError, choice } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { withDatabase } from '../database.ts';
import { say, table, writeLine } from '../output.ts';

/** So long a test waits for the first attempt: longer than an attempt takes. */
const TEST_MS = 15_000;

/** Receivers of events about findings and plans. */
export async function run(context: CommandContext): Promise<number> {
  const action = choice(
    context.positionals[0] ?? 'list',
    ['list', 'add', 'remove', 'test'],
    'webhooks',
  );
  return withDatabase(context.environment, 'verimeter-webhooks', (pool) =>
    ({ list, add, remove, test })[action](pool, context),
  );
}

const person = (): Person => ({ id: `${userInfo().username} (command line)`, name: null });

async function list(pool: Pool, context: CommandContext): Promise<number> {
  const rows = await readWebhooks(pool, context.tenant);
  if (context.json) {
    await writeLine(
      JSON.stringify(
        rows.map((row) => ({
          ...row,
          failing_since: row.failing_since === null ? null : formatTimestamp(row.failing_since),
          disabled_at: row.disabled_at === null ? null : formatTimestamp(row.disabled_at),
          created_at: formatTimestamp(row.created_at),
          changed_at: row.changed_at === null ? null : formatTimestamp(row.changed_at),
        })),
      ),
    );
    return 0;
  }
  if (rows.length === 0) {
    say(`tenant ${context.tenant} has no webhooks: verimeter webhooks add URL`);
    return 0;
  }
  await writeLine(
    table(
      [
        ['ID', 'URL', 'EVENTS', 'STATE', 'WAITING', 'DROPPED'],
        ...rows.map((row) => [
          String(row.id),
          row.url,
          row.events.join(','),
          stateOf(row),
          String(row.waiting),
          String(row.dropped),
        ]),
      ],
      new Set([4, 5]),
    ),
  );
  return 0;
}

function stateOf(row: Awaited<ReturnType<typeof readWebhooks>>[number]): string {
  if (!row.enabled) return `off (${row.disabled_reason ?? 'person'})`;
  return row.failing_since === null
    ? 'on'
    : `failing since ${formatTimestamp(row.failing_since).slice(0, 16)}Z`;
}

const URL_PROBLEMS: Readonly<Record<UrlProblem, string>> = {
  not_a_url: 'is no URL; write it like https://desk.example.com/verimeter',
  not_https: 'must begin with https:// (WEBHOOK_ALLOW_PRIVATE=true allows http to this machine)',
  has_credentials: 'must not hold a user name or password; messages are signed instead',
  private_address: 'is on a private or local address; WEBHOOK_ALLOW_PRIVATE=true allows those',
};

async function add(pool: Pool, context: CommandContext): Promise<number> {
  const url = context.positionals[1];
  if (url === undefined) throw new UsageError('webhooks add needs the URL of the receiver');
  const input = inputOf({
    url,
    events: context.option('events')?.split(',') ?? [...SUBSCRIBED_EVENTS],
    description: context.option('description') ?? null,
  });
  const problem = urlProblem(input.url, readAllowPrivateWebhooks());
  if (problem !== undefined) throw new UsageError(`${url} ${URL_PROBLEMS[problem]}`);
  await ensureTenant(pool, context.tenant, context.environment.zone);
  const secret = newSecret();
  const row = await withTransaction(pool, (client) =>
    addWebhook(client, context.tenant, { ...input, secret }, person()),
  );
  if (row === undefined)
    throw new CommandError(
      `there are ${MOST_WEBHOOKS} webhooks, which is as many as there can be: remove one first`,
    );
  if (context.json) await writeLine(JSON.stringify({ id: row.id, secret }));
  else {
    await writeLine(secret);
    say(`webhook ${row.id}: this secret is shown once; the receiver checks signatures with it`);
  }
  return 0;
}

function inputOf(given: { readonly [Name in keyof WebhookInput]: unknown }) {
  const parsed = webhookInput.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new UsageError(`webhooks add: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
}

function idOf(context: CommandContext, action: string): number {
  const text = context.positionals[1] ?? '';
  if (!/^\d{1,15}$/.test(text))
    throw new UsageError(
      `webhooks ${action} needs the ID of a webhook; verimeter webhooks list has them`,
    );
  return Number(text);
}

async function remove(pool: Pool, context: CommandContext): Promise<number> {
  const id = idOf(context, 'remove');
  if (!(await withdrawWebhook(pool, context.tenant, id, person())))
    throw new CommandError(`there is no webhook ${id}`);
  say(`webhook ${id} is removed; what waited for it is not sent`);
  return 0;
}

/** Puts a test message into the queue and tells what came of the first attempt. */
async function test(pool: Pool, context: CommandContext): Promise<number> {
  const id = idOf(context, 'test');
  const row = await queueTestMessage(pool, context.tenant, id, {
    webhook_id: id,
    asked_by: person().id,
  });
  if (row === undefined) throw new CommandError(`there is no webhook ${id}`);
  const done = await outcomeOf(pool, context.tenant, row);
  if (done === undefined)
    throw new CommandError(
      `message ${row.message_id} was not sent within ${TEST_MS / 1000} s: is the analytics service running?`,
    );
  if (context.json) await writeLine(JSON.stringify(done));
  if (done.state !== 'delivered')
    throw new CommandError(
      `webhook ${id} did not take message ${done.message_id}: ${done.last_error ?? `HTTP ${done.last_status} ${done.last_response ?? ''}`}`,
    );
  say(`webhook ${id} took message ${done.message_id}: HTTP ${done.last_status}`);
  return 0;
}

async function outcomeOf(
  pool: Pool,
  tenant: string,
  { id, webhook_id: webhookId }: DeliveryRow,
): Promise<DeliveryRow | undefined> {
  const untilMs = performance.now() + TEST_MS;
  while (performance.now() < untilMs) {
    // oxlint-disable-next-line no-await-in-loop
    const [row] = await readDeliveries(pool, tenant, {
      webhookId,
      states: undefined,
      beforeId: id + 1,
      limit: 1,
    });
    if (row?.id === id && (row.last_status !== null || row.last_error !== null)) return row;
    // oxlint-disable-next-line no-await-in-loop
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return undefined;
}
