import { QUALITY } from '../quality-codes.ts';
import type { RuleContext } from './rule-context.ts';

/** Digits that differences of floating-point numbers have by themselves. */
const NOISE = 1e-9;

/** A register that shows less than before, and no event explains it. */
export function findFalls({ work, rules, found }: RuleContext): void {
  const { count, amount, tsUs } = work;
  for (let k = 1; k < count; k++) {
    const value = amount[k] ?? 0;
    if (!(value < -NOISE)) continue;
    const atUs = tsUs[k] ?? 0;
    found.push({
      rule: 'negative',
      severity: rules.negative.severity,
      code: QUALITY.reverseRotation,
      fromUs: atUs,
      toUs: atUs,
      marks: true,
      value,
      expected: 0,
    });
  }
}
