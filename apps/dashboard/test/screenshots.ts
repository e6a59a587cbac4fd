// Pictures for the documentation, from a running instance:
//   node apps/dashboard/test/screenshots.ts URL KEY [LANGUAGE]
// writes docs/images/fleet.png and device.png (the riskiest device).
import { mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { launchBrowser, openPage } from './browser.ts';

const [url, key, language = 'en'] = process.argv.slice(2);
if (url === undefined || key === undefined) {
  process.stderr.write('usage: node apps/dashboard/test/screenshots.ts URL KEY [vi|en]\n');
  process.exit(2);
}
const directory = fileURLToPath(new URL('../../../docs/images', import.meta.url));
await mkdir(directory, { recursive: true });

const browser = await launchBrowser();
try {
  const { page } = await openPage(browser, { locale: language === 'vi' ? 'vi-VN' : 'en-GB' });
  await page.goto(`${url.replace(/\/$/, '')}/#key=${encodeURIComponent(key)}`);
  const first = page.locator('tbody th a').first();
  await first.waitFor();
  // The tiles are there once no count is awaited any more.
  await page.waitForFunction(() => !document.querySelector('.tiles')?.textContent?.includes('…'));
  await page.screenshot({ path: path.join(directory, 'fleet.png') });
  await first.click();
  await page.locator('.chart canvas').last().waitFor();
  await page.waitForFunction(() => document.querySelector('[aria-busy=true]') === null);
  await page.screenshot({ path: path.join(directory, 'device.png') });
} finally {
  await browser.close();
}
