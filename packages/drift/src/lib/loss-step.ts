import { at } from '@verimeter/statistics';
import type { AreaIntervals } from './area-intervals.ts';

/** A change of the unaccounted share of the supply from one day to the next. */
export interface LossStep {
  /** First day of the window with the new share. */
  readonly day: number;
  /** Share of the supply, after less before: negative where customers have left. */
  readonly size: number;
}

/** The share of a clean area moves by 0.1 to 0.35 % within a month; a customer who leaves takes 1.5 % and more (decision 0086). */
const LEAST_STEP = 0.008;
/** Standard errors. */
const LEAST_RATIO = 6;
const LEAST_DAYS = 2;

/** The day on which the unaccounted share of the supply changes most, where it clearly does. */
export function lossStep(
  intervals: AreaIntervals,
  unaccounted: Float64Array,
): LossStep | undefined {
  const share = dailyShares(intervals, unaccounted);
  const days = share.length;
  let best: (LossStep & { ratio: number }) | undefined;
  for (let day = LEAST_DAYS; day <= days - LEAST_DAYS; day++) {
    const before = momentsOf(share.subarray(0, day));
    const after = momentsOf(share.subarray(day));
    const size = after.mean - before.mean;
    const variance = (before.squares + after.squares) / Math.max(1, days - 2);
    const ratio = Math.abs(size) / Math.sqrt(variance * (1 / day + 1 / (days - day)) || 1e-30);
    if (best === undefined || ratio > best.ratio) best = { day, size, ratio };
  }
  return best !== undefined && best.ratio >= LEAST_RATIO && Math.abs(best.size) >= LEAST_STEP
    ? { day: best.day, size: best.size }
    : undefined;
}

/** Of a day without intervals that of the day before. */
function dailyShares(intervals: AreaIntervals, unaccounted: Float64Array): Float64Array {
  const { days, day, supply, count } = intervals;
  const missing = new Float64Array(days);
  const supplied = new Float64Array(days);
  for (let t = 0; t < count; t++) {
    const d = at(day, t);
    missing[d] = at(missing, d) + at(unaccounted, t);
    supplied[d] = at(supplied, d) + at(supply, t);
  }
  let last = 0;
  return missing.map((value, d) => {
    if (at(supplied, d) > 0) last = value / at(supplied, d);
    return last;
  });
}

function momentsOf(values: Float64Array): { mean: number; squares: number } {
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, squares };
}
