import { median } from '@verimeter/statistics';
import type { CohortCourse } from './weekly-use.ts';

const WEEKS_BEFORE = 8;
const WEEKS_AFTER = 6;
/** Homes of a cohort that has a course of its own. */
const LEAST_HOMES = 5;
/** Robust sd of a home's own changes (drift-estimation.md 1.1), where the fleet does not show a larger one. */
const USUAL_SD = 0.2;
const LEAST_DEVIATIONS = 4;
/** Half of the weeks before and after that may lie on the wrong side of the middle. */
const WRONG_SIDE = 0.15;

export interface ConsumptionChange {
  /** First week of the new use, counted from grid point 0. */
  readonly week: number;
  /** Ratio of the new use to the old one, season removed, less 1. */
  readonly size: number;
  /** Standard error of the logarithm of the ratio: what homes do by themselves. */
  readonly logSe: number;
  readonly weeksAfter: number;
}

/**
 * One lasting change of a home's use against its cohort, up to the last week; undefined where none is larger than what homes do by themselves.
 * It may as well be the customer's as the meter's.
 */
export function consumptionChange(
  logUse: Float64Array,
  cohort: CohortCourse,
): ConsumptionChange | undefined {
  const course = cohort.homes >= LEAST_HOMES ? cohort.effects : undefined;
  const weeks: number[] = [];
  const own: number[] = [];
  logUse.forEach((value, week) => {
    const adjusted = value - (course?.[week] ?? 0);
    if (!Number.isFinite(adjusted)) return;
    weeks.push(week);
    own.push(adjusted);
  });
  let best: { k: number; size: number; loss: number } | undefined;
  for (let k = WEEKS_BEFORE; k <= own.length - WEEKS_AFTER; k++) {
    const [before, after] = [median(own.slice(0, k)), median(own.slice(k))];
    const loss = own.reduce((sum, value, i) => sum + Math.abs(value - (i < k ? before : after)), 0);
    if (best === undefined || loss < best.loss) best = { k, size: after - before, loss };
  }
  if (best === undefined) return undefined;
  const { k, size } = best;
  const sd = Math.max(USUAL_SD, Number.isFinite(cohort.changeSd) ? cohort.changeSd : 0);
  if (Math.abs(size) < LEAST_DEVIATIONS * sd) return undefined;
  const middle = median(own.slice(0, k)) + size / 2;
  const isOld = (value: number): boolean => value > middle === size < 0;
  const wrongBefore = own.slice(0, k).filter((value) => !isOld(value)).length / k;
  const wrongAfter = own.slice(k).filter(isOld).length / (own.length - k);
  if (wrongBefore > WRONG_SIDE || wrongAfter > WRONG_SIDE) return undefined;
  return {
    week: weeks[k] as number,
    size: Math.expm1(size),
    logSe: sd,
    weeksAfter: own.length - k,
  };
}
