import { median } from '@verimeter/statistics';
import { DAY_US, type RegisterHistory } from './register-history.ts';
import type { CohortCourse } from './weekly-use.ts';

/** m3 per hour: below, a worn meter stands still where a new one still turns. */
const SMALL_FLOW = 0.01;
/** m3: a coarser register does not show small flows. */
const COARSEST_QUANTUM = 0.001;
const MONTH_DAYS = 30;
const LEAST_MONTHS = 6;
const LEAST_HOURS = 100;
const LEAST_HOMES = 10;
const LEAST_DEVIATIONS = 4;

export interface LowFlowLoss {
  /** Share of the hours with water in which less than 10 L flowed: first third of the time, last third. */
  readonly shareBefore: number;
  readonly shareNow: number;
  /** Change of the log odds against the cohort, and its standard error over homes. */
  readonly change: number;
  readonly changeSe: number;
  readonly months: number;
}

/** Log odds, month by month from grid point 0, that an hour with water has little of it; NaN where that is not known. */
export function lowFlowOdds(history: RegisterHistory, months: number): Float64Array {
  const { points, amounts, stepUs, quantum } = history;
  const odds = new Float64Array(months).fill(NaN);
  if (quantum > 1.0001 * COARSEST_QUANTUM || stepUs > 3600e6) return odds;
  const perHour = Math.round(3600e6 / stepUs);
  const perMonth = (MONTH_DAYS * DAY_US) / stepUs;
  const small = new Float64Array(months);
  const all = new Float64Array(months);
  let hour = 0;
  let steps = 0;
  for (let i = 1; i < points.length; i++) {
    const isNext = (points[i] as number) - (points[i - 1] as number) === 1;
    const amount = amounts[i] as number;
    if (!isNext || !Number.isFinite(amount)) {
      hour = steps = 0;
      continue;
    }
    hour += amount;
    if (++steps < perHour) continue;
    const month = Math.floor((points[i] as number) / perMonth);
    if (hour > 0 && month < months) {
      all[month] = (all[month] as number) + 1;
      if (hour < SMALL_FLOW) small[month] = (small[month] as number) + 1;
    }
    hour = steps = 0;
  }
  return odds.map((_, month) => {
    const n = all[month] as number;
    const k = small[month] as number;
    return n < LEAST_HOURS ? NaN : Math.log((k + 0.5) / (n - k + 0.5));
  });
}

/** Small flows that have become rarer against the cohort; undefined where that is no more than what homes do. */
export function lowFlowLoss(odds: Float64Array, cohort: CohortCourse): LowFlowLoss | undefined {
  if (cohort.homes < LEAST_HOMES || !(cohort.changeSd > 0)) return undefined;
  const known = [...odds].flatMap((value, month) =>
    Number.isFinite(value) ? [{ value, own: value - (cohort.effects[month] ?? 0) }] : [],
  );
  if (known.length < LEAST_MONTHS) return undefined;
  const third = Math.floor(known.length / 3);
  const [before, now] = [known.slice(0, third), known.slice(-third)];
  const change = median(now.map(({ own }) => own)) - median(before.map(({ own }) => own));
  if (change > -LEAST_DEVIATIONS * cohort.changeSd) return undefined;
  const shareOf = (part: typeof known): number =>
    1 / (1 + Math.exp(-median(part.map(({ value }) => value))));
  return {
    shareBefore: shareOf(before),
    shareNow: shareOf(now),
    change,
    changeSe: cohort.changeSd,
    months: known.length,
  };
}
