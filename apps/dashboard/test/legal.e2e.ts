import { createHash } from 'node:crypto';
import { refreshMarked, withTransaction } from '@verimeter/registry';
import type { TestDatabase } from '@verimeter/test-support';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults } from './accessibility.ts';
import { PICTURES } from './config.ts';
import { type RunningDashboard, startDashboard } from './running-dashboard.ts';

const PATIENCE = { timeout: 10_000 };
const TENANT = 'demo';
type Role = 'viewer' | 'operator' | 'admin';

let dashboard: RunningDashboard;

beforeAll(async () => {
  dashboard = await startDashboard(seedLegal);
});
afterAll(() => dashboard?.stop());

// Every page, whatever its test was about, must be free of errors and violations of the content security policy.
afterEach(async () => expect(await dashboard.closePages()).toEqual([]));

/** Name of the picture, address, and what is there once it is loaded. */
const PLACES = [
  ['calendar', '#/verifications', '.due-months'],
  ['due', '#/verifications?view=due', 'tbody tr'],
  ['find', '#/verifications?new=1', '.picker'],
  ['entry', '#/verifications?new=1&device=E-0060', '.verification-form'],
  ['device', '#/devices/E-0050', '.used-rules'],
  ['rules', '#/settings', '.rule-table'],
  ['rule', '#/settings?tab=rules&replace=vn-electricity-electronic-1-phase-2020', '.source-form'],
] as const;

const keyOf = (role: string): string => `vm_${role}_key_of_the_legal_tests`;

/** The day some months from today, as the database counts. */
async function dayIn(months: number): Promise<string> {
  const { rows } = await dashboard.database.servicePool.query<{ day: string }>(
    `SELECT to_char((now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date + make_interval(months => $1), 'YYYY-MM-DD') AS day`,
    [months],
  );
  return rows[0]?.day ?? '';
}

/** Devices that stand in each way: expired, due in five months by a month's mark, only by unverified rules, never verified. */
async function seedLegal({ servicePool }: TestDatabase): Promise<void> {
  await servicePool.query('INSERT INTO tenants (tenant) VALUES ($1)', [TENANT]);
  for (const role of ['viewer', 'operator', 'admin'])
    // oxlint-disable-next-line no-await-in-loop -- three
    await servicePool.query(
      'INSERT INTO api_keys (id, tenant, role, name, key_sha256) VALUES ($1, $2, $1, $4, $3)',
      [
        role,
        TENANT,
        createHash('sha256').update(keyOf(role)).digest(),
        role === 'operator' ? 'Trạm kiểm định Hạ Long' : role,
      ],
    );
  await servicePool.query(
    `INSERT INTO devices (tenant, device_id, kind, serial, manufacturer, model, accuracy_class, nominal, phases, technology, verified_on,
                          valid_until, valid_until_precision, address)
     SELECT $1, id, kind, serial, 'Gelex', model, class, nominal, phases, technology, verified::date, until::date, precision, 'Phường Bãi Cháy, Hạ Long'
       FROM (VALUES
         ('E-0042', 'electricity_meter', '19 042 371', 'CE-18', '1', '5(60)', 1, 'electronic', '2019-05-01', '2025-04-30', 'day'),
         ('E-0050', 'electricity_meter', '20050111', 'CE-18', '1', '5(60)', 1, 'electronic', '2021-03-10', NULL, 'day'),
         ('E-0060', 'electricity_meter', '20060111', 'CE-18', '1', '5(60)', 1, 'electronic', NULL, NULL, 'day'),
         ('W-0003', 'water_meter', '18-7731', 'GWM-15', '2', '2.5', NULL, 'mechanical', '2022-01-15',
          to_char((now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date + interval '5 months', 'YYYY-MM') || '-28', 'month'),
         ('W-0004', 'water_meter', '18-7732', 'GWM-15', '2', '2.5', NULL, 'mechanical', '2024-06-15', NULL, 'day')
       ) AS d (id, kind, serial, model, class, nominal, phases, technology, verified, until, precision)`,
    [TENANT],
  );
  await withTransaction(servicePool, (client) => refreshMarked(client, TENANT, 1000));
}

