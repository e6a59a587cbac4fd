import { isWhole, medianOver } from '../day-statistics.ts';
import { QUALITY } from '../quality-codes.ts';
import { HOUR_US } from '../series-workspace.ts';
import { putDay } from './day-span.ts';
import { quantumAt, type RuleContext, windowBegin } from './rule-context.ts';

/** Days of the level before. */
const LEAST_DAYS = 7;
/** A level before that is not steady is none: its highest day over its median. */
const MOST_UNSTEADY = 4;
/** Days, peaks and base load differ from the usual ones by up to this by themselves: twice or half of it. */
const DAY_TO_DAY = 1;

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
    const ratios = after / before;
    let isAll = true;
    for (let k = split; k <= day; k++)
      isAll &&= whole(k) && isNear((work.usage[k] ?? 0) / before, ratios, DAY_TO_DAY);
    if (!isAll) continue;
    const peaks =
      medianOver(work.highest, split, day + 1, whole) /
      medianOver(work.highest, from, split, whole);
    if (!isNear(peaks, ratios, DAY_TO_DAY) || !isBaseToo(context, split, day, factor)) continue;
    putDay(context, day, {
      rule: 'multiplier',
      severity,
      code: QUALITY.failed,
      value: ratios,
      expected: factor,
    });
  }
}

/** Whether the lowest rates of the days changed like that: people who come or go do not change what is always on. */
function isBaseToo(context: RuleContext, split: number, day: number, factor: number): boolean {
  const { work } = context;
  const from = windowBegin(context, day);
  const whole = (k: number): boolean => isWhole(work, k);
  const base = medianOver(work.lowest, from, split, whole);
  const lows = medianOver(work.lowest, split, day + 1, whole);
  // without base load whoever leaves a tap dripping looks like a smaller factor
  if (!(base > 0)) return factor > 1;
  const stepPerHour = (quantumAt(context, day) * HOUR_US) / (work.usualUs[day] ?? Number.NaN);
  if (factor < 1 && base * factor < stepPerHour)
    return lows <= stepPerHour && base > 2 * stepPerHour;
  return isNear(lows / base, factor, DAY_TO_DAY);
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
