import { addMonths } from './calendar-date.ts';
import { type CycleRule, type RuleSubject, categoryOfKind, rulesInForce } from './cycle-rule.ts';
import type { LegalEventKind, LegalFacts, VerificationRecord } from './legal-facts.ts';
import { presentMeter } from './present-meter.ts';
import type { ValidityPrecision } from './validity-date.ts';

export const LEGAL_STANDINGS = ['dated', 'void', 'not_regulated', 'unknown'] as const;

/** Why a device stands as it does. */
export const LEGAL_REASONS = [
  'validity_recorded', // the end is that of the certificate, the mark or the register
  'derived_from_rules', // the end follows from rows of the rule set, all confirmed
  'verification_failed',
  'seal_broken',
  'seal_replaced',
  'mark_lost',
  'repaired',
  'swapped', // another meter is in place, and no verification of it is known
  'taken_out',
  'not_listed', // the rows in force take it off the list
  'kind_not_regulated', // gateways; sensors that belong to no regulated station
  'never_verified', // no verification and no end of validity is known
  'no_rule', // the rule set has no row for it on that day
  'rule_unverified', // a row that may apply was not confirmed in the official text
  'rules_differ', // rows that may apply give different ends, for want of technology, phases or the like
  'by_sampling', // lots decide it
] as const;
export type LegalReason = (typeof LEGAL_REASONS)[number];

/**
 * How a device stands before the law by what is known up to a date. It holds no day of its own: whether a `dated` one is
 * valid, due or expired is the comparison of its dates with a day.
 */
export interface LegalStanding {
  readonly state: (typeof LEGAL_STANDINGS)[number];
  /** The verification that counts, where its day is known. */
  readonly verifiedOn?: string;
  /** Last day of validity, where one can be stated. */
  readonly dueOn?: string;
  readonly precision?: ValidityPrecision;
  /** `dated`: the earliest and latest ends that confirmed rows give; both are `dueOn` where that is stated. */
  readonly dueEarliest?: string;
  readonly dueLatest?: string;
  /** Where no date can be stated: the earliest and latest ends that rows give, unverified ones included. No legal dates. */
  readonly provisionalDueOn?: string;
  readonly provisionalLatestOn?: string;
  /** `void`, or taken out: since which day. */
  readonly since?: string;
  readonly reasons: readonly LegalReason[];
  /** The rows that were used. */
  readonly rules: readonly CycleRule[];
}

const VOIDING: ReadonlySet<LegalEventKind> = new Set([
  'seal_broken',
  'seal_replaced',
  'mark_lost',
  'repaired',
]);
type VoidingKind = 'seal_broken' | 'seal_replaced' | 'mark_lost' | 'repaired';
const isVoiding = (kind: LegalEventKind): kind is VoidingKind => VOIDING.has(kind);

/** The verification that counts and its end, as recorded. */
interface Basis {
  readonly verifiedOn: string | undefined;
  readonly failed: boolean;
  readonly validUntil: string | undefined;
  readonly precision: ValidityPrecision;
}

function basisOf(
  verifications: readonly VerificationRecord[],
  registered: Pick<LegalFacts, 'verifiedOn' | 'validUntil' | 'validUntilPrecision'>,
): Basis {
  const last = verifications.at(-1);
  const ofRegister = {
    verifiedOn: registered.verifiedOn,
    failed: false,
    validUntil: registered.validUntil,
    precision: registered.validUntilPrecision ?? 'day',
  } as const;
  if (last === undefined) return ofRegister;
  if (registered.verifiedOn !== undefined && registered.verifiedOn > last.verifiedOn)
    return ofRegister;
  const failed = last.result === 'fail';
  if (last.validUntil !== undefined)
    return {
      verifiedOn: last.verifiedOn,
      failed,
      validUntil: last.validUntil,
      precision: last.validUntilPrecision ?? 'day',
    };
  // What is registered with an earlier verification is its end and not that of this one.
  // One without a day may be of this verification, unless it lies before it.
  const isSame =
    registered.verifiedOn === undefined
      ? registered.validUntil !== undefined && registered.validUntil >= last.verifiedOn
      : registered.verifiedOn === last.verifiedOn;
  return {
    verifiedOn: last.verifiedOn,
    failed,
    validUntil: isSame ? registered.validUntil : undefined,
    precision: ofRegister.precision,
  };
}

function subjectOf(facts: LegalFacts): RuleSubject | undefined {
  const category = facts.category ?? categoryOfKind(facts.kind);
  if (category === undefined) return undefined;
  // Electricity meters with moving parts are induction meters.
  const technology =
    category === 'electricity_meter' && facts.technology === 'mechanical'
      ? 'induction'
      : facts.technology;
  return {
    category,
    ...(technology === undefined ? {} : { technology }),
    ...(facts.phases === undefined ? {} : { phases: facts.phases }),
    ...(facts.connection === undefined ? {} : { connection: facts.connection }),
    ...(facts.accuracyClass === undefined ? {} : { accuracyClass: facts.accuracyClass }),
    ...(facts.nominal === undefined ? {} : { nominal: facts.nominal }),
  };
}

