import type { LegalEventKind } from '@verimeter/metrology';
import type { Person } from './legal-rules.ts';
import type { Queryable } from './pools.ts';

/** What touches a device's verification, as the analysis takes it: reports that stand, and confirmed swaps of registers. */
export interface LegalEventFact {
  readonly deviceId: string;
  readonly kind: LegalEventKind;
  /** A day of the tenant. */
  readonly on: string;
}

/** Of a tenant, or of some of its devices, by device, day and kind. */
export async function readLegalEventFacts(
  client: Queryable,
  tenant: string,
  deviceIds?: readonly string[],
): Promise<LegalEventFact[]> {
  const { rows } = await client.query<LegalEventFact>(
    `SELECT device_id AS "deviceId", kind, happened_on AS "on" FROM legal_events
      WHERE tenant = $1 AND withdrawn_at IS NULL AND ($2::text[] IS NULL OR device_id = ANY ($2))
     UNION
     SELECT e.device_id, 'swapped', (e.ts AT TIME ZONE t.zone)::date
       FROM register_events e JOIN tenants t USING (tenant)
      WHERE e.tenant = $1 AND e.kind = 'swap' AND e.state = 'confirmed' AND ($2::text[] IS NULL OR e.device_id = ANY ($2))
      ORDER BY 1, 3, 2`,
    [tenant, deviceIds ?? null],
  );
  return rows;
}

/** A report of a person. */
export interface LegalEventRow {
  readonly id: number;
  readonly deviceId: string;
  readonly kind: LegalEventKind;
  readonly on: string;
  readonly note: string | null;
  readonly enteredBy: string;
  readonly enteredByName: string | null;
  readonly enteredUs: number;
  readonly withdrawnBy: string | null;
  readonly withdrawnByName: string | null;
  readonly withdrawnUs: number | null;
  readonly withdrawnReason: string | null;
}

const COLUMNS = `id, device_id AS "deviceId", kind, happened_on AS "on", note, entered_by AS "enteredBy", entered_by_name AS "enteredByName",
  entered_at AS "enteredUs", withdrawn_by AS "withdrawnBy", withdrawn_by_name AS "withdrawnByName", withdrawn_at AS "withdrawnUs",
  withdrawn_reason AS "withdrawnReason"`;

/** All reports of a device, withdrawn ones too, newest first. */
export async function readLegalEvents(
  client: Queryable,
  tenant: string,
  deviceId: string,
): Promise<LegalEventRow[]> {
  const { rows } = await client.query<LegalEventRow>(
    `SELECT ${COLUMNS} FROM legal_events WHERE tenant = $1 AND device_id = $2 ORDER BY happened_on DESC, id DESC`,
    [tenant, deviceId],
  );
  return rows;
}

/** Undefined: the same stands already. */
export async function addLegalEvent(
  client: Queryable,
  tenant: string,
  event: LegalEventFact & { readonly note: string | null },
  by: Person,
): Promise<LegalEventRow | undefined> {
  const { rows } = await client.query<LegalEventRow>(
    `INSERT INTO legal_events (tenant, device_id, kind, happened_on, note, entered_by, entered_by_name)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (tenant, device_id, happened_on, kind) WHERE withdrawn_at IS NULL DO NOTHING
     RETURNING ${COLUMNS}`,
    [tenant, event.deviceId, event.kind, event.on, event.note, by.id, by.name],
  );
  return rows[0];
}

/** Undefined: no such report of the device; one that was withdrawn before stays as it is. */
export async function withdrawLegalEvent(
  client: Queryable,
  tenant: string,
  event: { readonly deviceId: string; readonly id: number; readonly reason: string },
  by: Person,
): Promise<LegalEventRow | undefined> {
  await client.query(
    `UPDATE legal_events
        SET withdrawn_by = $4, withdrawn_by_name = $5, withdrawn_at = now(), withdrawn_reason = $6
      WHERE tenant = $1 AND device_id = $2 AND id = $3 AND withdrawn_at IS NULL`,
    [tenant, event.deviceId, event.id, by.id, by.name, event.reason],
  );
  const { rows } = await client.query<LegalEventRow>(
    `SELECT ${COLUMNS} FROM legal_events WHERE tenant = $1 AND device_id = $2 AND id = $3`,
    [tenant, event.deviceId, event.id],
  );
  return rows[0];
}
