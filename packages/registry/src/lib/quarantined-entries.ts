import { timestamptz } from './instants.ts';
import type { Queryable } from './pools.ts';
import type { Replay } from './replays.ts';

type QuarantineStatus = 'open' | 'replayed' | 'dismissed';

/** An entry whose message can be decoded again. */
export interface QuarantinedEntry {
  readonly id: number;
  readonly topic: string;
  readonly deviceId: string | null;
  readonly receivedAtUs: number;
  readonly reason: string;
  readonly field: string;
  readonly message: string;
  readonly payload: Buffer;
  readonly sha256: string;
  readonly retained: boolean;
  readonly status: QuarantineStatus;
}

const COLUMNS = `id, topic, device_id AS "deviceId", received_at AS "receivedAtUs", reason, field, message, payload,
  encode(payload_sha256, 'hex') AS sha256, retained, status`;
/**
 * Lines of imported files are imported again, but for those that were kept as the message that would have brought them; of payloads that
 * were too large only the hash is kept.
 */
const REPLAYABLE = `payload IS NOT NULL AND (source <> 'import' OR starts_with(topic, 'verimeter/v1/'))`;
/** Payloads of one batch, bytes: a compact one of 64 KiB may hold 30,000 readings. */
const BATCH_BYTES = 256 * 1024;

/** The next entries of a wish, oldest first, at most so many and no more than a batch may hold, and whether they are the last. */
export async function entriesOf(
  client: Queryable,
  replay: Replay,
  limit: number,
): Promise<{ readonly entries: readonly QuarantinedEntry[]; readonly isLast: boolean }> {
  const { tenant, entryId, reason, field, deviceId, withoutDevice, nextId, lastId } = replay;
  const { rows } = await client.query<QuarantinedEntry & { found: number }>(
    `SELECT ${COLUMNS}, found
       FROM (SELECT *, count(*) OVER () AS found, sum(payload_bytes) OVER (ORDER BY id) - payload_bytes AS before
               FROM (SELECT * FROM quarantine
                      WHERE tenant = $1 AND ${REPLAYABLE}
                        AND CASE WHEN $2::int8 IS NULL
                                 THEN status = 'open' AND id > $3 AND id <= $4 AND ($5::text IS NULL OR reason = $5)
                                      AND ($6::text IS NULL OR device_id = $6) AND ($8::text IS NULL OR field = $8)
                                      AND (NOT $9 OR device_id IS NULL)
                                 ELSE id = $2 AND id > $3 END
                      ORDER BY id LIMIT $7) one_batch) counted
      WHERE before < ${BATCH_BYTES} ORDER BY id`,
    [tenant, entryId, nextId, lastId, reason, deviceId, limit, field, withoutDevice],
  );
  const found = rows[0]?.found ?? 0;
  return {
    entries: rows.map(({ found: _found, ...entry }) => entry),
    isLast: found < limit && rows.length === found,
  };
}

/** Locks entries for the transaction, in the order of their ids, and returns them as they are now. */
export async function lockEntries(
  client: Queryable,
  ids: readonly number[],
): Promise<QuarantinedEntry[]> {
  const { rows } = await client.query<QuarantinedEntry>(
    `SELECT ${COLUMNS} FROM quarantine WHERE id = ANY ($1) AND ${REPLAYABLE} ORDER BY id FOR UPDATE`,
    [ids],
  );
  return rows;
}

/** Entries of one message have these in common. */
export type MessageKey = Pick<QuarantinedEntry, 'topic' | 'receivedAtUs' | 'sha256'>;

/** What stands for a part of a message that is missing. */
export type OpenPart = MessageKey & Pick<QuarantinedEntry, 'id' | 'reason' | 'field'>;

/** All open entries of the messages. */
export async function openPartsOf(
  client: Queryable,
  tenant: string,
  messages: readonly MessageKey[],
): Promise<OpenPart[]> {
  const { rows } = await client.query<OpenPart>(
    `SELECT q.id, q.topic, q.received_at AS "receivedAtUs", m.sha256, q.reason, q.field
       FROM quarantine q
       JOIN (SELECT DISTINCT * FROM unnest($2::text[], $3::timestamptz[], $4::text[]) AS m (topic, received_at, sha256)) m
         ON q.received_at = m.received_at AND q.topic = m.topic AND q.payload_sha256 = decode(m.sha256, 'hex')
      WHERE q.tenant = $1 AND q.status = 'open'`,
    [
      tenant,
      messages.map(({ topic }) => topic),
      messages.map(({ receivedAtUs }) => timestamptz(receivedAtUs)),
      messages.map(({ sha256 }) => sha256),
    ],
  );
  return rows;
}

/** What is wrong now, or that nothing is. How many readings an entry stood for when it came stays as it was counted. */
export async function changeEntries(
  client: Queryable,
  entries: readonly Pick<QuarantinedEntry, 'id' | 'status' | 'reason' | 'field' | 'message'>[],
): Promise<void> {
  if (entries.length === 0) return;
  await client.query(
    `UPDATE quarantine q SET status = c.status, reason = c.reason, field = c.field, message = c.message
       FROM unnest($1::int8[], $2::text[], $3::text[], $4::text[], $5::text[]) AS c (id, status, reason, field, message)
      WHERE q.id = c.id`,
    [
      entries.map(({ id }) => id),
      entries.map(({ status }) => status),
      entries.map(({ reason }) => reason),
      entries.map(({ field }) => field),
      entries.map(({ message }) => message),
    ],
  );
}
