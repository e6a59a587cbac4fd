import type { EstimatedSpan } from './rules/prolonged-estimation.ts';
import { dayOf, DAY_US, HOUR_US, type SeriesWorkspace } from './series-workspace.ts';
import { firstFrom } from './take-series.ts';
import type { ValidationRules } from './validation-rules.ts';
import type { ChannelFacts } from './validation-types.ts';

/** Goes up when the same readings and rules make other estimates. */
export const ESTIMATION_MODEL = 'gaps-1';

export const ESTIMATION_METHODS = ['linear', 'weekday_profile'] as const;
export type EstimationMethod = (typeof ESTIMATION_METHODS)[number];

/** A value for an instant without a reading that can be used. */
export interface EstimatedValue {
  readonly tsUs: number;
  readonly value: number;
  readonly method: EstimationMethod;
}

/** Digits that registers have at most: what is estimated has no more. */
const DECIMALS = 1e6;
/** Weeks before whose days the profile is taken from. */
const WEEKS = 4;

/**
 * Values for the instants at which a device would have sent between two readings: of a register along a line, or along the profile of the
 * same weekday scaled so that the last interval ends at the reading that follows; of other quantities along a line, for short gaps only.
 * Gaps that end by `fromUs` are left out. `spans`: what was estimated, from reading to reading. The workspace is that of `validateSeries`.
 */
export function estimateGaps(
  work: SeriesWorkspace,
  facts: ChannelFacts,
  rules: ValidationRules,
  fromUs: number,
): { readonly values: EstimatedValue[]; readonly spans: EstimatedSpan[] } {
  const values: EstimatedValue[] = [];
  const spans: EstimatedSpan[] = [];
  const { linear_hours, most_hours, enabled } = rules.estimation;
  if (!enabled) return { values, spans };
  const isRegister = facts.kind === 'register';
  let last = -1;
  for (let k = 0; k < work.count; k++) {
    if (Number.isNaN(work.value[k])) continue;
    const before = last;
    last = k;
    const toUs = work.tsUs[k] ?? 0;
    if (before < 0 || toUs <= fromUs) continue;
    const beforeUs = work.tsUs[before] ?? 0;
    const lengthUs = toUs - beforeUs;
    const day = dayOf(toUs);
    const spacingUs = work.usualUs[day - work.firstDay] ?? Number.NaN;
    const historyUs = (day + 1 - rules.history_days) * DAY_US;
    if (!(lengthUs > rules.gap.ratio * spacingUs) || lengthUs > most_hours * HOUR_US) continue;
    const isShort = lengthUs <= linear_hours * HOUR_US;
    const amount = isRegister
      ? (work.amount[k] ?? Number.NaN)
      : (work.value[k] ?? 0) - (work.value[before] ?? 0);
    // what a register counted across a swap is not known; of a value nothing is known after hours
    if ((isRegister && !(amount >= 0)) || (!isRegister && !isShort)) continue;
    const gap = { before, beforeUs, toUs, spacingUs, amount, historyUs };
    const shape = isRegister && !isShort ? weekdayShape(work, gap) : undefined;
    put(work, gap, shape, values);
    spans.push({ fromUs: beforeUs, toUs });
  }
  return { values, spans };
}

interface Gap {
  readonly before: number;
  readonly beforeUs: number;
  readonly toUs: number;
  readonly spacingUs: number;
  readonly amount: number;
  /** Readings before it are not looked at. */
  readonly historyUs: number;
}

/** Values at whole spacings after the reading before, but for one at the reading that follows. */
function put(
  { value }: SeriesWorkspace,
  gap: Gap,
  shape: Float64Array | undefined,
  values: EstimatedValue[],
): void {
  const start = value[gap.before] ?? 0;
  const steps = stepsOf(gap);
  const method = shape === undefined ? 'linear' : 'weekday_profile';
  for (let step = 1; step < steps; step++) {
    const tsUs = gap.beforeUs + step * gap.spacingUs;
    const share = shape?.[step] ?? (tsUs - gap.beforeUs) / (gap.toUs - gap.beforeUs);
    const estimate = Math.round((start + gap.amount * share) * DECIMALS) / DECIMALS;
    values.push({ tsUs, value: estimate, method });
  }
}

/** Intervals of the gap: the last one is the longer for what is left. */
const stepsOf = ({ beforeUs, toUs, spacingUs }: Gap): number =>
  Math.max(1, Math.floor((toUs - beforeUs) / spacingUs + 0.5));

/**
 * Share of the amount that is counted by the end of each interval, as on the same weekdays of the weeks before; undefined: nothing is
 * known of them, or nothing was counted.
 */
function weekdayShape(work: SeriesWorkspace, gap: Gap): Float64Array | undefined {
  const steps = stepsOf(gap);
  const shape = new Float64Array(steps + 1);
  let known = 0;
  let sum = 0;
  for (let step = 1; step <= steps; step++) {
    const usual = usualAmount(work, gap, gap.beforeUs + step * gap.spacingUs);
    shape[step] = usual;
    if (Number.isNaN(usual)) continue;
    known++;
    sum += usual;
  }
  if (!(sum > 0)) return undefined;
  let total = 0;
  for (let step = 1; step <= steps; step++) {
    const usual = shape[step] ?? Number.NaN;
    total += Number.isNaN(usual) ? sum / known : usual;
    shape[step] = total;
  }
  for (let step = 1; step <= steps; step++) shape[step] = (shape[step] ?? 0) / total;
  return shape;
}

/** What was counted on average in the same interval of the weeks before; NaN: it is not known. */
function usualAmount(work: SeriesWorkspace, gap: Gap, endUs: number): number {
  let sum = 0;
  let weeks = 0;
  for (let week = 1; week <= WEEKS; week++) {
    const sameUs = endUs - week * 7 * DAY_US;
    if (sameUs > gap.beforeUs || sameUs - gap.spacingUs < gap.historyUs) continue;
    const counted = countedBetween(work, sameUs - gap.spacingUs, sameUs);
    if (Number.isNaN(counted)) continue;
    sum += counted;
    weeks++;
  }
  return weeks === 0 ? Number.NaN : sum / weeks;
}

/** What was counted by readings after one instant, up to another one; NaN where there is none. */
function countedBetween(work: SeriesWorkspace, fromUs: number, toUs: number): number {
  let sum = Number.NaN;
  const longestUs = 1.5 * (toUs - fromUs);
  for (let k = firstFrom(work.tsUs, work.count, fromUs + 1); k < work.count; k++) {
    if ((work.tsUs[k] ?? Infinity) > toUs) break;
    const amount = work.amount[k] ?? 0;
    if (amount >= 0 && (work.stepUs[k] ?? Infinity) <= longestUs)
      sum = (Number.isNaN(sum) ? 0 : sum) + amount;
  }
  return sum;
}
