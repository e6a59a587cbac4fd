import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults } from './accessibility.ts';
import { PICTURES } from './config.ts';
import { type RunningDashboard, startDashboard } from './running-dashboard.ts';
import { DRIFTING, KEY, seedFindings, tomorrow, VIEWER_KEY } from './seed-findings.ts';

const PATIENCE = { timeout: 10_000 };

let dashboard: RunningDashboard;

beforeAll(async () => {
  dashboard = await startDashboard(seedFindings);
});
afterAll(() => dashboard?.stop());

// Every page, whatever its test was about, must be free of errors and violations of the content security policy.
afterEach(async () => expect(await dashboard.closePages()).toEqual([]));

async function signedIn(hash: string, locale = 'en-GB', size = {}, key = KEY): Promise<Page> {
  const { page } = await dashboard.visit(`#key=${key}`, locale, size);
  await page.getByRole('heading', { level: 1 }).waitFor(PATIENCE);
  await page.evaluate((target) => (location.hash = target), hash);
  return page;
}

const rowOf = (page: Page, name: string) =>
  page
    .getByRole('row')
    .filter({ has: page.locator('th').getByRole('link', { name, exact: true }) });

const latest = (page: Page) => page.locator('.card').filter({ hasText: 'Latest verifications' });

const count = async (page: Page, status: string): Promise<string> => {
  const tile = page.getByRole('navigation', { name: 'Findings by status' }).getByRole('link', {
    name: new RegExp(`^${status}`),
  });
  return (await tile.innerText()).split('\n').at(-1) ?? '';
};

test('the board tells of each finding what the data shows, how sure it is, and since when', async () => {
  const page = await signedIn('#/findings?sort=risk');
  const row = rowOf(page, DRIFTING);
  await row.waitFor(PATIENCE);
  expect(await row.innerText()).toMatch(/Electricity meter/);
  expect(await row.innerText()).toMatch(/TBA-01/);
  expect(await row.innerText()).toMatch(/Re-verify/);
  expect(await row.innerText()).toMatch(/−3\.1\s%\s+\(−3\.6\s% … −2\.6\s%\)/);
  expect(await row.innerText()).toMatch(/smallest it could show ±0\.8\s%/);
  expect(await row.innerText()).toMatch(/12 days ago/);
  expect(await row.innerText()).toMatch(/Nobody yet/);
  // The riskiest comes first.
  expect(await page.locator('tbody th a').first().innerText()).toBe(DRIFTING);
});

