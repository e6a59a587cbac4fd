import { mean, median } from '@verimeter/statistics';
import { DAY_US, type RegisterHistory } from './register-history.ts';

/**
 * Windows whose smallest volume of the day is looked at, and days up to as-of in which none may be quiet: people get up at night, so that a
 * longer window says less.
 */
const WINDOWS = [
  { hours: 1, days: 7 },
  { hours: 2, days: 7 },
  { hours: 3, days: 14 },
  { hours: 6, days: 28 },
] as const;
/** Least flow that is told, and how finely the register must show it in a window, m3/h. */
const LEAST_FLOW = 0.001;
const COARSEST = 0.005;
/** A connection that always took so much, m3/h, may serve many people or a process: there the smallest flows must be steady. */
const LARGE_MEAN = 0.06;
/** How far the smallest flows of the days of one leak differ, on average, over their median. */
const STEADY = 0.3;

export interface ContinuousFlow {
  readonly litresPerHour: number;
  /** Grid point since which no window of the day was quiet. */
  readonly since: number;
  readonly days: number;
  /** Whether it has been so since the first reading. */
  readonly fromStart: boolean;
}

/**
 * Water that never stops flowing at one customer, day after day up to the last reading: a leak behind the meter. Its rate is that of the
 * quietest window of each day. Undefined where there is none, or the register is too coarse to tell.
 */
export function continuousFlow(history: RegisterHistory): ContinuousFlow | undefined {
  const { points, amounts, stepUs, quantum } = history;
  const last = points.at(-1) ?? 0;
  const usable = WINDOWS.filter(
    ({ hours }) => hours * 3600e6 >= stepUs && quantum / hours <= COARSEST,
  );
  if (usable.length === 0) return undefined;
  const counter = counterOf(points, amounts, last);
  for (const window of usable) {
    const flow = flowThrough(history, counter, window);
    if (flow !== undefined) return flow;
  }
  return undefined;
}

function flowThrough(
  { points, stepUs, quantum }: RegisterHistory,
  counter: Float64Array,
  { hours, days }: (typeof WINDOWS)[number],
): ContinuousFlow | undefined {
  const steps = Math.max(1, Math.round((hours * 3600e6) / stepUs));
  const perDay = Math.round(DAY_US / stepUs);
  const first = points[0] ?? 0;
  const last = points.at(-1) ?? 0;
  const minima: number[] = [];
  let since = last;
  let fromStart = true;
  for (let end = last; end - perDay >= first; end -= perDay) {
    const least = leastVolume(counter, end, { steps, perDay });
    // A hole: what was before belongs to no finding of today.
    if (least === undefined) break;
    if (least < quantum / 2 || least / hours < LEAST_FLOW / 2) {
      fromStart = false;
      break;
    }
    minima.push((least + quantum / 2) / hours);
    since = end - perDay;
  }
  if (minima.length < days) return undefined;
  const rate = median(minima);
  if (rate < LEAST_FLOW) return undefined;
  if (fromStart) {
    const perHour =
      (((counter[last] as number) - (counter[since] as number)) * 3600e6) /
      ((last - since) * stepUs);
    const spread = mean(minima.map((value) => Math.abs(value - rate))) / rate;
    if (perHour > LARGE_MEAN && spread > STEADY) return undefined;
  }
  return { litresPerHour: 1000 * rate, since, days: minima.length, fromStart };
}

/** Smallest volume of the windows of the day that ends at a grid point; undefined where half of them are not known. */
function leastVolume(
  counter: Float64Array,
  end: number,
  { steps, perDay }: { readonly steps: number; readonly perDay: number },
): number | undefined {
  let least = Infinity;
  let known = 0;
  for (let k = end; k - steps >= end - perDay; k--) {
    const volume = (counter[k] as number) - (counter[k - steps] as number);
    if (!Number.isFinite(volume)) continue;
    known++;
    least = Math.min(least, volume);
  }
  return known < perDay / 2 ? undefined : least;
}

/** m3 at each grid point, NaN where there is no reading; starts anew after what is not known. */
function counterOf(points: Int32Array, amounts: Float64Array, last: number): Float64Array {
  const counter = new Float64Array(last + 1).fill(NaN);
  let sum = 0;
  points.forEach((point, i) => {
    const amount = amounts[i] as number;
    // a break: no window reaches across
    if (!Number.isFinite(amount) && i > 0) counter.fill(NaN, 0, point);
    sum += Number.isFinite(amount) ? amount : 0;
    counter[point] = sum;
  });
  return counter;
}
