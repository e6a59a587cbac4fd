import { fileURLToPath } from 'node:url';
import { startApi } from '@verimeter/api';
import { createLogger } from '@verimeter/service-runtime';
import { createTestDatabase, type TestDatabase } from '@verimeter/test-support';
import { launchBrowser, openPage, type WatchedPage } from './browser.ts';

const dashboardDir = fileURLToPath(new URL('../dist', import.meta.url));

export interface RunningDashboard {
  readonly database: TestDatabase;
  /** Opens `#…` of the dashboard in a browser profile of its own. */
  visit(hash: string, locale?: string, size?: object): Promise<WatchedPage>;
  /** Drops what Chromium reports of refusals with this status, which the test has provoked. */
  forgive(status: number): void;
  /** Closes the pages; returns what they complained about, which after each test must be nothing. */
  closePages(): Promise<string[]>;
  stop(): Promise<void>;
}

/** The built dashboard as the API serves it, with a database of its own that `seed` fills. */
export async function startDashboard(
  seed: (database: TestDatabase) => Promise<void>,
): Promise<RunningDashboard> {
  const database = await createTestDatabase();
  await seed(database);
  const api = await startApi({
    databaseUrl: database.url,
    host: '127.0.0.1',
    port: 0,
    dashboardDir,
    allowPrivateWebhooks: true,
    log: createLogger('api-e2e', 'silent'),
  });
  const browser = await launchBrowser();
  const pages: WatchedPage[] = [];
  return {
    database,
    async visit(hash, locale = 'en-GB', size = {}) {
      const watched = await openPage(browser, { locale, ...size });
      pages.push(watched);
      await watched.page.goto(`${api.url}/${hash}`);
      return watched;
    },
    forgive(status) {
      for (const { complaints } of pages) {
        const others = complaints.filter((text) => !text.includes(`status of ${status}`));
        complaints.splice(0, complaints.length, ...others);
      }
    },
    async closePages() {
      const closing = pages.splice(0);
      const complaints = closing.flatMap((watched) => watched.complaints);
      await Promise.all(closing.map((watched) => watched.context.close()));
      return complaints;
    },
    async stop() {
      await browser.close();
      await api.stop();
      await database.drop();
    },
  };
}
