import type { QuarantineReason } from '@verimeter/telemetry';
import type { Queryable } from './pools.ts';

/**
 * What is replayed: one entry in whatever state, or all open entries of the tenant; of one reason, one field, or one device where given. Device null:
 * only entries that name none.
 */
export type ReplayWish =
  | { readonly entryId: number }
  | {
      readonly reason?: QuarantineReason | undefined;
      readonly field?: string | undefined;
      readonly deviceId?: string | null | undefined;
    };

/** Units of the replayed messages, as the ledger counts them. */
export interface ReplayCounts {
  readonly received: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly conflicting: number;
  readonly rejected: number;
}

export interface Replay extends ReplayCounts {
  readonly id: number;
  readonly tenant: string;
  readonly entryId: number | null;
  readonly reason: string | null;
  readonly field: string | null;
  readonly deviceId: string | null;
  /** Only entries that name no device. */
  readonly withoutDevice: boolean;
  readonly lastId: number;
  readonly nextId: number;
  /** Entries looked at, and those with nothing missing any more. */
  readonly entries: number;
  readonly replayed: number;
  readonly finished: boolean;
}

const COLUMNS = `id, tenant, entry_id AS "entryId", reason, field, device_id AS "deviceId",
  without_device AS "withoutDevice", last_id AS "lastId",
  next_id AS "nextId", entries, replayed, received, stored, duplicate, conflicting, rejected,
  finished_at IS NOT NULL AS finished`;

/** The id of the wish; a listening ingest worker takes it once the transaction has committed. */
export async function wishReplay(
  client: Queryable,
  tenant: string,
  wish: ReplayWish,
): Promise<number> {
  const entryId = 'entryId' in wish ? wish.entryId : null;
  const { reason = null, field = null, deviceId } = 'entryId' in wish ? {} : wish;
  const { rows } = await client.query<{ id: number }>(
    `INSERT INTO replays (tenant, entry_id, reason, field, device_id, without_device, last_id)
     VALUES ($1, $2, $3, $4, $5, $6, coalesce($2, (SELECT max(id) FROM quarantine WHERE tenant = $1), 0)) RETURNING id`,
    [tenant, entryId, reason, field, deviceId ?? null, deviceId === null],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('an insert returns its row');
  return row.id;
}

export async function findReplay(client: Queryable, id: number): Promise<Replay | undefined> {
  const { rows } = await client.query<Replay>(`SELECT ${COLUMNS} FROM replays WHERE id = $1`, [id]);
  return rows[0];
}

/** Takes the wish back; false: it was fulfilled meanwhile. Waits for a worker that is at it. */
export async function withdrawReplay(client: Queryable, id: number): Promise<boolean> {
  const { rowCount } = await client.query(
    'DELETE FROM replays WHERE id = $1 AND finished_at IS NULL',
    [id],
  );
  return rowCount === 1;
}

/** The wish that nobody is at and whose turn it is - single entries first, then the one that waits longest - or undefined. */
export async function nextReplay(client: Queryable): Promise<Replay | undefined> {
  const { rows } = await client.query<Replay>(
    `SELECT ${COLUMNS} FROM replays WHERE finished_at IS NULL AND not_before <= now()
      ORDER BY entry_id IS NULL, stepped_at, id LIMIT 1 FOR UPDATE SKIP LOCKED`,
  );
  return rows[0];
}

/** Locks the wish for the transaction; false: another worker is at it, or has gone on from `nextId`. */
export async function lockReplay(client: Queryable, replay: Replay): Promise<boolean> {
  const { rowCount } = await client.query(
    'SELECT FROM replays WHERE id = $1 AND next_id = $2 AND finished_at IS NULL FOR UPDATE SKIP LOCKED',
    [replay.id, replay.nextId],
  );
  return rowCount === 1;
}

/**
 * Counts that a batch adds; `nextId`: up to which entry it looked. `holdS`: nobody else goes on with it for so long, since counts are still
 * to be added.
 */
export async function advanceReplay(
  client: Queryable,
  id: number,
  done: ReplayCounts & {
    readonly nextId: number;
    readonly entries: number;
    readonly replayed: number;
    readonly finished: boolean;
    readonly holdS?: number;
  },
): Promise<void> {
  const { nextId, finished, entries, replayed, holdS = 0 } = done;
  const { received, stored, duplicate, conflicting, rejected } = done;
  await client.query(
    `UPDATE replays SET next_id = $2, finished_at = CASE WHEN $3 THEN now() END, stepped_at = now(), attempts = 0, entries = entries + $4,
            replayed = replayed + $5, received = received + $6, stored = stored + $7, duplicate = duplicate + $8,
            conflicting = conflicting + $9, rejected = rejected + $10, not_before = now() + $11 * interval '1 second'
      WHERE id = $1`,
    [
      id,
      nextId,
      finished,
      entries,
      replayed,
      received,
      stored,
      duplicate,
      conflicting,
      rejected,
      holdS,
    ],
  );
}

/** A wish that cannot be fulfilled now waits, longer each time, up to five minutes; others come first. */
export async function postponeReplay(client: Queryable, id: number): Promise<void> {
  await client.query(
    `UPDATE replays SET attempts = attempts + 1, not_before = now() + least(300, power(2, least(attempts, 10))) * interval '1 second'
      WHERE id = $1 AND finished_at IS NULL`,
    [id],
  );
}

/** What was fulfilled long ago is of no use to anybody. */
export async function trimReplays(client: Queryable): Promise<void> {
  await client.query(`DELETE FROM replays WHERE finished_at < now() - interval '1 day'`);
}
