import {
  type VerificationInputItem,
  type VerificationItem,
  type VerificationWarning,
  verificationDetails,
} from '@verimeter/api-schema';
import {
  type CheckedVerification,
  type InstrumentCategory,
  type TestPoint,
  type VerificationWarningCode,
  checkVerification,
  formatValidity,
  parseValidity,
  weightedError,
} from '@verimeter/metrology';
import type { StoredVerification, VerificationInput, VerificationPoint } from '@verimeter/registry';
import { formatTimestamp } from '@verimeter/telemetry';

/** What of the registry a record is held against. */
export interface VerifiedDevice {
  readonly serial: string | null;
  readonly category: InstrumentCategory | undefined;
  readonly limitAt: (point: TestPoint) => number | undefined;
}

const MESSAGES: Readonly<Record<VerificationWarningCode, string>> = {
  points_beyond_limit: 'the error is beyond the limit in a record that passes; check the result',
  point_contradicts_limit:
    'the error and the limit say otherwise than `pass` of the point; check the three',
  failed_points_in_pass: 'the point failed in a record that passes; check the result',
  uncertainty_too_large:
    'the expanded uncertainty is more than a third of the limit; the standard is too uncertain for this class',
  serial_differs: 'the serial number is not the one that is registered; check which meter it was',
  no_validity: 'no end of validity is told; it follows from the rules where these are confirmed',
  no_mark: 'neither a certificate nor a seal is named; give one of them',
};

/** A value that is there. */
const some = <K extends string, V>(name: K, value: V | null): { [key in K]?: V } =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one entry of this name, or none
  (value === null ? {} : { [name]: value }) as { [key in K]?: V };

const toTestPoint = (point: VerificationPoint): TestPoint => ({
  testPoint: point.testPoint,
  ...some('error', point.error),
  ...some('expandedUncertainty', point.expandedUncertainty),
  ...some('coverageFactor', point.coverageFactor),
  ...some('limit', point.limit),
  ...some('pass', point.pass),
  ...some('load', point.load),
  ...some('powerFactor', point.powerFactor),
  ...some('flow', point.flow),
});

/** Points as found; where none says so, those that say nothing. What was measured after an adjustment tells no drift. */
function asFound(points: readonly VerificationPoint[]): readonly VerificationPoint[] {
  const found = points.filter((point) => point.asFound === true);
  return found.length > 0 ? found : points.filter((point) => point.asFound === null);
}

function warningsOf(record: StoredVerification, device: VerifiedDevice): VerificationWarning[] {
  const { serial } = verificationDetails.parse(record.details);
  const checked: CheckedVerification = {
    result: record.result,
    certificateNo: record.certificateNo,
    points: record.points.map(toTestPoint),
    ...some('validUntil', record.validUntil),
    ...some('sealNo', record.sealNo),
    ...some('serial', serial),
  };
  return checkVerification(checked, {
    ...some('serial', device.serial),
    limitAt: device.limitAt,
  }).map(({ code, testPoint }) => ({
    code,
    test_point: testPoint ?? null,
    message: MESSAGES[code],
  }));
}

/** What all say alike; null where they differ or there are none. */
function common<T>(values: readonly T[]): T | null {
  const [first] = values;
  return first !== undefined && values.every((value) => value === first) ? first : null;
}

function weightedOf(
  record: StoredVerification,
  device: VerifiedDevice,
): VerificationItem['weighted_error'] {
  const found = weightedError(asFound(record.points).map(toTestPoint), device.category);
  return found === undefined
    ? null
    : {
        error: found.error,
        standard_uncertainty: found.standardUncertainty ?? null,
        method: found.method,
        points: found.points.map(({ testPoint, weight }) => ({ test_point: testPoint, weight })),
      };
}

export function toVerificationItem(
  record: StoredVerification,
  device: VerifiedDevice,
): VerificationItem {
  const { withdrawn } = record;
  return {
    id: record.id,
    version: record.version,
    device_id: record.deviceId,
    verified_on: record.verifiedOn,
    kind: record.kind,
    result: record.result,
    valid_until:
      record.validUntil === null
        ? null
        : formatValidity({ until: record.validUntil, precision: record.validUntilPrecision }),
    valid_until_day: record.validUntil,
    mark: record.mark,
    certificate_no: record.certificateNo,
    seal_no: record.sealNo,
    body: record.body,
    procedure: record.procedure,
    ...verificationDetails.parse(record.details),
    as_found: common(record.points.map((point) => point.asFound)),
    points: record.points.map((point) => ({
      test_point: point.testPoint,
      error: point.error,
      expanded_uncertainty: point.expandedUncertainty,
      coverage_factor: point.coverageFactor,
      limit: point.limit,
      pass: point.pass,
      load: point.load,
      power_factor: point.powerFactor,
      flow: point.flow,
      as_found: point.asFound,
    })),
    entered_by: { id: record.enteredBy, name: record.enteredByName },
    entered_at: formatTimestamp(record.enteredUs),
    change_reason: record.changeReason,
    withdrawn:
      withdrawn === undefined
        ? null
        : {
            by: { id: withdrawn.by, name: withdrawn.byName },
            at: formatTimestamp(withdrawn.atUs),
            reason: withdrawn.reason ?? '',
          },
    weighted_error: weightedOf(record, device),
    warnings: warningsOf(record, device),
  };
}

export function toVerificationInput(item: VerificationInputItem): VerificationInput {
  const validity = item.valid_until === null ? undefined : parseValidity(item.valid_until);
  return {
    deviceId: item.device_id,
    verifiedOn: item.verified_on,
    certificateNo: item.certificate_no,
    kind: item.kind,
    result: item.result,
    body: item.body,
    validUntil: validity?.until ?? null,
    validUntilPrecision: validity?.precision ?? 'day',
    mark: item.mark,
    sealNo: item.seal_no,
    procedure: item.procedure,
    details: {
      serial: item.serial,
      seal_year: item.seal_year,
      standards: item.standards,
      ambient: item.ambient,
      verified_by: item.verified_by,
      checked_by: item.checked_by,
      note: item.note,
    },
    points: item.points.map((point) => ({
      testPoint: point.test_point,
      error: point.error,
      expandedUncertainty: point.expanded_uncertainty,
      coverageFactor: point.coverage_factor,
      limit: point.limit,
      pass: point.pass,
      load: point.load,
      powerFactor: point.power_factor,
      flow: point.flow,
      asFound: point.as_found ?? item.as_found,
    })),
  };
}
