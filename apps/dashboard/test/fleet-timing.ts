// How long the fleet takes to show its first rows, from a running instance:
//   node apps/dashboard/test/fleet-timing.ts URL KEY [TIMES]
// Signs in once, then opens the page again and again as somebody does who has been there: session and files are known to the browser.
import { setTimeout as delay } from 'node:timers/promises';
import { launchBrowser, openPage } from './browser.ts';

const [url, key, times = '20'] = process.argv.slice(2);
if (url === undefined || key === undefined) {
  process.stderr.write('usage: node apps/dashboard/test/fleet-timing.ts URL KEY [TIMES]\n');
  process.exit(2);
}

interface Shown {
  /** Milliseconds from the start of the navigation to the frame after the first rows were put in. */
  readonly painted: number;
  /** To the answer of the API with the rows, and how long that request took. */
  readonly answered: number;
  readonly request: number;
}

const browser = await launchBrowser();
try {
  const { page, context } = await openPage(browser, { locale: 'vi-VN' });
  await page.goto(`${url.replace(/\/$/, '')}/#key=${encodeURIComponent(key)}`);
  await page.locator('tbody tr').first().waitFor({ timeout: 120_000 });
  await page.goto(`${url.replace(/\/$/, '')}/#/fleet`);
  await context.addInitScript(() => {
    const observer = new MutationObserver(() => {
      if (document.querySelector('tbody tr') === null) return;
      observer.disconnect();
      // The callback comes before the frame is painted, the task after it.
      requestAnimationFrame(() =>
        setTimeout(() => {
          document.documentElement.dataset['rowsPainted'] = String(performance.now());
        }),
      );
    });
    observer.observe(document, { childList: true, subtree: true });
  });
  const shown: Shown[] = [];
  for (let time = 0; time < Number(times); time++) {
    // oxlint-disable no-await-in-loop -- one after the other
    await page.reload();
    await page.locator('html[data-rows-painted]').waitFor({ timeout: 120_000 });
    shown.push(
      await page.evaluate(() => {
        const [entry] = performance
          .getEntriesByType('resource')
          .filter(({ name }) => /\/fleet\?/.test(name));
        return {
          painted: Number(document.documentElement.dataset['rowsPainted']),
          answered: (entry?.startTime ?? 0) + (entry?.duration ?? 0),
          request: entry?.duration ?? 0,
        };
      }),
    );
    await delay(200);
    // oxlint-enable no-await-in-loop
  }
  const sorted = (of: keyof Shown): number[] =>
    shown.map((one) => one[of]).toSorted((a, b) => a - b);
  for (const what of ['painted', 'answered', 'request'] as const) {
    const values = sorted(what);
    const at = (share: number): string =>
      (values[Math.floor(share * (values.length - 1))] ?? 0).toFixed(0);
    process.stdout.write(`${what}: median ${at(0.5)} ms, least ${at(0)}, most ${at(1)}\n`);
  }
} finally {
  await browser.close();
}
