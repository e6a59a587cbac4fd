import { createHash } from 'node:crypto';
import http from 'node:http';
import { createLogger } from '@verimeter/service-runtime';
import type { TestDatabase } from '@verimeter/test-support';
import { deliverWebhooks } from '@verimeter/webhooks';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults } from './accessibility.ts';
import { type RunningDashboard, startDashboard } from './running-dashboard.ts';

const PATIENCE = { timeout: 20_000 };

let dashboard: RunningDashboard;
let receiver: http.Server;
let url: string;
let status = 204;
const stopping = new AbortController();
let sending: Promise<void>;

beforeAll(async () => {
  dashboard = await startDashboard(seedKeys);
  receiver = http.createServer((request, response) => {
    request.resume();
    request.on('end', () => response.writeHead(status).end(status === 204 ? '' : 'not today'));
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const address = receiver.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  url = `http://127.0.0.1:${address.port}/desk`;
  sending = deliverWebhooks({
    pool: dashboard.database.servicePool,
    log: createLogger('webhooks-e2e', 'silent'),
    signal: stopping.signal,
    settings: { allowPrivate: true },
    pollMs: 50,
  });
});
afterAll(async () => {
  stopping.abort();
  await sending;
  receiver.close();
  await dashboard.stop();
});
afterEach(async () => expect(await dashboard.closePages()).toEqual([]));

const keyOf = (role: string): string => `vm_${role}_key_of_the_webhook_tests`;

async function seedKeys({ servicePool }: TestDatabase): Promise<void> {
  await servicePool.query(`INSERT INTO tenants (tenant) VALUES ('demo')`);
  for (const role of ['operator', 'admin'])
    // oxlint-disable-next-line no-await-in-loop -- two
    await servicePool.query(
      `INSERT INTO api_keys (id, tenant, role, key_sha256) VALUES ($1, 'demo', $1, $2)`,
      [role, createHash('sha256').update(keyOf(role)).digest()],
    );
}

async function openTab(role: 'operator' | 'admin', locale = 'en-GB', size = {}): Promise<Page> {
  const { page } = await dashboard.visit(`#key=${keyOf(role)}`, locale, size);
  await page.getByRole('heading', { level: 1 }).waitFor(PATIENCE);
  await page.evaluate(() => (location.hash = '#/settings?tab=webhooks'));
  await page.getByRole('heading', { level: 2, name: /^Webhooks?$/ }).waitFor(PATIENCE);
  return page;
}

test('a webhook is added, its secret shown once, tested, looked at, sent again, switched off, removed', async () => {
  const page = await openTab('admin');
  await page.getByText('There are no webhooks yet.').waitFor(PATIENCE);
  await page.getByRole('link', { name: 'Add a webhook' }).click();
  await page.getByLabel('Address of the receiver').fill('http://10.0.0.1/');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page
    .getByRole('alert')
    .filter({ hasText: 'must begin with https://' })
    .first()
    .waitFor(PATIENCE);
  dashboard.forgive(400);
  await page.getByLabel('Address of the receiver').fill(url);
  await page.getByLabel('Plan issued').check();
  await page.getByLabel('Remark').fill('Service desk');
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  const secret = page.getByRole('region', { name: 'Secret of the new webhook' });
  expect(await secret.innerText(PATIENCE)).toMatch(/whsec_[A-Za-z0-9+/]{43}=/);
  expect(await accessibilityFaults(page)).toEqual([]);
  await secret.getByRole('button', { name: 'I have kept it' }).click();
  expect(await page.getByText('whsec_').count()).toBe(0);

  const row = page.getByRole('row').filter({ hasText: url });
  expect(await row.innerText()).toMatch(
    /Service desk[\s\S]*New finding, Changed finding, Plan issued[\s\S]*On/,
  );
  await row.getByRole('button', { name: 'Send a test' }).click();
  await page.getByText('The test was taken: HTTP 204').waitFor(PATIENCE);
  status = 503;
  await row.getByRole('button', { name: 'Send a test' }).click();
  await page.getByText('The receiver refused the test: HTTP 503').waitFor(PATIENCE);
  await row.getByText('Takes nothing').waitFor(PATIENCE);

  status = 204;
  await row.getByRole('link', { name: 'Deliveries' }).click();
  const deliveries = page.getByRole('region', { name: `Deliveries to ${url}` });
  await deliveries.getByText('not today').waitFor(PATIENCE);
  expect(await accessibilityFaults(page)).toEqual([]);
  await deliveries.getByRole('button', { name: 'Send again' }).first().click();
  await expect.poll(() => deliveries.getByText('Taken · HTTP 204').count(), PATIENCE).toBe(2);
  await deliveries.getByRole('button', { name: 'Close' }).click();

  await row.getByRole('button', { name: 'Switch off' }).click();
  await row.getByText('by a person').waitFor(PATIENCE);
  await row.getByRole('button', { name: 'Remove' }).click();
  const question = page.getByRole('group', { name: `Remove ${url}` });
  await question.getByRole('button').first().click();
  await page.getByText('There are no webhooks yet.').waitFor(PATIENCE);
});

test('operators are told that it takes an administrator', async () => {
  const page = await openTab('operator');
  await page.getByText('Only an administrator key').waitFor(PATIENCE);
  expect(await page.getByRole('link', { name: 'Add a webhook' }).count()).toBe(0);
});

test('in Vietnamese on a phone: nothing sticks out, no violation', async () => {
  await dashboard.database.servicePool.query(
    `INSERT INTO webhooks (tenant, url, events, secret, created_by, dropped)
     VALUES ('demo', 'https://mot-dia-chi-rat-dai.example.com/${'verimeter/'.repeat(12)}', '{finding.created,finding.verified}', 'whsec_x', 'k', 12)`,
  );
  const page = await openTab('admin', 'vi-VN', { width: 390, height: 800 });
  await page.getByText('Phát hiện đã được kiểm định').waitFor(PATIENCE);
  await page.getByRole('link', { name: 'Thêm webhook' }).click();
  await page.getByLabel('Địa chỉ nhận').waitFor(PATIENCE);
  expect(await accessibilityFaults(page)).toEqual([]);
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width).toBeLessThanOrEqual(390);
});
