import { readFile } from 'node:fs/promises';
import { runSql } from '@verimeter/test-support';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { accessibilityFaults } from './accessibility.ts';
import { PICTURES } from './config.ts';
import { type RunningDashboard, startDashboard } from './running-dashboard.ts';
import { keyOf, seedPlans } from './seed-plans.ts';

const PATIENCE = { timeout: 15_000 };

let dashboard: RunningDashboard;

beforeAll(async () => {
  dashboard = await startDashboard(seedPlans);
});
afterAll(() => dashboard?.stop());
beforeEach(() =>
  runSql(dashboard.database.url, 'TRUNCATE work_orders, plan_items, plans, capacities CASCADE'),
);
// Every page, whatever its test was about, must be free of errors and violations of the content security policy.
afterEach(async () => expect(await dashboard.closePages()).toEqual([]));

const goTo = (page: Page, hash: string): Promise<unknown> =>
  page.evaluate((fragment) => (location.hash = fragment), hash);

async function signedIn(
  role: 'viewer' | 'operator',
  hash: string,
  locale = 'en-GB',
  size = {},
): Promise<Page> {
  const { page } = await dashboard.visit(`#key=${keyOf(role)}`, locale, size);
  await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor(PATIENCE);
  await goTo(page, hash);
  return page;
}

const TYPED = '#/plans?new=1&capacity=typed&team=50~~~~Đội 1';

/** 5,000 devices on a square of four kilometres. */
const LARGE_TENANT = `
  INSERT INTO tenants (tenant) VALUES ('large');
  INSERT INTO api_keys (id, tenant, role, key_sha256) VALUES ('large', 'large', 'viewer', sha256('${keyOf('large')}'));
  INSERT INTO devices (tenant, device_id, kind, lat, lon)
  SELECT 'large', 'E-' || n, 'electricity_meter', 20.93 + (n % 71) * 0.0005, 107.06 + (n / 71) * 0.0005 FROM generate_series(1, 5000) AS n`;

const JOURNEY = {
  'en-GB': {
    new: 'New plan',
    typed: 'Typed here',
    team: 'Team',
    visits: 'Visits in the month',
    preview: 'Show the preview',
    save: 'Save as draft',
    issue: 'Issue',
    yes: 'Yes, issue it',
    issued: 'The plan is issued.',
    print: 'Work orders to print',
    pdf: 'Work orders (PDF)',
    order: /^Work order \d{4}-\d{2}-\d+-01/,
    number: /^Work order \d{4}-\d{2}-\d+-\d{2}$/,
    overdue: /Its verification ended on .* ago\./,
    pass: 'pass',
  },
  'vi-VN': {
    new: 'Lập kế hoạch',
    typed: 'Nhập tại đây',
    team: 'Đội',
    visits: 'Số lượt trong tháng',
    preview: 'Xem trước',
    save: 'Lưu dự thảo',
    issue: 'Ban hành',
    yes: 'Đồng ý ban hành',
    issued: 'Đã ban hành kế hoạch.',
    print: 'Phiếu công tác để in',
    pdf: 'Phiếu công tác (PDF)',
    order: /^Phiếu công tác \d{4}-\d{2}-\d+-01/,
    number: /^Phiếu công tác \d{4}-\d{2}-\d+-\d{2}$/,
    overdue: /Kiểm định hết hiệu lực ngày .*đã quá hạn \d+ ngày\./,
    pass: 'đạt',
  },
} as const;

