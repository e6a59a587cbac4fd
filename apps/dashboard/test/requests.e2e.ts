import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { TestDatabase } from '@verimeter/test-support';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults } from './accessibility.ts';
import { type RunningDashboard, startDashboard } from './running-dashboard.ts';

const PATIENCE = { timeout: 20_000 };
const TENANT = 'demo';
const METER = 'PA23-0417';

let dashboard: RunningDashboard;
beforeAll(async () => {
  dashboard = await startDashboard(seed);
});
afterAll(() => dashboard?.stop());
// Every page, whatever its test was about, must be free of errors and violations of the content security policy.
afterEach(async () => expect(await dashboard.closePages()).toEqual([]));

const keyOf = (role: string): string => `vm_${role}_key_of_the_request_tests`;

/** A meter with four equal bills, and two complaints about it: one overdue, one answered. */
async function seed({ servicePool }: TestDatabase): Promise<void> {
  await servicePool.query(`INSERT INTO tenants (tenant, zone) VALUES ($1, 'Asia/Ho_Chi_Minh')`, [
    TENANT,
  ]);
  for (const role of ['viewer', 'operator'])
    // oxlint-disable-next-line no-await-in-loop -- two
    await servicePool.query(
      'INSERT INTO api_keys (id, tenant, role, name, key_sha256) VALUES ($1, $2, $1, $3, $4)',
      [role, TENANT, 'Tổ đo đếm', createHash('sha256').update(keyOf(role)).digest()],
    );
  await servicePool.query(
    `INSERT INTO devices (tenant, device_id, kind, serial, manufacturer, model, accuracy_class, installed_on, address)
     VALUES ('demo', '${METER}', 'electricity_meter', '2108834417', 'EMIC', 'CE-18G', '1', '2021-09-14', 'Số 12, đường Lê Thánh Tông, Hạ Long');
     INSERT INTO verifications (tenant, device_id, verified_on, certificate_no, result, kind, valid_until, body)
     VALUES ('demo', '${METER}', '2021-09-01', 'KĐ 0417', 'pass', 'initial', '2027-09-01', 'QUATEST 1');
     INSERT INTO channels (tenant, device_id, quantity, unit) VALUES ('demo', '${METER}', 'active_energy_import', 'kW.h');
     SELECT ensure_reading_partitions('2026-05-01Z', '2026-12-01Z');
     INSERT INTO readings (ts, received_at, value, channel_id)
     -- from the first of June on; September has a day less and uses as much as the months around it
     SELECT '2026-05-31T17:00Z'::timestamptz + k * interval '6 hours', now(),
            5000 + k * 2.5 + 10 * least(greatest(k - 368, 0), 120) / 120.0, channel_id
       FROM generate_series(0, 640) k, channels;
     INSERT INTO customer_requests (tenant, device_id, kind, utility, received_on, due_on, status, answered_on, reference, entered_by)
     VALUES ('demo', '${METER}', 'check', 'electricity', '2026-11-02', '2026-11-05', 'open', NULL, 'CSKH-1', 'operator'),
            ('demo', '${METER}', 'complaint', 'electricity', '2026-10-02', '2026-10-05', 'answered', '2026-10-04', 'CSKH-2', 'operator')`,
  );
}

async function signedIn(
  role: 'viewer' | 'operator',
  hash: string,
  locale = 'en-GB',
  size = {},
): Promise<Page> {
  const { page } = await dashboard.visit(`#key=${keyOf(role)}`, locale, size);
  await page
    .getByRole('navigation')
    .first()
    .waitFor({ state: 'attached', ...PATIENCE });
  await page.evaluate((to) => (location.hash = to), hash);
  return page;
}

async function textOf(path: string): Promise<string> {
  const task = getDocument({ data: new Uint8Array(await readFile(path)), verbosity: 0 });
  const pdf = await task.promise;
  const pages: string[] = [];
  for (let number = 1; number <= pdf.numPages; number++) {
    // oxlint-disable-next-line no-await-in-loop
    const { items } = await (await pdf.getPage(number)).getTextContent();
    pages.push(items.map((item) => ('str' in item ? item.str : '')).join(' '));
  }
  await task.destroy();
  return pages.join(' ').normalize('NFC').replaceAll(/\s+/g, ' ');
}

async function download(page: Page, name: string): Promise<string> {
  const waiting = page.waitForEvent('download', PATIENCE);
  await page.getByRole('link', { name }).click();
  return (await waiting).path();
}

