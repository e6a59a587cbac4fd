import { OUTCOME, type ReadingBatch, type WriteOutcomes } from '@verimeter/reading-store';
import type { ClientBase, CustomTypesConfig } from 'pg';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { type OrderedBatch, orderBatch } from './batch-order.ts';
import { int4Array, timestamptzArray } from './binary-format.ts';
import { PLAIN_FORM, type Statement, type WriteForm, rowParameters } from './write-form.ts';

/**
 * From this many rows on, COPY straight into the table is tried first. Measured in docs/decisions/0030: it writes three
 * times as fast as INSERT … ON CONFLICT, but a single known key makes it fail as a whole; for few rows its extra
 * round trips cost more than they save.
 */
const COPY_FROM_ROWS = 500;

const COLUMNS = 'channel_id, ts, value, flags, received_at';
const UNIQUE_VIOLATION = '23505';

/** Results of the statements here are numbers in text form. */
const numbers: CustomTypesConfig = { getTypeParser: () => Number };

/** Records different values beside the current ones; returns the ordinals of those not recorded before. */
const RECORD_CONFLICTS: Statement = {
  name: 'verimeter_record_conflicts',
  text: `
  WITH input AS MATERIALIZED (
    SELECT * FROM unnest($1::int4[], $2::timestamptz[], $3::float8[], $4::int2[], $5::timestamptz[])
      WITH ORDINALITY AS t (channel_id, ts, value, flags, received_at, ordinal)
  ), recorded AS (
    INSERT INTO reading_conflicts (tenant, ${COLUMNS})
    SELECT c.tenant, ${COLUMNS} FROM input JOIN channels c USING (channel_id)
    ON CONFLICT DO NOTHING RETURNING channel_id, ts, value
  )
  SELECT i.ordinal FROM input i JOIN recorded USING (channel_id, ts, value)`,
};

export async function queryNumbers(
  client: ClientBase,
  { name, text }: Statement,
  values: Buffer[],
): Promise<number[][]> {
  const result = await client.query<number[]>({
    name,
    text,
    values,
    rowMode: 'array',
    types: numbers,
  });
  return result.rows;
}

/** Sends rows that `copyContent` wrote to the table of readings; a known key makes it fail as a whole. */
export function copyReadings(
  client: ClientBase,
  content: Buffer,
  text = PLAIN_FORM.copy,
): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    const stream = client.query(copyFrom(text));
    stream.on('error', reject);
    stream.on('finish', resolve);
    stream.end(content);
  });
}

/** One message in place of three: each would wait for an answer. Where COPY fails the savepoint is there. */
const copyOrNot = (copy: string): string =>
  `SAVEPOINT verimeter_copy; ${copy}; RELEASE SAVEPOINT verimeter_copy`;

/** True where the rows went in as a whole; false, with nothing written, where at least one key is known. */
export async function copyAll(client: ClientBase, content: Buffer, copy: string): Promise<boolean> {
  try {
    await copyReadings(client, content, copyOrNot(copy));
    return true;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== UNIQUE_VIOLATION) throw error;
    await client.query('ROLLBACK TO SAVEPOINT verimeter_copy');
    return false;
  }
}

/** Adds the current values of those of the rows whose keys are stored. */
async function readCurrent(
  client: ClientBase,
  statement: Statement,
  batch: ReadingBatch,
  rows: Uint32Array,
  current: Map<number, number>,
): Promise<void> {
  const found = await queryNumbers(client, statement, [
    int4Array(batch.channelId, rows),
    timestamptzArray(batch.tsUs, rows),
  ]);
  for (const [ordinal = 0, value = 0] of found) current.set(rows[ordinal - 1] ?? 0, value);
}

