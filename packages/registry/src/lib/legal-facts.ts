import {
  type InstrumentCategory,
  type LegalEvent,
  type LegalFacts,
  type Technology,
  type ValidityPrecision,
  type VerificationRecord,
  isInstrumentCategory,
  isTechnology,
} from '@verimeter/metrology';
import type { DeviceKind } from '@verimeter/telemetry';
import { readLegalEventFacts } from './legal-events.ts';
import type { Queryable } from './pools.ts';

/** What of a registered device its standing before the law depends on. */
export interface LegalDevice {
  readonly deviceId: string;
  readonly kind: DeviceKind;
  readonly category: string | null;
  readonly technology: string | null;
  readonly phases: number | null;
  readonly accuracyClass: string | null;
  readonly nominal: string | null;
  readonly serial: string | null;
  readonly installedOn: string | null;
  readonly verifiedOn: string | null;
  readonly validUntil: string | null;
  readonly validUntilPrecision: ValidityPrecision;
}

const known = <T, U extends T>(value: T | null, is: (value: T) => value is U): U | undefined =>
  value !== null && is(value) ? value : undefined;

/** As `legalStanding` takes it; a category or technology that this version does not know is none. */
export function legalFacts(
  device: LegalDevice,
  verifications: readonly VerificationRecord[],
  events: readonly LegalEvent[],
): LegalFacts {
  const category: InstrumentCategory | undefined = known(device.category, isInstrumentCategory);
  const technology: Technology | undefined = known(device.technology, isTechnology);
  return {
    kind: device.kind,
    ...(category === undefined ? {} : { category }),
    ...(technology === undefined ? {} : { technology }),
    ...(device.phases === null ? {} : { phases: device.phases }),
    ...(device.accuracyClass === null ? {} : { accuracyClass: device.accuracyClass }),
    ...(device.nominal === null ? {} : { nominal: device.nominal }),
    ...(device.serial === null ? {} : { serial: device.serial }),
    ...(device.installedOn === null ? {} : { installedOn: device.installedOn }),
    ...(device.verifiedOn === null ? {} : { verifiedOn: device.verifiedOn }),
    ...(device.validUntil === null ? {} : { validUntil: device.validUntil }),
    validUntilPrecision: device.validUntilPrecision,
    verifications,
    events,
  };
}

/** What a stored verification is for `legalStanding`. */
export function verificationFact(row: {
  readonly verifiedOn: string;
  readonly result: 'pass' | 'fail';
  readonly kind: VerificationRecord['kind'] | null;
  readonly validUntil: string | null;
  readonly validUntilPrecision: ValidityPrecision;
  readonly serial: string | null;
}): VerificationRecord {
  return {
    verifiedOn: row.verifiedOn,
    result: row.result,
    ...(row.kind === null || row.kind === undefined ? {} : { kind: row.kind }),
    ...(row.validUntil === null
      ? {}
      : { validUntil: row.validUntil, validUntilPrecision: row.validUntilPrecision }),
    ...(row.serial === null ? {} : { serial: row.serial }),
  };
}

const DEVICES = `
  SELECT device_id AS "deviceId", kind, category, technology, phases, accuracy_class AS "accuracyClass", nominal, serial,
         installed_on AS "installedOn", verified_on AS "verifiedOn", valid_until AS "validUntil",
         valid_until_precision AS "validUntilPrecision"
    FROM devices WHERE tenant = $1 AND device_id = ANY ($2) ORDER BY device_id`;

const VERIFICATIONS = `
  SELECT DISTINCT device_id AS "deviceId", verified_on AS "verifiedOn", result, kind, valid_until AS "validUntil",
         valid_until_precision AS "validUntilPrecision", details ->> 'serial' AS serial
    FROM verifications WHERE tenant = $1 AND device_id = ANY ($2) AND withdrawn_at IS NULL
   ORDER BY 1, 2, 3, 4, 5, 6, 7`;

function byDevice<T extends { readonly deviceId: string }>(rows: readonly T[]): Map<string, T[]> {
  const lists = new Map<string, T[]>();
  for (const row of rows) {
    const list = lists.get(row.deviceId);
    if (list === undefined) lists.set(row.deviceId, [row]);
    else list.push(row);
  }
  return lists;
}

/** Facts of some devices by their ids; those that are not registered are not among them. */
export async function readLegalFacts(
  client: Queryable,
  tenant: string,
  deviceIds: readonly string[],
): Promise<Map<string, LegalFacts>> {
  const devices = await client.query<LegalDevice>(DEVICES, [tenant, deviceIds]);
  const verifications = await client.query<
    Parameters<typeof verificationFact>[0] & { readonly deviceId: string }
  >(VERIFICATIONS, [tenant, deviceIds]);
  const events = byDevice(await readLegalEventFacts(client, tenant, deviceIds));
  const records = byDevice(verifications.rows);
  return new Map(
    devices.rows.map((device) => [
      device.deviceId,
      legalFacts(
        device,
        (records.get(device.deviceId) ?? []).map(verificationFact),
        events.get(device.deviceId) ?? [],
      ),
    ]),
  );
}
