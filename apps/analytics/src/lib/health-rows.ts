import {
  type DeviceResult,
  MODEL_VERSION,
  type OwnFinding,
  SENSOR_MODEL_VERSION,
  WATER_MODEL_VERSION,
} from '@verimeter/drift';
import { balancedQuantity, type ErrorLimit, errorLimit, legalStatusAt } from '@verimeter/metrology';
import {
  type Device,
  type Evidence,
  type HealthRow,
  legalFacts,
  verificationFact,
} from '@verimeter/registry';
import type { Indication, LegalStatus } from '@verimeter/telemetry';
import type { AsOf } from './as-of.ts';
import { DEVICE_CHECKS_VERSION, saidWithOwn } from './devices/said-with-own.ts';
import { firstAnswers } from './first-answers.ts';
import type { FleetRecords } from './fleet-records.ts';
import { HOUSEKEEPING } from './housekeeping.ts';
import { registerFault, withRegisterFault } from './register-fault.ts';

const isoDate = (us: number): string => new Date(us / 1000).toISOString().slice(0, 10);

function legal(
  device: Device,
  fleet: FleetRecords,
  asOfUs: number | undefined,
): { readonly legalStatus: LegalStatus; readonly validUntil: string | null } {
  // Without any reading in the tenant there is no date to say it for; whether a kind is regulated needs none.
  if (asOfUs === undefined && (device.verifiedOn !== null || device.validUntil !== null))
    return { legalStatus: 'unknown', validUntil: device.validUntil };
  const verifications = fleet.verifications.get(device.deviceId) ?? [];
  const state = legalStatusAt(
    legalFacts(
      device,
      verifications.map(verificationFact),
      fleet.legalEvents.get(device.deviceId) ?? [],
    ),
    isoDate(asOfUs ?? 0),
    fleet.cycleRules,
  );
  return { legalStatus: state.status, validUntil: state.validUntil ?? null };
}

const isMeasured = (role: string | undefined): boolean => role === 'consumer' || role === 'sensor';

interface Membership {
  readonly groupId: string;
  readonly role: string;
}

/** The membership in force at an instant; a consumer or sensor membership goes before one as supply. */
function membershipAt(
  fleet: FleetRecords,
): (deviceId: string, us: number) => Membership | undefined {
  const byDevice = new Map<string, (typeof fleet.members)[number][]>();
  for (const member of fleet.members) {
    const list = byDevice.get(member.deviceId);
    if (list === undefined) byDevice.set(member.deviceId, [member]);
    else list.push(member);
  }
  return (deviceId, us) => {
    const inForce = (byDevice.get(deviceId) ?? []).filter(
      (member) => member.fromUs <= us && us < member.toUs,
    );
    return inForce.find((member) => isMeasured(member.role)) ?? inForce[0];
  };
}

/** Quantities that a device has a row for. */
function quantitiesOf(device: Device, fleet: FleetRecords): readonly string[] {
  const balanced = balancedQuantity(device.kind);
  if (balanced !== undefined) return [balanced];
  if (device.kind !== 'environment_sensor') return [''];
  const measured = [...(fleet.channels.get(device.deviceId)?.keys() ?? [])].filter(
    (quantity) => !HOUSEKEEPING.has(quantity),
  );
  return measured.length === 0 ? [''] : measured.toSorted();
}

/**
 * What is said of a device that no estimator answers for. Without a second measurement of the same flow nothing can
 * be claimed (no_reference); for a member of a group whose estimator does not exist yet, data is stored and shown.
 */
function unanswered(
  device: Device,
  membership: Membership | undefined,
): { readonly indication: Indication; readonly evidence: readonly Evidence[] } {
  const isEstimated = device.kind !== 'gateway' && device.kind !== 'instrument';
  if (isMeasured(membership?.role) && isEstimated)
    return {
      indication: 'insufficient_data',
      evidence:
        device.kind === 'electricity_meter' ? [] : [{ code: 'not_estimated_yet', values: {} }],
    };
  return {
    indication: 'no_reference',
    evidence: isEstimated ? [{ code: 'no_second_measurement', values: {} }] : [],
  };
}

/** Of a limit that is one of the offset, and of every offset that is stated. */
const offsetUnit = (
  limits: ErrorLimit | undefined,
  result: DeviceResult | undefined,
  unit: string | undefined,
): string | null => {
  if (limits?.of === 'offset') return limits.unit ?? null;
  return result?.offsetEstimate === undefined ? null : (unit ?? null);
};

