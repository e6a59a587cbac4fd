import type { FilledMonth, RowReader, SnapshotWatch, StoredRows } from '@verimeter/reading-store';
import { OUTCOME, createReadingBatch } from '@verimeter/reading-store';
import pg, { type ClientBase, type Pool } from 'pg';
import { SNAPSHOTS } from './advisory-locks.ts';
import { decodeBatch } from './batch-content.ts';

/** What nobody needs any more: with the exclusive lock no other backup is under way. */
const TIDY = `
  WITH alone AS (SELECT pg_try_advisory_lock(${SNAPSHOTS}) AS ours)
  SELECT ours FROM alone`;

/** All of these are settled after the snapshot, or decided and not settled: rows of both may be in QuestDB. */
const SINCE = `
  SELECT id::float8 AS id, content, outcomes FROM settled_batches WHERE id <> ALL ($1::int8[])
  UNION ALL
  SELECT id::float8, content, outcomes FROM store_batches
   WHERE settled_at IS NULL AND outcomes IS NOT NULL AND id <> ALL ($1::int8[])`;

/** Instants by channel. */
type Keys = Map<number, Set<number>>;

/**
 * Batches are decided in PostgreSQL before any of their rows is sent, and kept there for as long as this watches: so what QuestDB shows and the
 * snapshot does not have settled is known once it was read.
 */
export async function openSnapshotWatch(
  pool: Pool,
  reader: RowReader,
  months: () => Promise<FilledMonth[]>,
): Promise<SnapshotWatch<ClientBase>> {
  const client = new pg.Client(pool.options);
  client.on('error', () => undefined); // a connection that breaks fails its query
  await client.connect();
  // oxlint-disable-next-line typescript/await-thenable -- typed as void, returns a promise (SET ROLE)
  await pool.options.onConnect?.(client);
  await tidy(client);
  await client.query(`SELECT pg_advisory_lock_shared(${SNAPSHOTS})`);

  const seen = new Set<number>();
  const keys: Keys = new Map();
  /** From here on everything was read. */
  let doneFromUs = Infinity;

  async function look(): Promise<void> {
    const { rows } = await client.query<{ id: number; content: Buffer; outcomes: Buffer }>(SINCE, [
      `{${[...seen].join(',')}}`,
    ]);
    for (const { id, content, outcomes } of rows) {
      if (seen.has(id)) continue; // settled between the two halves
      seen.add(id);
      const batch = decodeBatch(content);
      for (let row = 0; row < batch.length; row += 1) {
        const tsUs = batch.tsUs[row] ?? 0;
        if (outcomes[row] !== OUTCOME.stored || tsUs >= doneFromUs) continue;
        const channelId = batch.channelId[row] ?? 0;
        const instants = keys.get(channelId);
        if (instants === undefined) keys.set(channelId, new Set([tsUs]));
        else instants.add(tsUs);
      }
    }
  }

  function forget(fromUs: number): void {
    doneFromUs = fromUs;
    for (const instants of keys.values())
      for (const tsUs of instants) if (tsUs >= fromUs) instants.delete(tsUs);
  }

  return {
    async begin(transaction) {
      // What was settled between the lock and the snapshot belongs to the snapshot.
      const { rows } = await transaction.query('SELECT id::float8 AS id FROM settled_batches');
      for (const { id } of rows) seen.add(Number(id));
    },
    async months() {
      return (await months()).toReversed();
    },
    async *rows(channelIds, { fromUs, untilUs }) {
      for await (const rows of reader.rows(channelIds, fromUs, untilUs - 1)) {
        await look(); // after they were read
        yield without(rows, keys);
      }
      forget(fromUs);
    },
    async close() {
      await client.query(`SELECT pg_advisory_unlock_all()`);
      await tidy(client);
      await client.end();
    },
  };
}

async function tidy(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ ours: boolean }>(TIDY);
  if (rows[0]?.ours !== true) return;
  await client.query('DELETE FROM settled_batches');
  await client.query(`SELECT pg_advisory_unlock(${SNAPSHOTS})`);
}

function without(rows: StoredRows, keys: Keys): StoredRows {
  const isKept = (row: number): boolean =>
    keys.get(rows.channelId[row] ?? 0)?.has(rows.tsUs[row] ?? 0) !== true;
  let isWhole = true;
  for (let row = 0; row < rows.length && isWhole; row += 1) isWhole = isKept(row);
  if (isWhole) return rows;
  const kept = createReadingBatch(rows.length);
  for (let row = 0; row < rows.length; row += 1) {
    if (!isKept(row)) continue;
    const at = kept.length;
    kept.channelId[at] = rows.channelId[row] ?? 0;
    kept.tsUs[at] = rows.tsUs[row] ?? 0;
    kept.value[at] = rows.value[row] ?? 0;
    kept.flags[at] = rows.flags[row] ?? 0;
    kept.receivedAtUs[at] = rows.receivedAtUs[row] ?? 0;
    kept.length = at + 1;
  }
  return kept;
}