test.each(['vi-VN', 'en-GB'] as const)('%s: plan 50 verifications and print', async (locale) => {
  const texts = JOURNEY[locale];
  const page = await signedIn('operator', '#/plans', locale);
  await page.getByRole('link', { name: texts.new }).click();
  await page.getByRole('button', { name: texts.typed }).click();
  await page.getByLabel(texts.team, { exact: true }).fill('Đội 1');
  await page.getByLabel(texts.visits).fill('50');
  await page.getByRole('button', { name: texts.preview, exact: true }).click();
  const preview = page.getByRole('region', {
    name: texts.preview === 'Xem trước' ? 'Xem trước' : 'Preview',
  });
  await preview.waitFor(PATIENCE);
  const rows = preview.getByRole('table').nth(1).locator('tbody tr');
  expect(await rows.count()).toBe(50);
  // What is overdue comes first, and says so in words.
  expect(await rows.first().innerText()).toMatch(texts.overdue);
  // Nothing is kept of a preview.
  const kept = () => dashboard.database.servicePool.query('SELECT status FROM plans');
  expect((await kept()).rows).toEqual([]);
  await page.getByRole('button', { name: texts.save }).click();
  await page.getByRole('button', { name: texts.issue, exact: true }).click();
  expect((await kept()).rows).toEqual([{ status: 'draft' }]);
  await page.getByRole('button', { name: texts.yes }).click();
  await page.getByText(texts.issued).waitFor(PATIENCE);
  await page.getByText(texts.order).first().waitFor(PATIENCE);
  expect((await kept()).rows).toEqual([{ status: 'issued' }]);

  const pdfOrders = page.waitForEvent('download');
  await page.getByRole('link', { name: texts.pdf }).click();
  const file = await readFile(await (await pdfOrders).path());
  expect(file.toString('latin1', 0, 5)).toBe('%PDF-');

  await page.getByRole('link', { name: texts.print }).click();
  const sheets = page.locator('.sheet');
  await sheets.first().waitFor(PATIENCE);
  const orders = await dashboard.database.servicePool.query(
    'SELECT DISTINCT work_order FROM plan_items',
  );
  expect(orders.rows.length).toBeGreaterThan(1);
  expect(await sheets.count()).toBe(orders.rows.length);
  expect(await page.locator('.sheet tbody tr').count()).toBe(50);
  for (const heading of await sheets.getByRole('heading').allInnerTexts())
    expect(heading).toMatch(texts.number);
  expect(await page.getByText(`☐ ${texts.pass}`).count()).toBe(50);
  // What comes out of the printer: sheets, and nothing of the screen around them.
  await page.emulateMedia({ media: 'print' });
  expect(await page.getByRole('navigation').first().isVisible()).toBe(false);
  expect(await page.getByRole('heading', { level: 1 }).isVisible()).toBe(false);
  const pdf = await page.pdf({ preferCSSPageSize: true });
  const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
  expect(pages).toBeGreaterThanOrEqual(orders.rows.length);
});

test('the address holds the form, and the preview names why, risk, what is at stake and what waits', async () => {
  const page = await signedIn('operator', TYPED);
  expect(await page.getByLabel('Visits in the month').inputValue()).toBe('50');
  await page.getByLabel('Drawn at random, %').fill('10');
  await page.getByLabel('Seed of the draw').fill('7');
  await page.getByLabel('What comes first').selectOption('balanced');
  await page.getByRole('button', { name: 'Show the preview' }).click();
  const preview = page.getByRole('region', { name: 'Preview' });
  await preview.waitFor(PATIENCE);
  expect(await preview.innerText()).toMatch(/Verifications\s+50\s+5 drawn at random/);
  // An overdue meter that drifted: probability, estimate with its interval, and amount.
  const row = preview.getByRole('row').filter({ hasText: 'E-0016' });
  expect(await row.innerText()).toMatch(/99\s%\s+error −2\.8\s%\s+± 0\.6\s% \(95\s%\)/);
  expect(await row.innerText()).toMatch(/\d+ kWh/);
  expect(await row.innerText()).toMatch(/law \d+/);
  const next = preview.getByRole('table', { name: 'Next in line, and why not' });
  expect(await next.getByRole('row').nth(1).innerText()).toContain('the capacity ends before it');
  const asked = page.url();
  await page.reload();
  await preview.waitFor(PATIENCE);
  expect(page.url()).toBe(asked);
  expect(await page.getByLabel('Seed of the draw').inputValue()).toBe('7');
  // What is changed has no preview yet.
  await page.getByLabel('Visits in the month').fill('5x');
  await expect.poll(() => preview.count(), PATIENCE).toBe(0);
  await page.getByRole('button', { name: 'Show the preview' }).click();
  await expect
    .poll(() => page.getByLabel('Visits in the month').getAttribute('aria-invalid'), PATIENCE)
    .toBe('true');
});

