import { QUALITY } from '../quality-codes.ts';
import { dayBegin } from '../series-workspace.ts';
import { type RuleContext, windowBegin } from './rule-context.ts';
import { putDay } from './day-span.ts';

/** Fewer readings do not say how often a device sends. */
const LEAST_READINGS = 4;

/**
 * Intervals of another size than usual: a day of another one, or single readings between those of a device that keeps to its
 * steps. A device that sends when it likes has no interval size.
 */
export function checkIntervalSize(context: RuleContext): void {
  const { work, rules } = context;
  const { tolerance, steady_share: share } = rules.interval_size;
  countOdd(context);
  let odd = 0;
  for (let day = 0; day < work.days; day++) {
    odd += work.odd[day] ?? 0;
    const gone = day - rules.history_days;
    if (gone >= 0) odd -= work.odd[gone] ?? 0;
    const begin = dayBegin(work, day);
    const end = work.dayEnd[day] ?? 0;
    if (end === begin) continue;
    const usualUs = work.usualUs[day] ?? Number.NaN;
    const spacingUs = work.spacingUs[day] ?? Number.NaN;
    if (end - begin >= LEAST_READINGS && Math.abs(spacingUs / usualUs - 1) > tolerance) {
      putDay(context, day, {
        rule: 'interval_size',
        severity: rules.interval_size.severity,
        code: spacingUs > usualUs ? QUALITY.longInterval : QUALITY.partialInterval,
        value: spacingUs / 1e6,
        expected: usualUs / 1e6,
      });
      continue;
    }
    const readings = end - dayBegin(work, windowBegin(context, day));
    if ((work.odd[day] ?? 0) > 0 && odd <= (1 - share) * readings) putOdd(context, day, usualUs);
  }
}

function countOdd({ work, rules }: RuleContext): void {
  const { tolerance } = rules.interval_size;
  for (let day = 0; day < work.days; day++) {
    // of the day itself: so it does not depend on the days before
    const spacingUs = work.spacingUs[day] ?? Number.NaN;
    const end = work.dayEnd[day] ?? 0;
    let odd = 0;
    for (let k = dayBegin(work, day); k < end; k++) {
      const step = work.stepUs[k] ?? 0;
      if (step !== spacingUs && isOdd(step / spacingUs, tolerance)) odd++;
    }
    work.odd[day] = odd;
  }
}

const isOdd = (steps: number, tolerance: number): boolean =>
  Math.abs(steps - Math.max(1, Math.round(steps))) > tolerance;

/** Readings that follow each other are one exception. */
function putOdd({ work, rules, found }: RuleContext, day: number, usualUs: number): void {
  const { tolerance, severity } = rules.interval_size;
  const end = work.dayEnd[day] ?? 0;
  let last = -1;
  for (let k = dayBegin(work, day); k < end; k++) {
    const step = work.stepUs[k] ?? 0;
    if (!isOdd(step / usualUs, tolerance)) continue;
    const atUs = work.tsUs[k] ?? 0;
    const before = found.at(-1);
    if (last === k - 1 && last >= 0 && before !== undefined)
      found[found.length - 1] = { ...before, toUs: atUs };
    else
      found.push({
        rule: 'interval_size',
        severity,
        code: step > usualUs ? QUALITY.longInterval : QUALITY.partialInterval,
        fromUs: atUs,
        toUs: atUs,
        marks: true,
        value: step / 1e6,
        expected: usualUs / 1e6,
      });
    last = k;
  }
}
