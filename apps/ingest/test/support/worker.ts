import { createLogger } from '@verimeter/service-runtime';
import { readIngestConfig } from '../../src/config.ts';
import { startIngest } from '../../src/lib/start-ingest.ts';

// The service as a process to be killed; its first argument may switch on what configuration cannot.
const config = await readIngestConfig();
const service = await startIngest(config, {
  log: createLogger('worker', config.logLevel),
  ackBeforeCommit: process.argv[2] === 'ack-before-commit',
});
process.stdout.write(`${service.url}\n`);
process.once('SIGTERM', () => void service.stop());
