import type { SlotLag } from './lag-levels.ts';
import { median } from './median.ts';

const DAY_US = 86_400e6;

export interface LagTrend {
  /** Seconds per day. */
  readonly slope: number;
  /** Of the line at the last slot, seconds. */
  readonly last: number;
  /** Median distance from the line, seconds. */
  readonly spread: number;
  readonly days: number;
}

/**
 * Line through the low envelope by the median of the slopes between all pairs of slots (Theil 1950, Sen 1968), which up to 29 % of slots
 * without a prompt message do not move.
 */
export function lagTrend(slots: readonly SlotLag[]): LagTrend | undefined {
  const first = slots[0];
  const last = slots.at(-1);
  if (first === undefined || last === undefined || slots.length < 3) return undefined;
  const points = slots.map(({ startUs, lag }) => ({ lag, day: (startUs - last.startUs) / DAY_US }));
  const slopes = points.flatMap((a, i) =>
    points.slice(i + 1).map((b) => (b.lag - a.lag) / (b.day - a.day)),
  );
  const slope = median(slopes);
  const level = median(points.map(({ lag, day }) => lag - slope * day));
  const spread = median(points.map(({ lag, day }) => Math.abs(lag - level - slope * day)));
  return { slope, last: level, spread, days: (last.startUs - first.startUs) / DAY_US };
}
