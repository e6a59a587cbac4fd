import type { LegalStatus } from '@verimeter/telemetry';
import { daysBetween } from './calendar-date.ts';
import type { CycleRule } from './cycle-rule.ts';
import type { LegalFacts } from './legal-facts.ts';
import { type LegalStanding, legalStanding } from './legal-standing.ts';
import { DEFAULT_RULE_SET, RULE_SETS } from './rule-sets.ts';

/** A verification that ends within this many days is `due_soon`: about two months to plan, dismount and swap. */
export const DUE_SOON_DAYS = 60;

export interface LegalState {
  readonly status: LegalStatus;
  /** Last day of validity, as recorded or, where every rule that may apply agrees, as the rules give it. */
  readonly validUntil?: string;
  /** Where `validUntil` or the status was derived: the rules used. */
  readonly derivedFrom?: readonly string[];
}

function statusUntil(validUntil: string, date: string): LegalStatus {
  const daysLeft = daysBetween(date, validUntil);
  if (daysLeft < 0) return 'expired';
  return daysLeft <= DUE_SOON_DAYS ? 'due_soon' : 'valid';
}

/** Of a standing on a date. Where rows give several ends, a status is stated while all of them give the same. */
export function statusOn(
  { state, dueEarliest, dueLatest }: Pick<LegalStanding, 'state' | 'dueEarliest' | 'dueLatest'>,
  date: string,
): LegalStatus {
  if (state !== 'dated') return state;
  if (dueEarliest === undefined || dueLatest === undefined) return 'unknown';
  const status = statusUntil(dueEarliest, date);
  return status === statusUntil(dueLatest, date) ? status : 'unknown';
}

/**
 * Whether a device's verification is in force on a date (`YYYY-MM-DD`); what became known later is not used.
 * A failed verification, a broken seal, a lost mark or a repair makes it void until a later one passes. Where no end of
 * validity is recorded it follows from the cycle in force on the day of the last verification, but only as far as
 * confirmed rules agree for every technology the device may have; else the answer is `unknown`.
 */
export function legalStatusAt(
  facts: LegalFacts,
  date: string,
  rules: readonly CycleRule[] = RULE_SETS[DEFAULT_RULE_SET],
): LegalState {
  const standing = legalStanding(facts, date, rules);
  const derivedFrom = standing.rules.map(({ source }) => source);
  const status = statusOn(standing, date);
  return {
    status,
    ...(standing.dueOn === undefined ? {} : { validUntil: standing.dueOn }),
    ...(status === 'unknown' || derivedFrom.length === 0 ? {} : { derivedFrom }),
  };
}
