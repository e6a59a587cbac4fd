import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { readLayout } from '../../layout.ts';
import { requireExtension } from '../adopt.ts';
import { asOwner } from '../as-owner.ts';
import { readExtension } from '../extension.ts';
import { createChannelDecimals } from '../quanta.ts';
import { ADD_JOB, COLUMNSTORE_AFTER_DAYS } from '../schema.ts';
import { createQuantaForm } from '../write-form.ts';
import { catchUp } from './arrived.ts';
import { type MoveClients, copyPartition } from './copy-partition.ts';
import {
  NEXT,
  OLD,
  type Part,
  abandonMove,
  beginMove,
  hasOldTable,
  isMoving,
  readParts,
} from './move-tables.ts';
import { keepMoveAway } from './move-lock.ts';
import { type Proof, provePartition } from './proof.ts';
import { LOCK_TIMEOUT_MS, isLockTimeout, switchTables } from './switch.ts';

export type MovePhase = 'copy' | 'compress' | 'catch_up' | 'prove' | 'switch';

export interface MoveOptions {
  /** The plain table stays, under the name `readings_plain`. */
  readonly keep: boolean;
  /** `done` of `total` in readings, chunks or partitions; `text` says of what. */
  readonly onProgress: (
    phase: MovePhase,
    done: number,
    total: number | undefined,
    text: string,
  ) => void;
}

export interface MoveResult {
  /** `already`: it was a hypertable before. */
  readonly outcome: 'moved' | 'already';
  /** Whether one that was cut off was gone on with. */
  readonly resumed: boolean;
  readonly proofs: readonly Proof[];
  /** How long nobody could read or write readings, milliseconds. */
  readonly lockedMs: number;
  /** Whether the plain table is still there. */
  readonly kept: boolean;
}

/** Another move has the database. */
export class MoveRunningError extends Error {
  readonly code = 'move_running';
}

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString,
    application_name: 'verimeter-store-move',
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  });
  client.on('error', () => undefined); // a connection that breaks fails the running query
  await client.connect();
  await client.query(`SET TIME ZONE 'UTC'`);
  return client;
}

async function withClients<T>(
  connectionString: string,
  work: (clients: MoveClients) => Promise<T>,
): Promise<T> {
  const reader = await connect(connectionString);
  try {
    const writer = await connect(connectionString);
    try {
      if (!(await keepMoveAway(writer)))
        throw new MoveRunningError(
          'another verimeter store move is at this database, or retention is dropping old readings: try again when it has ended',
        );
      return await work({ reader, writer });
    } finally {
      await writer.end(); // gives the lock back
    }
  } finally {
    await reader.end();
  }
}

/** Undoes a move that was not finished; returns whether there was one. */
export const abandonMoveOf = (connectionString: string): Promise<boolean> =>
  withClients(connectionString, async ({ writer }) => {
    if (!(await isMoving(writer))) return false;
    await abandonMove(writer);
    return true;
  });

/**
 * Moves the readings of a plain database into a hypertable, while the services go on: copies partition by partition, proves that both are
 * equal, and lets them change places. Killed at any moment, the next call goes on with what is not done.
 */
export const moveToHypertable = (
  connectionString: string,
  options: MoveOptions,
): Promise<MoveResult> =>
  withClients(connectionString, async (clients) => {
    const { writer } = clients;
    if ((await readLayout(writer)) === 'hypertable') {
      await finish(writer, options.keep);
      const kept = await hasOldTable(writer);
      return { outcome: 'already', resumed: false, proofs: [], lockedMs: 0, kept };
    }
    await requireExtension(writer, await readExtension(writer));
    const resumed = await isMoving(writer);
    if (!resumed) await begin(writer, options);
    await clients.reader.query('SET ROLE verimeter_owner');
    return { ...(await run(clients, options)), resumed };
  });

