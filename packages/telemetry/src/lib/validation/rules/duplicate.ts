import { QUALITY } from '../quality-codes.ts';
import { dayBegin } from '../series-workspace.ts';
import type { RuleContext } from './rule-context.ts';

/** A second value for an instant, or the same reading again shortly after. */
export function findDuplicates({ work, facts, rules, found }: RuleContext): void {
  const { severity, share } = rules.duplicate;
  const put = (fromUs: number, toUs: number, value: number, expected: number): void => {
    found.push({
      rule: 'duplicate',
      severity,
      code: QUALITY.suspect,
      fromUs,
      toUs,
      marks: true,
      value,
      expected,
    });
  };
  const { tsUs, value, stepUs } = work;
  for (const atUs of facts.conflictsUs ?? []) put(atUs, atUs, 0, Number.NaN);
  for (let day = 0; day < work.days; day++) {
    const limit = share * (work.usualUs[day] ?? 0);
    const end = work.dayEnd[day] ?? 0;
    for (let k = dayBegin(work, day); k < end; k++)
      if ((stepUs[k] ?? Infinity) < limit && value[k] === value[k - 1])
        put(tsUs[k] ?? 0, tsUs[k] ?? 0, (stepUs[k] ?? 0) / 1e6, (work.usualUs[day] ?? 0) / 1e6);
  }
}