test('filters stand in the address, and a shared link shows the same', async () => {
  const page = await signedIn('#/findings');
  await page.getByLabel('Recommendation').selectOption('inspect');
  await rowOf(page, 'E-0007').waitFor(PATIENCE);
  await expect.poll(() => rowOf(page, DRIFTING).count(), PATIENCE).toBe(0);
  await page.getByLabel('Order').selectOption('due');
  await expect
    .poll(() => page.url(), PATIENCE)
    .toMatch(/#\/findings\?recommendation=inspect&sort=due$/);
  await page.reload();
  await rowOf(page, 'E-0007').waitFor(PATIENCE);
  expect(await page.getByLabel('Recommendation').inputValue()).toBe('inspect');
  await page.getByLabel('Device', { exact: true }).fill('nothing-like-it');
  await page.getByText('There is no such finding.').waitFor(PATIENCE);
  await page.getByRole('link', { name: 'Clear filters' }).click();
  await rowOf(page, DRIFTING).waitFor(PATIENCE);
});

test('several findings are chosen by the keyboard and changed together', async () => {
  const page = await signedIn('#/findings');
  await rowOf(page, DRIFTING).waitFor(PATIENCE);
  const open = Number(await count(page, 'Open'));
  const boxes = page.locator('tbody input[type=checkbox]');
  await boxes.first().focus();
  await page.keyboard.press('Shift+ArrowDown');
  const form = page.getByRole('form', { name: 'Change the chosen findings' });
  await form.getByText('2 chosen').waitFor(PATIENCE);
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await form.getByText('3 chosen').waitFor(PATIENCE);
  await page.keyboard.press('Space');
  await form.getByText('2 chosen').waitFor(PATIENCE);
  await form.getByLabel('Assigned to').fill('Đội kiểm định 2');
  await form.getByLabel('Status').selectOption('acknowledged');
  await form.getByRole('button', { name: 'Apply' }).click();
  await page.getByText('2 changed, 0 were so already.').waitFor(PATIENCE);
  await expect.poll(() => count(page, 'Open'), PATIENCE).toBe(String(open - 2));
  expect(await count(page, 'Acknowledged')).toBe('2');
  const { rows } = await dashboard.database.servicePool.query<{ ids: number[] }>(
    `SELECT count(*) AS findings FROM findings WHERE assignee = 'Đội kiểm định 2' AND status = 'acknowledged'`,
  );
  expect(rows).toEqual([{ findings: 2 }]);
  await page.getByLabel('Assigned to').selectOption('Đội kiểm định 2');
  await page.getByText('There is no such finding.').waitFor(PATIENCE);
});

test('a finding is assigned, commented, ordered, dismissed and reopened, and tells it all', async () => {
  const page = await signedIn('#/findings');
  await rowOf(page, 'E-0007').or(page.getByText('There is no such')).first().waitFor(PATIENCE);
  await page.evaluate(() => (location.hash = '#/findings?status=all'));
  await rowOf(page, 'E-0007').getByRole('link', { name: 'E-0007' }).click();
  await page.getByRole('heading', { name: 'E-0007' }).waitFor(PATIENCE);
  const history = page.locator('.timeline');
  await history.getByText('opened it: Stopped').waitFor(PATIENCE);
  await page.getByLabel('Assigned to').fill('Nguyễn Văn A');
  await page.getByLabel('New comment').fill('Hẹn thứ hai');
  await page.getByLabel('Status').selectOption('ordered');
  await page.getByRole('button', { name: 'Save' }).click();
  await history.getByText('assigned to Nguyễn Văn A').waitFor(PATIENCE);
  await history.getByText('Hẹn thứ hai').waitFor(PATIENCE);
  expect(await page.getByLabel('New comment').inputValue()).toBe('');

  await page.getByLabel('Status').selectOption('dismissed');
  await page.getByLabel('Reason').selectOption('other');
  await page.getByRole('button', { name: 'Save' }).click();
  // The browser asks for the comment that goes with it.
  expect(
    await page.getByLabel('New comment').evaluate((box: HTMLTextAreaElement) => box.validity.valid),
  ).toBe(false);
  await page.getByLabel('Reason').selectOption('known_cause');
  await page.getByRole('button', { name: 'Save' }).click();
  await history.getByText('reason: The cause is known').waitFor(PATIENCE);
  // What is over can only be made live again.
  expect(await page.getByLabel('Status').locator('option').allInnerTexts()).toEqual([
    'Dismissed',
    'Open',
    'Acknowledged',
    'Verification ordered',
  ]);
  await page.getByLabel('Status').selectOption('open');
  await page.getByRole('button', { name: 'Save' }).click();
  await history.getByText('Dismissed → Open, reason: Reopened').waitFor(PATIENCE);
});

test('a result that is entered closes the finding before the reader, and the track record counts it', async () => {
  const page = await signedIn('#/track-record');
  await page.getByText('60 verifications').waitFor(PATIENCE);
  const precision = page.locator('.share').first();
  expect(await precision.innerText()).toMatch(/Too few to tell/);
  expect(await page.locator('.share').last().innerText()).toMatch(/95 % interval \d+\s% … \d+\s%/);
  await page.evaluate(() => (location.hash = '#/findings?status=all'));
  await rowOf(page, DRIFTING).getByRole('link', { name: DRIFTING }).click();
  const link = page.getByRole('link', { name: 'Enter a verification result' });
  await link.waitFor(PATIENCE);
  expect(await link.getAttribute('href')).toBe(`#/verifications?new=1&device=${DRIFTING}`);
  // Somebody enters it elsewhere; verifications may not be of tomorrow, so the published answer is moved back by days.
  await dashboard.database.servicePool.query(
    `UPDATE health SET as_of = as_of - interval '3 days' WHERE device_id = $1`,
    [DRIFTING],
  );
  await dashboard.database.servicePool.query(
    `UPDATE findings SET opened_as_of = opened_as_of - interval '3 days' WHERE device_id = $1`,
    [DRIFTING],
  );
  const day = new Date(Date.parse(tomorrow()) - 2 * 86_400e3).toISOString().slice(0, 10);
  const status = await page.evaluate(
    async ([device, verifiedOn]) => {
      const answer = await fetch('/api/v1/verifications', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          device_id: device,
          verified_on: verifiedOn,
          kind: 'periodic',
          result: 'fail',
          seal_no: '1',
          as_found: true,
          points: [{ test_point: 'Ib', error: -0.0295, expanded_uncertainty: 0.001 }],
        }),
      });
      return answer.status;
    },
    [DRIFTING, day] as const,
  );
  expect(status).toBe(200);
  const history = page.locator('.timeline');
  await history.getByText('verification result: failed, Open → Verified').waitFor(PATIENCE);
  const card = page.locator('.card').filter({ hasText: 'What the data said, and what was found' });
  expect(await card.innerText()).toMatch(
    /Hit\s.*−2\.95\s% was measured.*The measured error lies inside\./s,
  );
  await page.evaluate(() => (location.hash = '#/track-record'));
  await page.getByText('61 verifications').waitFor(PATIENCE);
  expect(await precision.innerText()).toMatch(/1 of 1 meters/);
  await page.getByLabel('to', { exact: true }).fill(day);
  await page.getByText('1 verification,').waitFor(PATIENCE);
  const row = latest(page).getByRole('row').filter({ hasText: DRIFTING });
  expect(await row.innerText()).toMatch(/a finding.*Hit.*Re-verify.*−2\.95\s%.*yes/s);
  await page.getByLabel('Kind of device').selectOption('water_meter');
  await page.getByText('No verification can be scored yet.').waitFor(PATIENCE);
});

