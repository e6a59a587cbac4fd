import type { TestDatabase } from '@verimeter/test-support';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults } from './accessibility.ts';
import { type RunningDashboard, startDashboard } from './running-dashboard.ts';
import { DRIFTING, KEY, seed } from './seed.ts';

const PATIENCE = { timeout: 10_000 };

let dashboard: RunningDashboard;

/** The small fleet, and in it what is looked for by address, maker and date. */
async function seedFleet(database: TestDatabase): Promise<void> {
  await seed(database);
  await database.servicePool.query(`
    UPDATE devices SET address = '12 Lê Lợi, Hồng Gai', manufacturer = 'EMIC' WHERE device_id IN ('E-1003', 'E-1004', 'E-0009');
    UPDATE devices SET online = false, online_at = '2026-11-01T02:00Z' WHERE device_id = 'E-1003';
    UPDATE health SET exit_date_median = '2027-08-15' WHERE device_id = 'E-0009';
    INSERT INTO devices (tenant, device_id, kind, valid_until) VALUES ('demo', 'NEW-1', 'heat_meter', '2026-12-24');
    INSERT INTO findings (tenant, device_id, quantity, status) VALUES ('demo', 'E-1004', 'active_energy_import', 'ordered')`);
}

beforeAll(async () => {
  dashboard = await startDashboard(seedFleet);
});
afterAll(() => dashboard?.stop());
afterEach(async () => expect(await dashboard.closePages()).toEqual([]));

async function signedIn(hash: string, locale = 'en-GB', size = {}): Promise<Page> {
  const { page } = await dashboard.visit(`#key=${KEY}`, locale, size);
  await page.locator('tbody tr').first().waitFor(PATIENCE);
  if (hash !== '') await page.evaluate((target) => (location.hash = target), hash);
  return page;
}

const deviceIds = (page: Page): Promise<string[]> => page.locator('tbody th a').allInnerTexts();

test('every registered device is there, with its legal date, answered or not', async () => {
  const page = await signedIn('#/fleet?kind=heat_meter');
  await expect.poll(() => deviceIds(page), PATIENCE).toEqual(['NEW-1']);
  const row = await page.locator('tbody tr').innerText();
  expect(row).toContain('Not analysed yet');
  expect(row).toContain('until 24 Dec 2026');
  expect(await page.getByRole('status').filter({ hasText: 'shown' }).innerText()).toBe(
    '1 of 1 shown',
  );
});

test('an address is found without its diacritics, in Vietnamese and in English', async () => {
  const page = await signedIn('#/fleet', 'vi-VN');
  await page.getByLabel('Thiết bị', { exact: true }).fill('le loi');
  await expect
    .poll(async () => (await deviceIds(page)).toSorted(), PATIENCE)
    .toEqual(['E-0009', 'E-1003', 'E-1004']);
  expect(page.url()).toContain('q=le+loi');
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByLabel('Device', { exact: true }).fill('SNE-0042');
  await expect.poll(() => deviceIds(page), PATIENCE).toEqual([DRIFTING]);
});

test('filters say how many rows each value has, with the other filters as they are', async () => {
  const page = await signedIn('#/fleet?q=le+loi');
  const optionsOf = (label: string): Promise<string[]> =>
    page.getByLabel(label, { exact: true }).locator('option').allInnerTexts();
  await expect
    .poll(() => optionsOf('Recommendation'), PATIENCE)
    .toEqual(['All', 'Watch (1)', 'No action (2)']);
  await page.getByText('More filters').click();
  expect(await optionsOf('Follow-up')).toEqual([
    'All',
    'Verification ordered (1)',
    'No finding (2)',
  ]);
  await page.getByLabel('Follow-up').selectOption('ordered');
  await expect.poll(() => deviceIds(page), PATIENCE).toEqual(['E-1004']);
  await expect.poll(() => optionsOf('Recommendation'), PATIENCE).toEqual(['All', 'No action (1)']);
  expect(await page.getByText('More filters (1 in use)').count()).toBe(1);
});