/** By what is known up to a date (`YYYY-MM-DD`), what became known later left out. */
export function legalStanding(
  facts: LegalFacts,
  on: string,
  rules: readonly CycleRule[],
): LegalStanding {
  const { verifications, registered, events, swappedOn } = presentMeter(facts, on);
  const service = events
    .filter(({ kind }) => kind === 'taken_out' || kind === 'put_in')
    .toSorted((left, right) =>
      left.on === right.on
        ? left.kind.localeCompare(right.kind, 'en') * -1
        : left.on < right.on
          ? -1
          : 1,
    )
    .at(-1);
  if (service?.kind === 'taken_out')
    return { state: 'not_regulated', since: service.on, reasons: ['taken_out'], rules: [] };

  const basis = basisOf(verifications, registered);
  const dated = basis.verifiedOn === undefined ? {} : { verifiedOn: basis.verifiedOn };
  // Seals are opened and set anew in the course of a verification, so what happens on its day is part of it.
  const voided = events.filter(
    ({ kind, on: day }) =>
      VOIDING.has(kind) && (basis.verifiedOn === undefined || day > basis.verifiedOn),
  );
  const [first] = voided.toSorted((left, right) => (left.on < right.on ? -1 : 1));
  if (basis.failed || first !== undefined) {
    const reasons = new Set<LegalReason>(basis.failed ? ['verification_failed'] : []);
    for (const { kind } of voided) if (isVoiding(kind)) reasons.add(kind);
    const since = basis.failed ? basis.verifiedOn : first?.on;
    return {
      state: 'void',
      ...dated,
      ...(since === undefined ? {} : { since }),
      reasons: [...reasons].toSorted(),
      rules: [],
    };
  }
  if (basis.validUntil !== undefined)
    return {
      state: 'dated',
      ...dated,
      dueOn: basis.validUntil,
      precision: basis.precision,
      dueEarliest: basis.validUntil,
      dueLatest: basis.validUntil,
      reasons: ['validity_recorded'],
      rules: [],
    };
  if (swappedOn !== undefined && basis.verifiedOn === undefined)
    return { state: 'unknown', since: swappedOn, reasons: ['swapped'], rules: [] };
  return byRules(facts, basis.verifiedOn, on, rules);
}

function byRules(
  facts: LegalFacts,
  verifiedOn: string | undefined,
  on: string,
  rules: readonly CycleRule[],
): LegalStanding {
  const subject = subjectOf(facts);
  const dated = verifiedOn === undefined ? {} : { verifiedOn };
  if (subject === undefined)
    // Gateways measure nothing; low-cost sensors are no approved air monitoring stations (TT 10/2021/TT-BTNMT Art. 31).
    return facts.kind === 'instrument'
      ? { state: 'unknown', ...dated, reasons: ['no_rule'], rules: [] }
      : { state: 'not_regulated', ...dated, reasons: ['kind_not_regulated'], rules: [] };
  const used = rulesInForce(subject, verifiedOn ?? on, rules);
  if (used.length === 0) return { state: 'unknown', ...dated, reasons: ['no_rule'], rules: [] };

  const isConfirmed = used.every(({ status }) => status === 'confirmed');
  if (isConfirmed && used.every(({ basis }) => basis === 'not_listed'))
    return { state: 'not_regulated', ...dated, reasons: ['not_listed'], rules: used };
  const reasons: LegalReason[] = isConfirmed ? [] : ['rule_unverified'];
  if (used.some(({ basis }) => basis === 'sampling')) reasons.push('by_sampling');
  if (verifiedOn === undefined)
    return { state: 'unknown', reasons: ['never_verified', ...reasons], rules: used };

  const ends = used.flatMap((rule) => endsBy(rule, verifiedOn)).toSorted();
  const [earliest] = ends;
  const latest = ends.at(-1);
  const isSame = earliest === latest && used.every(({ basis }) => basis === 'cycle');
  if (!isSame && used.length > 1) reasons.push('rules_differ');
  const provisional =
    earliest === undefined || latest === undefined
      ? {}
      : { provisionalDueOn: earliest, provisionalLatestOn: latest };
  const isDated = isConfirmed && used.every(({ basis }) => basis === 'cycle');
  if (!isDated || earliest === undefined || latest === undefined)
    return { state: 'unknown', ...dated, ...provisional, reasons, rules: used };
  const range = { dueEarliest: earliest, dueLatest: latest };
  return isSame
    ? {
        state: 'dated',
        ...dated,
        dueOn: earliest,
        precision: 'day',
        ...range,
        reasons: ['derived_from_rules'],
        rules: used,
      }
    : {
        state: 'dated',
        ...dated,
        ...range,
        ...provisional,
        reasons: ['derived_from_rules', ...reasons],
        rules: used,
      };
}

/** The last days of validity that a row gives a verification; several where its sources contradict each other. */
export function endsBy(rule: CycleRule, verifiedOn: string): readonly string[] {
  if (rule.basis !== 'cycle' || rule.months === undefined) return [];
  return [rule.months, ...(rule.otherMonths ?? [])].map((months) => {
    const end = addMonths(verifiedOn, months);
    return rule.endsWith === 'year' ? `${end.slice(0, 4)}-12-31` : end;
  });
}
