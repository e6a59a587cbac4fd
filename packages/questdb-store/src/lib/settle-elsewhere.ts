import type { ReadingStore } from '@verimeter/reading-store';
import type { ClientBase, Pool } from 'pg';
import { OwnBatches } from './own-batches.ts';
import { settle, settlementOf } from './settlement.ts';
import { takeBatches } from './waiting-batches.ts';

/** In memory, and in one transaction, at once. */
const ROWS_AT_A_TIME = 60_000;

/**
 * Batches that wait for QuestDB are settled in a store that answers at once, since the readings are there now. What was decided of their rows
 * stays so. Returns how many batches there were.
 */
export async function settleElsewhere(
  pool: Pool,
  store: Pick<ReadingStore<ClientBase>, 'write'>,
): Promise<number> {
  let settled = 0;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- in their order
    const some = await settleSome(pool, store);
    if (some === 0) return settled;
    settled += some;
  }
}

async function settleSome(
  pool: Pool,
  store: Pick<ReadingStore<ClientBase>, 'write'>,
): Promise<number> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query('BEGIN');
    const waiting = await takeBatches(client, ROWS_AT_A_TIME, [], new OwnBatches());
    const shown = [];
    for (const { id, batch, shares, outcomes } of waiting) {
      // oxlint-disable-next-line no-await-in-loop -- the first value of a key stays
      const written = await store.write(client, batch);
      shown.push({ id, batch, outcomes: outcomes ?? written, shares });
    }
    if (shown.length > 0) await settle(client, settlementOf(shown));
    await client.query('COMMIT');
    broken = false;
    return shown.length;
  } finally {
    client.release(broken); // an open transaction ends with its connection
  }
}
