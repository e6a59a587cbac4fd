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
  /** The broker sent it because it was retained. */
  readonly retained?: boolean;
  /** How many readings the entry stands for, as counted in the ledger. */
  readonly rejected: number;
}

const ADD = `
  INSERT INTO quarantine (tenant, received_at, source, topic, device_id, reason, field, message, payload, payload_bytes,
                          payload_sha256, rejected, retained)
  SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                       $8::text[], $9::bytea[], $10::int8[], $11::bytea[], $12::int4[], $13::bool[])
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
    rows.map((row) => row.retained ?? false),
  ]);
  return result.rows.map((row) => row.id);
}
