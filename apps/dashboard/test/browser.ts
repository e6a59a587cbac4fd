import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { CHROMIUM } from './config.ts';

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    // Root in a container has no namespaces for the sandbox; /dev/shm is often 64 MB there.
    args: ['--no-sandbox', '--disable-dev-shm-usage'],
  });
}

export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Errors of scripts, lines of console.error and violations of the content security policy so far. */
  readonly complaints: string[];
}

interface PageOptions {
  readonly locale: string;
  readonly width?: number;
  readonly height?: number;
}

/** A page in a browser profile of its own that writes down whatever goes wrong in it. */
export async function openPage(browser: Browser, options: PageOptions): Promise<WatchedPage> {
  const context = await browser.newContext({
    locale: options.locale,
    timezoneId: 'Asia/Ho_Chi_Minh',
    viewport: { width: options.width ?? 1440, height: options.height ?? 900 },
  });
  const complaints: string[] = [];
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      // oxlint-disable-next-line no-console -- runs in the page; the console is how it reaches the test
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`),
    );
  });
  const page = await context.newPage();
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  return { page, context, complaints };
}
