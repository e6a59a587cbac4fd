import type { Pool, PoolClient } from '@verimeter/registry';
import { AbortedError, type Logger, backoffDelayMs, delay } from '@verimeter/service-runtime';
import { classifyError, isStaleReference } from '../sql-errors.ts';
import { type ReplayContext, refuseEntry, replayBatch } from './replay-batch.ts';

/** Entries of one transaction. */
const AT_A_TIME = 200;
/** A wish whose announcement was not heard is found at the latest after this. */
const LOOK_MS = 15_000;

export interface ReplayWorker {
  /** A wish was announced. */
  look(): void;
  stop(): Promise<void>;
}

export interface ReplayWorkerContext extends ReplayContext {
  readonly pool: Pool;
  readonly log: Logger;
  /** The connection that creates channels: its own announcements need not be heard. */
  readonly onConnection: (client: PoolClient) => void;
}

/** Fulfils the wishes for replays, of all tenants, beside the messages that come in. Any worker may. */
export function startReplayWorker(context: ReplayWorkerContext): ReplayWorker {
  const stopping = new AbortController();
  let announced = new AbortController();

  async function run(): Promise<void> {
    for (;;) {
      announced = new AbortController();
      // oxlint-disable-next-line no-await-in-loop -- one look after the other
      await fulfil(context, stopping.signal);
      // oxlint-disable-next-line no-await-in-loop
      await pause(AbortSignal.any([announced.signal, stopping.signal]));
      if (stopping.signal.aborted) return;
    }
  }

  const running = run().catch((error: unknown) => {
    if (!(error instanceof AbortedError)) throw error;
  });
  return {
    look: () => announced.abort(),
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

async function pause(until: AbortSignal): Promise<void> {
  try {
    await delay(LOOK_MS, until);
  } catch (error) {
    if (!(error instanceof AbortedError)) throw error;
  }
}

/** Batch after batch until nothing is wished for. What one of several entries does to a batch does not hold up the others. */
async function fulfil(context: ReplayWorkerContext, stopping: AbortSignal): Promise<void> {
  let limit = AT_A_TIME;
  let attempt = 1;
  while (!stopping.aborted) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one batch after the other
      const step = await withClient(context, (client) => replayBatch(client, context, limit));
      if (step !== 'done') return;
      limit = AT_A_TIME;
      attempt = 1;
    } catch (error) {
      if (isStaleReference(error)) context.directory.forget();
      const isData = classifyError(error) === 'data' && !isStaleReference(error);
      context.log.warn({ err: error, attempt, entries: limit }, 'replay not committed yet');
      if (isData && limit === 1)
        // oxlint-disable-next-line no-await-in-loop
        await withClient(context, (client) => refuseEntry(client, error));
      // oxlint-disable-next-line no-await-in-loop
      else await delay(backoffDelayMs(attempt, 50, 5000, Math.random()), stopping);
      limit = isData && limit > 1 ? 1 : limit;
      attempt += 1;
    }
  }
}

async function withClient<T>(
  { pool, onConnection }: ReplayWorkerContext,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    onConnection(client);
    return await work(client);
  } catch (error) {
    broken = error instanceof Error ? error : new Error(String(error));
    throw error;
  } finally {
    client.release(broken);
  }
}
