import { median, robustDeviation } from '@verimeter/statistics';
import { DAY_US, type RegisterHistory } from './register-history.ts';

/** Days of the balance before the register stood still, at most and at least. */
const MOST_BEFORE = 60;
const LEAST_BEFORE = 14;
/** More than this (log) no balance says of one home: other things happen in a district too. */
const MOST_EVIDENCE = 5;
/** Days that follow each other in a balance resemble each other: so much of what each says is new. */
const NEW_PER_DAY = 0.7;

/** What of the home's usual use shows in the balance of its district while its register stands still. */
export interface ResidualGrowth {
  /** Share of the usual use (1: all of it is missing in the sum), and its standard error. */
  readonly share: number;
  readonly shareSe: number;
  /** Log of how much likelier that is with a stopped meter than with an empty home. */
  readonly evidence: number;
}

/**
 * Supply less the sum of the consumers in each interval, m3, against the shape of the home's usual day: leakage and what else is not metered keep
 * their own shape, so that only what has come since counts. Undefined where it cannot tell.
 */
export function residualGrowth(
  residual: Float64Array,
  history: RegisterHistory,
  spell: { readonly from: number; readonly to: number },
): ResidualGrowth | undefined {
  const perDay = Math.round(DAY_US / history.stepUs);
  if (perDay < 12) return undefined;
  const usual = usualDay(history, spell.from, perDay);
  if (usual === undefined) return undefined;
  const mean = usual.reduce((a, b) => a + b, 0) / perDay;
  const shape = usual.map((value) => value - mean);
  const power = shape.reduce((sum, value) => sum + value * value, 0);
  if (power <= 0) return undefined;
  // Share of the usual use that each day's balance shows, by its shape alone.
  const shareOf = (start: number): number => {
    let sum = 0;
    let level = 0;
    for (let h = 0; h < perDay; h++) level += residual[start + h] as number;
    for (let h = 0; h < perDay; h++)
      sum +=
        (shape[(start + h) % perDay] as number) *
        ((residual[start + h] as number) - level / perDay);
    return sum / power;
  };
  const before: number[] = [];
  for (
    let start = spell.from + 1 - perDay;
    start > 0 && before.length < MOST_BEFORE;
    start -= perDay
  ) {
    const share = shareOf(start);
    if (Number.isFinite(share)) before.push(share);
  }
  const after: number[] = [];
  for (let start = spell.from + 1; start + perDay - 1 <= spell.to; start += perDay) {
    const share = shareOf(start);
    if (Number.isFinite(share)) after.push(share);
  }
  if (before.length < LEAST_BEFORE || after.length === 0) return undefined;
  const sd = robustDeviation(before);
  if (!(sd > 0)) return undefined;
  // the home's own days vary as well, by about their mean
  const daySd = Math.hypot(sd, 0.7);
  const share = median(after) - median(before);
  const error = (deviation: number): number =>
    1.2533 *
    deviation *
    Math.sqrt(1 / (NEW_PER_DAY * after.length) + 1 / (NEW_PER_DAY * before.length));
  const [absent, stopped] = [error(sd), error(daySd)];
  const log =
    Math.log(absent / stopped) - 0.5 * ((share - 1) / stopped) ** 2 + 0.5 * (share / absent) ** 2;
  return {
    share,
    shareSe: absent,
    evidence: Math.max(-MOST_EVIDENCE, Math.min(MOST_EVIDENCE, log)),
  };
}

/** Mean m3 of each interval of the day, counted from grid point 0, before a point. */
function usualDay(
  { points, amounts }: RegisterHistory,
  until: number,
  perDay: number,
): Float64Array | undefined {
  const sums = new Float64Array(perDay);
  const counts = new Float64Array(perDay);
  for (let i = 1; i < points.length; i++) {
    const point = points[i] as number;
    if (point > until) break;
    if (point - (points[i - 1] as number) !== 1 || !Number.isFinite(amounts[i])) continue;
    sums[point % perDay] = (sums[point % perDay] as number) + (amounts[i] as number);
    counts[point % perDay] = (counts[point % perDay] as number) + 1;
  }
  return counts.every((count) => count >= LEAST_BEFORE)
    ? sums.map((sum, h) => sum / (counts[h] as number))
    : undefined;
}
