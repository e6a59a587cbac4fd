import { type Pool, type PoolClient, postponeReplay } from '@verimeter/registry';
import { AbortedError, type Logger, backoffDelayMs, delay } from '@verimeter/service-runtime';
import { DeviceDirectory } from '../device-directory.ts';
import { EventStates } from '../event-states.ts';
import { loadSources } from '../sources/follow-sources.ts';
import { SourceDirectory } from '../sources/source-directory.ts';
import { classifyError, isStaleReference } from '../sql-errors.ts';
import {
  type ReplayContext,
  ReplayFailedError,
  type ReplayStep,
  refuseEntry,
  replayBatch,
} from './replay-batch.ts';

/** Entries of one transaction. */
const AT_A_TIME = 200;
/** A wish whose announcement was not heard is found at the latest after this. */
const LOOK_MS = 15_000;
/** Between two looks at what another worker does. */
const BUSY_MS = 200;

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

/** In a row, with pauses that grow to five seconds: half a minute. */
const MAX_FAILURES = 10;

/**
 * Replays beside whatever workers there are, without one of its own, until `until` says something; which is returned. For the command line,
 * where no ingest service need run.
 *
 * @throws what the database says, once it has said no for half a minute
 */
export async function fulfilReplays<T>(context: {
  readonly pool: Pool;
  readonly store: ReplayContext['store'];
  readonly log: Logger;
  readonly until: () => Promise<T | undefined>;
}): Promise<T> {
  const sources = new SourceDirectory();
  await loadSources(context.pool, sources);
  const worker: ReplayWorkerContext = {
    ...context,
    sources,
    eventStates: new EventStates(false),
    directory: new DeviceDirectory(),
    defaultTenant: null,
    onConnection: () => undefined,
  };
  for (let failures = 0; ;) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one batch after the other
      const step = await replayOnce(worker, AT_A_TIME);
      failures = 0;
      // oxlint-disable-next-line no-await-in-loop
      const found = await context.until();
      if (found !== undefined) return found;
      // oxlint-disable-next-line no-await-in-loop -- another worker is at it
      if (step !== 'done') await delay(BUSY_MS);
    } catch (error) {
      failures += 1;
      if (failures === MAX_FAILURES) throw error;
      // oxlint-disable-next-line no-await-in-loop
      await delay(backoffDelayMs(failures, 50, 5000, Math.random()));
    }
  }
}

/** Batch after batch until nothing is wished for. */
async function fulfil(context: ReplayWorkerContext, stopping: AbortSignal): Promise<void> {
  for (let attempt = 1; !stopping.aborted;) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one batch after the other
      const step = await replayOnce(context, AT_A_TIME);
      if (step === 'idle') return;
      // oxlint-disable-next-line no-await-in-loop
      if (step === 'busy') await delay(BUSY_MS, stopping);
      attempt = 1;
    } catch (error) {
      if (error instanceof AbortedError) throw error;
      context.log.warn({ err: error, attempt }, 'replay not committed yet');
      // oxlint-disable-next-line no-await-in-loop
      await delay(backoffDelayMs(attempt, 50, 5000, Math.random()), stopping);
      attempt += 1;
    }
  }
}

/**
 * One batch. What the database refuses does not hold up the others: then the entries go one by one, and the one it refuses says so.
 * A wish that fails otherwise waits while others have their turn.
 *
 * @throws whatever may be better next time
 */
async function replayOnce(context: ReplayWorkerContext, limit: number): Promise<ReplayStep> {
  try {
    return await withClient(context, (client) => replayBatch(client, context, limit));
  } catch (error) {
    if (!(error instanceof ReplayFailedError)) throw error;
    if (isStaleReference(error.cause)) context.directory.forget();
    else if (classifyError(error.cause) === 'data') {
      context.log.warn(
        { err: error, entries: error.entryIds.length },
        'the database refuses a replay',
      );
      if (limit > 1) return replayOneByOne(context, error.entryIds.length);
      await withClient(context, (client) => refuseEntry(client, error));
      return 'done';
    }
    await withClient(context, (client) => postponeReplay(client, error.replay.id));
    throw error;
  }
}

/** As many entries as a batch has, each in a transaction of its own. */
async function replayOneByOne(context: ReplayWorkerContext, count: number): Promise<ReplayStep> {
  for (let k = 0; k < count; k += 1) {
    // oxlint-disable-next-line no-await-in-loop
    const step = await replayOnce(context, 1);
    if (step !== 'done') return step;
  }
  return 'done';
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
