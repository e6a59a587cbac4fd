import type { BatchShare, ReadingStore, WriteOutcomes } from '@verimeter/reading-store';
import {
  type JournalParameters,
  type LiveReadings,
  type PoolClient,
  journalParameters,
} from '@verimeter/registry';
import { type Totals, accountBatch, sharesOf } from './account.ts';
import { liveReadings } from './batch-statements.ts';
import type { KnownDevices } from './device-directory.ts';
import { type BatchPlan, type PlanContext, planBatch, recallDevices } from './plan-batch.ts';
import type { StagedMessage } from './staged-message.ts';

/** What is said of a batch once it is stored, ready to be sent. */
export interface BatchAccount {
  readonly totals: Totals;
  readonly ledger: JournalParameters;
  readonly live: LiveReadings;
}

/** All that can be computed of a batch before its transaction. */
export interface PreparedBatch {
  readonly plan: BatchPlan;
  readonly known: KnownDevices;
  /** What the store answers for rows that are new. */
  readonly answer: ReadingStore['answer'];
  /** Where the store knows none of the rows, which is the rule, or answers later. */
  readonly ifNew: BatchAccount;
  readonly shares: readonly BatchShare[];
  /** As the directory was. */
  readonly generation: number;
}

export interface PrepareContext extends PlanContext {
  readonly store: Pick<ReadingStore<PoolClient>, 'prepare' | 'answer'>;
}

const NONE: ReadonlySet<StagedMessage> = new Set();

interface PrepareOptions {
  readonly redelivered?: ReadonlySet<StagedMessage>;
  readonly turn?: () => Promise<void>;
}

function accountPlan(plan: BatchPlan, outcomes: WriteOutcomes): BatchAccount {
  const { entries, totals } = accountBatch(plan, outcomes);
  return { totals, ledger: journalParameters(entries), live: liveReadings(plan, outcomes) };
}

/** The account where the store has said what became of each row. */
export function accountOf(
  { plan, answer, ifNew }: PreparedBatch,
  outcomes: WriteOutcomes,
): BatchAccount {
  return outcomes.every((outcome) => outcome === answer) ? ifNew : accountPlan(plan, outcomes);
}

/**
 * The batch with what is known of its devices.
 *
 * @param redelivered see `planBatch`
 * @param turn lets others have their turn between two steps, each of some milliseconds for thousands of messages
 */
export async function prepareBatch(
  staged: readonly StagedMessage[],
  known: KnownDevices,
  context: PrepareContext,
  { redelivered = NONE, turn }: PrepareOptions = {},
): Promise<PreparedBatch> {
  const { generation } = context.directory;
  const plan = planBatch(staged, redelivered, { ...context, known });
  await turn?.();
  context.store.prepare(plan.readings);
  await turn?.();
  const { answer } = context.store;
  const allNew = new Uint8Array(plan.readings.length).fill(answer);
  const shares = sharesOf(plan);
  return { plan, known, generation, answer, ifNew: accountPlan(plan, allNew), shares };
}

/**
 * The batch prepared while the one before it is committed; undefined where the database must be asked first: something of it is not
 * in memory.
 */
export async function prepareAhead(
  staged: readonly StagedMessage[],
  context: PrepareContext,
  turn: () => Promise<void>,
): Promise<PreparedBatch | undefined> {
  const known = recallDevices(staged, context.directory);
  return known === undefined ? undefined : prepareBatch(staged, known, context, { turn });
}