async function begin(client: pg.ClientBase, { onProgress }: MoveOptions): Promise<void> {
  for (;;) {
    try {
      // oxlint-disable-next-line no-await-in-loop
      await beginMove(client, LOCK_TIMEOUT_MS);
      return;
    } catch (error) {
      if (!isLockTimeout(error)) throw error;
      onProgress('copy', 0, undefined, 'waiting for transactions that write readings');
      // oxlint-disable-next-line no-await-in-loop
      await delay(LOCK_TIMEOUT_MS);
    }
  }
}

async function run(
  clients: MoveClients,
  options: MoveOptions,
): Promise<Omit<MoveResult, 'resumed'>> {
  const { writer } = clients;
  const { onProgress, keep } = options;
  const form = createQuantaForm(createChannelDecimals(), NEXT);
  await copyAll(clients, form, onProgress);
  await catchUp(writer, form, (taken) =>
    onProgress('catch_up', taken, undefined, `${taken} readings that came in meanwhile`),
  );
  const proofs = await proveAll(writer, onProgress);
  const lockedMs = await switchTables(writer, form, (who) =>
    onProgress('switch', 0, undefined, `waiting for ${who}`),
  );
  await finish(writer, keep);
  return { outcome: 'moved', proofs, lockedMs, kept: keep };
}

async function copyAll(
  clients: MoveClients,
  form: ReturnType<typeof createQuantaForm>,
  onProgress: MoveOptions['onProgress'],
): Promise<void> {
  const parts = await readParts(clients.writer);
  const total = parts.reduce((sum, part) => sum + (part.readings ?? part.expected), 0);
  let done = 0;
  for (const part of parts) {
    const before = done;
    done +=
      part.readings ??
      // oxlint-disable-next-line no-await-in-loop -- in the order of time, so that chunks are compressed when they are full
      (await copyPartition(clients, part.partition, form, (copied) =>
        onProgress('copy', before + copied, Math.max(total, before + copied), part.partition),
      ));
    // oxlint-disable-next-line no-await-in-loop
    await compress(clients.writer, part.endAt, onProgress);
  }
}

const CHUNKS_TO_COMPRESS = `
  SELECT format('%I.%I', chunk_schema, chunk_name) AS chunk FROM timescaledb_information.chunks
   WHERE hypertable_schema = 'public' AND hypertable_name = '${NEXT}' AND NOT is_compressed
     AND range_end <= least($1::timestamptz, now() - INTERVAL '${COLUMNSTORE_AFTER_DAYS} days')
   ORDER BY range_start`;

/** What the job would do later: so the proof is of the compressed form, and the disk does not hold everything twice for long. */
async function compress(
  client: pg.ClientBase,
  endAt: string,
  onProgress: MoveOptions['onProgress'],
): Promise<void> {
  const { rows } = await client.query<{ chunk: string }>(CHUNKS_TO_COMPRESS, [endAt]);
  for (const [index, { chunk }] of rows.entries()) {
    onProgress('compress', index, rows.length, `chunk ${index + 1} of ${rows.length}`);
    // oxlint-disable-next-line no-await-in-loop -- one transaction each
    await asOwner(client, () =>
      client.query('SELECT public.compress_chunk($1::regclass)', [chunk]),
    );
  }
}

async function proveAll(
  client: pg.ClientBase,
  onProgress: MoveOptions['onProgress'],
): Promise<Proof[]> {
  const parts: readonly Part[] = await readParts(client);
  const proofs: Proof[] = [];
  for (const [index, part] of parts.entries()) {
    onProgress('prove', index, parts.length, part.partition);
    // oxlint-disable-next-line no-await-in-loop
    proofs.push(await asOwner(client, () => provePartition(client, part)));
  }
  return proofs;
}

/** After the switch; also where that was done and the rest was cut off. */
async function finish(client: pg.ClientBase, keep: boolean): Promise<void> {
  await client.query(ADD_JOB);
  await client.query('ANALYZE public.readings'); // plans of the new table are guesses before
  if (!keep) await asOwner(client, () => client.query(`DROP TABLE IF EXISTS ${OLD}`));
}
