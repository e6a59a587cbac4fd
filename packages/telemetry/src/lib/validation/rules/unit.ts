import { medianOver } from '../day-statistics.ts';
import { QUALITY } from '../quality-codes.ts';
import { findQuantity } from '../../quantities.ts';
import { sameUnit } from '../../units.ts';
import { putDay } from './day-span.ts';
import { type RuleContext, windowBegin } from './rule-context.ts';

const LEAST_DAYS = 3;

/** A unit that the quantity does not have, or registers that count far more than the meter can pass, day by day: watt-hours, litres. */
export function checkUnit(context: RuleContext): void {
  const { work, facts, rules } = context;
  const { severity, ratio } = rules.unit;
  const known = findQuantity(facts.quantity);
  const units = known === undefined ? [] : [known.unit, ...(known.alternativeUnits ?? [])];
  if (known !== undefined && !units.some((unit) => sameUnit(unit, facts.unit))) {
    for (let day = 0; day < work.days; day++)
      putDay(context, day, {
        rule: 'unit',
        severity,
        code: QUALITY.failed,
        value: Number.NaN,
        expected: Number.NaN,
      });
    return;
  }
  if (facts.kind !== 'register' || facts.maximumRate === undefined) return;
  const limit = ratio * facts.maximumRate;
  for (let day = LEAST_DAYS - 1; day < work.days; day++) {
    if ((work.highest[day] ?? 0) <= limit) continue;
    const from = windowBegin(context, day);
    const value = medianOver(work.highest, from, day + 1, (k) => (work.highest[k] ?? 0) > 0);
    if (value > limit)
      putDay(context, day, {
        rule: 'unit',
        severity,
        code: QUALITY.failed,
        value,
        expected: facts.maximumRate,
      });
  }
}