test('columns sort both ways, say so, and the order stays in the address', async () => {
  const page = await signedIn('#/fleet?q=le+loi');
  const head = page.getByRole('columnheader', { name: 'Sort by Error against its limit' });
  await head.getByRole('button').click();
  await expect.poll(() => head.getAttribute('aria-sort'), PATIENCE).toBe('descending');
  await expect.poll(async () => (await deviceIds(page))[0], PATIENCE).toBe('E-0009');
  await head.getByRole('button').click();
  await expect.poll(() => head.getAttribute('aria-sort'), PATIENCE).toBe('ascending');
  await expect.poll(async () => (await deviceIds(page)).at(-1), PATIENCE).toBe('E-0009');
  expect(page.url()).toContain('sort=error_of_limit');
  await page.reload();
  await expect.poll(async () => (await deviceIds(page)).at(-1), PATIENCE).toBe('E-0009');
  expect(
    await page.getByRole('columnheader', { name: 'Sort by Device' }).getAttribute('aria-sort'),
  ).toBe(null);
});

test('a view is saved, opened again and removed', async () => {
  const page = await signedIn('#/fleet?manufacturer=EMIC&sort=-device_id');
  await expect.poll(() => deviceIds(page), PATIENCE).toEqual(['E-1004', 'E-1003', 'E-0009']);
  const views = page.locator('.saved-views');
  await views.getByText('Saved views').click();
  await views.getByLabel('Name').fill('EMIC, newest');
  await views.getByRole('button', { name: 'Save this view' }).click();
  await views.getByRole('link', { name: 'EMIC, newest' }).waitFor(PATIENCE);
  await views.getByLabel('Name').fill('EMIC, newest');
  await views.getByRole('button', { name: 'Save this view' }).click();
  await views.getByText('There is a view of this name').waitFor(PATIENCE);
  dashboard.forgive(409);
  await page.getByRole('link', { name: 'Clear filters' }).click();
  await expect.poll(() => deviceIds(page).then((ids) => ids.length), PATIENCE).toBe(50);
  await views.getByRole('link', { name: 'EMIC, newest' }).click();
  await expect.poll(() => deviceIds(page), PATIENCE).toEqual(['E-1004', 'E-1003', 'E-0009']);
  expect(await accessibilityFaults(page)).toEqual([]);
  await views.getByRole('button', { name: 'Remove view EMIC, newest' }).click();
  await views.getByText('No view has been saved.').waitFor(PATIENCE);
});

test('the list can be taken along as CSV, as it is filtered and sorted', async () => {
  const page = await signedIn('#/fleet?manufacturer=EMIC&sort=-device_id');
  await expect.poll(() => deviceIds(page), PATIENCE).toEqual(['E-1004', 'E-1003', 'E-0009']);
  const downloading = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download list (CSV)' }).click();
  const stream = await (await downloading).createReadStream();
  const lines = (await stream.toArray()).join('').trim().split('\r\n');
  expect(lines.map((line) => line.split(',')[0])).toEqual([
    'device_id',
    'E-1004',
    'E-1003',
    'E-0009',
  ]);
});

test('what somebody else changes shows when the list is asked for again', async () => {
  const page = await signedIn('#/fleet?indication=clock_fault');
  await page.getByText('No device matches these filters.').waitFor(PATIENCE);
  await dashboard.database.servicePool.query(
    `UPDATE health SET indication = 'clock_fault' WHERE device_id = 'E-1050'`,
  );
  await page.reload();
  await expect.poll(() => deviceIds(page), PATIENCE).toEqual(['E-1050']);
});

test.each(['vi-VN', 'en-GB'])(
  'on a phone (%s) the rows are cards, with filters and order above',
  async (locale) => {
    const page = await signedIn('#/fleet?q=le+loi&online=false', locale, {
      width: 390,
      height: 844,
    });
    await expect.poll(() => deviceIds(page), PATIENCE).toEqual(['E-1003']);
    await page.waitForFunction(() => document.querySelector('[aria-busy=true]') === null);
    await page.locator('.saved-views > summary').click();
    expect(await accessibilityFaults(page)).toEqual([]);
    const overflow = await page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
    expect(
      await page
        .getByRole('combobox', { name: locale === 'vi-VN' ? 'Sắp xếp' : 'Sort' })
        .isVisible(),
    ).toBe(true);
  },
);