/** Stores the rows whose keys are new and returns the current values of the others. */
async function insertNew(
  client: ClientBase,
  batch: ReadingBatch,
  { ordered: { firsts }, form }: PreparedWrite,
  lookFirst: boolean,
): Promise<Map<number, number>> {
  const current = new Map<number, number>();
  if (lookFirst) await readCurrent(client, form.readCurrent, batch, firsts, current);
  const rows = current.size === 0 ? firsts : firsts.filter((row) => !current.has(row));
  if (rows.length === 0) return current;
  const found = await queryNumbers(client, form.insertNew, form.parameters(batch, rows));
  if (found.length === 0) return current;
  const known = Uint32Array.from(found, ([ordinal = 0]) => rows[ordinal - 1] ?? 0);
  await readCurrent(client, form.readCurrent, batch, known, current);
  if (known.some((row) => !current.has(row)))
    throw new Error('a stored reading vanished while it was compared (its partition was dropped)');
  return current;
}

/** Marks rows that differ from the current value, recording each different value once. */
async function settleChallengers(
  client: ClientBase,
  batch: ReadingBatch,
  challengers: readonly { readonly row: number; readonly current: number }[],
  outcomes: WriteOutcomes,
): Promise<void> {
  const seen = new Set<string>();
  const different: number[] = [];
  for (const { row, current } of challengers) {
    outcomes[row] = OUTCOME.duplicate;
    const value = (batch.value[row] ?? 0) + 0;
    if (value === current) continue; // finite and without -0: equal means the same bits
    const identity = `${String(batch.channelId[row])} ${String(batch.tsUs[row])} ${String(value)}`;
    if (seen.has(identity)) continue;
    seen.add(identity);
    different.push(row);
  }
  if (different.length === 0) return;
  const rows = Uint32Array.from(different);
  const recorded = await queryNumbers(client, RECORD_CONFLICTS, rowParameters(batch, rows));
  for (const [ordinal = 0] of recorded) outcomes[rows[ordinal - 1] ?? 0] = OUTCOME.conflicting;
}

/** A batch made ready to be written. */
export interface PreparedWrite {
  readonly ordered: OrderedBatch;
  /** For COPY; undefined: rows are inserted one by one. */
  readonly content: Buffer | undefined;
  /** Of the table that it was made for. */
  readonly form: WriteForm;
}

/** `tryCopy` false: without the attempt to COPY. */
export function prepareWrite(
  batch: ReadingBatch,
  form: WriteForm,
  tryCopy: boolean,
): PreparedWrite {
  const ordered = orderBatch(batch);
  const copies = tryCopy && ordered.firsts.length >= COPY_FROM_ROWS;
  return { ordered, form, content: copies ? form.content(batch, ordered.firsts) : undefined };
}

/**
 * Writes a batch in the transaction begun on `client`. `lookFirst`: most keys are likely to be stored; then they are looked up before anything is
 * inserted, which finds out for many rows at once what an insert finds out for each (docs/decisions/0138).
 */
export async function writeBatch(
  client: ClientBase,
  batch: ReadingBatch,
  prepared: PreparedWrite,
  lookFirst: boolean,
): Promise<WriteOutcomes> {
  const { ordered, content, form } = prepared;
  const outcomes: WriteOutcomes = new Uint8Array(batch.length).fill(OUTCOME.stored);
  const { repeats, repeatOf } = ordered;
  const copied = content !== undefined && (await copyAll(client, content, form.copy));
  // row of a stored key -> the current value
  const knownRows = copied
    ? new Map<number, number>()
    : await insertNew(client, batch, prepared, lookFirst);
  const challengers = [...knownRows].map(([row, current]) => ({ row, current }));
  for (const [index, row] of repeats.entries()) {
    const first = repeatOf[index] ?? 0;
    challengers.push({ row, current: knownRows.get(first) ?? (batch.value[first] ?? 0) + 0 });
  }
  if (challengers.length > 0) {
    // In the order of keys, like all writes; within one key in the order of the batch.
    await settleChallengers(client, batch, sortByKey(batch, challengers), outcomes);
  }
  return outcomes;
}

function sortByKey<T extends { readonly row: number }>(batch: ReadingBatch, items: T[]): T[] {
  return items.toSorted(
    (a, b) =>
      (batch.channelId[a.row] ?? 0) - (batch.channelId[b.row] ?? 0) ||
      (batch.tsUs[a.row] ?? 0) - (batch.tsUs[b.row] ?? 0) ||
      a.row - b.row,
  );
}
