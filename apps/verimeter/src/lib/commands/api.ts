import { startApi } from '@verimeter/api';
import { createLogger } from '@verimeter/service-runtime';
import { readApiConfig } from '../../config.ts';
import { findDashboard } from '../dashboard-files.ts';
import { runService } from '../run-service.ts';

/** The HTTP API with the dashboard, configured by the environment. */
export async function run(): Promise<number> {
  const config = readApiConfig();
  const log = createLogger('api', config.logLevel);
  return runService(log, () =>
    startApi({
      databaseUrl: config.databaseUrl,
      readingStore: config.readingStore,
      host: config.host,
      port: config.port,
      dashboardDir: findDashboard(),
      trustProxy: config.trustProxy,
      allowPrivateWebhooks: config.allowPrivateWebhooks,
      log,
    }),
  );
}
