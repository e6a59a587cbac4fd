import { readIngestConfig, startIngest } from '@verimeter/ingest';
import { createLogger } from '@verimeter/service-runtime';
import { runService } from '../run-service.ts';

/** The ingest service, configured by the environment. */
export async function run(): Promise<number> {
  const config = await readIngestConfig();
  const log = createLogger('ingest', config.logLevel);
  return runService(log, () => startIngest(config, { log }));
}
