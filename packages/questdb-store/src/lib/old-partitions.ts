import { untilCarriedOut } from './applied-log.ts';
import { HISTORY } from './history-table.ts';
import type { QuestDbHttp } from './http-client.ts';
import { type Partition, readPartitions } from './partitions.ts';
import { TABLE, chunksOf } from './readings-table.ts';
import type { Queryable } from './waiting-batches.ts';

/** An address has at most 64 KiB. */
const NAMES_AT_A_TIME = 1000;

/** All before this instant is written down as removed, and may still be there; undefined: no drop is under way. */
export async function readDropUnderWay(client: Queryable): Promise<number | undefined> {
  const { rows } = await client.query('SELECT until_us::float8 AS until_us FROM store_drop');
  const [row] = rows;
  return row === undefined ? undefined : Number(row['until_us']);
}

/** Once the transaction of the caller commits, all before the instant is removed. */
export async function noteDrop(client: Queryable, untilUs: number): Promise<void> {
  await client.query('INSERT INTO store_drop (until_us) VALUES ($1)', [untilUs]);
}

/**
 * Ends a drop that is under way; returns how many partitions there were. Nothing may be written to QuestDB from its note on until this is done:
 * what came meanwhile would be dropped and not be written down. So whoever has the lock of settlers does this before anything else.
 */
export async function endDrop(client: Queryable, http: QuestDbHttp): Promise<number> {
  const untilUs = await readDropUnderWay(client);
  if (untilUs === undefined) return 0;
  // A drop that was taken before a crash is carried out first: QuestDB is not asked to drop what is gone by then.
  await allCarriedOut(http);
  const over = await partitionsBefore(http, untilUs);
  for (const [table, partitions] of Map.groupBy(over, (one) => one.table))
    for (const some of chunksOf(partitions, NAMES_AT_A_TIME)) {
      const list = some.map(({ name }) => `'${name}'`).join(', ');
      // oxlint-disable-next-line no-await-in-loop
      await http.query(`ALTER TABLE ${table} DROP PARTITION LIST ${list}`);
    }
  await allCarriedOut(http);
  await client.query('DELETE FROM store_drop');
  return over.length;
}

/** Of both tables, also what a settler has sent that is gone. */
export async function allCarriedOut(http: QuestDbHttp): Promise<void> {
  for (const table of [TABLE, HISTORY])
    // oxlint-disable-next-line no-await-in-loop
    await untilCarriedOut(http, table, 'what was sent before old partitions are dropped');
}

export async function partitionsBefore(http: QuestDbHttp, untilUs: number): Promise<Partition[]> {
  return (await readPartitions(http)).filter((partition) => partition.untilUs <= untilUs);
}
