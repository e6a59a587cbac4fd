import { QUALITY } from '../quality-codes.ts';
import { putDay } from './day-span.ts';
import type { RuleContext } from './rule-context.ts';

/** Registers of what flows against the usual direction. Export of energy is none: that is what it is for. */
const REVERSE: ReadonlySet<string> = new Set(['water_volume_reverse']);

/** A day on which water flowed back: a meter mounted the wrong way round, or a check valve that does not close. */
export function findReverseFlow(context: RuleContext): void {
  const { work, facts, rules } = context;
  if (!REVERSE.has(facts.quantity)) return;
  const { severity, least } = rules.reverse_flow;
  for (let day = 0; day < work.days; day++) {
    const value = work.usage[day] ?? 0;
    if (value >= least)
      putDay(context, day, {
        rule: 'reverse_flow',
        severity,
        code: QUALITY.reverseRotation,
        value,
        expected: least,
      });
  }
}
