import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { accessibilityFaults } from './accessibility.ts';
import type { WatchedPage } from './browser.ts';
import { type RunningDashboard, startDashboard } from './running-dashboard.ts';
import { addReading, DRIFTING, KEY, seed } from './seed.ts';
import { LOT } from './seed-groups.ts';

const PATIENCE = { timeout: 10_000 };

let dashboard: RunningDashboard;

beforeAll(async () => {
  dashboard = await startDashboard(seed);
});
afterAll(() => dashboard?.stop());

// Every page, whatever its test was about, must be free of errors and violations of the content security policy.
afterEach(async () => expect(await dashboard.closePages()).toEqual([]));

const visit = (hash: string, locale = 'en-GB', size = {}): Promise<WatchedPage> =>
  dashboard.visit(hash, locale, size);

async function signedIn(hash: string, locale = 'en-GB', size = {}): Promise<Page> {
  const { page } = await visit(`#key=${KEY}`, locale, size);
  await page.getByRole('heading', { level: 1 }).waitFor(PATIENCE);
  await page.locator('tbody tr').first().waitFor(PATIENCE);
  if (hash !== '') await page.evaluate((target) => (location.hash = target), hash);
  return page;
}

async function fleet(): Promise<Page> {
  const page = await signedIn('#/fleet');
  await page.locator('.fleet tbody tr').first().waitFor(PATIENCE);
  return page;
}

const deviceIds = (page: Page): Promise<string[]> => page.locator('tbody th a').allInnerTexts();

test('a sign-in link opens the overview, and the key leaves the URL', async () => {
  const page = await signedIn('');
  expect(page.url()).not.toContain(KEY);
  expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('Overview');
  const cookies = await page.context().cookies();
  expect(cookies).toContainEqual(expect.objectContaining({ httpOnly: true, sameSite: 'Strict' }));
});

test('without a session the form asks for a key; a wrong key is explained, a right one opens the page', async () => {
  const watched = await visit('');
  const { page } = watched;
  const key = page.getByLabel('Access key');
  await key.fill('not-a-key');
  await page.getByRole('button', { name: 'Sign in' }).click();
  const problem = page.getByRole('alert');
  await problem.waitFor(PATIENCE);
  expect(await problem.innerText()).toContain('This key is not valid');
  await page.getByLabel('Access key').fill(KEY);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('tbody tr').first().waitFor(PATIENCE);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByLabel('Access key').waitFor(PATIENCE);
  // Chromium itself reports each 401 that the test has provoked.
  const provoked = /status of 401/;
  const others = watched.complaints.filter((complaint) => !provoked.test(complaint));
  watched.complaints.splice(0, watched.complaints.length, ...others);
});

test('the fleet is sorted by risk and loads page after page', async () => {
  const page = await fleet();
  const first = await deviceIds(page);
  expect(first.slice(0, 5)).toEqual([DRIFTING, 'E-0007', 'W-0003', 'E-0009', 'E-1000']);
  expect(first).toHaveLength(50);
  await page.getByRole('button', { name: 'Load more' }).click();
  await page.locator('tbody tr').nth(66).waitFor(PATIENCE);
  expect(new Set(await deviceIds(page)).size).toBe(67);
  expect(await page.getByRole('button', { name: 'Load more' }).count()).toBe(0);
});

test('the error is drawn against the limit and said in words', async () => {
  const page = await fleet();
  const drawing = page.locator('tbody tr').first().getByRole('img');
  expect(await drawing.getAttribute('aria-label')).toBe(
    'Error −3.1\u00A0%, 95 % interval −3.6\u00A0% to −2.6\u00A0%, limit ±1\u00A0%',
  );
});

test('filters narrow the list and stay in the URL', async () => {
  const page = await fleet();
  await page.getByLabel('Recommendation', { exact: true }).selectOption('inspect');
  await expect.poll(() => deviceIds(page), PATIENCE).toEqual(['E-0007', 'W-0003']);
  expect(page.url()).toContain('recommendation=inspect');
  await page.getByLabel('Kind').selectOption('water_meter');
  await expect.poll(() => deviceIds(page), PATIENCE).toEqual(['W-0003']);
  await page.reload();
  await expect.poll(() => deviceIds(page), PATIENCE).toEqual(['W-0003']);
  await page.getByRole('link', { name: 'Clear filters' }).click();
  await page.getByLabel('Device', { exact: true }).fill('e-00');
  await expect
    .poll(() => deviceIds(page), PATIENCE)
    .toEqual([DRIFTING, 'E-0007', 'E-0009', 'E-0031']);
});