test('a viewer sees everything and can change nothing', async () => {
  const page = await signedIn('#/findings?status=all', 'en-GB', {}, VIEWER_KEY);
  await rowOf(page, DRIFTING).waitFor(PATIENCE);
  expect(await page.locator('input[type=checkbox]').count()).toBe(0);
  await rowOf(page, DRIFTING).getByRole('link', { name: DRIFTING }).click();
  await page.getByText('Your key may read only.').waitFor(PATIENCE);
  expect(await page.getByRole('link', { name: 'Enter a verification result' }).count()).toBe(0);
});

test('the page of the device has the follow-up of its finding', async () => {
  const page = await signedIn('#/devices/E-0009');
  const card = page.locator('.card').filter({ hasText: 'The finding and its history' });
  await card.getByLabel('New comment').fill('Xem lại sau một tháng');
  await card.getByRole('button', { name: 'Save' }).click();
  await card.locator('.timeline').getByText('Xem lại sau một tháng').waitFor(PATIENCE);
  await card.getByRole('link', { name: 'The finding and its history' }).click();
  await page.getByRole('heading', { name: 'E-0009' }).waitFor(PATIENCE);
  await page.locator('.timeline').getByText('Xem lại sau một tháng').waitFor(PATIENCE);
  const { rows } = await dashboard.database.servicePool.query(
    `SELECT comment FROM findings WHERE device_id = 'E-0009'`,
  );
  expect(rows).toEqual([{ comment: 'Xem lại sau một tháng' }]);
});

test('a finding that there is not says so', async () => {
  const page = await signedIn('#/findings/999999');
  await page.getByRole('alert').waitFor(PATIENCE);
  expect(await page.getByRole('alert').innerText()).toMatch(/There is no finding "999999"/);
  dashboard.forgive(404);
});

test.each([
  ['vi-VN', 390, 844],
  ['en-GB', 390, 844],
  ['vi-VN', 1440, 900],
  ['en-GB', 1440, 900],
])(
  '%s at %i px: names, roles, headings, contrast, and no sideways scrolling',
  async (locale, width, height) => {
    const page = await signedIn('#/findings?status=all', locale, { width, height });
    const faultless = async (name: string): Promise<void> => {
      if (PICTURES !== undefined)
        await page.screenshot({
          path: `${PICTURES}/${name}-${locale}-${width}.png`,
          fullPage: true,
        });
      expect(await accessibilityFaults(page)).toEqual([]);
      expect(
        await page.evaluate(
          () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
        ),
      ).toBe(0);
    };
    await rowOf(page, 'DMA-02').waitFor(PATIENCE);
    await page.locator('tbody input[type=checkbox]').first().click();
    await page.locator('.bulk-bar').waitFor(PATIENCE);
    await page.locator('.bulk-bar select').first().selectOption('dismissed');
    await faultless('findings');
    await rowOf(page, DRIFTING).getByRole('link', { name: DRIFTING }).click();
    await page.locator('.timeline li').first().waitFor(PATIENCE);
    await faultless('finding');
    await page.evaluate(() => (location.hash = '#/track-record'));
    await page.locator('.calibration').waitFor(PATIENCE);
    await page.locator('section.card').last().getByRole('row').nth(1).waitFor(PATIENCE);
    await faultless('track-record');
    await page.emulateMedia({ colorScheme: 'dark' });
    await faultless('track-record-dark');
    await page.evaluate(() => (location.hash = '#/findings?status=all'));
    await rowOf(page, 'DMA-02').waitFor(PATIENCE);
    await faultless('findings-dark');
  },
);
