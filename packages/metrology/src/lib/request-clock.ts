import { addDays } from './calendar-date.ts';
import type { RuleStatus } from './cycle-rule.ts';
import { addWorkingDays, type CalendarDay } from './working-days.ts';

/** What a customer asks of the utility. */
export const REQUEST_KINDS = ['complaint', 'check', 'independent_verification'] as const;
export type RequestKind = (typeof REQUEST_KINDS)[number];

export const REQUEST_UTILITIES = ['electricity', 'water'] as const;
export type RequestUtility = (typeof REQUEST_UTILITIES)[number];

/** How long the utility has, by which rule. */
export interface RequestClock {
  readonly amount: number;
  /** Neither counts the day on which the request came (Civil Code 2015, Art. 147.2). */
  readonly unit: 'day' | 'working_day';
  readonly source: string;
  readonly status: RuleStatus;
}

const ELECTRICITY_CHECK: RequestClock = {
  amount: 3,
  unit: 'day',
  source:
    'Luật Điện lực 28/2004/QH11, Điều 25.3 (số điều đã thay đổi trong Luật Điện lực 61/2024/QH15)',
  status: 'unverified',
};
const ELECTRICITY_INDEPENDENT: RequestClock = {
  amount: 15,
  unit: 'day',
  source:
    'Luật Điện lực 28/2004/QH11, Điều 25 (số điều đã thay đổi trong Luật Điện lực 61/2024/QH15)',
  status: 'unverified',
};
const WATER_CHECK: RequestClock = {
  amount: 5,
  unit: 'working_day',
  source: 'Nghị định 117/2007/NĐ-CP, Điều 50.3',
  status: 'confirmed',
};

/** Undefined: no rule is known that gives a time, and none is made up. */
export function requestClock(utility: RequestUtility, kind: RequestKind): RequestClock | undefined {
  if (kind === 'independent_verification')
    return utility === 'electricity' ? ELECTRICITY_INDEPENDENT : undefined;
  return utility === 'electricity' ? ELECTRICITY_CHECK : WATER_CHECK;
}

/** The last day on which an answer is in time. */
export function dueOn(
  clock: Pick<RequestClock, 'amount' | 'unit'>,
  receivedOn: string,
  days: readonly CalendarDay[],
): string {
  return clock.unit === 'day'
    ? addDays(receivedOn, clock.amount)
    : addWorkingDays(receivedOn, clock.amount, days);
}
