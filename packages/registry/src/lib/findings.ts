import type { GroupStatus, Indication, Recommendation } from '@verimeter/telemetry';
import type { Evidence } from './health.ts';
import { timestamptzOrNull } from './instants.ts';
import type { Queryable } from './pools.ts';

/** An indication worth a person's attention, on a device, a group, or both. */
export interface FindingRow {
  readonly tenant: string;
  readonly deviceId: string | null;
  readonly groupId: string | null;
  /** '' for a group. */
  readonly quantity: string;
  readonly indication: Indication | null;
  readonly recommendation: Recommendation | null;
  readonly groupStatus: GroupStatus | null;
  readonly asOfUs: number | null;
  readonly evidence: readonly Evidence[];
}

export interface ChangedFinding {
  readonly id: number;
  readonly tenant: string;
  readonly deviceId: string | null;
  readonly groupId: string | null;
  readonly quantity: string;
  readonly indication: Indication | null;
  readonly recommendation: Recommendation | null;
  readonly groupStatus: GroupStatus | null;
  /** True: new; false: what an existing one says has changed. */
  readonly created: boolean;
}

/**
 * A live finding of the subject takes over what the new analysis says and keeps its status and comment. Where a person
 * has dismissed the very same statement, it does not come back; nor does one that a verification has answered, from data of before it.
 */
const UPSERT = `
  WITH input AS (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS r (
      tenant text, device_id text, group_id text, quantity text, indication text, recommendation text,
      group_status text, as_of timestamptz, evidence jsonb)
  ), wanted AS (
    SELECT i.* FROM input i
      LEFT JOIN LATERAL (
        SELECT f.status, f.indication, f.recommendation, f.group_status, f.verification_id FROM findings f
         -- as the index findings_of_subject has them
         WHERE f.tenant = i.tenant AND coalesce(f.device_id, '') = coalesce(i.device_id, '')
           AND coalesce(f.group_id, '') = coalesce(i.group_id, '') AND f.quantity = i.quantity
         ORDER BY f.id DESC LIMIT 1
      ) last ON true
     WHERE (last.status IS DISTINCT FROM 'dismissed'
            AND NOT (last.verification_id IS NOT NULL AND EXISTS (
              SELECT FROM verifications v JOIN tenants t ON t.tenant = v.tenant
               WHERE v.tenant = i.tenant AND v.record_id = last.verification_id
                 AND i.as_of <= v.verified_on::timestamp AT TIME ZONE t.zone)))
        OR (last.indication, last.recommendation, last.group_status)
             IS DISTINCT FROM (i.indication, i.recommendation, i.group_status)
     ORDER BY i.tenant, i.device_id, i.group_id, i.quantity
  )
  INSERT INTO findings AS f
    (tenant, device_id, group_id, quantity, indication, recommendation, group_status, as_of, evidence)
  SELECT tenant, device_id, group_id, quantity, indication, recommendation, group_status, as_of, evidence FROM wanted
  ON CONFLICT (tenant, coalesce(device_id, ''), coalesce(group_id, ''), quantity)
    WHERE status IN ('open', 'acknowledged', 'ordered')
  DO UPDATE SET indication = excluded.indication, recommendation = excluded.recommendation,
                group_status = excluded.group_status, as_of = excluded.as_of, evidence = excluded.evidence,
                updated_at = now()
    WHERE (f.indication, f.recommendation, f.group_status, f.as_of, f.evidence) IS DISTINCT FROM
          (excluded.indication, excluded.recommendation, excluded.group_status, excluded.as_of, excluded.evidence)
  RETURNING id, tenant, device_id AS "deviceId", group_id AS "groupId", quantity, indication, recommendation,
            group_status AS "groupStatus", created_at = updated_at AS created`;

/** Opens or updates one live finding per subject; returns those that are new or say something else than before. */
export async function upsertFindings(
  client: Queryable,
  findings: readonly FindingRow[],
): Promise<ChangedFinding[]> {
  if (findings.length === 0) return [];
  const records = findings.map((finding) => ({
    tenant: finding.tenant,
    device_id: finding.deviceId,
    group_id: finding.groupId,
    quantity: finding.quantity,
    indication: finding.indication,
    recommendation: finding.recommendation,
    group_status: finding.groupStatus,
    as_of: timestamptzOrNull(finding.asOfUs),
    evidence: finding.evidence,
  }));
  const result = await client.query<ChangedFinding>(UPSERT, [JSON.stringify(records)]);
  return result.rows;
}
