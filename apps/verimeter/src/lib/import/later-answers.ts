import { OUTCOME, type ReadingStore, type WriteOutcomes } from '@verimeter/reading-store';
import { type Pool, type PoolClient, withTransaction } from '@verimeter/registry';
import { type ImportMemory, ResumeError, type RowCounts } from './import-memory.ts';

/** Batches that are safe, and of which a store that answers later has not said yet what became of their rows. */
export interface Answers {
  /** Asks for that of a batch of this run. */
  take(outcomes: WriteOutcomes, rows: number): void;
  /** Of a run before this one, whose rows are counted as read already. */
  expect(batch: number): void;
  /** Waits until so few are not answered that the store is not run away from. */
  few(): Promise<void>;
  all(): Promise<void>;
}

const MOST_UNANSWERED = 8;

export function countsOf(outcomes: WriteOutcomes): RowCounts {
  const counts = { stored: 0, duplicate: 0, conflicting: 0 };
  for (const outcome of outcomes)
    if (outcome === OUTCOME.stored) counts.stored += 1;
    else if (outcome === OUTCOME.duplicate) counts.duplicate += 1;
    else if (outcome === OUTCOME.conflicting) counts.conflicting += 1;
  return counts;
}

export function createAnswers(
  options: {
    readonly pool: Pool;
    readonly store: ReadingStore<PoolClient>;
    readonly memory?: ImportMemory | undefined;
  },
  onAnswer: (counts: RowCounts, rows: number) => void,
): Answers {
  const { pool, store, memory } = options;
  const waiting: Promise<void>[] = [];

  function wait(answer: Promise<void>): void {
    answer.catch(() => undefined); // reported where it is awaited
    waiting.push(answer);
  }

  /** The answer leaves the store in the transaction that counts it: a run that goes on later finds it in one of the two. */
  async function ask(batch: number): Promise<RowCounts> {
    const pending = store.pendingBatches;
    if (pending === undefined)
      throw new ResumeError('it was begun with the readings in another store');
    await pending.untilSettled(batch);
    return withTransaction(pool, async (client) => {
      const outcomes = await pending.take(client, batch);
      if (outcomes === undefined)
        throw new ResumeError('it is not known what became of some of its rows');
      const counts = countsOf(outcomes);
      await memory?.settle(client, batch, counts);
      return counts;
    });
  }

  return {
    take(outcomes, rows) {
      const pending = outcomes.length === 0 ? undefined : store.pendingBatches;
      const answer =
        pending === undefined
          ? store.settled(outcomes).then(countsOf)
          : ask(pending.numberOf(outcomes));
      wait(answer.then((counts) => onAnswer(counts, rows)));
    },
    expect: (batch) => wait(ask(batch).then((counts) => onAnswer(counts, 0))),
    async few() {
      if (waiting.length >= MOST_UNANSWERED) await waiting.shift();
    },
    async all() {
      await Promise.all(waiting.splice(0));
    },
  };
}
