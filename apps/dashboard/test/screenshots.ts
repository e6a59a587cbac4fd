// Pictures for the documentation, from a running instance:
//   node apps/dashboard/test/screenshots.ts URL KEY
// writes docs/images/fleet.png and device.png (the riskiest device) for the README, and docs/images/pages/: every page in both languages,
// on a laptop (1,280 px) and a phone (390 px), light and dark.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';
import { launchBrowser, openPage } from './browser.ts';

const [url, key] = process.argv.slice(2);
if (url === undefined || key === undefined) {
  process.stderr.write('usage: node apps/dashboard/test/screenshots.ts URL KEY\n');
  process.exit(2);
}
const base = url.replace(/\/$/, '');
const images = fileURLToPath(new URL('../../../docs/images', import.meta.url));
const directory = path.join(images, 'pages');
await mkdir(directory, { recursive: true });

/** Pages by the names of their pictures; those of one thing are of the first of its list. */
const PAGES: Readonly<Record<string, string | { readonly list: string; readonly link: string }>> = {
  overview: '#/overview',
  fleet: '#/fleet',
  device: { list: '#/fleet', link: 'tbody th a' },
  areas: '#/areas',
  area: { list: '#/areas', link: 'tbody th a' },
  lots: '#/lots',
  lot: { list: '#/lots', link: 'tbody th a' },
  map: '#/areas?view=map',
  plans: '#/plans',
  // A preview keeps nothing.
  'plan-preview': '#/plans?new=1&capacity=typed&team=50~~~~Đội 1&preview=1',
  simulation: '#/plans?view=simulation',
  capacities: '#/plans?view=capacities',
  findings: '#/findings',
  'track-record': '#/track-record',
  requests: '#/requests',
  reports: '#/reports',
  quality: '#/quality',
  ledger: '#/quality?view=ledger',
  sources: '#/sources',
  verifications: '#/verifications',
  due: '#/verifications?view=due',
  settings: '#/settings',
};

const frames = (page: Page): Promise<unknown> =>
  page.evaluate(
    () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
  );

/** Until nothing is loading any more, and charts are drawn. */
async function settled(page: Page): Promise<void> {
  // What was asked for begins to load in the next frame.
  await frames(page);
  await page.waitForFunction(
    () =>
      document.querySelector('h1') !== null &&
      document.querySelector('[aria-busy=true]') === null &&
      document.querySelector('.tiles')?.textContent?.includes('…') !== true,
  );
  // A chart is drawn in the frame after its data.
  await frames(page);
}

const SIZES = [
  { width: 1280, height: 860 },
  { width: 390, height: 844 },
] as const;

const browser = await launchBrowser();
try {
  for (const { width, height } of SIZES)
    for (const [scheme, locale] of [
      ['light', 'vi-VN'],
      ['dark', 'vi-VN'],
      ['light', 'en-GB'],
    ] as const) {
      const { page, context } = await openPage(browser, { locale, width, height });
      await page.emulateMedia({ colorScheme: scheme });
      await page.goto(`${base}/#key=${encodeURIComponent(key)}`);
      await settled(page);
      for (const [name, place] of Object.entries(PAGES)) {
        const hash = typeof place === 'string' ? place : place.list;
        await page.evaluate((target) => (location.hash = target), hash);
        await settled(page);
        if (typeof place !== 'string') {
          const link = page.locator(place.link).first();
          await link.waitFor();
          await link.click();
          await settled(page);
        }
        const file = `${name}-${locale.slice(0, 2)}-${width}-${scheme}.jpg`;
        await page.screenshot({ path: path.join(directory, file), type: 'jpeg', quality: 72 });
        process.stdout.write(`${file}\n`);
      }
      await context.close();
    }
  const { page } = await openPage(browser, { locale: 'en-GB' });
  await page.goto(`${base}/#key=${encodeURIComponent(key)}`);
  await settled(page);
  await page.evaluate(() => (location.hash = '#/fleet'));
  await settled(page);
  await page.screenshot({ path: path.join(images, 'fleet.png') });
  await page.locator('tbody th a').first().click();
  await page.locator('.chart canvas').last().waitFor();
  await settled(page);
  await page.screenshot({ path: path.join(images, 'device.png') });
} finally {
  await browser.close();
}
