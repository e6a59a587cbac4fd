import { isWhole, medianOver } from '../day-statistics.ts';
import { QUALITY } from '../quality-codes.ts';
import { putDay } from './day-span.ts';
import { type RuleContext, windowBegin } from './rule-context.ts';

/** Days of the level before. */
const LEAST_DAYS = 7;
/** A level before that is not steady is none: its highest day over its median. */
const MOST_UNSTEADY = 4;

/**
 * Everything that a register counts is suddenly a factor of a transformer or a power of ten more or less: totals, peaks and base load alike.
 * People who come or go change peaks and totals, but not the base load by the same factor.
 */
export function findMultipliers(context: RuleContext): void {
  const { work, rules } = context;
  const { days, factors, tolerance, severity } = rules.multiplier;
  for (let day = LEAST_DAYS + days - 1; day < work.days; day++) {
    const split = day - days + 1;
    // cheap: the total of the last day and of the first one before
    const ratio = (work.usage[day] ?? 0) / (work.usage[split - 1] ?? 0);
    if (!(ratio > 3 || ratio < 1 / 3)) continue;
    const from = windowBegin(context, day);
    const whole = (k: number): boolean => isWhole(work, k);
    const before = medianOver(work.usage, from, split, whole);
    const after = medianOver(work.usage, split, day + 1, whole);
    const factor = nearest(after / before, factors, tolerance);
    if (factor === undefined || !isSteady(context, from, split, before)) continue;
    let isAll = true;
    for (let k = split; k <= day; k++)
      isAll &&= whole(k) && isNear((work.usage[k] ?? 0) / before, factor, 1);
    if (!isAll) continue;
    const peaks =
      medianOver(work.highest, split, day + 1, whole) /
      medianOver(work.highest, from, split, whole);
    const base = medianOver(work.lowest, from, split, whole);
    const lows = medianOver(work.lowest, split, day + 1, whole) / base;
    if (!isNear(peaks, factor, 2 * tolerance)) continue;
    // without base load whoever leaves a tap dripping looks like a smaller factor
    if (base > 0 ? !isNear(lows, factor, 2 * tolerance) : factor < 1) continue;
    putDay(context, day, {
      rule: 'multiplier',
      severity,
      code: QUALITY.failed,
      value: after / before,
      expected: factor,
    });
  }
}

const isNear = (ratio: number, factor: number, tolerance: number): boolean =>
  Math.abs(Math.log(ratio / factor)) <= Math.log1p(tolerance);

function nearest(ratio: number, factors: readonly number[], tolerance: number): number | undefined {
  let best: number | undefined;
  for (const factor of factors)
    for (const one of [factor, 1 / factor])
      if (
        isNear(ratio, one, tolerance) &&
        (best === undefined || Math.abs(Math.log(ratio / one)) < Math.abs(Math.log(ratio / best)))
      )
        best = one;
  return best;
}

function isSteady({ work }: RuleContext, from: number, to: number, median: number): boolean {
  let days = 0;
  for (let day = from; day < to; day++) {
    if (!isWhole(work, day)) continue;
    days++;
    if ((work.usage[day] ?? 0) > MOST_UNSTEADY * median) return false;
  }
  return days >= LEAST_DAYS;
}
