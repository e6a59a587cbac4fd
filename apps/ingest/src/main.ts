import {
  ConfigurationError,
  createLogger,
  createShutdown,
  runUntilSignal,
} from '@verimeter/service-runtime';
import { readIngestConfig } from './config.ts';
import { SchemaError } from './lib/schema-check.ts';
import { startIngest } from './lib/start-ingest.ts';

async function main(): Promise<number> {
  const config = await readIngestConfig();
  const log = createLogger('ingest', config.logLevel);
  const shutdown = createShutdown(log);
  const service = await startIngest(config, { log });
  shutdown.defer('ingest', () => service.stop());
  let failure: unknown;
  service.failed.catch((error: unknown) => {
    failure = error;
    log.fatal({ err: error }, 'ingest cannot go on');
    void shutdown.stop('failed');
  });
  log.info({ url: service.url }, 'ingest started');
  const code = await runUntilSignal(shutdown);
  return failure === undefined ? code : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  // What the operator has to mend is one line; anything else is a fault and shows where.
  const known =
    error instanceof ConfigurationError ||
    error instanceof SchemaError ||
    (error instanceof Error && 'code' in error);
  process.stderr.write(
    `${known && error instanceof Error ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
  );
  process.exitCode = 1;
}
