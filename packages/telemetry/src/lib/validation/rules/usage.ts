import { isWhole } from '../day-statistics.ts';
import { QUALITY } from '../quality-codes.ts';
import { putDay } from './day-span.ts';
import { type RuleContext, windowBegin } from './rule-context.ts';

/** Days without which it is not known what is usual, for a day without usage. */
const LEAST_DAYS = 7;
/** More of them lately, and one more is no news: a holiday home, or what `consecutive_zero` is about. */
const MOST_IDLE = 2;

/** A day far above or below the average of the days before it, or without any usage. */
export function compareUsage(context: RuleContext): void {
  const { work, rules } = context;
  const { high_usage: high, low_usage: low, zero } = rules;
  for (let day = 1; day < work.days; day++) {
    if (!isWhole(work, day)) continue;
    let sum = 0;
    let days = 0;
    let idle = 0;
    for (let k = windowBegin(context, day); k < day; k++) {
      if (!isWhole(work, k)) continue;
      const usage = work.usage[k] ?? 0;
      sum += usage;
      days++;
      if (usage === 0) idle++;
    }
    if (sum <= 0) continue;
    const expected = sum / days;
    const value = work.usage[day] ?? 0;
    if (value === 0) {
      if (zero.enabled && days >= LEAST_DAYS && idle <= MOST_IDLE)
        putDay(context, day, {
          rule: 'zero',
          severity: zero.severity,
          code: QUALITY.zeroUsage,
          value,
          expected,
        });
    } else if (high.enabled && days >= high.least_days && value > high.ratio * expected)
      putDay(context, day, {
        rule: 'high_usage',
        severity: high.severity,
        code: QUALITY.usageAbovePercent,
        value,
        expected,
      });
    else if (low.enabled && days >= low.least_days && value < low.ratio * expected)
      putDay(context, day, {
        rule: 'low_usage',
        severity: low.severity,
        code: QUALITY.usageBelowPercent,
        value,
        expected,
      });
  }
}
