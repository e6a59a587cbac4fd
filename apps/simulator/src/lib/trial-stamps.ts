import { INTERVALS_PER_DAY } from './calendar.ts';
import type { MeterReadings } from './meter.ts';

/** Readings that carry the wrong time: the start of the interval in place of its end, another zone, summer time. */
export interface StampShift {
  /** Intervals by which the stamp is late; negative: early. */
  readonly intervals: number;
  /** First day of it, from the origin; default: all along. */
  readonly sinceDay?: number;
}

/** The same readings as stamped. Where two would carry one time, the first is kept, as a store does. */
export function restamp<T extends MeterReadings>(readings: T, shift: StampShift | undefined): T {
  if (shift === undefined) return readings;
  const since = Math.round((shift.sinceDay ?? -Infinity) * INTERVALS_PER_DAY);
  const moved = (series: Float64Array): Float64Array =>
    series.map((value, k) => {
      if (k < since) return value;
      const source = k - shift.intervals;
      return source < since ? Number.NaN : (series[source] ?? Number.NaN);
    });
  const { register, exportRegister, voltages } = readings;
  return {
    ...readings,
    register: moved(register),
    ...(exportRegister === undefined ? {} : { exportRegister: moved(exportRegister) }),
    voltages: voltages.map(moved),
  };
}
