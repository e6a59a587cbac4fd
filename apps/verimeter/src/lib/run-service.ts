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
  'reading_store',
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

/**
 * Runs a service until it is told to stop; resolves with the exit status. A signal counts from the first moment: a
 * service that still waits for its database, told so by the signal it is given, ends as cleanly as one that serves.
 */
export async function runService(
  log: Logger,
  start: (signal: AbortSignal) => Promise<Service>,
): Promise<number> {
  const shutdown = createShutdown(log);
  const finished = runUntilSignal(shutdown);
  let service: Service;
  try {
    service = await start(shutdown.signal);
  } catch (error) {
    if (shutdown.signal.aborted) return finished;
    throw readable(error);
  }
  if (shutdown.signal.aborted) {
    await service.stop();
    return finished;
  }
  shutdown.defer('service', () => service.stop());
  log.info({ url: service.url }, 'started');
  let failure: unknown;
  service.failed?.catch((error: unknown) => {
    failure = error;
    void shutdown.stop('failed');
  });
  const status = await finished;
  if (failure !== undefined) throw readable(failure);
  return status;
}