const stateOfFirst = () =>
  runSql(
    dashboard.database.url,
    "SELECT state, state_reason FROM plan_items WHERE device_id = 'E-0001'",
  );

test('a device is skipped with a reason and taken back, and its result is entered by a link', async () => {
  const page = await signedIn('operator', `${TYPED}&preview=1`);
  await page.getByRole('button', { name: 'Save as draft' }).click();
  const skip = page.getByRole('button', { name: 'Skip E-0001', exact: true });
  await skip.click();
  expect(await page.getByRole('button', { name: 'Skip it' }).isDisabled()).toBe(true);
  await page.getByLabel('Why is E-0001 skipped?').fill('Nhà khóa cửa');
  await page.keyboard.press('Escape');
  await expect
    .poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label')), PATIENCE)
    .toBe('Skip E-0001');
  await skip.click();
  await page.getByLabel('Why is E-0001 skipped?').fill('Nhà khóa cửa');
  await page.getByRole('button', { name: 'Skip it' }).click();
  await page.getByText('E-0001 is skipped.').waitFor(PATIENCE);
  await page.getByText('Nhà khóa cửa').waitFor(PATIENCE);
  expect(await stateOfFirst()).toEqual([{ state: 'skipped', state_reason: 'Nhà khóa cửa' }]);
  await page.getByRole('button', { name: 'Take E-0001 back into the plan' }).click();
  await page.getByText('E-0001 is in the plan again.').waitFor(PATIENCE);
  expect(await stateOfFirst()).toEqual([{ state: 'planned', state_reason: null }]);
  expect(
    await page.getByRole('link', { name: 'Enter result of E-0001' }).getAttribute('href'),
  ).toBe('#/verifications?new=1&device=E-0001');
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Table (CSV)' }).click();
  expect((await download).suggestedFilename()).toMatch(/^plan-\d{4}-\d{2}-\d+\.csv$/);
});

test('capacities are entered, changed from a month on and withdrawn; a plan and the simulation count them', async () => {
  const page = await signedIn('operator', '#/plans?view=capacities');
  await page.getByText('No capacity is entered yet.').waitFor(PATIENCE);
  await page.getByRole('link', { name: 'Add a team' }).click();
  await page.getByLabel('Team', { exact: true }).fill('Đội 2');
  await page.getByLabel('Depot').fill('here');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('give visits, minutes or both').first().waitFor(PATIENCE);
  await page.getByText('must be latitude and longitude').waitFor(PATIENCE);
  await page.getByLabel('Visits in the month').fill('3');
  await page.getByLabel('Depot').fill('20.951, 107.080');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByText('The capacities are saved.').waitFor(PATIENCE);
  const rows = page.getByRole('main').getByRole('row').filter({ hasText: 'Đội 2' });
  await expect.poll(() => rows.count(), PATIENCE).toBe(1);
  await page.getByRole('link', { name: 'Change Đội 2 from a month on' }).click();
  const from = page.getByLabel('First month');
  const months = await from
    .locator('option')
    .evaluateAll((all) => all.map((one) => one.getAttribute('value') ?? ''));
  const later = months.at(-1) ?? '';
  await from.selectOption(later);
  await page.getByLabel('Visits in the month').fill('9');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect.poll(() => rows.count(), PATIENCE).toBe(2);
  const stored = await runSql(
    dashboard.database.url,
    `SELECT visits_per_month, to_char(valid_from, 'YYYY-MM') AS first, valid_to IS NULL AS open FROM capacities
      WHERE withdrawn_at IS NULL ORDER BY valid_from`,
  );
  expect(stored).toMatchObject([
    { visits_per_month: 3, open: false },
    { visits_per_month: 9, first: later, open: true },
  ]);
  await goTo(page, '#/plans?new=1');
  await page.getByText('1 teams, 3 visits in this month').waitFor(PATIENCE);
  await goTo(page, '#/plans?view=simulation');
  await page.getByRole('img', { name: /overdue at the end of/ }).waitFor(PATIENCE);
  await goTo(page, '#/plans?view=capacities');
  await page.getByRole('button', { name: 'Withdraw Đội 2' }).last().click();
  await page.getByRole('button', { name: 'Yes, withdraw' }).click();
  await expect.poll(() => rows.count(), PATIENCE).toBe(1);
});

