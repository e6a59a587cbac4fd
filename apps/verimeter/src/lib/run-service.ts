import { type Logger, createShutdown, runUntilSignal } from '@verimeter/service-runtime';
import { CommandError } from './arguments.ts';

/** A started service. `failed` rejects when it cannot go on. */
export interface Service {
  readonly url: string;
  readonly failed?: Promise<never>;
  stop(): Promise<void>;
}

/** Codes of errors whose message says all that the operator needs. */
const EXPECTED = new Set([
  'schema',
  'schema_not_current',
  'EADDRINUSE',
  'EACCES',
  'EADDRNOTAVAIL',
  'ENOENT',
]);

function readable(error: unknown): unknown {
  if (error instanceof Error && 'code' in error && EXPECTED.has(String(error.code)))
    return new CommandError(error.message, { cause: error });
  return error;
}

/** Runs a service until it is told to stop; resolves with the exit status. */
export async function runService(log: Logger, start: () => Promise<Service>): Promise<number> {
  const shutdown = createShutdown(log);
  let service: Service;
  try {
    service = await start();
  } catch (error) {
    throw readable(error);
  }
  shutdown.defer('service', () => service.stop());
  log.info({ url: service.url }, 'started');
  let failure: unknown;
  service.failed?.catch((error: unknown) => {
    failure = error;
    void shutdown.stop('failed');
  });
  const status = await runUntilSignal(shutdown);
  if (failure !== undefined) throw readable(failure);
  return status;
}
