import { createHash } from 'node:crypto';
import { addSourceActivity, writeSource, writeSourceProblems } from '@verimeter/registry';
import type { TestDatabase } from '@verimeter/test-support';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { accessibilityFaults } from './accessibility.ts';
import { PICTURES } from './config.ts';
import { type RunningDashboard, startDashboard } from './running-dashboard.ts';

const PATIENCE = { timeout: 10_000 };
const TENANT = 'demo';
const PAYLOAD = JSON.stringify({ energy: 204.66, power: 'much', colour: 'red', tamper: true });

let dashboard: RunningDashboard;

beforeAll(async () => {
  dashboard = await startDashboard(seedKeys);
});
afterAll(() => dashboard?.stop());

async function seedKeys({ servicePool }: TestDatabase): Promise<void> {
  await servicePool.query('INSERT INTO tenants (tenant) VALUES ($1)', [TENANT]);
  for (const role of ['viewer', 'operator', 'admin'])
    // oxlint-disable-next-line no-await-in-loop -- three
    await servicePool.query(
      'INSERT INTO api_keys (id, tenant, role, key_sha256) VALUES ($1, $2, $1, $3)',
      [role, TENANT, createHash('sha256').update(keyOf(role)).digest()],
    );
}

beforeEach(async () => {
  await dashboard.database.servicePool.query('DELETE FROM sources');
  await writeSource(dashboard.database.servicePool, {
    tenant: TENANT,
    name: 'plugs',
    filter: 'plugs/#',
    dialect: 'zigbee2mqtt',
    rank: 100,
    enabled: true,
    settings: { zone: 'Europe/Vienna', units: { power: 'kW' } },
    provision: true,
    provision_kind: null,
    provision_per_day: 1000,
    changed_by: 'test',
  });
  await addSourceActivity(dashboard.database.servicePool, [
    {
      tenant: TENANT,
      source: 'plugs',
      lastUs: Date.parse('2026-01-14T06:30:00Z') * 1000,
      messages: 1234,
      readings: 5678,
      rejected: 9,
      unknownFields: ['child_lock', 'colour', 'countdown', 'indicator_mode', 'power_outage_memory'],
    },
  ]);
});

// Every page, whatever its test was about, must be free of errors and violations of the content security policy.
afterEach(async () => expect(await dashboard.closePages()).toEqual([]));

const keyOf = (role: string): string => `vm_${role}_key_of_the_source_tests`;

async function signedIn(
  role: 'viewer' | 'operator' | 'admin',
  locale = 'en-GB',
  size = {},
): Promise<Page> {
  const { page } = await dashboard.visit(`#key=${keyOf(role)}`, locale, size);
  await page.getByRole('heading', { level: 1 }).waitFor(PATIENCE);
  await page.evaluate(() => (location.hash = '#/sources'));
  await page
    .getByRole('region', { name: /^(Try a payload|Thử một bản tin)$/ })
    .or(page.getByText('takes an operator'))
    .waitFor(PATIENCE);
  return page;
}

const rowOf = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name });

test('the list says what came of each source, and which fields mean nothing', async () => {
  const page = await signedIn('viewer');
  const row = rowOf(page, 'plugs');
  expect(await row.innerText()).toMatch(
    /plugs\s+Zigbee2MQTT\s+plugs\/#\s+On\s+14 Jan 2026, 13:30\s+1,234\s+5,678\s+9\s+5 fields/,
  );
  await row.getByText('5 fields').click();
  expect(await row.innerText()).toContain('power_outage_memory');
  // A viewer sees, and is told why there is nothing to press.
  expect(await page.getByText('Only an administrator key').count()).toBe(1);
  expect(await page.getByRole('main').getByRole('button').count()).toBe(0);
  expect(await page.getByRole('link', { name: 'Add a source' }).count()).toBe(0);
});

