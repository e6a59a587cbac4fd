import type { DeviceKind, LegalStatus } from '@verimeter/telemetry';
import { addMonths, daysBetween } from './calendar-date.ts';
import { type CycleRule, VERIFICATION_CYCLES, cyclesInForce } from './verification-cycles.ts';

/** A verification that ends within this many days is `due_soon`: about two months to plan, dismount and swap. */
export const DUE_SOON_DAYS = 60;

/** One verification; where it has several test points, one of them failed means `fail`. */
export interface VerificationRecord {
  readonly verifiedOn: string;
  readonly result: 'pass' | 'fail';
  readonly validUntil?: string;
}

export interface LegalFacts {
  readonly kind: DeviceKind;
  readonly phases?: number;
  /** As registered with the device. */
  readonly verifiedOn?: string;
  readonly validUntil?: string;
  readonly verifications: readonly VerificationRecord[];
}

export interface LegalState {
  readonly status: LegalStatus;
  /** Last day of validity, as recorded or, where every rule that may apply agrees, as the rules give it. */
  readonly validUntil?: string;
  /** Where `validUntil` or the status was derived: the rules used. */
  readonly derivedFrom?: readonly string[];
}

/**
 * Whether a device's verification is in force on a date (`YYYY-MM-DD`); what became known later is not used.
 * A failed verification makes it void until a later one passes. Where no end of validity is recorded it follows from
 * the cycle in force on the day of the last verification, but only as far as confirmed rules agree for every
 * technology the device may have; else the answer is `unknown`.
 */
export function legalStatusAt(
  facts: LegalFacts,
  date: string,
  rules: readonly CycleRule[] = VERIFICATION_CYCLES,
): LegalState {
  const last = lastVerification(facts.verifications, date);
  const registered = facts.verifiedOn === undefined || facts.verifiedOn <= date ? facts : undefined;
  const registeredOn = registered?.verifiedOn;
  if (last !== undefined && (registeredOn === undefined || registeredOn <= last.verifiedOn)) {
    if (last.result === 'fail') return { status: 'void' };
    const registeredEnd =
      registeredOn === undefined || registeredOn === last.verifiedOn
        ? registered?.validUntil
        : undefined;
    return stateUntil(facts, last.verifiedOn, last.validUntil ?? registeredEnd, date, rules);
  }
  return stateUntil(facts, registeredOn, registered?.validUntil, date, rules);
}

function lastVerification(
  records: readonly VerificationRecord[],
  date: string,
): VerificationRecord | undefined {
  let last: VerificationRecord | undefined;
  for (const record of records) {
    if (record.verifiedOn > date) continue;
    if (last === undefined || record.verifiedOn > last.verifiedOn) last = record;
    else if (record.verifiedOn === last.verifiedOn) last = sameDay(last, record);
  }
  return last;
}

/** Several rows of one day are test points of one verification: a failed one decides, the earliest end counts. */
function sameDay(left: VerificationRecord, right: VerificationRecord): VerificationRecord {
  const ends = [left.validUntil, right.validUntil].filter((end) => end !== undefined).toSorted();
  const [validUntil] = ends;
  return {
    verifiedOn: left.verifiedOn,
    result: left.result === 'fail' || right.result === 'fail' ? 'fail' : 'pass',
    ...(validUntil === undefined ? {} : { validUntil }),
  };
}

function statusUntil(validUntil: string, date: string): LegalStatus {
  const daysLeft = daysBetween(date, validUntil);
  if (daysLeft < 0) return 'expired';
  return daysLeft <= DUE_SOON_DAYS ? 'due_soon' : 'valid';
}

function stateUntil(
  facts: LegalFacts,
  verifiedOn: string | undefined,
  validUntil: string | undefined,
  date: string,
  rules: readonly CycleRule[],
): LegalState {
  if (validUntil !== undefined) return { status: statusUntil(validUntil, date), validUntil };
  switch (facts.kind) {
    case 'electricity_meter':
    case 'water_meter':
      return derived(
        cyclesInForce(facts.kind, facts.phases, verifiedOn ?? date, rules),
        verifiedOn,
        date,
      );
    case 'gateway':
    case 'environment_sensor':
      // Gateways measure nothing; low-cost sensors are no approved air monitoring stations (TT 10/2021/TT-BTNMT Art. 31).
      return { status: 'not_regulated' };
    case 'heat_meter':
    case 'instrument':
      return { status: 'unknown' };
    default:
      return facts.kind satisfies never;
  }
}

function derived(
  rules: readonly CycleRule[],
  verifiedOn: string | undefined,
  date: string,
): LegalState {
  if (rules.length === 0 || rules.some((rule) => !rule.confirmed)) return { status: 'unknown' };
  const derivedFrom = rules.map((rule) => rule.source);
  if (rules.every((rule) => rule.months === null)) return { status: 'not_regulated', derivedFrom };
  if (verifiedOn === undefined) return { status: 'unknown' };
  const ends = new Set<string>();
  const statuses = new Set<LegalStatus>();
  for (const rule of rules) {
    if (rule.months === null) {
      statuses.add('not_regulated');
      continue;
    }
    const end = addMonths(verifiedOn, rule.months);
    ends.add(end);
    statuses.add(statusUntil(end, date));
  }
  const [status] = statuses;
  if (statuses.size > 1 || status === undefined) return { status: 'unknown' };
  const [end] = ends;
  return ends.size === 1 && end !== undefined
    ? { status, validUntil: end, derivedFrom }
    : { status, derivedFrom };
}