async function signedIn(
  role: Role,
  hash: string,
  locale = 'en-GB',
  size: object = {},
): Promise<Page> {
  const { page } = await dashboard.visit(`#key=${keyOf(role)}`, locale, size);
  await page.getByRole('heading', { level: 1 }).waitFor(PATIENCE);
  await page.evaluate((target) => (location.hash = target), hash);
  return page;
}

const point = (page: Page, name: string) => page.getByRole('textbox', { name, exact: true });

test('a result is recorded: what is odd is said first, and the legal status changes', async () => {
  const page = await signedIn('operator', '#/verifications');
  await page.getByRole('link', { name: 'Enter a result' }).click();
  // as typed from the nameplate, without its blanks
  await page.getByLabel('Device id, serial number or scanned code').fill('19042371');
  await page.getByRole('button', { name: 'Find' }).click();
  await page.getByRole('link', { name: 'E-0042' }).waitFor(PATIENCE);
  await page.getByRole('radio', { name: 'Pass' }).check();
  await point(page, 'Error, %, Ib, cosφ 1').fill('-3,2');
  const row = page.getByRole('row').filter({ has: point(page, 'Error, %, Ib, cosφ 1') });
  await row.getByText('beyond the limit').waitFor(PATIENCE);
  await point(page, 'Uncertainty U, %, Ib, cosφ 1').fill('0,5');
  await point(page, 'Error, %, 0.1 Ib, cosφ 1').fill('0.4');
  await page.getByLabel('Valid until').fill('11/2032');
  await page.getByText('Valid to the end of Nov 2032').waitFor(PATIENCE);
  await page.getByLabel('Seal number').fill('QN 26-0153');
  await page.getByRole('button', { name: 'Save the result' }).click();
  const caution = page.getByRole('alert').filter({ hasText: 'Look again before saving' });
  await caution.waitFor(PATIENCE);
  expect(await caution.innerText()).toMatch(
    /Ib, cosφ 1: the error is beyond the limit although the result is a pass\s+Ib, cosφ 1: the expanded uncertainty is more than a third/,
  );
  const nothing = await dashboard.database.servicePool.query('SELECT FROM verifications');
  expect(nothing.rowCount).toBe(0);
  // The sign was wrong: mended with the button for keypads without a minus, and the point tested again.
  await point(page, 'Error, %, Ib, cosφ 1').fill('-0,32');
  await page.getByRole('button', { name: 'Change the sign of the error: Ib, cosφ 1' }).click();
  expect(await point(page, 'Error, %, Ib, cosφ 1').inputValue()).toBe('0,32');
  await point(page, 'Uncertainty U, %, Ib, cosφ 1').fill('0,08');
  await page.getByRole('button', { name: 'Save the result' }).click();
  const outcome = page.getByRole('region', { name: 'The result is saved: E-0042' });
  await outcome.getByText('Expired → Verification valid').waitFor(PATIENCE);
  expect(await outcome.innerText()).toMatch(/Valid until\s+Nov 2032/);
  // Overall error by ANSI C12.1: 0.8 x 0.32 + 0.2 x 0.4 = 0.336 %.
  expect(await outcome.innerText()).toContain('Overall error +0.34\u00A0%');
  const kept = await dashboard.database.servicePool.query(
    'SELECT test_point, error, expanded_uncertainty, coverage_factor, valid_until_precision FROM verifications ORDER BY test_point',
  );
  expect(kept.rows).toEqual([
    {
      test_point: '0.1 Ib, cosφ 1',
      error: 0.004,
      expanded_uncertainty: null,
      coverage_factor: 2,
      valid_until_precision: 'month',
    },
    {
      test_point: 'Ib, cosφ 1',
      error: 0.0032,
      expanded_uncertainty: 0.0008,
      coverage_factor: 2,
      valid_until_precision: 'month',
    },
  ]);
  dashboard.forgive(404); // a serial number looks like an id, which is asked for first
});

