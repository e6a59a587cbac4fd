import { type Calendar, pointAt } from './calendar.ts';
import type { SensorSeries } from './sensor-types.ts';

/** A sensor between two restarts: its error and its wander have one beginning. */
export interface Stretch {
  /** Index into the series of one quantity. */
  readonly series: number;
  readonly reference: boolean;
  /** Grid points, the second one exclusive. */
  readonly from: number;
  readonly to: number;
  readonly fromUs: number;
  readonly toUs: number;
  /** Whether it begins with a restart, after which the error is known to be small. */
  readonly verified: boolean;
  /** Whether it reaches to as-of. */
  readonly last: boolean;
}

/**
 * The stretches of a series, oldest first; at least one. An hour that a restart cuts belongs to neither side: it is a mean of both.
 */
export function stretchesOf(series: SensorSeries, index: number, calendar: Calendar): Stretch[] {
  const { stepUs } = calendar;
  const endUs = calendar.startUs + calendar.points * stepUs;
  const beginUs = Math.max(series.fromUs, calendar.startUs - stepUs);
  const cuts = series.restartsUs.filter(
    (us) => us > Math.max(beginUs, calendar.startUs) && us < Math.min(endUs, series.toUs),
  );
  const verifiedFirst = series.restartsUs.some(
    (us) => us <= Math.max(beginUs, calendar.startUs) && us >= series.fromUs,
  );
  const bounds = [beginUs, ...cuts, Math.min(endUs, series.toUs)];
  return bounds.slice(1).map((toUs, s): Stretch => {
    const fromUs = bounds[s] as number;
    return {
      series: index,
      reference: series.role === 'reference',
      // the hour that ends at the bound is still of the time before
      from: pointAt(calendar, fromUs + stepUs),
      to: pointAt(calendar, toUs + 1),
      fromUs,
      toUs,
      verified: s > 0 || verifiedFirst,
      last: s === bounds.length - 2,
    };
  });
}
