import { QUALITY } from '../quality-codes.ts';
import { dayBegin, HOUR_US } from '../series-workspace.ts';
import type { RuleContext } from './rule-context.ts';

/** More than the meter can pass: its maximum current at the highest voltage, its overload flow. */
export function checkRating({ work, facts, rules, found }: RuleContext): void {
  const { ratio, severity } = rules.rating;
  const { maximumRate } = facts;
  if (maximumRate === undefined) return;
  const limit = ratio * maximumRate;
  for (let day = 0; day < work.days; day++) {
    if ((work.highest[day] ?? 0) <= limit) continue;
    const spacingUs = work.spacingUs[day] ?? Number.NaN;
    const end = work.dayEnd[day] ?? 0;
    for (let k = dayBegin(work, day); k < end; k++) {
      const value = ((work.amount[k] ?? 0) * HOUR_US) / Math.max(work.stepUs[k] ?? 0, spacingUs);
      if (!(value > limit)) continue;
      const atUs = work.tsUs[k] ?? 0;
      const last = found.at(-1);
      // readings that follow each other are one exception, with the highest of them
      if (last?.rule === 'rating' && last.toUs === work.tsUs[k - 1])
        found[found.length - 1] = { ...last, toUs: atUs, value: Math.max(last.value, value) };
      else
        found.push({
          rule: 'rating',
          severity,
          code: QUALITY.usageAbove,
          fromUs: atUs,
          toUs: atUs,
          marks: true,
          value,
          expected: maximumRate,
        });
    }
  }
}
