import { QUALITY } from '../quality-codes.ts';
import { usualSpacing } from '../day-statistics.ts';
import { DAY_US, dayBegin, dayOf, HOUR_US } from '../series-workspace.ts';
import type { ChannelFacts, ValidationSeverity } from '../validation-types.ts';
import type { RuleContext } from './rule-context.ts';

/** A spacing that is not known, and the longest that one is taken for usual: that of a register read every month. */
const UNKNOWN_US = 25 * HOUR_US;
const LONGEST_US = 32 * DAY_US;

/** Fewer readings of a day do not say how often a device sends now. */
const LEAST_READINGS = 4;

/** Readings that are missing between two, or since the last one. */
export function findGaps({ work, facts, rules, found }: RuleContext): void {
  const { ratio, severity, warning_hours, severe_hours } = rules.gap;
  const put = (fromUs: number, toUs: number, usualUs: number): void => {
    const hours = (toUs - fromUs) / HOUR_US;
    const found_severity: ValidationSeverity =
      hours >= severe_hours ? 'severe' : hours >= warning_hours ? 'warning' : severity;
    found.push({
      rule: 'gap',
      severity: found_severity,
      code: QUALITY.missing,
      fromUs,
      toUs,
      marks: false,
      value: hours,
      expected: usualUs / HOUR_US,
    });
  };
  const { count, tsUs, stepUs } = work;
  for (let day = 0; day < work.days; day++) {
    const end = work.dayEnd[day] ?? 0;
    const isDense = end - dayBegin(work, day) >= LEAST_READINGS;
    const usualUs = usualAt(work.usualUs[day], isDense ? work.spacingUs[day] : 0);
    const limit = ratio * usualUs;
    for (let k = dayBegin(work, day); k < end; k++)
      if ((stepUs[k] ?? 0) > limit && !isOfEvent(facts, tsUs[k] ?? 0, limit))
        put(tsUs[k - 1] ?? 0, tsUs[k] ?? 0, usualUs);
  }
  const lastUs = tsUs[count - 1] ?? Infinity;
  const usualUs = usualAt(
    usualSpacing(work, dayOf(work.untilUs) - work.firstDay, rules.history_days),
    0,
  );
  if (work.untilUs - lastUs > ratio * usualUs) put(lastUs, work.untilUs, usualUs);
}

/** Readings that count for nothing because of an event are no gap: they came. */
const isOfEvent = ({ events = [] }: ChannelFacts, endUs: number, limitUs: number): boolean =>
  events.some(({ after, before, tsUs }) => after?.tsUs === endUs && tsUs - before.tsUs <= limitUs);

/** A device that now sends less often has no gaps between its readings. */
function usualAt(usualUs: number | undefined, spacingUs: number | undefined): number {
  const longest = Math.max(usualUs ?? 0, Number.isNaN(spacingUs) ? 0 : (spacingUs ?? 0));
  return longest > 0 ? Math.min(longest, LONGEST_US) : UNKNOWN_US;
}
