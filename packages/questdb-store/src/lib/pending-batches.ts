import { setTimeout as sleep } from 'node:timers/promises';
import type { PendingBatches, WriteOutcomes } from '@verimeter/reading-store';
import type { ClientBase } from 'pg';
import { type Queryable, takeOutcomes } from './waiting-batches.ts';

const ASK_MS = 15;
const LONGEST_ASK_MS = 250;

/** `settles`: begins to, if nobody does. */
export function createPendingBatches(options: {
  readonly pool: Queryable;
  readonly numbers: WeakMap<WriteOutcomes, number>;
  readonly settle: () => void;
  readonly signal: AbortSignal;
}): PendingBatches<ClientBase> {
  const { pool, signal } = options;
  return {
    numberOf(outcomes) {
      const batch = options.numbers.get(outcomes);
      if (batch === undefined) throw new Error('this batch was not written as awaited');
      return batch;
    },
    async untilSettled(batch) {
      options.settle();
      for (let waitMs = ASK_MS; ; waitMs = Math.min(LONGEST_ASK_MS, waitMs * 1.3)) {
        // oxlint-disable-next-line no-await-in-loop -- until it is so
        const { rows } = await pool.query(
          'SELECT EXISTS (SELECT FROM store_batches WHERE id = $1 AND settled_at IS NULL) AS waits',
          [batch],
        );
        if (rows[0]?.['waits'] !== true) return;
        // oxlint-disable-next-line no-await-in-loop
        await sleep(waitMs, undefined, { signal });
      }
    },
    take: (transaction, batch) => takeOutcomes(transaction, batch),
  };
}
