import { OUTCOME, type ReadingBatch } from '@verimeter/reading-store';
import { pickRows } from './batch-content.ts';
import type { QuestDbHttp } from './http-client.ts';
import { type Judgement, type ValueMap, judgeBatches } from './judge-batches.ts';
import { readValues } from './known-values.ts';
import type { ShownBatch } from './settlement.ts';
import { type Queryable, type WaitingBatch, decide, recordConflicts } from './waiting-batches.ts';

interface RowOf {
  readonly batch: ReadingBatch;
  readonly row: number;
}

/**
 * Decides what becomes of the rows of a group and writes that down, before any of them is sent. `newest`: the newest instant of each
 * channel, of what is shown and under way; it is raised by the group.
 */
export async function decideGroup(
  http: QuestDbHttp,
  waiting: readonly WaitingBatch[],
  context: {
    readonly newest: Map<number, number>;
    /** Decided and sent, and perhaps not shown yet. */
    readonly underWay: ReadingBatch | undefined;
    /** Runs with the connection that holds the lock, for itself. */
    readonly write: <T>(work: (client: Queryable) => Promise<T>) => Promise<T>;
  },
): Promise<ShownBatch[]> {
  const doubtful = doubtfulRows(waiting, context.newest);
  const judgement =
    doubtful.length === 0
      ? allNew(waiting)
      : judgeBatches(
          waiting.map(({ batch }) => batch),
          await readCurrent(http, pickRows(doubtful), context.underWay),
        );
  const { outcomes } = judgement;
  const decided = waiting.map((one, k) => ({ ...one, outcomes: outcomes[k] ?? new Uint8Array(0) }));
  await context.write(async (client) => {
    if (judgement.challengers.length === 0) {
      await decide(client, decided);
      return;
    }
    await client.query('BEGIN');
    try {
      await record(client, waiting, judgement);
      await decide(client, decided);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  });
  return decided;
}

/** Rows that are not newer than all of their channel before them: the store, or the group, may have their keys. */
function doubtfulRows(waiting: readonly WaitingBatch[], newest: Map<number, number>): RowOf[] {
  const doubtful: RowOf[] = [];
  for (const { batch } of waiting)
    for (let row = 0; row < batch.length; row += 1) {
      const channelId = batch.channelId[row] ?? 0;
      const tsUs = batch.tsUs[row] ?? 0;
      const last = newest.get(channelId);
      if (last === undefined || tsUs > last) newest.set(channelId, tsUs);
      else doubtful.push({ batch, row });
    }
  return doubtful;
}

const allNew = (waiting: readonly WaitingBatch[]): Judgement => ({
  outcomes: waiting.map(({ batch }) => new Uint8Array(batch.length).fill(OUTCOME.stored)),
  challengers: [],
});

/** The values at the keys of the rows, of what is shown and of what is under way. */
async function readCurrent(
  http: QuestDbHttp,
  rows: ReadingBatch,
  underWay: ReadingBatch | undefined,
): Promise<ValueMap> {
  const current = await readValues(http, rows);
  if (underWay !== undefined)
    for (let row = 0; row < underWay.length; row += 1)
      current.set(underWay.channelId[row] ?? 0, underWay.tsUs[row] ?? 0, underWay.value[row] ?? 0);
  return current;
}

/** Values beside the current ones; what was recorded before is a duplicate. */
async function record(
  client: Queryable,
  waiting: readonly WaitingBatch[],
  { outcomes, challengers }: Judgement,
): Promise<void> {
  const rows = challengers.flatMap(({ batch, row }) => {
    const of = waiting[batch]?.batch;
    return of === undefined ? [] : [{ batch: of, row }];
  });
  const recorded = await recordConflicts(client, pickRows(rows));
  for (const [position, { batch, row }] of challengers.entries()) {
    const judged = outcomes[batch];
    if (judged !== undefined && !recorded.has(position)) judged[row] = OUTCOME.duplicate;
  }
}