test('due dates: a month where the mark tells no day, and what unverified rules would give is no date of law', async () => {
  const page = await signedIn('viewer', '#/verifications?view=due');
  const row = (id: string) => page.getByRole('row').filter({ hasText: id });
  await row('W-0003').waitFor(PATIENCE);
  const month = await dayIn(5);
  const name = new Date(month).toLocaleDateString('en-GB', { month: 'short', year: 'numeric' });
  expect(await row('W-0003').innerText()).toContain(name);
  expect(await row('W-0003').innerText()).not.toContain(`28 ${name}`);
  // 36 or 72 months after 10 Mar 2021: the two sources contradict each other, and neither was read in the official text.
  expect(await row('E-0050').innerText()).toMatch(
    /Not known\s+Unverified rule: would be until 10 Mar 2024 … 10 Mar 2027\s+TT 07\/2019\/TT-BKHCN/,
  );
  expect(await row('W-0004').innerText()).toContain('15 Jun 2029');
  // A viewer sees and cannot enter.
  expect(await page.getByRole('link', { name: 'Enter result' }).count()).toBe(0);
  await page.getByLabel('Legal dates only').check();
  await page.getByLabel('Due in month').selectOption(month.slice(0, 7));
  await expect.poll(() => page.locator('tbody tr').count(), PATIENCE).toBe(1);
  expect(page.url()).toContain(`month=${month.slice(0, 7)}`);
});

test('the calendar leads from a month to the devices due in it', async () => {
  const page = await signedIn('viewer', '#/verifications', 'vi-VN');
  const month = await dayIn(5);
  const [year, number] = month.split('-');
  await page.getByRole('link', { name: `${number}/${year} 1 thiết bị đến hạn` }).click();
  await expect.poll(() => page.locator('tbody tr').count(), PATIENCE).toBe(1);
  expect(await page.locator('tbody tr').innerText()).toContain(`${number}/${year}`);
  expect(await page.getByLabel('Đến hạn trong tháng').inputValue()).toBe(`${year}-${number}`);
});

test.each([
  ['vi-VN', 390, 844],
  ['en-GB', 390, 844],
  ['vi-VN', 1280, 800],
  ['en-GB', 1280, 800],
])(
  '%s at %i px: names, roles, headings, contrast, and no sideways scrolling',
  async (locale, width, height) => {
    for (const scheme of ['light', 'dark'] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, in one page
      const page = await signedIn('admin', '#/verifications', locale, { width, height });
      // oxlint-disable-next-line no-await-in-loop
      await page.emulateMedia({ colorScheme: scheme });
      for (const [name, hash, ready] of PLACES) {
        // oxlint-disable-next-line no-await-in-loop
        await page.evaluate((target) => (location.hash = target), hash);
        // oxlint-disable-next-line no-await-in-loop
        await page.locator(ready).first().waitFor(PATIENCE);
        // oxlint-disable-next-line no-await-in-loop
        await page.waitForFunction(() => document.querySelector('[aria-busy=true]') === null);
        if (PICTURES !== undefined)
          // oxlint-disable-next-line no-await-in-loop
          await page.screenshot({
            path: `${PICTURES}/${name}-${locale}-${width}-${scheme}.png`,
            fullPage: true,
          });
        // oxlint-disable-next-line no-await-in-loop
        expect(await accessibilityFaults(page)).toEqual([]);
        expect(
          // oxlint-disable-next-line no-await-in-loop
          await page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
          ),
        ).toBe(0);
      }
    }
    dashboard.forgive(404); // the device has not been analysed
  },
);
