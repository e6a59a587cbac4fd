import { createHash } from 'node:crypto';
import type { QuarantineReason } from '@verimeter/telemetry';
import { timestamptz } from './instants.ts';
import type { Queryable } from './pools.ts';

/** Payloads are kept whole up to this size; of larger ones only size and hash. */
export const KEPT_PAYLOAD_BYTES = 64 * 1024;

export interface QuarantineRow {
  readonly tenant: string | null;
  readonly receivedAtUs: number;
  /** `mqtt`, `import`, `replay`. */
  readonly source: string;
  readonly topic: string;
  readonly deviceId: string | null;
  readonly reason: QuarantineReason;
  readonly field: string;
  readonly message: string;
  readonly payload: Buffer;
  /** How many readings the entry stands for, as counted in the ledger. */
  readonly rejected: number;
}

const ADD = `
  INSERT INTO quarantine (tenant, received_at, source, topic, device_id, reason, field, message, payload, payload_bytes,
                          payload_sha256, rejected)
  SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                       $8::text[], $9::bytea[], $10::int8[], $11::bytea[], $12::int4[])
  RETURNING id`;

/** PostgreSQL's text holds no NUL; a topic or message made from foreign bytes may. */
const text = (value: string): string => value.replaceAll('\u0000', '\uFFFD');

/** Keeps what could not be stored; returns the ids in the order of the rows. */
export async function addToQuarantine(
  client: Queryable,
  rows: readonly QuarantineRow[],
): Promise<number[]> {
  if (rows.length === 0) return [];
  const result = await client.query<{ id: number }>(ADD, [
    rows.map((row) => row.tenant),
    rows.map((row) => timestamptz(row.receivedAtUs)),
    rows.map((row) => row.source),
    rows.map((row) => text(row.topic)),
    rows.map((row) => row.deviceId),
    rows.map((row) => row.reason),
    rows.map((row) => text(row.field)),
    rows.map((row) => text(row.message)),
    rows.map((row) => (row.payload.length <= KEPT_PAYLOAD_BYTES ? row.payload : null)),
    rows.map((row) => row.payload.length),
    rows.map((row) => createHash('sha256').update(row.payload).digest()),
    rows.map((row) => row.rejected),
  ]);
  return result.rows.map((row) => row.id);
}

export interface QuarantinedPayload {
  readonly id: number;
  readonly tenant: string | null;
  readonly topic: string;
  readonly source: string;
  /** Microseconds since 1970. */
  readonly receivedAtUs: number;
  /** null: it was larger than `KEPT_PAYLOAD_BYTES`. */
  readonly payload: Buffer | null;
  readonly status: 'open' | 'replayed' | 'dismissed';
}

/** The entry, locked until the transaction ends so that two replays of it wait for each other; or undefined. */
export async function lockQuarantined(
  client: Queryable,
  id: number,
): Promise<QuarantinedPayload | undefined> {
  const result = await client.query<{
    id: number;
    tenant: string | null;
    topic: string;
    source: string;
    received_at: number;
    payload: Buffer | null;
    status: QuarantinedPayload['status'];
  }>(
    `SELECT id, tenant, topic, source, received_at, payload, status FROM quarantine WHERE id = $1 FOR UPDATE`,
    [id],
  );
  const [row] = result.rows;
  if (row === undefined) return undefined;
  const { received_at: receivedAtUs, ...rest } = row;
  return { ...rest, receivedAtUs };
}

export async function setQuarantineStatus(
  client: Queryable,
  id: number,
  status: QuarantinedPayload['status'],
): Promise<void> {
  await client.query('UPDATE quarantine SET status = $2 WHERE id = $1', [id, status]);
}
