import { readAnalyticsConfig, startAnalytics } from '@verimeter/analytics';
import { createLogger } from '@verimeter/service-runtime';
import type { CommandContext } from '../command.ts';
import { runService } from '../run-service.ts';

/** The analytics service, configured by the environment. */
export async function run({ environment }: CommandContext): Promise<number> {
  const config = readAnalyticsConfig(environment.dataDir);
  const log = createLogger('analytics', config.logLevel);
  return runService(log, (signal) => startAnalytics(config, log, signal));
}
