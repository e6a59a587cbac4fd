import { parseArgs } from 'node:util';
import { createLogger } from '@verimeter/service-runtime';
import { readIngestConfig } from '../../src/config.ts';
import { startIngest } from '../../src/lib/start-ingest.ts';

// The service as a process to be killed; its arguments switch on what configuration cannot.
const { values } = parseArgs({
  options: { 'ack-before-commit': { type: 'boolean' }, keepalive: { type: 'string' } },
});
const config = await readIngestConfig();
const service = await startIngest(config, {
  log: createLogger('worker', config.logLevel),
  ackBeforeCommit: values['ack-before-commit'] === true,
  ...(values.keepalive === undefined ? {} : { keepaliveS: Number(values.keepalive) }),
});
process.stdout.write(`${service.url}\n`);
process.once('SIGTERM', () => void service.stop());
