import { studentQuantile } from '@verimeter/statistics';
import type { DeviceSeries } from './device-series.ts';
import { DAY_US } from './device-series.ts';
import { FALSE_ALARM } from './check-outcome.ts';

/** Two accounts of the same, day by day. */
/** Two accounts of each interval; NaN where they cannot be compared. */
export interface Compared {
  readonly difference: Float64Array;
  readonly reference: Float64Array;
}

export interface DailyBias {
  /** Sum of the differences over the sum of the reference. */
  readonly bias: number;
  readonly standardError: number;
  /** Half-width that chance exceeds with `FALSE_ALARM`, two-sided: Student's, since it is told from few days. */
  readonly reach: number;
  readonly days: number;
  /** Grid point from which on. */
  readonly first: number;
  /** Compared points. */
  readonly points: number;
}

/** Days before the end of the data: a fault of last week shows in the last days, a small one in many. */
const SPANS_DAYS = [28, 14, 8] as const;
const LEAST_DAYS = 7;
/** A day with less than this share of its points says little, and its points are left out. */
const LEAST_SHARE = 0.25;

/**
 * Ratio of sums with whole days (UTC) as blocks: samples of power are the more alike the closer they are, days hardly. The scatter from
 * day to day holds what sampling, resolution and missing values cost, whatever it is. Undefined: too few days to tell.
 */
function dailyBias(
  { grid }: Pick<DeviceSeries, 'grid'>,
  { difference, reference }: Compared,
  first: number,
): DailyBias | undefined {
  const perDay = DAY_US / grid.stepUs;
  const days: { difference: number; reference: number; points: number }[] = [];
  let current = -1;
  for (let k = first; k < grid.count; k++) {
    if (Number.isNaN(reference[k])) continue;
    // the interval that ends at midnight belongs to the day before
    const day = Math.floor((grid.startUs + k * grid.stepUs - 1) / DAY_US);
    if (day !== current) days.push({ difference: 0, reference: 0, points: 0 });
    current = day;
    const sums = days.at(-1);
    if (sums === undefined) continue;
    sums.difference += difference[k] as number;
    sums.reference += reference[k] as number;
    sums.points++;
  }
  const counted = days.filter(({ points }) => points >= LEAST_SHARE * perDay);
  const n = counted.length;
  const total = counted.reduce((sum, day) => sum + day.reference, 0);
  if (n < LEAST_DAYS || !(total > 0)) return undefined;
  const bias = counted.reduce((sum, day) => sum + day.difference, 0) / total;
  const squares = counted.reduce(
    (sum, day) => sum + (day.difference - bias * day.reference) ** 2,
    0,
  );
  const standardError = Math.sqrt((n / (n - 1)) * squares) / total;
  return {
    bias,
    standardError,
    reach: standardError * studentQuantile(1 - FALSE_ALARM / SPANS_DAYS.length / 2, n - 1),
    days: n,
    first,
    points: counted.reduce((sum, day) => sum + day.points, 0),
  };
}

/** An account of each grid point; undefined where there is none. */
export function comparedPoints(
  count: number,
  compare: (k: number) => { readonly difference: number; readonly reference: number } | undefined,
): Compared {
  const difference = new Float64Array(count).fill(NaN);
  const reference = new Float64Array(count).fill(NaN);
  for (let k = 0; k < count; k++) {
    const pair = compare(k);
    if (pair === undefined) continue;
    difference[k] = pair.difference;
    reference[k] = pair.reference;
  }
  return { difference, reference };
}

/** Over the whole of the data and over its last days, the longest first; spans too short for the data are left out. */
export function biasOverSpans(device: Pick<DeviceSeries, 'grid'>, compared: Compared): DailyBias[] {
  const { stepUs, count } = device.grid;
  return SPANS_DAYS.flatMap((days, index) => {
    const first = Math.max(0, count - 1 - Math.round((days * DAY_US) / stepUs));
    if (first === 0 && index > 0) return [];
    return dailyBias(device, compared, first) ?? [];
  });
}
