import { createReadingBatch } from '@verimeter/reading-store';
import type { ClientBase } from 'pg';
import type { WriteForm } from '../../write-form.ts';
import { asOwner } from '../as-owner.ts';
import { rowsOf } from './copy-partition.ts';

const BATCH_ROWS = 20_000;

/** The oldest rows of the log, which they leave. Microseconds as text: int8 does not fit a number for `pg`. */
const TAKE = `
  WITH oldest AS (SELECT seq FROM reading_move_log ORDER BY seq LIMIT ${BATCH_ROWS})
  DELETE FROM reading_move_log l USING oldest o WHERE l.seq = o.seq
  RETURNING l.channel_id, (extract(epoch FROM l.ts) * 1000000)::int8::text AS ts, l.value, l.flags,
            (extract(epoch FROM l.received_at) * 1000000)::int8::text AS received`;

interface Arrived {
  readonly channel_id: number;
  readonly ts: string;
  readonly value: number;
  readonly flags: number;
  readonly received: string;
}

/** Takes up to a batch of what came in since the move began into the hypertable, in the transaction begun; returns how many. */
async function takeArrived(client: ClientBase, form: WriteForm): Promise<number> {
  const { rows } = await client.query<Arrived>(TAKE);
  if (rows.length === 0) return 0;
  const batch = createReadingBatch(rows.length);
  for (const [row, arrived] of rows.entries()) {
    batch.channelId[row] = arrived.channel_id;
    batch.tsUs[row] = Number(arrived.ts);
    batch.value[row] = arrived.value;
    batch.flags[row] = arrived.flags;
    batch.receivedAtUs[row] = Number(arrived.received);
  }
  batch.length = rows.length;
  // What the copy of its partition has seen is known already and stays. A key has one value: the plain table is unique.
  await client.query({ ...form.insertNew, values: form.parameters(batch, rowsOf(batch)) });
  return rows.length;
}

/** A round that finds fewer than this is the last one: so few are taken in within a moment. */
const FEW_ROWS = 500;

/** Until a round finds only a few rows. */
export async function catchUp(
  client: ClientBase,
  form: WriteForm,
  onTaken: (readings: number) => void,
): Promise<void> {
  for (let taken = 0; ;) {
    // oxlint-disable-next-line no-await-in-loop
    const some = await asOwner(client, () => takeArrived(client, form));
    taken += some;
    onTaken(taken);
    if (some < FEW_ROWS) return;
  }
}

/** All that is left, in the transaction begun, behind the lock that lets nothing more come in. */
export async function takeAllArrived(client: ClientBase, form: WriteForm): Promise<void> {
  // oxlint-disable-next-line no-await-in-loop
  while ((await takeArrived(client, form)) === BATCH_ROWS);
}
