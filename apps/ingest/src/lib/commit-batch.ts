import type { ReadingStore } from '@verimeter/reading-store';
import {
  type Pool,
  type PoolClient,
  type QuarantineRow,
  addLiveEvents,
  closeBatch,
  wasClosed,
} from '@verimeter/registry';
import type { Totals } from './account.ts';
import { addEvents, quarantineRejects, recordArrivals, setPresence } from './batch-statements.ts';
import type { ClockRounds } from './clocks/clock-rounds.ts';
import { type BatchPlan, type PlanContext, resolveDevices } from './plan-batch.ts';
import { type PreparedBatch, accountOf, prepareBatch } from './prepare-batch.ts';
import type { QuarantineQuota } from './quarantine-quota.ts';
import { isAnswer } from './sql-errors.ts';
import { keepLearnt } from './sources/keep-learnt.ts';
import type { StagedMessage } from './staged-message.ts';

export interface CommitContext extends PlanContext {
  readonly pool: Pool;
  readonly store: ReadingStore<PoolClient>;
  readonly quota: QuarantineQuota;
  readonly clocks: Pick<ClockRounds, 'observe'>;
  /** The connection that creates channels: its own announcements need not be heard. */
  readonly onConnection: (client: PoolClient) => void;
}

export interface CommitOptions {
  /** The batch as `prepareAhead` made it ready; of no use where a device has changed meanwhile. */
  readonly ahead?: PreparedBatch | undefined;
  /** An attempt with this mark went before: it may have been committed. */
  readonly isRepeated?: boolean;
  /** Called when the readings are written, which is most of it. */
  readonly onWritten?: () => void;
}

/**
 * Stores the messages in one transaction: readings, conflicts, ledger, quarantine, events, presence, packet identities
 * and live events appear together or not at all. The mark makes a second attempt with the same mark harmless: a commit
 * whose answer was lost is recognised. Returns undefined in that case.
 */
export async function commitBatch(
  staged: readonly StagedMessage[],
  mark: Buffer,
  context: CommitContext,
  options: CommitOptions = {},
): Promise<Totals | undefined> {
  const client = await context.pool.connect();
  let broken: Error | undefined;
  try {
    context.onConnection(client);
    const prepared =
      options.ahead?.generation === context.directory.generation
        ? options.ahead
        : await prepareBatch(staged, await resolveDevices(client, staged, context), context);
    await client.query('BEGIN');
    const written = await writeBatch(client, staged, mark, { ...context, prepared, options });
    await client.query(written === undefined ? 'ROLLBACK' : 'COMMIT');
    context.quota.add(written?.kept ?? []);
    written?.told();
    if (written !== undefined) context.clocks.observe(written.plan);
    return written?.totals;
  } catch (error) {
    broken = await rollBack(client, error);
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Ends the transaction that failed with `cause`; returns why the connection cannot be used again, if so. */
async function rollBack(client: PoolClient, cause: unknown): Promise<Error | undefined> {
  try {
    // A ROLLBACK on a connection that went silent would wait for the same time-out once more.
    if (!isAnswer(cause)) throw cause;
    await client.query('ROLLBACK');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

async function writeBatch(
  client: PoolClient,
  staged: readonly StagedMessage[],
  mark: Buffer,
  context: CommitContext & {
    readonly prepared: PreparedBatch;
    readonly options: CommitOptions;
  },
): Promise<
  { totals: Totals; kept: readonly QuarantineRow[]; plan: BatchPlan; told: () => void } | undefined
> {
  const { isRepeated = false, onWritten } = context.options;
  // Asked before anything is written: what is refused of a batch that was committed must not be taken for a reason to halve it.
  if (isRepeated && (await wasClosed(client, mark))) return undefined;
  const redelivered = await recordArrivals(client, staged);
  const prepared =
    redelivered.size === 0
      ? context.prepared
      : await prepareBatch(staged, context.prepared.known, context, { redelivered });
  const { plan, shares } = prepared;
  const outcomes = await context.store.write(client, plan.readings, { shares });
  onWritten?.();
  const { live: rejected, kept } = await quarantineRejects(client, plan, context.quota);
  const told = await addEvents(client, plan, context.eventStates);
  await setPresence(client, plan);
  const known = await keepLearnt(client, staged, context.sources);
  // Last: what all workers touch, the ledger and the ids of live events, is locked until the commit.
  const { totals, ledger, live } = accountOf(prepared, outcomes);
  // The time of the commit, not of the message: marks are kept for as long as a batch may be repeated.
  const atUs = Date.now() * 1000;
  if (!(await closeBatch(client, { mark, atUs, ledger, live }))) return undefined;
  await addLiveEvents(client, rejected);
  return {
    totals,
    kept,
    plan,
    told() {
      told();
      known();
    },
  };
}

export function processIdOf(client: PoolClient): number | undefined {
  return 'processID' in client && typeof client.processID === 'number'
    ? client.processID
    : undefined;
}
