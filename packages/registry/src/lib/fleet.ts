import type { ValidityPrecision, VerificationKind } from '@verimeter/metrology';
import type { DeviceKind, GroupKind, MemberRole } from '@verimeter/telemetry';
import type { Queryable } from './pools.ts';

/** Creates the tenant where it does not exist yet. */
export async function ensureTenant(client: Queryable, tenant: string, zone = 'UTC'): Promise<void> {
  await client.query(
    'INSERT INTO tenants (tenant, zone) VALUES ($1, $2) ON CONFLICT (tenant) DO NOTHING',
    [tenant, zone],
  );
}

export async function readTenants(client: Queryable): Promise<{ tenant: string; zone: string }[]> {
  const result = await client.query<{ tenant: string; zone: string }>(
    'SELECT tenant, zone FROM tenants ORDER BY tenant',
  );
  return result.rows;
}

/** What the registry knows of a device. Dates `YYYY-MM-DD`. */
export interface Device {
  readonly deviceId: string;
  readonly kind: DeviceKind;
  readonly serial: string | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly typeApproval: string | null;
  readonly accuracyClass: string | null;
  readonly nominal: string | null;
  readonly phases: number | null;
  readonly builtYear: number | null;
  readonly installedOn: string | null;
  readonly verifiedOn: string | null;
  readonly validUntil: string | null;
  readonly validUntilPrecision: ValidityPrecision;
  readonly category: string | null;
  readonly technology: string | null;
  readonly lat: number | null;
  readonly lon: number | null;
  readonly address: string | null;
}

/** All devices of a tenant, or those with the ids, by id (bytewise). */
export async function readDevices(
  client: Queryable,
  tenant: string,
  deviceIds?: readonly string[],
): Promise<Device[]> {
  const result = await client.query<Device>(
    `SELECT device_id AS "deviceId", kind, serial, manufacturer, model, type_approval AS "typeApproval",
            accuracy_class AS "accuracyClass", nominal, phases, built_year AS "builtYear",
            installed_on AS "installedOn", verified_on AS "verifiedOn", valid_until AS "validUntil",
            valid_until_precision AS "validUntilPrecision", category, technology, lat, lon, address
       FROM devices
      WHERE tenant = $1 AND ($2::text[] IS NULL OR device_id = ANY ($2))
      ORDER BY device_id`,
    [tenant, deviceIds ?? null],
  );
  return result.rows;
}

export interface Group {
  readonly groupId: string;
  readonly kind: GroupKind;
  readonly name: string | null;
  /** Ratio of the supply; null: not stated. */
  readonly technicalLoss: number | null;
}

/** All groups of a tenant, or those with the ids, by id (bytewise). */
export async function readGroups(
  client: Queryable,
  tenant: string,
  groupIds?: readonly string[],
): Promise<Group[]> {
  const result = await client.query<Group>(
    `SELECT group_id AS "groupId", kind, name, technical_loss AS "technicalLoss"
       FROM groups WHERE tenant = $1 AND ($2::text[] IS NULL OR group_id = ANY ($2)) ORDER BY group_id`,
    [tenant, groupIds ?? null],
  );
  return result.rows;
}

export interface Member {
  readonly groupId: string;
  readonly deviceId: string;
  readonly role: MemberRole;
  /** Microseconds since 1970, inclusive; -Infinity: always. */
  readonly fromUs: number;
  /** Microseconds since 1970, exclusive; Infinity: open. */
  readonly toUs: number;
  readonly feeder: string | null;
}

const MEMBER = `group_id AS "groupId", device_id AS "deviceId", role, valid_from AS "fromUs", valid_to AS "toUs", feeder`;

/** All memberships of a tenant, or of some of its groups, past ones too, by group, device and start. */
export async function readMembers(
  client: Queryable,
  tenant: string,
  groupIds?: readonly string[],
): Promise<Member[]> {
  const result = await client.query<Member>(
    `SELECT ${MEMBER}
       FROM members WHERE tenant = $1 AND ($2::text[] IS NULL OR group_id = ANY ($2))
      ORDER BY group_id, device_id, valid_from`,
    [tenant, groupIds ?? null],
  );
  return result.rows;
}

/** All memberships of some devices, past ones too, by group, device and start. */
export async function readMembershipsOf(
  client: Queryable,
  tenant: string,
  deviceIds: readonly string[],
): Promise<Member[]> {
  const result = await client.query<Member>(
    `SELECT ${MEMBER}
       FROM members WHERE tenant = $1 AND device_id = ANY ($2)
      ORDER BY group_id, device_id, valid_from`,
    [tenant, deviceIds],
  );
  return result.rows;
}

/** One test point of a verification; errors are ratios. */
export interface Verification {
  readonly deviceId: string;
  readonly verifiedOn: string;
  readonly certificateNo: string;
  readonly testPoint: string;
  readonly result: 'pass' | 'fail';
  readonly kind: VerificationKind | null;
  readonly body: string | null;
  readonly validUntil: string | null;
  readonly validUntilPrecision: ValidityPrecision;
  /** Of the meter that was verified, where the record tells it. */
  readonly serial: string | null;
  readonly error: number | null;
  readonly expandedUncertainty: number | null;
  readonly coverageFactor: number | null;
  readonly asFound: boolean | null;
}

/** The verifications of a tenant that were not withdrawn, or of some of its devices, by device, date, certificate and test point. */
export async function readVerifications(
  client: Queryable,
  tenant: string,
  deviceIds?: readonly string[],
): Promise<Verification[]> {
  const result = await client.query<Verification>(
    `SELECT device_id AS "deviceId", verified_on AS "verifiedOn", certificate_no AS "certificateNo",
            test_point AS "testPoint", result, kind, body, valid_until AS "validUntil",
            valid_until_precision AS "validUntilPrecision", details ->> 'serial' AS serial, error,
            expanded_uncertainty AS "expandedUncertainty", coverage_factor AS "coverageFactor", as_found AS "asFound"
       FROM verifications WHERE tenant = $1 AND withdrawn_at IS NULL AND ($2::text[] IS NULL OR device_id = ANY ($2))
      ORDER BY device_id, verified_on, certificate_no COLLATE "C", test_point COLLATE "C"`,
    [tenant, deviceIds ?? null],
  );
  return result.rows;
}
