import { addDays, daysBetween } from '@verimeter/metrology';
import type { DeviceKind } from '@verimeter/telemetry';
import type { Candidate, PlanSettings, Tariffs } from './candidate.ts';
import { expectedAbsoluteError, meanBeyond, uncertainty } from './expected-error.ts';
import { lastDayOf } from './period.ts';

/** What is said of a visit where nothing is estimated: half of the inspected devices are wrong. */
const INSPECTED = 0.5;
/** Error of a device whose readings show a fault or tampering. */
const TAMPERED = 0.3;
/** Share beyond the limit where no device of the kind is estimated. */
const BASE_RATE = 0.05;
/** Half as far beyond the limit again, where only the probability is known. */
const TYPICAL_BEYOND = 1.5;
/** Validity that ends within so many days after the period counts already, less and less. */
const AHEAD_DAYS = 60;
const MONTH_DAYS = 30.44;
const OLDEST_MONTHS = 12;

export type Amount = 'kWh' | 'm3';

export function amountOf(kind: DeviceKind): Amount | undefined {
  switch (kind) {
    case 'electricity_meter':
    case 'heat_meter':
      return 'kWh';
    case 'water_meter':
      return 'm3';
    case 'environment_sensor':
    case 'gateway':
    case 'instrument':
      return undefined;
    default:
      return kind satisfies never;
  }
}

export function tariffOf(kind: DeviceKind, tariffs: Tariffs): number | undefined {
  switch (kind) {
    case 'electricity_meter':
      return tariffs.electricity;
    case 'heat_meter':
      return tariffs.heat;
    case 'water_meter':
      return tariffs.water;
    case 'environment_sensor':
    case 'gateway':
    case 'instrument':
      return undefined;
    default:
      return kind satisfies never;
  }
}

/** Points of a kWh or m3: as the tariffs stand to that of electricity, else as assumed. */
function pointsPerUnit(kind: DeviceKind, settings: PlanSettings): number {
  const { tariffs, points } = settings;
  const tariff = tariffOf(kind, tariffs);
  if (tariff !== undefined && tariffs.electricity !== undefined && tariffs.electricity > 0)
    return tariff / tariffs.electricity;
  return amountOf(kind) === 'm3' ? points.cubicMetre : 1;
}

/** What stands in for what is not known of a device, by its kind; and the days that decide what is due. */
export interface Usual {
  readonly lastDay: string;
  readonly lastDayAhead: string;
  readonly probability: ReadonlyMap<DeviceKind, number>;
  readonly amount: ReadonlyMap<DeviceKind, number>;
}

export function usualOf(candidates: readonly Candidate[], settings: PlanSettings): Usual {
  const probability = new Map<DeviceKind, number>();
  const amount = new Map<DeviceKind, number>();
  for (const [kind, members] of Map.groupBy(candidates, (candidate) => candidate.kind)) {
    const told = members.flatMap(({ probabilityOver: p }) => (p === undefined ? [] : [p]));
    if (told.length > 0) probability.set(kind, told.reduce((sum, p) => sum + p, 0) / told.length);
    const amounts = Float64Array.from(
      members.flatMap(({ annualAmount: a }) => (a === undefined ? [] : [a])),
    ).toSorted();
    const middle = amounts[amounts.length >> 1];
    if (middle !== undefined) amount.set(kind, middle);
  }
  const lastDay = lastDayOf(settings.period);
  return { probability, amount, lastDay, lastDayAhead: addDays(lastDay, AHEAD_DAYS) };
}

/** What a verification of the device is worth by itself, in points, and what it rests on. */
export interface Value {
  /** kWh or m3 a year that are measured wrongly: E|e| of what passes the device. */
  readonly mismeasured: number | undefined;
  /** The part of it that a verification ends: of a device that passes nothing is changed. */
  readonly recoverable: number;
  readonly annualAmount: number | undefined;
  readonly amountAssumed: boolean;
  readonly probability: number;
  readonly probabilityAssumed: boolean;
  readonly uncertainty: number;
  readonly stake: number;
  readonly risk: number;
  readonly legal: number;
  readonly must: boolean;
}

export function valueOf(candidate: Candidate, settings: PlanSettings, usual: Usual): Value {
  const { kind } = candidate;
  const amountAssumed = candidate.annualAmount === undefined;
  const annualAmount =
    amountOf(kind) === undefined ? undefined : (candidate.annualAmount ?? usual.amount.get(kind));
  const probabilityAssumed = candidate.probabilityOver === undefined;
  const probability =
    candidate.probabilityOver ??
    (candidate.recommendation === 'inspect'
      ? INSPECTED
      : (usual.probability.get(kind) ?? BASE_RATE));
  const lost = recoverableError(candidate, probability);
  const recoverable = (annualAmount ?? 0) * lost;
  const expected = expectedAbsoluteError(candidate);
  return {
    mismeasured:
      annualAmount === undefined || (expected === undefined && lost === 0)
        ? undefined
        : annualAmount * Math.max(expected ?? 0, lost),
    recoverable,
    annualAmount,
    amountAssumed,
    probability,
    probabilityAssumed,
    uncertainty: uncertainty(probability),
    stake: recoverable * pointsPerUnit(kind, settings),
    risk: settings.points.risk * probability,
    legal: settings.points.legal * legalUrgency(candidate, settings, usual),
    must: isMust(candidate, usual),
  };
}

/** E of the error that a verification ends: that beyond the limit. Nothing where nothing is known of this very device. */
function recoverableError(candidate: Candidate, probability: number): number {
  const { error, standardError, limit, indication } = candidate;
  if (indication === 'stopped') return INSPECTED;
  if (candidate.probabilityOver === undefined)
    return indication === 'tamper_or_fault' ? INSPECTED * TAMPERED : 0;
  if (limit === undefined) return 0;
  const size =
    error === undefined || standardError === undefined
      ? TYPICAL_BEYOND * limit
      : meanBeyond(error, standardError, limit);
  return probability * size;
}

/** Whether the law asks for the device in the period: its validity is void, has ended, or ends before the period does. */
function isMust({ legal }: Candidate, { lastDay }: Usual): boolean {
  if (legal.state === 'void') return true;
  return legal.state === 'dated' && legal.dueOn <= lastDay;
}

/** 1 for what ends in the period, up to 2 for what is void or ended a year ago, less for what ends soon after it. */
function legalUrgency(
  { legal }: Candidate,
  settings: PlanSettings,
  { lastDay, lastDayAhead }: Usual,
): number {
  if (legal.state === 'void') return 2;
  if (legal.state !== 'dated') return 0;
  if (legal.dueOn < settings.asOf) {
    const months = daysBetween(legal.dueOn, settings.asOf) / MONTH_DAYS;
    return 1 + Math.min(months, OLDEST_MONTHS) / OLDEST_MONTHS;
  }
  if (legal.dueOn <= lastDay) return 1;
  if (legal.dueOn > lastDayAhead) return 0;
  return 1 - daysBetween(lastDay, legal.dueOn) / (AHEAD_DAYS + 1);
}