test('the simulation shows what another capacity would do, as chart and table', async () => {
  const page = await signedIn('operator', '#/plans?view=simulation&capacity=0');
  const table = page.getByRole('table', { name: 'Values of the chart' });
  await table.waitFor(PATIENCE);
  const overdue = async (): Promise<number> =>
    Number((await table.getByRole('row').last().getByRole('cell').last().innerText()).trim());
  const without = await overdue();
  expect(without).toBeGreaterThan(20);
  expect(await page.getByRole('img', { name: `${without} overdue` }).count()).toBe(1);
  const needed = /To have none overdue at the end\s+(\d+) a month/.exec(
    await page.getByRole('main').innerText(),
  )?.[1];
  await page.getByLabel('Verifications a month').fill(needed ?? '');
  await expect.poll(overdue, PATIENCE).toBe(0);
  expect(page.url()).toContain(`capacity=${needed}`);
});

test('a viewer sees plans and changes none', async () => {
  const page = await signedIn('viewer', '#/plans?new=1');
  await page.getByText('Your key may read only').waitFor(PATIENCE);
  expect(await page.getByRole('link', { name: 'New plan' }).count()).toBe(0);
  await goTo(page, '#/plans/999');
  await page.getByText('There is nothing with this name').waitFor(PATIENCE);
  dashboard.forgive(404);
});

test('the map of a plan shows its stops by number, and goes by keys, wheel and pointer', async () => {
  const page = await signedIn('operator', `${TYPED}&preview=1`);
  const map = page.getByRole('application');
  await map.waitFor(PATIENCE);
  const stops = map.locator('.map-point');
  expect(await stops.count()).toBeGreaterThan(30);
  expect(await map.locator('polyline').count()).toBeGreaterThan(1);
  const scale = () => map.locator('.map-scale').textContent();
  const before = await scale();
  await map.focus();
  await page.keyboard.press('+');
  await page.keyboard.press('+');
  await expect.poll(scale, PATIENCE).not.toBe(before);
  const place = () => map.locator('.map-scale ~ *, .map-way').first().getAttribute('points');
  const at = await place();
  await page.keyboard.press('ArrowRight');
  expect(await place()).not.toBe(at);
  await page.keyboard.press('0');
  await expect.poll(scale, PATIENCE).toBe(before);
  await map.hover();
  await page.mouse.wheel(0, -600);
  await expect.poll(scale, PATIENCE).not.toBe(before);
  await page.getByRole('button', { name: 'Show all', exact: true }).click();
  await stops.last().click();
  await page.locator('.map-chosen-text a').waitFor(PATIENCE);
});

