import { dayBegin } from '../series-workspace.ts';
import type { ValidationException } from '../validation-types.ts';
import type { RuleContext } from './rule-context.ts';

/** Puts an exception of the readings of a day. Each day is one of its own: what is said of it does not depend on how many were looked at. */
export function putDay(
  { work, found }: RuleContext,
  day: number,
  exception: Omit<ValidationException, 'fromUs' | 'toUs' | 'marks'>,
): void {
  const from = dayBegin(work, day);
  const to = (work.dayEnd[day] ?? 0) - 1;
  if (to >= from)
    found.push({
      ...exception,
      fromUs: work.tsUs[from] ?? 0,
      toUs: work.tsUs[to] ?? 0,
      marks: true,
    });
}