test('tiles count devices by recommendation', async () => {
  const page = await fleet();
  const tile = page.getByRole('link', { name: /^Re-verify/ });
  await expect.poll(() => tile.innerText(), PATIENCE).toMatch(/Re-verify\s+1\s+1\.5/);
});

/** Whether something is drawn on the canvas: pixels of more than one colour. */
function inked(page: Page, chart: number): Promise<boolean> {
  return page
    .locator('.chart canvas')
    .nth(chart)
    .evaluate((canvas) => {
      if (!(canvas instanceof HTMLCanvasElement)) return false;
      const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data;
      return new Set(new Uint32Array(pixels?.buffer ?? new ArrayBuffer(0))).size > 10;
    });
}

test('the device page explains the indication and draws history and readings', async () => {
  const page = await signedIn(`#/devices/${DRIFTING}`);
  await page.locator('.chart canvas').nth(1).waitFor(PATIENCE);
  await expect.poll(() => inked(page, 0), PATIENCE).toBe(true);
  await expect.poll(() => inked(page, 1), PATIENCE).toBe(true);
  const text = await page.getByRole('main').innerText();
  expect(text).toContain('An indication is a reason to verify, not a verdict.');
  expect(text).toContain('−3.1\u00A0%');
  expect(text).toContain('4 readings came again with a different value');
  expect(text).toContain('values.voltage_l1 is the text');
  expect(text).toContain('Provisional: readings for times from');
  const clock = await page.getByRole('region', { name: 'Clock' }).innerText();
  expect(clock).toContain('Ahead by 7 h: looks like local time (UTC+07:00) sent as UTC.');
  expect(clock).toContain('What to do: Set the time zone');
  await page.getByLabel('Quantity').selectOption('voltage_l1');
  await expect.poll(() => page.url(), PATIENCE).toContain('quantity=voltage_l1');
  await expect.poll(() => inked(page, 1), PATIENCE).toBe(true);
});

test('an event of the register is confirmed, called another kind, and taken back', async () => {
  const page = await signedIn(`#/devices/${DRIFTING}`);
  const card = page.locator('#register-events');
  await card.waitFor(PATIENCE);
  expect(await card.innerText()).toMatch(/12,180\.25 → 0 → 12,180\.75\s+0\.5\s+Found/);
  await card.getByRole('button', { name: 'Confirm' }).click();
  await expect.poll(() => card.innerText(), PATIENCE).toContain('Confirmed');
  await card.getByRole('combobox').selectOption('swap');
  await expect.poll(() => card.innerText(), PATIENCE).toMatch(/not known\s+Confirmed/);
  await card.getByRole('button', { name: 'As found' }).click();
  await expect.poll(() => card.innerText(), PATIENCE).toMatch(/0\.5\s+Found/);
  expect(await card.getByRole('combobox').inputValue()).toBe('glitch');
});

test('the last day of a register is drawn by quarters of an hour', async () => {
  const page = await signedIn(`#/devices/${DRIFTING}`);
  const card = page.locator('#intervals');
  await card.locator('svg rect').nth(10).waitFor(PATIENCE);
  expect(await card.innerText()).toContain('Intervals of the last day');
  expect(await card.locator('rect title').first().innerHTML()).toMatch(/kWh \(Read at both ends\)/);
});

test('a reading that arrives shows at once', async () => {
  const page = await signedIn(`#/devices/${DRIFTING}`);
  await page.getByText('Live', { exact: true }).waitFor(PATIENCE);
  await page.locator('.latest').waitFor(PATIENCE);
  const before = await page.locator('.latest').innerText();
  expect(before).not.toContain('13,579.25');
  await addReading(dashboard.database, 13_579.25);
  await expect
    .poll(() => page.locator('.latest').innerText(), PATIENCE)
    .toContain('Latest 13,579.25 kWh');
});

test('the language follows the browser, can be switched both ways and is remembered', async () => {
  const page = await signedIn('', 'vi-VN');
  const title = page.getByRole('heading', { level: 1 });
  expect(await title.innerText()).toBe('Tổng quan');
  expect(await page.locator('html').getAttribute('lang')).toBe('vi');
  expect(await page.locator('tbody tr').first().innerText()).toContain('Cần kiểm định lại');
  expect(await page.locator('tbody tr').first().innerText()).toContain('−3,1\u00A0%');
  await page.getByRole('button', { name: 'English' }).click();
  await expect.poll(() => title.innerText(), PATIENCE).toBe('Overview');
  await page.reload();
  await expect.poll(() => title.innerText(), PATIENCE).toBe('Overview');
  await page.getByRole('button', { name: 'Tiếng Việt' }).click();
  await expect.poll(() => title.innerText(), PATIENCE).toBe('Tổng quan');
});

