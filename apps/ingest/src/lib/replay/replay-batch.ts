import type { ReadingStore } from '@verimeter/reading-store';
import {
  type PoolClient,
  type QuarantinedEntry,
  type Replay,
  addLiveEvents,
  addToLedger,
  advanceReplay,
  changeEntries,
  entriesOf,
  lockEntries,
  lockReplay,
  nextReplay,
  openPartsOf,
} from '@verimeter/registry';
import { accountBatch } from '../account.ts';
import { addEvents, setPresence } from '../batch-statements.ts';
import { type PlanContext, planBatch, resolveDevices } from '../plan-batch.ts';
import { storableText } from '../sql-errors.ts';
import { messagesOf, settleEntries, withoutRejects } from './replay-plan.ts';

export interface ReplayContext extends PlanContext {
  readonly store: ReadingStore<PoolClient>;
}

/** `idle`: nothing is wished for; `busy`: another worker is at it. */
export type ReplayStep = 'done' | 'idle' | 'busy';

/**
 * Replays the next entries of the wish whose turn it is, in one transaction: readings, ledger, entries and the wish itself
 * change together or not at all. `limit`: entries at most.
 */
export async function replayBatch(
  client: PoolClient,
  context: ReplayContext,
  limit: number,
): Promise<ReplayStep> {
  const replay = await nextReplay(client);
  if (replay === undefined) return 'idle';
  const seen = await entriesOf(client, replay, limit);
  await resolveDevices(
    client,
    messagesOf(seen).map(({ staged }) => staged),
    context,
  );
  await client.query('BEGIN');
  try {
    const isOurs = await lockReplay(client, replay);
    if (isOurs) await replayEntries(client, context, { replay, seen, limit });
    await client.query(isOurs ? 'COMMIT' : 'ROLLBACK');
    return isOurs ? 'done' : 'busy';
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}

/** The next entry of the wish stays open with what the database says of its message, and the wish goes on behind it. */
export async function refuseEntry(client: PoolClient, error: unknown): Promise<void> {
  const cause = error instanceof Error ? error.message : String(error);
  const replay = await nextReplay(client);
  if (replay === undefined) return;
  await client.query('BEGIN');
  if (await lockReplay(client, replay)) {
    const [entry] = await entriesOf(client, replay, 1);
    if (entry !== undefined)
      await changeEntries(client, [
        { ...entry, message: storableText(`the database refuses it: ${cause}`) },
      ]);
    await advanceReplay(client, replay.id, {
      ...NOTHING,
      nextId: entry?.id ?? replay.lastId,
      finished: replay.entryId !== null || entry === undefined,
      entries: entry === undefined ? 0 : 1,
    });
  }
  await client.query('COMMIT');
}

const NOTHING = { replayed: 0, received: 0, stored: 0, duplicate: 0, conflicting: 0, rejected: 0 };

async function replayEntries(
  client: PoolClient,
  context: ReplayContext,
  part: {
    readonly replay: Replay;
    readonly seen: readonly QuarantinedEntry[];
    readonly limit: number;
  },
): Promise<void> {
  const { replay, seen, limit } = part;
  const locked = await lockEntries(
    client,
    seen.map(({ id }) => id),
  );
  // Another wish may have been faster with some of them.
  const entries = locked.filter(({ status }) => replay.entryId !== null || status === 'open');
  const messages = messagesOf(entries);
  const plan = planBatch(
    messages.map(({ staged }) => staged),
    new Set(),
    context,
  );
  const accepted = withoutRejects(plan);
  const outcomes = await context.store.write(client, plan.readings);
  const account = accountBatch(accepted, outcomes);
  await addToLedger(client, account.entries);
  await addEvents(client, accepted);
  await setPresence(client, accepted);
  const open = await openPartsOf(client, replay.tenant, entries);
  const settled = messages.flatMap((message, k) => {
    const planned = plan.messages[k];
    return planned === undefined ? [] : settleEntries(message, planned, open);
  });
  await changeEntries(client, settled);
  const { stored, duplicate, conflicting } = account.totals;
  const rejected = plan.messages.reduce(
    (sum, { rejects }) => sum + rejects.reduce((part_, { count }) => part_ + count, 0),
    0,
  );
  await advanceReplay(client, replay.id, {
    nextId: seen.at(-1)?.id ?? replay.lastId,
    finished: replay.entryId !== null || seen.length < limit,
    entries: entries.length,
    replayed: settled.filter(({ status }) => status === 'replayed').length,
    received: stored + duplicate + conflicting + rejected,
    stored,
    duplicate,
    conflicting,
    rejected,
  });
  // Last: the ids of live events are given out under a lock that is held until the commit.
  await addLiveEvents(
    client,
    settled.map(({ id, deviceId, status, reason, field, message }) => ({
      tenant: replay.tenant,
      kind: 'quarantine' as const,
      body: { id, device_id: deviceId, status, reason, field, message },
    })),
  );
}
