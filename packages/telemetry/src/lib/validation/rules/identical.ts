import { isWhole } from '../day-statistics.ts';
import { QUALITY } from '../quality-codes.ts';
import { dayOf, HOUR_US } from '../series-workspace.ts';
import { putDay } from './day-span.ts';
import { quantumAt, type RuleContext, windowBegin } from './rule-context.ts';

/** Differences of floating-point numbers that are the same amount. */
const SAME = 1e-6;
/** Quantities that stand still by themselves. */
const STILL: ReadonlySet<string> = new Set(['battery', 'rssi', 'frequency', 'power_factor']);
/** A total of fewer steps of the register is the same now and then: this many times those of an interval. */
const DAY_QUANTA = 10;
/** So many times longer a value stays that is the lowest one: a detection limit. */
const FLOOR = 7;
/** Fewer readings with one value are chance, however far apart. */
const LEAST_READINGS = 4;

/** Consumption that repeats itself, or a value that does not move any more. */
export function findIdentical(context: RuleContext): void {
  if (context.facts.kind === 'register') {
    findSameAmounts(context);
    findSameDays(context);
  } else if (!STILL.has(context.facts.quantity)) findStillValues(context);
}

function findSameAmounts(context: RuleContext): void {
  const { work, rules, found } = context;
  const { intervals, least_quanta, severity } = rules.identical;
  const { count, amount, stepUs, tsUs } = work;
  const put = (first: number, end: number): void => {
    if (end - first < intervals) return;
    const value = amount[first] ?? 0;
    const day = dayOf(tsUs[end - 1] ?? 0) - work.firstDay;
    if (value < least_quanta * quantumAt(context, day)) return;
    found.push({
      rule: 'identical',
      severity,
      code: QUALITY.staticData,
      fromUs: tsUs[first] ?? 0,
      toUs: tsUs[end - 1] ?? 0,
      marks: true,
      value,
      expected: intervals,
    });
  };
  let first = 1;
  for (let k = 2; k <= count; k++) {
    const isSame =
      k < count &&
      Math.abs((amount[k] ?? 0) - (amount[first] ?? 0)) < SAME &&
      stepUs[k] === stepUs[first];
    if (isSame) continue;
    if (k - first >= intervals && (amount[first] ?? 0) > SAME) put(first, k);
    first = k;
  }
}

function findSameDays(context: RuleContext): void {
  const { work, rules } = context;
  const { days, least_quanta, severity } = rules.identical;
  let same = 1;
  for (let day = 1; day < work.days; day++) {
    const value = work.usage[day] ?? 0;
    const isSame =
      isWhole(work, day) &&
      isWhole(work, day - 1) &&
      Math.abs(value - (work.usage[day - 1] ?? 0)) < SAME;
    same = isSame ? same + 1 : 1;
    if (same < days || value < DAY_QUANTA * least_quanta * quantumAt(context, day)) continue;
    putDay(context, day, {
      rule: 'identical',
      severity,
      code: QUALITY.staticData,
      value,
      expected: days,
    });
  }
}

function findStillValues(context: RuleContext): void {
  const { work, rules, found } = context;
  const { hours, severity } = rules.identical;
  const { count, value, tsUs } = work;
  let first = 0;
  let seenUs = 0;
  for (let k = 1; k <= count; k++) {
    if (k < count && value[k] === value[first]) {
      seenUs += seenBefore(context, k);
      continue;
    }
    const fromUs = tsUs[first] ?? 0;
    const toUs = tsUs[k - 1] ?? 0;
    if (
      k - first >= LEAST_READINGS &&
      seenUs >= hours * HOUR_US &&
      isStill(context, value[first] ?? 0, toUs, seenUs)
    )
      found.push({
        rule: 'identical',
        severity,
        code: QUALITY.staticData,
        fromUs,
        toUs,
        marks: true,
        value: value[first] ?? 0,
        expected: hours,
      });
    first = k;
    seenUs = 0;
  }
}

/** Time since the reading before; where readings are missing between the two nobody saw the value. */
function seenBefore({ work, rules }: RuleContext, k: number): number {
  const stepUs = work.stepUs[k] ?? 0;
  const usualUs = work.usualUs[dayOf(work.tsUs[k] ?? 0) - work.firstDay] ?? Number.NaN;
  return stepUs <= rules.gap.ratio * usualUs ? stepUs : 0;
}

/** Nothing, or the least that an instrument shows, stays for long by itself. */
function isStill(context: RuleContext, value: number, toUs: number, seenUs: number): boolean {
  const { work, rules } = context;
  if (value === 0) return false;
  if (seenUs >= FLOOR * rules.identical.hours * HOUR_US) return true;
  const day = dayOf(toUs) - work.firstDay;
  let lowest = Infinity;
  for (let k = windowBegin(context, day); k <= day; k++)
    lowest = Math.min(lowest, work.lowest[k] ?? Infinity);
  return value > lowest;
}