test('what keeps a worker from a source is said beside it', async () => {
  const problem = 'the broker refuses the subscription to plugs/#';
  await writeSourceProblems(dashboard.database.servicePool, 'w1', [
    { tenant: TENANT, source: 'plugs', problem },
  ]);
  const page = await signedIn('viewer');
  expect(await rowOf(page, 'plugs').innerText()).toMatch(
    /Does not get its messages\s+w1: the broker refuses the subscription to plugs\/#/,
  );
});

test('an operator may try a payload, but not change a source', async () => {
  const page = await signedIn('operator');
  expect(await rowOf(page, 'plugs').getByRole('button').count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Try it' }).count()).toBe(1);
});

test('a source is added with the usual filter, tried before and after, switched off and on, and removed', async () => {
  const page = await signedIn('admin');
  await page.getByRole('link', { name: 'Add a source' }).click();
  await page.getByLabel('Dialect', { exact: true }).selectOption('zigbee2mqtt');
  expect(await page.getByLabel('Topics').inputValue()).toBe('zigbee2mqtt/#');
  await page.getByLabel('Name').fill('house');
  await page.getByLabel('Rule for device ids').fill('z-{id}');

  const panel = page.getByRole('region', { name: 'Try a payload' });
  expect(await panel.getByLabel('Decode with').inputValue()).toBe(' draft');
  await panel.getByLabel('Topic of the message').fill('zigbee2mqtt/pump');
  await panel.getByLabel('Payload', { exact: true }).fill(PAYLOAD);
  await panel.getByRole('button', { name: 'Try it' }).click();
  const result = page.getByRole('region', { name: 'What it would be' });
  await result.waitFor(PATIENCE);
  const text = await result.innerText();
  expect(text).toMatch(/Active energy, import\s+active_energy_import\s+z-pump\s+204\.66\skWh/);
  expect(text).toMatch(/tamper\s+z-pump\s+active/);
  expect(text).toMatch(/Rejected: 1\s+power\s+z-pump\s+Wrong type/);
  expect(text).toMatch(/Unknown field colour/);

  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Source house is saved.').waitFor(PATIENCE);
  const row = rowOf(page, 'house');
  await row.waitFor(PATIENCE);
  expect(await row.innerText()).toMatch(/zigbee2mqtt\/#\s+On\s+no message yet/);
  const kept = await dashboard.database.servicePool.query('SELECT * FROM sources WHERE name = $1', [
    'house',
  ]);
  expect(kept.rows).toMatchObject([
    { filter: 'zigbee2mqtt/#', settings: { device_id: 'z-{id}' }, provision: true, rank: 100 },
  ]);

  // Without the form the source that takes the topic decodes.
  expect(await panel.getByLabel('Decode with').inputValue()).toBe('');
  await panel.getByRole('button', { name: 'Try it' }).click();
  await result.getByText('Decoded as Zigbee2MQTT by source house').waitFor(PATIENCE);

  await row.getByRole('button', { name: 'Switch off' }).click();
  await expect.poll(() => row.innerText(), PATIENCE).toMatch(/\sOff\s/);
  await row.getByRole('button', { name: 'Switch on' }).click();
  await expect.poll(() => row.innerText(), PATIENCE).toMatch(/On\s+no message yet/);

  await row.getByRole('button', { name: 'Remove' }).click();
  expect(await row.innerText()).toContain('Remove source house?');
  await row.getByRole('button', { name: 'Keep it' }).click();
  await row.getByRole('button', { name: 'Remove' }).click();
  await row.getByRole('button', { name: 'Yes, remove' }).click();
  await expect.poll(() => row.count(), PATIENCE).toBe(0);
  const left = await dashboard.database.servicePool.query('SELECT name FROM sources');
  expect(left.rows).toEqual([{ name: 'plugs' }]);
});

test('topics of another source are refused beside the field, and a lower rank settles it', async () => {
  const page = await signedIn('admin');
  await page.getByRole('link', { name: 'Add a source' }).click();
  await page.getByLabel('Name').fill('pumps');
  await page.getByLabel('Dialect', { exact: true }).selectOption('zigbee2mqtt');
  const filter = page.getByLabel('Topics');
  await filter.fill('plugs/pump/#');
  await page.getByLabel('Time zone of times without one').fill('Mars/Olympus');
  await page.getByRole('button', { name: 'Save' }).click();
  const zone = page.getByLabel('Time zone of times without one');
  await expect.poll(() => zone.getAttribute('aria-invalid'), PATIENCE).toBe('true');
  await zone.fill('');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => filter.getAttribute('aria-invalid'), PATIENCE).toBe('true');
  const problem = await filter.evaluate(
    (field) =>
      document.getElementById(field.getAttribute('aria-describedby')?.split(' ').at(-1) ?? '')
        ?.textContent,
  );
  expect(problem).toMatch(/source plugs \(plugs\/#\) takes as well.*lower rank than 100/);
  expect(await zone.getAttribute('aria-invalid')).toBeNull();
  await page.getByLabel('Rank').fill('50');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Source pumps is saved.').waitFor(PATIENCE);
  expect(await rowOf(page, 'pumps').innerText()).toContain('rank 50');
  dashboard.forgive(400);
});

test('in Vietnamese problems are told in Vietnamese, and the focus is where the reader has to go on', async () => {
  const page = await signedIn('admin', 'vi-VN');
  const focused = () =>
    page.evaluate(() =>
      document.activeElement?.id === '' || document.activeElement === document.body
        ? (document.activeElement?.getAttribute('aria-label') ??
          document.activeElement?.textContent)
        : document.querySelector(`label[for="${document.activeElement?.id}"]`)?.textContent,
    );
  await page.getByRole('link', { name: 'Thêm nguồn' }).click();
  await page.getByLabel('Định dạng', { exact: true }).selectOption('dsmr-p1');
  expect(await page.getByText('đọc cả bản tin không có CRC').count()).toBe(1);
  const name = page.getByLabel('Tên', { exact: true });
  await name.fill('phụ tải');
  await page.getByLabel('Thứ hạng').fill('đầu');
  await page.getByLabel('Thiết lập khác').fill('{"phases": }');
  await page.getByLabel('Chủ đề', { exact: true }).fill('plugs/+');
  await page.getByRole('button', { name: 'Lưu' }).click();
  await page.getByText('gồm 1 đến 128 ký tự').waitFor(PATIENCE);
  await page.getByText('phải là số nguyên từ 1 đến 10.000').waitFor(PATIENCE);
  await page.getByText('phải là một đối tượng JSON').waitFor(PATIENCE);
  await expect.poll(focused, PATIENCE).toBe('Tên');
  await name.fill('plugs-2');
  await page.getByLabel('Thứ hạng').fill('100');
  await page.getByLabel('Thiết lập khác').fill('');
  await page.getByRole('button', { name: 'Lưu' }).click();
  await page
    .getByText('khớp chủ đề mà nguồn plugs (plugs/#) cũng nhận; hãy đặt thứ hạng nhỏ hơn 100')
    .waitFor(PATIENCE);
  await expect.poll(focused, PATIENCE).toBe('Chủ đề');
  await page.getByRole('button', { name: 'Hủy' }).click();
  const remove = page.getByRole('button', { name: 'Gỡ bỏ plugs' });
  await remove.click();
  await page.keyboard.press('Escape');
  await expect.poll(focused, PATIENCE).toBe('Gỡ bỏ plugs');
  await remove.click();
  await page.getByRole('button', { name: 'Đồng ý gỡ bỏ' }).click();
  await page.getByText('Đã gỡ bỏ nguồn plugs.').waitFor(PATIENCE);
  await expect.poll(focused, PATIENCE).toBe('Nguồn dữ liệu');
  await page.getByText('Chưa có nguồn nào').waitFor(PATIENCE);
  dashboard.forgive(400);
});

test('what is edited keeps all that has no field of its own', async () => {
  const page = await signedIn('admin');
  await rowOf(page, 'plugs').getByRole('link', { name: 'Edit plugs' }).click();
  await page.getByRole('heading', { name: 'Source plugs' }).waitFor(PATIENCE);
  const further = page.getByLabel('Further settings (JSON)');
  expect(JSON.parse(await further.inputValue())).toEqual({ units: { power: 'kW' } });
  await further.fill('{"units": ');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => further.getAttribute('aria-invalid'), PATIENCE).toBe('true');
  await further.fill('{"units": {"power": "W"}, "phases": 2}');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('settings.phases').waitFor(PATIENCE);
  await further.fill('{"units": {"power": "W"}, "phases": 3}');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('Source plugs is saved.').waitFor(PATIENCE);
  const kept = await dashboard.database.servicePool.query('SELECT settings FROM sources');
  expect(kept.rows).toEqual([
    { settings: { zone: 'Europe/Vienna', units: { power: 'W' }, phases: 3 } },
  ]);
  dashboard.forgive(400);
});

test('a file is tried as its bytes, and a topic that nobody takes is explained', async () => {
  const page = await signedIn('operator');
  const panel = page.getByRole('region', { name: 'Try a payload' });
  await panel.getByLabel('Topic of the message').fill('plugs/pump');
  const file = { name: 'payload.bin', mimeType: 'application/octet-stream' };
  await panel
    .getByLabel('Payload: or a file')
    .setInputFiles({ ...file, buffer: Buffer.from([0xff, 0x00]) });
  await panel.getByRole('button', { name: 'Try it' }).click();
  await expect.poll(() => panel.innerText(), PATIENCE).toMatch(/Rejected: 1\s.*Malformed/s);
  await panel
    .getByLabel('Payload: or a file')
    .setInputFiles({ ...file, buffer: Buffer.alloc(45_001) });
  await panel.getByRole('button', { name: 'Try it' }).click();
  await panel.getByText('has 45,001 bytes').waitFor(PATIENCE);
  await panel.getByLabel('Payload: or a file').setInputFiles([]);
  await panel.getByLabel('Topic of the message').fill('nobody/knows');
  await panel.getByRole('button', { name: 'Try it' }).click();
  await panel.getByText('is taken by no source of yours').waitFor(PATIENCE);
  dashboard.forgive(400);
});

test.each([
  ['vi-VN', 390, 844],
  ['en-GB', 390, 844],
  ['vi-VN', 1440, 900],
  ['en-GB', 1440, 900],
])(
  '%s at %i px: names, roles, headings, contrast, and no sideways scrolling',
  async (locale, width, height) => {
    const page = await signedIn('admin', locale, { width, height });
    const snap = (name: string): Promise<unknown> =>
      PICTURES === undefined
        ? Promise.resolve()
        : page.screenshot({ path: `${PICTURES}/${name}-${locale}-${width}.png`, fullPage: true });
    const faultless = async (): Promise<void> => {
      expect(await accessibilityFaults(page)).toEqual([]);
      expect(
        await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        ),
      ).toBe(0);
    };
    await rowOf(page, 'plugs').waitFor(PATIENCE);
    await snap('list');
    await faultless();
    await page.evaluate(() => (location.hash = '#/sources?add=yes'));
    const form = page.locator('form').first();
    await form.getByRole('combobox').first().selectOption('zigbee2mqtt');
    await form.getByRole('textbox').nth(1).fill('plugs/+');
    await page.locator('form').last().getByRole('textbox').first().fill('plugs/pump');
    await page.locator('form').last().locator('textarea').fill(PAYLOAD);
    await form.locator('button[type=submit]').click();
    await page.locator('[aria-invalid]').waitFor(PATIENCE);
    await page.locator('form').last().locator('button[type=submit]').click();
    await page.locator('.trial-result').waitFor(PATIENCE);
    await snap('form');
    await faultless();
    await rowOf(page, 'plugs').locator('button').last().click();
    await snap('confirm');
    await faultless();
    dashboard.forgive(400);
  },
);
