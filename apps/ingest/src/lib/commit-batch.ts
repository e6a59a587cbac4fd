import type { ReadingStore } from '@verimeter/reading-store';
import {
  type Pool,
  type PoolClient,
  type QuarantineRow,
  addLiveEvents,
  addLiveReadings,
  addToLedger,
} from '@verimeter/registry';
import { type Totals, accountBatch } from './account.ts';
import {
  addEvents,
  liveReadings,
  quarantineRejects,
  recordArrivals,
  setPresence,
} from './batch-statements.ts';
import type { ClockRounds } from './clocks/clock-rounds.ts';
import type { KnownDevices } from './device-directory.ts';
import { type BatchPlan, type PlanContext, planBatch, resolveDevices } from './plan-batch.ts';
import type { QuarantineQuota } from './quarantine-quota.ts';
import { isAnswer } from './sql-errors.ts';
import type { StagedMessage } from './staged-message.ts';

export interface CommitContext extends PlanContext {
  readonly pool: Pool;
  readonly store: ReadingStore<PoolClient>;
  readonly quota: QuarantineQuota;
  readonly clocks: Pick<ClockRounds, 'observe'>;
  /** The connection that creates channels: its own announcements need not be heard. */
  readonly onConnection: (client: PoolClient) => void;
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
): Promise<Totals | undefined> {
  const client = await context.pool.connect();
  let broken: Error | undefined;
  try {
    context.onConnection(client);
    const known = await resolveDevices(client, staged, context);
    await client.query('BEGIN');
    const written = await writeBatch(client, staged, mark, { ...context, known });
    await client.query(written === undefined ? 'ROLLBACK' : 'COMMIT');
    context.quota.add(written?.kept ?? []);
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
  context: CommitContext & { readonly known: KnownDevices },
): Promise<{ totals: Totals; kept: readonly QuarantineRow[]; plan: BatchPlan } | undefined> {
  const redelivered = await recordArrivals(client, mark, staged);
  if (redelivered === undefined) return undefined;
  const plan = planBatch(staged, redelivered, context);
  const outcomes = await context.store.write(client, plan.readings);
  const { entries, totals } = accountBatch(plan, outcomes);
  await addToLedger(client, entries);
  const { live, kept } = await quarantineRejects(client, plan, context.quota);
  await addEvents(client, plan);
  await setPresence(client, plan);
  // Last: the ids of live events are given out under a lock that is held until the commit.
  await addLiveReadings(client, liveReadings(plan, outcomes));
  await addLiveEvents(client, live);
  return { totals, kept, plan };
}

export function processIdOf(client: PoolClient): number | undefined {
  return 'processID' in client && typeof client.processID === 'number'
    ? client.processID
    : undefined;
}
