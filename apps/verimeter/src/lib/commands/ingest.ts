import { TakeOverError, readIngestConfig, startIngest, takeOverSession } from '@verimeter/ingest';
import { ReadingStoreError } from '@verimeter/open-store';
import { createLogger, createShutdown, runUntilSignal } from '@verimeter/service-runtime';
import { CommandError } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { runService } from '../run-service.ts';

/** The ingest service, configured by the environment; or the end of a session that its worker has abandoned. */
export async function run(context: CommandContext): Promise<number> {
  const config = await readIngestConfig();
  const log = createLogger('ingest', config.logLevel);
  const clientId = context.option('take-over');
  if (clientId === undefined) return runService(log, () => startIngest(config, { log }));

  const shutdown = createShutdown(log);
  void runUntilSignal(shutdown); // the first signal ends the take-over in order
  try {
    const messages = await takeOverSession(config, clientId, { log, signal: shutdown.signal });
    process.stdout.write(
      context.json
        ? `${JSON.stringify({ client_id: clientId, messages })}\n`
        : `${clientId}: ${messages} messages stored and acknowledged; its session has ended\n`,
    );
    return 0;
  } catch (error) {
    if (error instanceof TakeOverError || error instanceof ReadingStoreError)
      throw new CommandError(error.message, { cause: error });
    throw error;
  }
}
