import type { SeriesWorkspace } from '../series-workspace.ts';
import type { ChannelFacts, ValidationException } from '../validation-types.ts';
import type { ValidationRules } from '../validation-rules.ts';

/** What a rule is given: the series in its workspace, summed up by day, and where it puts what it finds. */
export interface RuleContext {
  readonly work: SeriesWorkspace;
  readonly facts: ChannelFacts;
  readonly rules: ValidationRules;
  readonly found: ValidationException[];
}

/** First of the days that are compared with a day, itself included. */
export const windowBegin = ({ rules }: RuleContext, day: number): number =>
  Math.max(0, day - rules.history_days + 1);

/** A step of 0.1 is not quite that. */
const ROUNDING = 1e-6;

/** Resolution of the register: the power of ten below the smallest step that the days up to this one show. */
export function quantumAt(
  { work, rules }: Pick<RuleContext, 'work' | 'rules'>,
  day: number,
): number {
  let quantum = Infinity;
  for (let k = Math.max(0, day - rules.history_days + 1); k <= day; k++)
    quantum = Math.min(quantum, work.quantum[k] ?? Infinity);
  return Number.isFinite(quantum) ? 10 ** Math.floor(Math.log10(quantum) + ROUNDING) : quantum;
}
