import {
  newWebhook,
  webhook,
  webhookDelivery,
  webhookDeliveryList,
  webhookList,
} from '@verimeter/api-schema';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fixture, expectProblem, expectShape, startFixture } from './fixture.ts';

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.stop());

const URL_OF_DESK = 'https://desk.example.com/verimeter';

const asAdmin = (path: string, method = 'GET', body?: unknown, tenant: 'a' | 'b' = 'a') =>
  fixture.request(path, { key: fixture.keys[tenant].admin, method, body });

test('a webhook is made, changed, switched off and on, and removed; its secret is shown once', async () => {
  const made = await asAdmin('/webhooks', 'POST', {
    url: URL_OF_DESK,
    events: ['finding.created', 'finding.created', 'plan.issued'],
    description: 'Service desk',
  });
  expect(made.status).toBe(200);
  expectShape(newWebhook, made.body);
  expect(made.body).toMatchObject({
    url: URL_OF_DESK,
    events: ['finding.created', 'plan.issued'],
    enabled: true,
    waiting: 0,
    created_by: 'a-admin',
  });
  expect(made.body.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  const { id } = made.body;
  const { body: list } = await asAdmin('/webhooks');
  expectShape(webhookList, list);
  expect(JSON.stringify(list)).not.toContain('whsec_');
  expect((await asAdmin('/webhooks', 'GET', undefined, 'b')).body.items).toEqual([]);

  const off = await asAdmin(`/webhooks/${id}`, 'PATCH', { enabled: false, description: null });
  expectShape(webhook, off.body);
  expect(off.body).toMatchObject({
    enabled: false,
    disabled_reason: 'person',
    description: null,
    changed_by: 'a-admin',
  });
  const on = await asAdmin(`/webhooks/${id}`, 'PATCH', {
    enabled: true,
    events: ['finding.changed'],
  });
  expect(on.body).toMatchObject({
    enabled: true,
    disabled_reason: null,
    disabled_at: null,
    events: ['finding.changed'],
  });

  expectProblem(await asAdmin(`/webhooks/${id}`, 'DELETE', undefined, 'b'), 'not_found');
  expect((await asAdmin(`/webhooks/${id}`, 'DELETE')).status).toBe(204);
  expect((await asAdmin('/webhooks')).body.items).toEqual([]);
  for (const [path, method, body] of [
    [`/webhooks/${id}`, 'DELETE'],
    [`/webhooks/${id}`, 'PATCH', { enabled: true }],
    [`/webhooks/${id}/test`, 'POST'],
    [`/webhooks/${id}/deliveries`, 'GET'],
  ] as const)
    expectProblem(await asAdmin(path, method, body), 'not_found');
});

test.each([
  ['http://desk.example.com/', 'must begin with https://'],
  ['desk', 'is no URL'],
  ['https://127.0.0.1:8080/', 'open network'],
  ['https://[::1]/', 'open network'],
  ['https://169.254.169.254/latest', 'open network'],
  ['https://me:word@desk.example.com/', 'password'],
])('%s is refused: %s', async (url, message) => {
  const problem = expectProblem(
    await asAdmin('/webhooks', 'POST', { url, events: ['finding.created'] }),
    'invalid_request',
  );
  expect(problem.errors).toEqual([{ field: 'url', message: expect.stringContaining(message) }]);
});

test('a change of a finding, a test and sending again are seen in the deliveries, page by page', async () => {
  const { body: made } = await asAdmin('/webhooks', 'POST', {
    url: URL_OF_DESK,
    events: ['finding.changed'],
  });
  const changed = await fixture.request('/findings/1', {
    key: fixture.keys.a.operator,
    method: 'PATCH',
    body: { status: 'acknowledged' },
  });
  expect(changed.status).toBe(200);
  const tested = await asAdmin(`/webhooks/${made.id}/test`, 'POST');
  expectShape(webhookDelivery, tested.body);
  expect(tested.body).toMatchObject({ event: 'webhook.test', state: 'waiting', attempts: 0 });

  const first = await asAdmin(`/webhooks/${made.id}/deliveries?limit=1`);
  expectShape(webhookDeliveryList, first.body);
  expect(first.body.items.map(({ id }: { id: number }) => id)).toEqual([tested.body.id]);
  const second = await asAdmin(
    `/webhooks/${made.id}/deliveries?limit=1&cursor=${first.body.next_cursor}`,
  );
  expect(second.body).toMatchObject({
    items: [
      { event: 'finding.changed', state: 'waiting', data: { id: 1, status: 'acknowledged' } },
    ],
    next_cursor: null,
  });
  // What is told of a finding is written as the API writes it.
  expect(changed.body).toMatchObject(second.body.items[0].data);
  expect((await asAdmin(`/webhooks/${made.id}/deliveries?state=failed`)).body.items).toEqual([]);

  await fixture.database.servicePool.query(
    `UPDATE webhook_deliveries SET state = 'failed', attempts = 15, next_attempt_at = NULL WHERE id = $1`,
    [tested.body.id],
  );
  const path = `/webhooks/${made.id}/deliveries/${tested.body.id}/retry`;
  expectProblem(await asAdmin(path, 'POST', undefined, 'b'), 'not_found');
  const again = await asAdmin(path, 'POST');
  expectShape(webhookDelivery, again.body);
  expect(again.body).toMatchObject({
    state: 'waiting',
    attempts: 0,
    message_id: tested.body.message_id,
  });
});

test('only administrators see and change webhooks; a tenant has twenty at most', async () => {
  for (const role of ['viewer', 'operator'] as const)
    expectProblem(await fixture.request('/webhooks', { key: fixture.keys.a[role] }), 'forbidden');
  const body = { url: URL_OF_DESK, events: ['plan.issued'] };
  for (let number = 0; number < 20; number += 1)
    expect((await asAdmin('/webhooks', 'POST', body, 'b')).status).toBe(200);
  expectProblem(await asAdmin('/webhooks', 'POST', body, 'b'), 'conflict');
});
