import { QUALITY } from '../quality-codes.ts';
import { HOUR_US } from '../series-workspace.ts';
import type { RuleContext } from './rule-context.ts';

/** A register that does not count for long. */
export function findZeroRuns({ work, rules, found }: RuleContext): void {
  const { severity, hours } = rules.consecutive_zero;
  const { count, amount, tsUs } = work;
  const put = (first: number, end: number): void => {
    const lengthUs = (tsUs[end - 1] ?? 0) - (tsUs[first - 1] ?? Infinity);
    if (lengthUs < hours * HOUR_US) return;
    found.push({
      rule: 'consecutive_zero',
      severity,
      code: QUALITY.zeroUsage,
      fromUs: tsUs[first] ?? 0,
      toUs: tsUs[end - 1] ?? 0,
      marks: true,
      value: lengthUs / HOUR_US,
      expected: hours,
    });
  };
  let first = -1;
  for (let k = 1; k < count; k++) {
    if (amount[k] === 0) {
      if (first < 0) first = k;
    } else if (first >= 0) {
      put(first, k);
      first = -1;
    }
  }
  if (first >= 0) put(first, count);
}
