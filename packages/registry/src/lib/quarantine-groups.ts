import type { QuarantineReason } from '@verimeter/telemetry';
import type { Queryable } from './pools.ts';

/** Entries that one thing explains. Instants in microseconds since 1970. */
interface QuarantineGroupRow {
  readonly reason: QuarantineReason;
  readonly field: string;
  readonly device_id: string | null;
  readonly entries: number;
  /** Readings these entries stand for, as they were counted. */
  readonly rejected: number;
  readonly first: number;
  readonly last: number;
  /** Both of the latest entry. */
  readonly topic: string;
  readonly message: string;
  /** All groups, also those beyond the limit. */
  readonly groups: number;
}

interface QuarantineFilter {
  readonly reasons?: readonly string[] | undefined;
  readonly statuses?: readonly string[] | undefined;
  readonly field?: string | undefined;
  /** null: entries that name no device. */
  readonly deviceId?: string | null | undefined;
}

/** The entries of the tenant by reason, field and device, most readings first. */
export async function readQuarantineGroups(
  client: Queryable,
  tenant: string,
  { reasons, statuses, field, deviceId }: QuarantineFilter,
  limit?: number,
): Promise<QuarantineGroupRow[]> {
  const { rows } = await client.query<QuarantineGroupRow>(
    `SELECT reason, field, device_id, count(*) AS entries, sum(rejected)::int8 AS rejected,
            min(received_at) AS first, max(received_at) AS last, (array_agg(message ORDER BY id DESC))[1] AS message,
            (array_agg(topic ORDER BY id DESC))[1] AS topic,
            count(*) OVER () AS groups
       FROM quarantine
      WHERE tenant = $1
        AND ($2::text[] IS NULL OR reason = ANY ($2))
        AND ($3::text[] IS NULL OR status = ANY ($3))
        AND ($4::text IS NULL OR device_id = $4) AND (NOT $6 OR device_id IS NULL) AND ($7::text IS NULL OR field = $7)
      GROUP BY reason, field, device_id ORDER BY sum(rejected) DESC, max(id) DESC LIMIT $5`,
    [
      tenant,
      reasons ?? null,
      statuses ?? null,
      deviceId ?? null,
      limit ?? null,
      deviceId === null,
      field ?? null,
    ],
  );
  return rows;
}
