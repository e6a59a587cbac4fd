import type { WaterMeterSeries } from '../water/water-types.ts';
import { quietRecord } from './quiet-spells.ts';
import { DAY_US, type RegisterHistory, registerHistory } from './register-history.ts';
import type { WaterFleetContext } from './water-fleet-context.ts';

/** Days of readings that each hour of a usual day rests on. */
const LEAST_DAYS = 14;
/** Shorter spells are nights and days at work. */
const LEAST_QUIET = 1;

/** A home of a district whose register stands still: what it usually takes may be missing in the sum of the consumers, or not. */
export interface QuietNeighbour {
  readonly deviceId: string;
  /** Grid point since which it stands still. */
  readonly from: number;
  /** m3 of each interval of its usual day, counted from grid point 0. */
  readonly usual: Float64Array;
}

/** The homes of one district that stand still at as-of. */
export function quietNeighbours(
  meters: readonly WaterMeterSeries[],
  { grid }: Pick<WaterFleetContext, 'grid'>,
  asOfUs: number,
): QuietNeighbour[] {
  return meters.flatMap((meter) => {
    const history = registerHistory(meter, grid, asOfUs);
    const current = history === undefined ? undefined : quietRecord(history).current;
    if (history === undefined || current === undefined || current.days < LEAST_QUIET) return [];
    const usual = usualDay(history, current.from);
    return usual === undefined ? [] : [{ deviceId: meter.deviceId, from: current.from, usual }];
  });
}

/** Mean m3 of each interval of the day before a grid point; undefined where too few are known, or the intervals are long. */
export function usualDay(
  { points, amounts, stepUs }: RegisterHistory,
  until: number,
): Float64Array | undefined {
  const perDay = Math.round(DAY_US / stepUs);
  if (perDay < 12) return undefined;
  const sums = new Float64Array(perDay);
  const counts = new Float64Array(perDay);
  for (let i = 1; i < points.length; i++) {
    const point = points[i] as number;
    if (point > until) break;
    if (point - (points[i - 1] as number) !== 1 || !Number.isFinite(amounts[i])) continue;
    sums[point % perDay] = (sums[point % perDay] as number) + (amounts[i] as number);
    counts[point % perDay] = (counts[point % perDay] as number) + 1;
  }
  return counts.every((count) => count >= LEAST_DAYS)
    ? sums.map((sum, h) => sum / (counts[h] as number))
    : undefined;
}
