import { changePoints, mean, median, robustDeviation } from '@verimeter/statistics';
import type { EvidenceItem } from '../fleet-types.ts';
import { type ConsumptionCohort, cohortSpread, logOverUsual } from './consumption-cohort.ts';
import { type DayGrid, weekDate, weeklyEnergy } from './consumption-weeks.ts';

/** Weeks looked at: a change further back is history. */
const WINDOW_WEEKS = 52;
const LEAST_BEFORE = 8;
const LEAST_AFTER = 6;
/** A change is told while it is new; after so many weeks it is what is usual. */
const MOST_AFTER = 26;
/** Standard deviations of the meter's own level. */
const OWN_Z = 5;
/** Robust standard deviations of the same change over the cohort. */
const COHORT_Z = 4;
/** Smaller changes are told by nothing (drift-estimation.md 1.1: 9-12 % between windows in healthy households). */
const LEAST_LOG = 0.3;
/** Weeks after the change that lie beyond half of it. */
const PERSISTENT = 0.8;

/** Why, or that, nothing is said; or the change. Ratios. */
export type ConsumptionVerdict =
  | { readonly state: 'not_resolvable'; readonly reason: 'too_few_weeks' | 'no_cohort' }
  | { readonly state: 'unchanged' }
  | {
      readonly state: 'changed';
      /** After over before, less one. */
      readonly size: number;
      readonly low: number;
      readonly high: number;
      /** The first week of the new level. */
      readonly since: string;
      readonly weeks: number;
      readonly evidence: EvidenceItem;
    };

export function consumptionChange(
  grid: DayGrid,
  register: Float64Array,
  cohort: ConsumptionCohort | undefined,
): ConsumptionVerdict {
  return changeOfWeeks(weeklyEnergy(grid, register), cohort, (week) => weekDate(grid, week));
}

/** The same from weekly energies on the cohort's weeks. */
export function changeOfWeeks(
  energy: Float64Array,
  cohort: ConsumptionCohort | undefined,
  dateOf: (week: number) => string,
): ConsumptionVerdict {
  if (cohort === undefined) return { state: 'not_resolvable', reason: 'no_cohort' };
  const log = logOverUsual(energy);
  const first = Math.max(0, energy.length - WINDOW_WEEKS);
  const weeks: number[] = [];
  for (let week = first; week < energy.length; week++)
    if (Number.isFinite(log?.[week]) && Number.isFinite(cohort.level[week])) weeks.push(week);
  if (log === undefined || weeks.length < LEAST_BEFORE + LEAST_AFTER)
    return { state: 'not_resolvable', reason: 'too_few_weeks' };
  const rest = Float64Array.from(
    weeks,
    (week) => (log[week] as number) - (cohort.level[week] as number),
  );
  const at = lastChange(rest);
  if (at === undefined) return { state: 'unchanged' };
  const before = rest.subarray(previousChange(rest, at), at);
  const after = rest.subarray(at);
  if (before.length < LEAST_BEFORE || after.length < LEAST_AFTER || after.length > MOST_AFTER)
    return { state: 'unchanged' };
  const change = median(after) - median(before);
  const standardError = ownError(before, after);
  const half = median(before) + change / 2;
  const beyond = after.filter((value) => (change > 0 ? value > half : value < half)).length;
  if (
    Math.abs(change) < LEAST_LOG ||
    Math.abs(change) < OWN_Z * standardError ||
    beyond < PERSISTENT * after.length
  )
    return { state: 'unchanged' };
  const week = weeks[at] as number;
  const from = weeks[at - before.length] as number;
  const spread = cohortSpread(cohort, { from, at: week, to: energy.length });
  if (spread === undefined) return { state: 'not_resolvable', reason: 'no_cohort' };
  if (Math.abs(change) < COHORT_Z * spread) return { state: 'unchanged' };
  // what the cohort's members change by without a reason belongs to the size that is told
  const wide = 1.96 * Math.hypot(standardError, spread);
  const size = Math.exp(change) - 1;
  const low = Math.exp(change - wide) - 1;
  const high = Math.exp(change + wide) - 1;
  const since = dateOf(week);
  return {
    state: 'changed',
    size,
    low,
    high,
    since,
    weeks: after.length,
    evidence: {
      code: 'electricity_use_changed',
      values: { size, low, high, at: since, weeks: after.length },
    },
  };
}

/** The last change of level by maximum likelihood (penalty of the BIC at the meter's own week-to-week scatter). */
function lastChange(rest: Float64Array): number | undefined {
  return changesOf(rest).at(-1);
}

function changesOf(rest: Float64Array): number[] {
  const steps = Float64Array.from(
    { length: rest.length - 1 },
    (_, k) => (rest[k + 1] as number) - (rest[k] as number),
  );
  // differences of independent weeks have twice their variance; weeks are alike, so it is not taken as less than the level's own scatter allows
  const noise = Math.max(0.02, robustDeviation(steps) / Math.SQRT2);
  return changePoints(rest, {
    penalty: 6 * noise * noise * Math.log(rest.length),
    minimumLength: 4,
  });
}

function previousChange(rest: Float64Array, at: number): number {
  return changesOf(rest.subarray(0, at)).at(-1) ?? 0;
}

/** Of the difference of the two levels: scatter about them, and how alike neighbouring weeks are. */
function ownError(before: Float64Array, after: Float64Array): number {
  const residuals = [before, after].map((part) => {
    const centre = median(part);
    return part.map((value) => value - centre);
  });
  const all = Float64Array.from([...(residuals[0] ?? []), ...(residuals[1] ?? [])]);
  const sd = Math.max(0.02, robustDeviation(all), 0.5 * Math.sqrt(mean(all.map((v) => v * v))));
  let products = 0;
  let squares = 0;
  for (const part of residuals)
    for (let k = 1; k < part.length; k++) {
      products += (part[k] as number) * (part[k - 1] as number);
      squares += (part[k - 1] as number) ** 2;
    }
  const alike = Math.min(0.8, Math.max(0.2, squares > 0 ? products / squares : 0.2));
  const inflation = Math.sqrt((1 + alike) / (1 - alike));
  // a median has pi/2 times the variance of a mean
  return sd * inflation * Math.sqrt((Math.PI / 2) * (1 / before.length + 1 / after.length));
}
