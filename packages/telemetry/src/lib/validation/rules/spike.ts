import { QUALITY } from '../quality-codes.ts';
import { dayBegin, HOUR_US } from '../series-workspace.ts';
import { quantumAt, type RuleContext, windowBegin } from './rule-context.ts';

/** Days without which it is not known what is usual. */
const LEAST_DAYS = 7;
/** Steps of the register that are nothing yet. */
const LEAST_QUANTA = 3;

/**
 * One reading far above everything else of the days looked back: (peak - third peak) / third peak, the check of the California VEE rules, over days
 * instead of one, because a kettle is the peak of a day. Of instantaneous values what juts out from both beside it is compared.
 */
export function findSpikes(context: RuleContext): void {
  const { work, facts, rules, found } = context;
  const isRegister = facts.kind === 'register';
  const { severity, register_ratio, instant_ratio } = rules.spike;
  const ratio = 1 + (isRegister ? register_ratio : instant_ratio);
  for (let day = LEAST_DAYS; day < work.days; day++) {
    const peak = work.highest[day] ?? 0;
    if (peak <= ratio * (work.third[day] ?? 0)) continue;
    const third = thirdPeak(context, day);
    if (third <= 0 || peak <= ratio * third) continue;
    const spacingUs = work.spacingUs[day] ?? Number.NaN;
    const least = isRegister
      ? third + (LEAST_QUANTA * quantumAt(context, day) * HOUR_US) / spacingUs
      : third;
    for (let k = dayBegin(work, day); k < (work.dayEnd[day] ?? 0); k++) {
      const value = rateAt(context, k, spacingUs);
      if (value <= ratio * third || value <= least) continue;
      const atUs = work.tsUs[k] ?? 0;
      found.push({
        rule: 'spike',
        severity,
        code: QUALITY.failed,
        fromUs: atUs,
        toUs: atUs,
        marks: true,
        value,
        expected: third,
      });
    }
  }
}

/** Per hour, as the highest ones of a day are; how far a value juts out as it is. */
function rateAt({ work, facts }: RuleContext, k: number, spacingUs: number): number {
  const amount = work.amount[k] ?? 0;
  return facts.kind === 'register'
    ? (amount * HOUR_US) / Math.max(work.stepUs[k] ?? 0, spacingUs)
    : amount;
}

function thirdPeak(context: RuleContext, day: number): number {
  const { work } = context;
  let first = 0;
  let second = 0;
  let third = 0;
  const take = (value: number): void => {
    if (value > first) [first, second, third] = [value, first, second];
    else if (value > second) [second, third] = [value, second];
    else if (value > third) third = value;
  };
  for (let k = windowBegin(context, day); k <= day; k++) {
    take(work.highest[k] ?? 0);
    take(work.second[k] ?? 0);
    take(work.third[k] ?? 0);
  }
  return third;
}
