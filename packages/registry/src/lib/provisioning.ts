import type { DeviceKind } from '@verimeter/telemetry';
import { textArray } from './array-literals.ts';
import type { Queryable } from './pools.ts';

/** The roads a first message may come on. */
export const PROVISIONING_SOURCES = ['native', 'senml', 'gateway'] as const;
export type ProvisioningSource = (typeof PROVISIONING_SOURCES)[number];
/** A road with a rule of its own, or a source, which says itself whether devices come in on it. */
type ProvisioningRoad = ProvisioningSource | `source:${string}`;

export interface ProvisioningRule {
  readonly tenant: string;
  readonly source: ProvisioningSource;
  /** null: what the quantities of the message say. */
  readonly kind: DeviceKind | null;
  /** LIKE pattern of the device ids that may. */
  readonly ids: string;
  /** Devices within 24 hours. */
  readonly per_day: number;
}

/** A device that nobody registered, and what its first message says it is. */
export interface NewDevice {
  readonly tenant: string;
  readonly deviceId: string;
  readonly source: ProvisioningRoad;
  /** undefined: its quantities do not say. */
  readonly kind: DeviceKind | undefined;
}

/** The rules of a tenant by source. */
export async function readProvisioning(db: Queryable, tenant: string): Promise<ProvisioningRule[]> {
  const { rows } = await db.query<ProvisioningRule>(
    'SELECT tenant, source, kind, ids, per_day FROM provisioning WHERE tenant = $1 ORDER BY source',
    [tenant],
  );
  return rows;
}

export async function setProvisioning(db: Queryable, rule: ProvisioningRule): Promise<void> {
  await db.query(
    `INSERT INTO provisioning (tenant, source, kind, ids, per_day) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (tenant, source) DO UPDATE
       SET kind = excluded.kind, ids = excluded.ids, per_day = excluded.per_day`,
    [rule.tenant, rule.source, rule.kind, rule.ids, rule.per_day],
  );
}

/** Whether there was such a rule. */
export async function removeProvisioning(
  db: Queryable,
  tenant: string,
  source: ProvisioningSource,
): Promise<boolean> {
  const result = await db.query('DELETE FROM provisioning WHERE tenant = $1 AND source = $2', [
    tenant,
    source,
  ]);
  return result.rowCount === 1;
}

/**
 * A device that says nothing of what it is and whose channels came on the same road carries them: `id:channel` (the radio of a Tasmota or Shelly
 * device with several sensors or loads). Bytes between ":" and ";" are those that begin with ":", so the key finds them.
 *
 * In the order they came, as many as the rule still allows today: others wait in quarantine. Sorted by key, so that two workers do not
 * wait for each other in a circle.
 */
const PROVISION = `
  WITH wanted AS (
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS t (tenant, device_id, source, kind, ordinal)
  ), roads AS (
    SELECT tenant, source, kind, ids, per_day FROM provisioning
    UNION ALL
    SELECT tenant, 'source:' || name, provision_kind, '%', provision_per_day FROM sources WHERE provision
  ), rules AS MATERIALIZED (
    SELECT p.*, p.per_day - (SELECT count(*) FROM devices d
                              WHERE d.tenant = p.tenant AND d.provisioned_by = p.source AND d.provisioned_at > now() - interval '24 hours') AS room
      FROM roads p WHERE (p.tenant, p.source) IN (SELECT tenant, source FROM wanted)
  ), allowed AS (
    SELECT w.tenant, w.device_id, w.source, k.kind, p.room,
           row_number() OVER (PARTITION BY w.tenant, w.source ORDER BY w.ordinal) AS place
      FROM wanted w JOIN rules p ON p.tenant = w.tenant AND p.source = w.source
      CROSS JOIN LATERAL (SELECT coalesce(p.kind, w.kind, CASE WHEN w.source LIKE 'source:%' AND EXISTS (
             SELECT FROM devices c WHERE c.tenant = w.tenant AND c.device_id > w.device_id || ':' AND c.device_id < w.device_id || ';'
                AND c.provisioned_by = w.source
             UNION ALL
             SELECT FROM wanted c WHERE c.tenant = w.tenant AND c.source = w.source AND starts_with(c.device_id, w.device_id || ':')
           ) THEN 'gateway' END) AS kind) k
     WHERE w.device_id LIKE p.ids AND k.kind IS NOT NULL
  )
  INSERT INTO devices (tenant, device_id, kind, provisioned_by, provisioned_at)
  SELECT tenant, device_id, kind, source, now() FROM allowed WHERE place <= room ORDER BY tenant, device_id
  ON CONFLICT DO NOTHING`;

/** Registers those that a rule lets in; returns how many there are now that were not. */
export async function provisionDevices(
  db: Queryable,
  devices: readonly NewDevice[],
): Promise<number> {
  if (devices.length === 0) return 0;
  const result = await db.query(PROVISION, [
    textArray(devices.map(({ tenant }) => tenant)),
    textArray(devices.map(({ deviceId }) => deviceId)),
    textArray(devices.map(({ source }) => source)),
    textArray(devices.map(({ kind }) => kind ?? null)),
  ]);
  return result.rowCount ?? 0;
}