test('the areas on the map: outlines, a device chosen, one area, and the same as a list', async () => {
  const page = await signedIn('viewer', '#/areas?view=map');
  const map = page.getByRole('application', { name: 'Map of 99 devices' });
  await map.waitFor(PATIENCE);
  await page.getByText('99 of 100 devices have coordinates.').waitFor(PATIENCE);
  expect(await map.locator('.map-area text').allTextContents()).toEqual(
    expect.arrayContaining(['TBA-01', 'TBA-02', 'DMA-02']),
  );
  await page.locator('summary', { hasText: 'The same as a list' }).click();
  const rows = page.getByRole('table', { name: 'The same as a list' }).locator('tbody tr');
  expect(await rows.count()).toBe(99);
  expect(await rows.first().innerText()).toContain('Re-verify');
  await page.getByLabel('Area', { exact: true }).selectOption('DMA-02');
  await page.getByRole('application', { name: 'Map of 9 devices' }).waitFor(PATIENCE);
  expect(page.url()).toContain('area=DMA-02');
  await map.or(page.getByRole('application')).locator('[data-device="W-0003"]').click();
  await page.locator('.map-chosen-text a', { hasText: 'W-0003' }).waitFor(PATIENCE);
  expect(await accessibilityFaults(page)).toEqual([]);
});

test('thousands of devices are drawn as clusters, which open where they are pressed', async () => {
  await runSql(dashboard.database.url, LARGE_TENANT);
  const { page } = await dashboard.visit(`#key=${keyOf('large')}`);
  await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor(PATIENCE);
  await goTo(page, '#/areas?view=map');
  const map = page.getByRole('application', { name: 'Map of 5,000 devices' });
  await map.waitFor(PATIENCE);
  const clusters = map.locator('.map-cluster');
  const counts = await clusters.locator('text').allTextContents();
  expect(counts.length).toBeGreaterThan(5);
  expect(counts.reduce((sum, text) => sum + Number(text.replace(',', '')), 0)).toBe(5000);
  expect(await map.locator('.map-point').count()).toBe(0);
  await clusters.nth(Math.floor(counts.length / 2)).click();
  await expect.poll(() => map.locator('.map-point').count(), PATIENCE).toBeGreaterThan(10);
});

describe.each([
  ['vi-VN', 390, 844],
  ['en-GB', 390, 844],
  ['vi-VN', 1280, 900],
  ['en-GB', 1280, 900],
])('%s at %i px', (locale, width, height) => {
  test.each(['light', 'dark'] as const)(
    '%s: names, roles, headings, contrast, and no sideways scrolling',
    async (colorScheme) => {
      const page = await signedIn('operator', `${TYPED}&preview=1`, locale, { width, height });
      await page.emulateMedia({ colorScheme });
      const check = async (name: string): Promise<void> => {
        if (PICTURES !== undefined)
          await page.screenshot({
            path: `${PICTURES}/plans-${name}-${locale}-${width}-${colorScheme}.png`,
            fullPage: true,
          });
        expect(await accessibilityFaults(page)).toEqual([]);
        expect(
          await page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
          ),
        ).toBe(0);
      };
      await page.locator('.plan-preview').waitFor(PATIENCE);
      await check('preview');
      await page.locator('.plan-preview button.primary').click();
      await page.locator('.plan-visits').first().waitFor(PATIENCE);
      await page.locator('.plan-actions button.primary').click();
      await page.locator('.item-actions button').first().click();
      await check('plan');
      const plan = new URL(page.url()).hash.replace(/\?.*/, '');
      await goTo(page, `${plan}?view=print`);
      await page.locator('.sheet').first().waitFor(PATIENCE);
      await check('print');
      await goTo(page, '#/plans');
      await page.locator('.progress').waitFor(PATIENCE);
      await check('list');
      await goTo(page, '#/plans?view=simulation&capacity=4');
      await page.locator('.due-chart').waitFor(PATIENCE);
      await check('simulation');
      await goTo(page, '#/plans?view=capacities&add=1');
      await page.locator('.plan-form').waitFor(PATIENCE);
      await check('capacities');
      await goTo(page, '#/areas?view=map');
      await page.locator('.geo-map').waitFor(PATIENCE);
      await check('areas');
    },
  );
});
