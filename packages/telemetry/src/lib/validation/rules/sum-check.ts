import { isWhole, medianOver } from '../day-statistics.ts';
import { QUALITY } from '../quality-codes.ts';
import { dayOf, HOUR_US, type SeriesWorkspace } from '../series-workspace.ts';
import type { SeriesColumns } from '../validation-types.ts';
import { putDay } from './day-span.ts';
import { quantumAt, type RuleContext, windowBegin } from './rule-context.ts';

/** Days that say how far register and profile are usually apart. */
const LEAST_DAYS = 7;
/** A profile that covers less of a day than the register says nothing. */
const LEAST_COVERAGE = 0.98;
/** A value of the profile stands for this many of the usual intervals at most. */
const LONGEST_STEP = 1.5;

/** What the register counted in a day against the sum of the intervals that the same device measured. */
export function checkSums(context: RuleContext): void {
  const { work, facts, rules } = context;
  const { tolerance_percent, tolerance_quanta, spread_ratio, severity } = rules.sum_check;
  if (facts.profile === undefined) return;
  const { sums, coveredUs } = sumsOfDays(facts.profile, work);
  const off = new Float64Array(work.days).fill(Number.NaN);
  for (let day = 0; day < work.days; day++) {
    const usage = work.usage[day] ?? 0;
    const registerUs = work.coveredUs[day] ?? 0;
    if (!isWhole(work, day) || (coveredUs[day] ?? 0) < LEAST_COVERAGE * registerUs) continue;
    const expected = sums[day] ?? 0;
    off[day] = Math.abs(usage - expected);
    const from = windowBegin(context, day);
    let days = 0;
    for (let k = from; k < day; k++) if (!Number.isNaN(off[k])) days++;
    if (days < LEAST_DAYS) continue;
    const usual = medianOver(off, from, day, (k) => !Number.isNaN(off[k]));
    const limit = Math.max(
      (tolerance_percent / 100) * Math.max(usage, expected),
      tolerance_quanta * quantumOrZero(context, day),
      spread_ratio * usual,
    );
    if ((off[day] ?? 0) > limit)
      putDay(context, day, {
        rule: 'sum_check',
        severity,
        code: QUALITY.failed,
        value: usage,
        expected,
      });
  }
}

function quantumOrZero(context: RuleContext, day: number): number {
  const quantum = quantumAt(context, day);
  return Number.isFinite(quantum) ? quantum : 0;
}

/** Rates per hour times the time since the one before, by day. */
function sumsOfDays(
  { length, tsUs, value }: SeriesColumns,
  { firstDay, days, usualUs }: SeriesWorkspace,
) {
  const sums = new Float64Array(days);
  const coveredUs = new Float64Array(days);
  let beforeUs = Number.NaN;
  for (let k = 0; k < length; k++) {
    const rate = value[k] ?? Number.NaN;
    const atUs = tsUs[k] ?? 0;
    const day = dayOf(atUs) - firstDay;
    const stepUs = atUs - beforeUs;
    beforeUs = atUs;
    if (
      day < 0 ||
      day >= days ||
      Number.isNaN(rate) ||
      !(stepUs > 0 && stepUs <= LONGEST_STEP * (usualUs[day] ?? 0))
    )
      continue;
    sums[day] = (sums[day] ?? 0) + (rate * stepUs) / HOUR_US;
    coveredUs[day] = (coveredUs[day] ?? 0) + stepUs;
  }
  return { sums, coveredUs };
}
