import { OUTCOME, type ReadingStore, type WriteOutcomes } from '@verimeter/reading-store';
import { delay } from '@verimeter/service-runtime';
import {
  type PoolClient,
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
import { accountBatch, sharesOf } from '../account.ts';
import { addEvents, setPresence } from '../batch-statements.ts';
import type { KnownDevices } from '../device-directory.ts';
import { type PlanContext, planBatch, resolveDevices } from '../plan-batch.ts';
import { keepLearnt } from '../sources/keep-learnt.ts';
import { storableText } from '../sql-errors.ts';
import { type QuarantinedMessage, messagesOf, settleEntries } from './replay-plan.ts';

export interface ReplayContext extends PlanContext {
  readonly store: ReadingStore<PoolClient>;
}

/** `idle`: nothing is wished for; `busy`: another worker was faster. */
export type ReplayStep = 'done' | 'idle' | 'busy';

/** A batch was not committed. `cause`: the error of the database. */
export class ReplayFailedError extends Error {
  readonly code = 'replay_failed';
  readonly replay: Replay;
  readonly entryIds: readonly number[];

  constructor(replay: Replay, entryIds: readonly number[], cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'ReplayFailedError';
    this.replay = replay;
    this.entryIds = entryIds;
  }
}

interface Part {
  readonly replay: Replay;
  readonly messages: readonly QuarantinedMessage[];
  readonly entryIds: readonly number[];
  /** Nothing of the wish is left behind these. */
  readonly isLast: boolean;
}

/**
 * Replays the next entries of a wish that nobody is at, in one transaction: readings, ledger, entries and the wish itself change
 * together or not at all. `limit`: entries at most.
 *
 * @throws {ReplayFailedError} nothing was changed
 */
export async function replayBatch(
  client: PoolClient,
  context: ReplayContext,
  limit: number,
): Promise<ReplayStep> {
  const replay = await nextReplay(client);
  if (replay === undefined) return 'idle';
  const { entries, isLast } = await entriesOf(client, replay, limit);
  const messages = messagesOf(entries, context.sources, replay.tenant);
  const entryIds = entries.map(({ id }) => id);
  try {
    const known = await resolveDevices(
      client,
      messages.map(({ staged }) => staged),
      context,
    );
    await client.query('BEGIN');
    const isOurs = await lockReplay(client, replay);
    const part = { replay, messages, entryIds, isLast };
    const pending = isOurs ? await replayEntries(client, { ...context, known }, part) : undefined;
    await client.query(isOurs ? 'COMMIT' : 'ROLLBACK');
    if (pending !== undefined) await addOutcomes(client, context.store, part, pending);
    return isOurs ? 'done' : 'busy';
  } catch (error) {
    await client.query('ROLLBACK');
    throw new ReplayFailedError(replay, entryIds, error);
  }
}

/** The entry stays open with what the database says of its message, and the wish goes on behind it. */
export async function refuseEntry(client: PoolClient, failed: ReplayFailedError): Promise<void> {
  const { replay, entryIds, message } = failed;
  await client.query('BEGIN');
  if (await lockReplay(client, replay)) {
    const [entry] = await lockEntries(client, entryIds);
    if (entry !== undefined)
      await changeEntries(client, [
        { ...entry, message: storableText(`the database refuses it: ${message}`) },
      ]);
    await advanceReplay(client, replay.id, {
      ...NOTHING,
      nextId: entryIds.at(-1) ?? replay.lastId,
      finished: replay.entryId !== null || entryIds.length === 0,
      entries: entryIds.length,
    });
  }
  await client.query('COMMIT');
}

/** So long the store is waited for; then the counts of the wish say less than was received. */
const SETTLED_MS = 15_000;
const HOLD_S = 2 * (SETTLED_MS / 1000);

/** Adds what a store that answers later says of the rows. The account itself is settled by the store. */
async function addOutcomes(
  client: PoolClient,
  store: ReplayContext['store'],
  part: Part,
  pending: WriteOutcomes,
): Promise<void> {
  const outcomes = await Promise.race([
    store.settled(pending),
    delay(SETTLED_MS).then(() => new Uint8Array(0)),
  ]);
  const count = (wanted: number): number => outcomes.filter((one) => one === wanted).length;
  await advanceReplay(client, part.replay.id, {
    ...NOTHING,
    nextId: part.entryIds.at(-1) ?? part.replay.lastId,
    finished: part.replay.entryId !== null || part.isLast,
    entries: 0,
    stored: count(OUTCOME.stored),
    duplicate: count(OUTCOME.duplicate),
    conflicting: count(OUTCOME.conflicting),
  });
}

const NOTHING = { replayed: 0, received: 0, stored: 0, duplicate: 0, conflicting: 0, rejected: 0 };

/** Returns outcomes that the store will say later; undefined: there are none. */
async function replayEntries(
  client: PoolClient,
  context: ReplayContext & { readonly known: KnownDevices },
  { replay, messages: seen, entryIds, isLast }: Part,
): Promise<WriteOutcomes | undefined> {
  const locked = await lockEntries(client, entryIds);
  // Another wish may have been faster with some of them.
  const now = new Map(
    locked
      .filter(({ status }) => replay.entryId !== null || status === 'open')
      .map((entry) => [entry.id, entry]),
  );
  const messages = seen
    .map(({ staged, entries }) => ({
      staged,
      entries: entries.flatMap(({ id }) => now.get(id) ?? []),
    }))
    .filter(({ entries }) => entries.length > 0);
  const plan = planBatch(
    messages.map(({ staged }) => staged),
    new Set(),
    context,
  );
  const shares = sharesOf(plan);
  const outcomes = await context.store.write(client, plan.readings, { shares, awaited: true });
  await addEvents(client, plan, context.eventStates);
  await setPresence(client, plan);
  await keepLearnt(
    client,
    messages.map(({ staged }) => staged),
    context.sources,
  );
  const { entries: account, totals } = accountBatch(plan, outcomes);
  // After presence, as in `commitBatch`: locks in one order.
  await addToLedger(client, account);
  const open = await openPartsOf(client, replay.tenant, [...now.values()]);
  const settled = messages.flatMap((message, k) => {
    const planned = plan.messages[k];
    return planned === undefined ? [] : settleEntries(message, planned, open);
  });
  await changeEntries(client, settled);
  const { stored, duplicate, conflicting, rejected, pending } = totals;
  await advanceReplay(client, replay.id, {
    nextId: entryIds.at(-1) ?? replay.lastId,
    finished: pending === 0 && (replay.entryId !== null || isLast),
    holdS: pending === 0 ? 0 : HOLD_S,
    entries: now.size,
    replayed: settled.filter(({ status }) => status === 'replayed').length,
    received: stored + duplicate + conflicting + rejected + pending,
    stored,
    duplicate,
    conflicting,
    rejected,
  });
  const changed = settled.filter(
    ({ id, status, reason }) => status !== now.get(id)?.status || reason !== now.get(id)?.reason,
  );
  // Last: the ids of live events are given out under a lock that is held until the commit.
  await addLiveEvents(
    client,
    changed
      .slice(0, LIVE_ENTRIES)
      .map(({ id, deviceId, topic, status, reason, field, message }) => ({
        tenant: replay.tenant,
        kind: 'quarantine' as const,
        body: { id, device_id: deviceId, topic, status, reason, field, message },
      })),
  );
  return pending === 0 ? undefined : outcomes;
}

/** Entries of a batch that are announced; a page that hears of some looks at all. */
const LIVE_ENTRIES = 100;
