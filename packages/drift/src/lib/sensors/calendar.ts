import type { SensorNetworkInput } from './sensor-types.ts';

const DAY_US = 86_400 * 1e6;
export const DAYS_PER_YEAR = 365.25;
export const WEEKS_PER_YEAR: number = DAYS_PER_YEAR / 7;

/** Local days, hours and weeks of a network's grid, up to as-of. A value belongs to the hour that ends at its grid point. */
export interface Calendar {
  readonly startUs: number;
  readonly stepUs: number;
  /** Grid points that are looked at. */
  readonly points: number;
  readonly days: number;
  readonly weeks: number;
  /** By grid point: local day from the first one on, and hour of that day. */
  readonly dayOf: Int32Array;
  readonly hourOf: Uint8Array;
  /** By day: calendar week from the first one on, and angle of the year. */
  readonly weekOf: Int32Array;
  readonly angleOf: Float64Array;
  /** By week: the instant it ends. */
  readonly endsUs: Float64Array;
}

/** Days begin at local midnight and weeks on Monday, whatever as-of is: a later look cuts the same data into the same weeks. */
export function calendarOf(network: SensorNetworkInput, zoneMinutes: number): Calendar {
  const { startUs, stepUs, count } = network.grid;
  const points = Math.max(
    0,
    Math.min(count, Math.floor((network.asOfUs - startUs) / stepUs + 1e-9) + 1),
  );
  const zoneUs = zoneMinutes * 60e6;
  const dayOf = new Int32Array(points);
  const hourOf = new Uint8Array(points);
  // middle of the step: no rounding decides on which side of midnight it lies
  const local = (k: number): number => startUs + (k - 0.5) * stepUs + zoneUs;
  const first = Math.floor(local(0) / DAY_US);
  for (let k = 0; k < points; k++) {
    const us = local(k);
    const day = Math.floor(us / DAY_US);
    dayOf[k] = day - first;
    hourOf[k] = Math.floor((us - day * DAY_US) / 3600e6);
  }
  const days = points === 0 ? 0 : (dayOf[points - 1] as number) + 1;
  // 1970-01-01 was a Thursday
  const mondayOf = (day: number): number => Math.floor((first + day + 3) / 7);
  const firstWeek = mondayOf(0);
  const weekOf = Int32Array.from({ length: days }, (_, d) => mondayOf(d) - firstWeek);
  const weeks = days === 0 ? 0 : (weekOf[days - 1] as number) + 1;
  return {
    startUs,
    stepUs,
    points,
    days,
    weeks,
    dayOf,
    hourOf,
    weekOf,
    angleOf: Float64Array.from(
      { length: days },
      (_, d) => (2 * Math.PI * (first + d)) / DAYS_PER_YEAR,
    ),
    endsUs: Float64Array.from({ length: weeks }, (_, w) =>
      Math.min(network.asOfUs, ((firstWeek + w + 1) * 7 - 3) * DAY_US - zoneUs),
    ),
  };
}

/** The first grid point at or after an instant. */
export function pointAt({ startUs, stepUs, points }: Calendar, us: number): number {
  if (us === -Infinity) return 0;
  return Math.max(0, Math.min(points, Math.ceil((us - startUs) / stepUs - 1e-9)));
}

/** The week an instant lies in, bounded by those of the grid. */
export function weekAt(calendar: Calendar, us: number): number {
  const point = Math.min(pointAt(calendar, us), calendar.points - 1);
  return calendar.weekOf[calendar.dayOf[point] as number] as number;
}