test('an area says what is wrong, what to do, and who may be the cause', async () => {
  const page = await signedIn('#/areas/DMA-02');
  await page.getByRole('heading', { name: 'Candidates' }).waitFor(PATIENCE);
  const text = await page.getByRole('main').innerText();
  expect(text).toContain('Unregistered consumer');
  expect(text).toContain('Check the candidates of this district on site');
  expect(text).toMatch(/E-0007\s+Correlation 0\.83/);
});

test('the account adds up visibly, and a rejected message can be read', async () => {
  const page = await signedIn('#/quality?view=ledger');
  await page.getByText('The account adds up.').waitFor(PATIENCE);
  expect(await page.locator('.identity-terms').innerText()).toMatch(
    /1,205\s+Received\s+=\s+1,190\s+Stored\s+\+\s+8\s+Duplicate\s+\+\s+4\s+Conflicting\s+\+\s+3\s+Rejected\s+\+\s+0\s+Pending/,
  );
  await page.getByRole('link', { name: 'Rejected readings' }).click();
  await page.getByText('Message as it came').first().click();
  expect(await page.locator('pre').first().innerText()).toContain('"voltage_l1":"229.9"');
});

test('a group without a device is replayed by its own cause', async () => {
  const page = await signedIn('#/quality');
  const group = page.getByRole('row').filter({ hasText: 'meters/unknown/form' });
  await group.waitFor(PATIENCE);
  const answered = page.waitForResponse('**/quarantine/replay');
  await group.getByRole('button', { name: 'Replay' }).click();
  expect((await answered).request().postDataJSON()).toEqual({
    reason: 'topic_mismatch',
    field: '',
    device_id: null,
  });
  // What an ingest worker that cannot store it either leaves behind.
  await dashboard.database.servicePool.query(
    'UPDATE replays SET entries = 1, received = 1, rejected = 1, finished_at = now()',
  );
  const status = group.getByRole('status');
  await expect.poll(() => status.innerText(), PATIENCE).toContain('rejected 1');
});

test('who sends too much is announced on the page, with rate and time in its own view', async () => {
  const page = await signedIn('#/quality');
  await page.getByRole('link', { name: 'Devices or topics that send too much now: 1' }).click();
  const rows = page.locator('tbody tr');
  await expect
    .poll(() => rows.first().innerText(), PATIENCE)
    .toMatch(/E-0031\s+Sending too much\s+102\/s\s+at most 140\/s\s+61,200\s.*goes on/s);
  expect(await rows.nth(1).innerText()).toMatch(/verimeter\/v1\s+Over\s+51\/s\s+9\s/);
  await page.getByRole('button', { name: 'Tiếng Việt' }).click();
  await expect.poll(() => rows.first().innerText(), PATIENCE).toContain('còn tiếp diễn');
});

test('clocks to mend come first, in the language of the reader, and can be chosen by state', async () => {
  const page = await signedIn('#/quality?view=clocks', 'vi-VN');
  const rows = page.locator('tbody tr');
  await expect.poll(() => rows.first().innerText(), PATIENCE).toContain('Sai múi giờ');
  expect((await deviceIds(page)).slice(0, 3)).toEqual([DRIFTING, 'W-0003', 'E-0007']);
  await page.getByRole('button', { name: 'English' }).click();
  await expect.poll(() => rows.first().innerText(), PATIENCE).toContain('Ahead by 7 h');
  await page.getByRole('link', { name: /^Clock not set\s*1$/ }).click();
  await expect.poll(() => deviceIds(page), PATIENCE).toEqual(['W-0003']);
  expect(await rows.first().innerText()).toContain('The device itself is alive');
});

test('an unknown device is answered with a helpful problem', async () => {
  const page = await signedIn('#/devices/NO-SUCH-DEVICE');
  const problem = page.getByRole('alert');
  await problem.waitFor(PATIENCE);
  expect(await problem.innerText()).toContain('There is nothing with this name');
  dashboard.forgive(404);
});

