import {
  OUTCOME,
  type RowLoader,
  type StoredRows,
  type WriteOutcomes,
} from '@verimeter/reading-store';
import type { ClientBase, Pool } from 'pg';
import { orderBatch } from '../batch-order.ts';
import { createChannelDecimals } from '../hypertable/quanta.ts';
import { createQuantaForm } from '../hypertable/write-form.ts';
import { createLayoutWatch } from '../layout.ts';
import { openOwnConnection } from '../own-connection.ts';
import { createPartitions } from '../partitions.ts';
import { createDatabaseClock, lateRowsOf, noteLateRows } from '../upkeep/late-rows.ts';
import { PLAIN_FORM } from '../write-form.ts';
import { copyAll, queryNumbers } from '../write.ts';

/** Loads into the table of readings, whichever way it keeps them: each call is a transaction. Days that are summed up are told. */
export function createRowLoader(pool: Pool): RowLoader {
  const partitions = createPartitions(pool);
  const layout = createLayoutWatch();
  const forms = { plain: PLAIN_FORM, hypertable: createQuantaForm(createChannelDecimals()) };
  const databaseNow = createDatabaseClock();
  let connecting: Promise<ClientBase & { end(): Promise<void> }> | undefined;
  const connected = (): Promise<ClientBase & { end(): Promise<void> }> =>
    (connecting ??= openOwnConnection(pool));

  async function write(client: ClientBase, rows: StoredRows): Promise<void> {
    const form = forms[await layout.current(client)];
    const { firsts } = orderBatch(rows);
    const outcomes: WriteOutcomes = new Uint8Array(rows.length).fill(OUTCOME.duplicate);
    for (const row of firsts) outcomes[row] = OUTCOME.stored;
    if (!(await copyAll(client, form.content(rows, firsts), form.copy))) {
      const known = await queryNumbers(client, form.insertNew, form.parameters(rows, firsts));
      for (const [ordinal = 0] of known) outcomes[firsts[ordinal - 1] ?? 0] = OUTCOME.duplicate;
    }
    await noteLateRows(client, lateRowsOf(rows, outcomes, await databaseNow(client)));
  }

  return {
    async load(rows) {
      if (rows.length === 0) return;
      await partitions.ensureFor(rows);
      const client = await connected();
      await client.query('BEGIN');
      try {
        await write(client, rows);
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK').catch(() => undefined); // the first failure is the one to tell
        throw error;
      }
    },
    shown: () => Promise.resolve(),
    async close() {
      const open = connecting;
      connecting = undefined;
      await (await open?.catch(() => undefined))?.end();
    },
  };
}