test('a request of a customer is entered, answered with a pack of evidence, and noted', async () => {
  const page = await signedIn('operator', '#/requests', 'vi-VN');
  await page.getByRole('heading', { level: 1, name: 'Yêu cầu của khách hàng' }).waitFor(PATIENCE);
  await page.getByRole('link', { name: 'Yêu cầu mới' }).click();
  await page.getByLabel('Mã thiết bị').fill('khong-co');
  await page.getByRole('button', { name: 'Nhập yêu cầu' }).click();
  await page.getByText('không có thiết bị mang mã này').waitFor(PATIENCE);
  dashboard.forgive(404);
  await page.getByLabel('Mã thiết bị').fill(METER);
  await page.getByLabel('Ngày tiếp nhận').fill('16/11/2026');
  await page.getByLabel('Số tham chiếu').fill('CSKH-2026-1187');
  await page.getByLabel('Ghi chú').fill('Hóa đơn ba tháng liền giống nhau');
  await page.getByRole('button', { name: 'Nhập yêu cầu' }).click();

  await page.getByRole('heading', { level: 1, name: 'Yêu cầu 3' }).waitFor(PATIENCE);
  const facts = page.getByRole('region', { name: 'Nội dung yêu cầu' });
  expect(await facts.innerText()).toMatch(/3 ngày[\s\S]*chưa đối chiếu/);
  await page.getByRole('button', { name: 'Lập hồ sơ' }).click();
  await page.getByText(/^Đã lập EP-\d{4}-000001\.$/).waitFor(PATIENCE);
  const id = (await page.getByRole('link', { name: /^EP-\d{4}-000001$/ }).innerText()).trim();
  const text = await textOf(await download(page, `${id}: PDF tiếng Việt`));
  for (const said of [
    id,
    METER,
    'CSKH-2026-1187',
    'Hóa đơn ba tháng liền giống nhau',
    'Các tháng 07/2026, 08/2026, 09/2026, 10/2026 có cùng lượng tiêu thụ',
    'không phải kết luận',
    'KĐ 0417',
  ])
    expect(text).toContain(said);

  await page.getByLabel('Đã nói hoặc làm gì').fill('Đã gửi hồ sơ cho khách hàng');
  await page.getByLabel('Ngày trả lời').fill('18/11/2026');
  await page.getByRole('button', { name: 'Đã trả lời' }).click();
  await page.getByText('trả lời đúng hạn').waitFor(PATIENCE);
  const history = page.getByRole('region', { name: 'Diễn biến' });
  expect(await history.innerText()).toMatch(
    /mở yêu cầu[\s\S]*lập hồ sơ EP-[\s\S]*đã trả lời[\s\S]*Đã gửi hồ sơ cho khách hàng/,
  );

  // What the code on the paper leads to.
  await history.getByRole('link', { name: new RegExp(id) }).click();
  await page.getByRole('heading', { level: 1, name: `Hồ sơ ${id}` }).waitFor(PATIENCE);
  await page.getByRole('heading', { level: 2, name: 'Tiêu thụ theo tháng' }).waitFor(PATIENCE);
});

test('the list says how much time is left, and a viewer changes nothing', async () => {
  const page = await signedIn('viewer', '#/requests');
  const row = page.getByRole('row').filter({ hasText: 'CSKH-1' });
  await row.waitFor(PATIENCE);
  expect(await row.innerText()).toMatch(/Check of the meter[\s\S]*days overdue/);
  expect(await page.getByText('CSKH-2', { exact: true }).count()).toBe(0);
  await page.getByRole('button', { name: 'All' }).click();
  await page.getByText('CSKH-2', { exact: true }).waitFor(PATIENCE);
  expect(await page.getByRole('link', { name: 'New request' }).count()).toBe(0);
  await page.getByRole('link', { name: 'Request 1' }).click();
  await page.getByRole('heading', { level: 2, name: 'History' }).waitFor(PATIENCE);
  expect(await page.getByRole('button', { name: 'Make the pack' }).count()).toBe(0);
  expect(await page.getByRole('heading', { name: 'Answer' }).count()).toBe(0);
});

test('a report is shown for the chosen period and downloaded', async () => {
  const page = await signedIn('viewer', '#/reports?period=2026-10');
  await page.getByText('As of 31 Oct 2026').waitFor(PATIENCE);
  const table = page.getByRole('table', { name: 'By kind of instrument' });
  expect(await table.innerText()).toMatch(/Electricity meter\s+1\s+0/);
  expect(await page.getByRole('main').innerText()).toMatch(/Answered in the period\s+1/);
  const path = await download(page, 'PDF');
  expect(await textOf(path)).toContain('Report on verification, 10/2026');
  const workbook = await readFile(await download(page, 'XLSX'));
  expect(workbook.toString('latin1', 0, 2)).toBe('PK');
  await page.getByRole('button', { name: 'Year' }).click();
  await page.getByText('The period is not over.').waitFor(PATIENCE);
  expect(page.url()).toContain('period=2026');
});

test.each([
  ['vi-VN', 1440, '#/requests?new=yes'],
  ['en-GB', 390, '#/requests?show=all'],
  ['vi-VN', 390, '#/requests/1'],
  ['en-GB', 1440, '#/requests/1'],
  ['vi-VN', 390, '#/reports?period=2026-10'],
  ['en-GB', 1440, '#/reports?period=2026-10'],
] as const)('in %s at %i px %s is free of faults', async (locale, width, hash) => {
  const page = await signedIn('operator', hash, locale, { width, height: 900 });
  await page.getByRole('heading', { level: 1 }).waitFor(PATIENCE);
  await page
    .locator('.skeleton')
    .first()
    .waitFor({ state: 'detached', ...PATIENCE });
  expect(await accessibilityFaults(page)).toEqual([]);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflow).toBeLessThanOrEqual(0);
});
