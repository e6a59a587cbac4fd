import type { ReadingBatch, Transaction, WriteOutcomes } from '@verimeter/reading-store';
import { decodeBatch, decodeShares } from './batch-content.ts';
import { int8Array } from './binary-arrays.ts';
import type { BatchContent, OwnBatches } from './own-batches.ts';
import { QuestDbError } from './questdb-error.ts';

/** The part of a pool or client of PostgreSQL that is used here. */
export type Queryable = Transaction;

/** A batch in PostgreSQL that is not settled. */
export interface WaitingBatch extends BatchContent {
  readonly id: number;
  /** Undefined: not decided. */
  readonly outcomes: WriteOutcomes | undefined;
}

const INSERT = `
  INSERT INTO store_batches (rows, content, account, awaited) VALUES ($1, $2, $3, $4) RETURNING id::float8 AS id`;

export async function addBatch(
  client: Queryable,
  batch: {
    readonly rows: number;
    readonly content: Buffer;
    readonly account: Buffer;
    readonly awaited: boolean;
  },
): Promise<number> {
  const { rows } = await client.query(INSERT, [
    batch.rows,
    batch.content,
    batch.account,
    batch.awaited,
  ]);
  return Number(rows[0]?.['id']);
}

/** The oldest batches, decided ones before others, that together have no more rows than that; one of them in any case. */
const TAKE = `
  SELECT b.id::float8 AS id, b.outcomes,
         CASE WHEN b.id = ANY ($3) THEN NULL ELSE b.content END AS content,
         CASE WHEN b.id = ANY ($3) THEN NULL ELSE b.account END AS account
    FROM (SELECT id, rows, sum(rows) OVER (ORDER BY undecided, id) AS upto
            FROM (SELECT id, rows, outcomes IS NULL AS undecided FROM store_batches
                   WHERE settled_at IS NULL AND id <> ALL ($2) ORDER BY 3, id LIMIT 512) oldest) s
    JOIN store_batches b USING (id)
   WHERE s.upto <= $1 OR s.upto = s.rows
   ORDER BY b.outcomes IS NULL, b.id`;

/** `except`: those under way. What this process has written itself is not read from the table. */
export async function takeBatches(
  client: Queryable,
  mostRows: number,
  except: readonly number[],
  own: OwnBatches,
): Promise<WaitingBatch[]> {
  const { rows } = await client.query(TAKE, [
    mostRows,
    int8Array(except),
    int8Array([...own.ids()]),
  ]);
  const batches = rows.map(({ id, content, account, outcomes }) => ({
    id: Number(id),
    ...(own.take(Number(id)) ?? contentOf(bytesOf(content), bytesOf(account))),
    outcomes: outcomes === null ? undefined : Uint8Array.from(bytesOf(outcomes)),
  }));
  own.forgetUpTo(batches.at(-1)?.id ?? -Infinity);
  return batches;
}

const contentOf = (content: Uint8Array, account: Uint8Array): BatchContent => ({
  batch: decodeBatch(content),
  shares: account.length === 0 ? [] : decodeShares(account),
});

function bytesOf(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError('a waiting batch is bytes');
  return value;
}

const RECORD_CONFLICTS = `
  WITH input AS MATERIALIZED (
    SELECT channel_id, timestamptz 'epoch' + ts * interval '1 microsecond' AS ts, value, flags,
           timestamptz 'epoch' + received * interval '1 microsecond' AS received_at, ordinal
      FROM unnest($1::int4[], $2::int8[], $3::float8[], $4::int2[], $5::int8[])
        WITH ORDINALITY AS t (channel_id, ts, value, flags, received, ordinal)
  ), recorded AS (
    INSERT INTO reading_conflicts (tenant, channel_id, ts, value, flags, received_at)
    SELECT c.tenant, channel_id, ts, value, flags, received_at FROM input JOIN channels c USING (channel_id)
     ORDER BY channel_id, ts, value
    ON CONFLICT DO NOTHING RETURNING channel_id, ts, value
  )
  SELECT i.ordinal::int4 AS ordinal FROM input i JOIN recorded USING (channel_id, ts, value)`;

/** Records values beside the current ones; returns the positions of those that were not recorded before. */
export async function recordConflicts(
  client: Queryable,
  conflicts: ReadingBatch,
): Promise<Set<number>> {
  if (conflicts.length === 0) return new Set();
  const { length } = conflicts;
  const { rows } = await client.query(RECORD_CONFLICTS, [
    numbers(conflicts.channelId, length),
    numbers(conflicts.tsUs, length),
    numbers(conflicts.value, length),
    numbers(conflicts.flags, length),
    numbers(conflicts.receivedAtUs, length),
  ]);
  return new Set(rows.map(({ ordinal }) => Number(ordinal) - 1));
}

/** An array parameter. */
export const numbers = (values: ArrayLike<number>, length = values.length): string =>
  `{${Array.from({ length }, (_, k) => values[k] ?? 0).join(',')}}`;

/** Writes down what becomes of rows, before any of it is sent. */
export async function decide(
  client: Queryable,
  decided: readonly { readonly id: number; readonly outcomes: WriteOutcomes }[],
): Promise<void> {
  await client.query(
    `UPDATE store_batches b SET outcomes = d.outcomes
       FROM unnest($1::int8[], $2::bytea[]) AS d (id, outcomes)
      WHERE b.id = d.id AND b.outcomes IS NULL`,
    [numbers(decided.map(({ id }) => id)), decided.map(({ outcomes }) => Buffer.from(outcomes))],
  );
}

/** Bytes of what waits. Nothing of the contents is read. */
export async function waitingBytes(client: Queryable): Promise<number> {
  const { rows } = await client.query(
    `SELECT coalesce(sum(octet_length(content) + octet_length(account)), 0)::float8 AS bytes
       FROM store_batches WHERE settled_at IS NULL`,
  );
  return Number(rows[0]?.['bytes'] ?? 0);
}

/** What is there of it is seen as it was before. */
const TAKE_OUTCOMES = `
  WITH taken AS (DELETE FROM store_batches WHERE id = $1 AND settled_at IS NOT NULL RETURNING outcomes)
  SELECT (SELECT outcomes FROM taken) AS outcomes, EXISTS (SELECT FROM store_batches WHERE id = $1) AS known`;

/**
 * The outcomes of a batch that was settled, which is removed; undefined: it waits.
 *
 * @throws QuestDbError where it is not there: `tidy` has removed what nobody had asked for in time
 */
export async function takeOutcomes(
  client: Queryable,
  id: number,
): Promise<WriteOutcomes | undefined> {
  const { rows } = await client.query(TAKE_OUTCOMES, [id]);
  const { outcomes = null, known } = rows[0] ?? {};
  if (outcomes !== null) return Uint8Array.from(bytesOf(outcomes));
  if (known !== true)
    throw new QuestDbError(
      `what became of the readings of batch ${id} is no longer known: nobody asked within an hour`,
    );
  return undefined;
}

/** Whoever asks for these has ended without asking, and is no import that may go on. */
const NEVER_ASKED_FOR = `
  DELETE FROM store_batches b WHERE awaited AND settled_at < now() - interval '1 hour'
         AND NOT EXISTS (SELECT FROM import_positions p WHERE b.id = ANY (p.batches))`;

/** Removes what nobody asks for, and merges the notes of what was settled. */
export async function tidy(client: Queryable): Promise<void> {
  await client.query(NEVER_ASKED_FOR);
  await client.query(`SELECT fold_settled('400 days')`);
}