const channelUnit = (fleet: FleetRecords, deviceId: string, quantity: string): string | undefined =>
  fleet.channels.get(deviceId)?.get(quantity)?.unit;

const orNull = (value: number | undefined): number | null => value ?? null;

/** UTC date of an instant. */
const dateOrNull = (us: number | undefined): string | null =>
  us === undefined ? null : isoDate(us);

/** Of the estimator that looks at devices of this kind. */
function modelVersionOf({ kind }: Device): string {
  if (kind === 'water_meter') return WATER_MODEL_VERSION;
  return kind === 'environment_sensor' ? SENSOR_MODEL_VERSION : MODEL_VERSION;
}

/** One row per device and quantity for every registered device, in the order of device and quantity. */
export function healthRows(
  fleet: FleetRecords,
  asOf: AsOf,
  results: readonly DeviceResult[],
  own: ReadonlyMap<string, OwnFinding> = new Map(),
): HealthRow[] {
  const membership = membershipAt(fleet);
  const answers = new Map(
    firstAnswers(results).map((result) => [`${result.deviceId}\n${result.quantity ?? ''}`, result]),
  );
  return fleet.devices.flatMap((device) => {
    const { deviceId } = device;
    const ownAsOf = asOf.devices.get(deviceId) ?? asOf.latest;
    const place = membership(deviceId, ownAsOf ?? 0);
    const fallback = unanswered(device, place);
    const model = modelVersionOf(device);
    return quantitiesOf(device, fleet).map((quantity): HealthRow => {
      const result = answers.get(`${deviceId}\n${quantity}`) ?? answers.get(`${deviceId}\n`);
      const groupId = result?.groupId ?? place?.groupId ?? null;
      const groupAsOf = groupId === null ? undefined : asOf.groups.get(groupId);
      const asOfUs = groupAsOf ?? ownAsOf;
      const lawful = legal(device, fleet, asOfUs);
      const limits = errorLimit(
        device.kind,
        device.accuracyClass ?? undefined,
        quantity === '' ? undefined : quantity,
      );
      const ownFinding = own.get(deviceId);
      const said = saidWithOwn(
        withRegisterFault(
          result ?? { ...fallback, recommendation: 'none' },
          registerFault(fleet.registerEvents.get(deviceId) ?? [], quantity, asOfUs ?? 0),
        ),
        ownFinding,
        place?.role,
      );
      return {
        deviceId,
        quantity,
        asOfUs: asOfUs ?? null,
        indication: said.indication,
        recommendation: said.recommendation,
        errorEstimate: orNull(result?.errorEstimate),
        standardError: orNull(result?.standardError),
        intervalLow: orNull(result?.intervalLow),
        intervalHigh: orNull(result?.intervalHigh),
        limit: orNull(limits?.limit),
        inServiceLimit: orNull(limits?.inServiceLimit),
        probabilityOverLimit: orNull(result?.probabilityOverLimit),
        probabilityOverInServiceLimit: orNull(result?.probabilityOverInServiceLimit),
        probabilityDrifted: orNull(result?.probabilityDrifted),
        offsetEstimate: orNull(result?.offsetEstimate),
        offsetStandardError: orNull(result?.offsetStandardError),
        offsetUnit: offsetUnit(limits, result, channelUnit(fleet, deviceId, quantity)),
        driftPerYear: orNull(result?.driftPerYear),
        driftPerYearSe: orNull(result?.driftPerYearSe),
        exitDateMedian: dateOrNull(result?.exitMedianUs),
        exitDateEarliest: dateOrNull(result?.exitEarliestUs),
        minimumDetectable: orNull(result?.minimumDetectable),
        dataEstimate: orNull(result?.dataEstimate),
        dataStandardError: orNull(result?.dataStandardError),
        dataDriftPerYear: orNull(result?.dataDriftPerYear),
        dataDriftPerYearSe: orNull(result?.dataDriftPerYearSe),
        commonErrorSd: orNull(result?.commonErrorSd),
        meanLoad: orNull(result?.meanLoad),
        evidenceDays: result === undefined ? null : Math.floor(result.evidenceDays),
        groupId,
        groupStatus: result?.groupStatus ?? null,
        ...lawful,
        modelVersion: ownFinding === undefined ? model : `${model}+${DEVICE_CHECKS_VERSION}`,
        evidence: [
          ...said.evidence,
          ...(limits?.assumed === true
            ? [{ code: 'limit_assumed', values: { limit: limits.limit } }]
            : []),
        ],
      };
    });
  });
}