test('the balance of a district says what went in and what did not come out', async () => {
  const page = await signedIn('#/areas/DMA-02');
  const card = page.locator('.balance');
  await card.locator('.chart canvas').first().waitFor(PATIENCE);
  await expect.poll(() => inked(page, 0), PATIENCE).toBe(true);
  expect(await card.innerText()).toMatch(/Difference 1\.5.m³, 25\.0.% of the supply of 6.m³/);
  await card.getByRole('button', { name: '48 hours' }).click();
  await expect.poll(() => page.url(), PATIENCE).toContain('balance=48h');
  await expect.poll(() => card.innerText(), PATIENCE).toMatch(/Counted: \d\d periods/);
});

test('the overview says what to look at first, and leads there', async () => {
  const page = await signedIn('#/overview');
  const first = page.locator('.overview-risk tbody th a').first();
  await first.waitFor(PATIENCE);
  await page.waitForFunction(() => document.querySelector('[aria-busy=true]') === null);
  const text = await page.getByRole('main').innerText();
  for (const heading of ['At stake in a year', 'Legal validity', 'Areas to clear up', 'Data'])
    expect(text).toContain(heading);
  expect(text).toContain('DMA-02');
  await first.click();
  await expect.poll(() => page.url(), PATIENCE).toContain(`#/devices/${DRIFTING}`);
});

test('a lot says how many are beyond the limit, and which to test', async () => {
  const page = await signedIn('#/lots');
  await page.getByRole('link', { name: 'GELEX · CE-18' }).click();
  await page.locator('.sample li').first().waitFor(PATIENCE);
  const text = await page.getByRole('main').innerText();
  expect(text).toContain(
    'With a probability of 71\u00A0% more than 5 % of the members measure beyond the limit.',
  );
  expect(text).toContain('Dismount the first 3 devices of this list and test them.');
  await page.getByRole('link', { name: DRIFTING }).click();
  await expect.poll(() => page.url(), PATIENCE).toContain(`#/devices/${DRIFTING}`);
});

test.each([
  '#/fleet',
  `#/devices/${DRIFTING}`,
  '#/areas',
  '#/areas/DMA-02',
  '#/overview',
  '#/lots',
  `#/lots/${encodeURIComponent(LOT)}`,
  '#/quality',
  '#/quality?view=ledger',
  '#/quality?view=clocks',
  '#/quality?view=floods',
  '#/quality?view=validation',
])('%s: names, roles, headings, and no sideways scrolling on a phone', async (hash) => {
  const page = await signedIn(hash, 'vi-VN', { width: 390, height: 844 });
  await page.waitForFunction(() => document.querySelector('[aria-busy=true]') === null);
  if (hash.includes(DRIFTING)) await page.locator('.evidence').first().waitFor(PATIENCE);
  expect(await accessibilityFaults(page)).toEqual([]);
  const overflow = () =>
    page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
  expect(await overflow()).toBe(0);
  // English words have other lengths.
  await page.getByRole('button', { name: 'EN' }).click();
  await expect.poll(() => page.evaluate(() => document.documentElement.lang), PATIENCE).toBe('en');
  expect(await overflow()).toBe(0);
});

test('exceptions are told in words, severe ones and warnings first, those of a device on its page', async () => {
  const page = await signedIn('#/quality?view=validation');
  const found = page.locator('tbody tr');
  await expect.poll(() => found.count(), PATIENCE).toBe(1);
  expect(await found.innerText()).toContain(
    '61.5 kWh in a day, against 8.25 kWh on average before.',
  );
  await page.getByLabel('Severity').selectOption('info');
  await expect
    .poll(() => found.first().innerText(), PATIENCE)
    .toContain('No reading for 6 hours; one is usual every 0.25 hours.');
  expect(page.url()).toContain('severity=info');
  await page.getByRole('link', { name: DRIFTING }).click();
  await expect.poll(() => page.locator('#exceptions tbody tr').count(), PATIENCE).toBe(2);
});

test('the readings shown first are of the quantity that is judged', async () => {
  const page = await signedIn(`#/devices/${DRIFTING}`);
  const quantity = page.getByLabel('Quantity', { exact: true });
  await quantity.waitFor(PATIENCE);
  expect(await quantity.inputValue()).toBe('active_energy_import');
});

test('the keyboard reaches the list: skip link, navigation, filters', async () => {
  const page = await fleet();
  await page.keyboard.press('Tab');
  const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
  expect(await focused()).toBe('Skip to content');
  await page.keyboard.press('Enter');
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('MAIN');
  await page.keyboard.press('Tab');
  expect(await focused()).toContain('Re-verify');
});
