import type { AreaIntervals } from './area-intervals.ts';
import type { MeterSeries } from './fleet-types.ts';

/** Import less export at each grid point, kW.h; NaN where a reading is missing. */
export function netCounter(meter: MeterSeries): Float64Array {
  const { importRegister, exportRegister } = meter;
  if (exportRegister === undefined) return importRegister;
  const out = Float64Array.from(importRegister);
  for (let k = 0; k < out.length; k++) out[k] = (out[k] as number) - (exportRegister[k] as number);
  return out;
}

/** Energy of each interval as it would be with the readings put `steps` grid steps earlier; NaN where one is missing. */
export function energyAtLag(
  counter: Float64Array,
  { from, to, count }: AreaIntervals,
  steps: number,
): Float64Array {
  const out = new Float64Array(count);
  for (let t = 0; t < count; t++) {
    const a = (from[t] as number) + steps;
    const b = (to[t] as number) + steps;
    out[t] = a < 0 || b >= counter.length ? NaN : (counter[b] as number) - (counter[a] as number);
  }
  return out;
}

const NEAR_STEPS = 8;
const FAR_HOURS = 14;

/** Grid steps that stamps may be wrong by: single intervals near by, whole hours far off (start in place of end; zones; DST). */
export function searchedLags(stepUs: number): number[] {
  const perHour = Math.max(1, Math.round(3600e6 / stepUs));
  const lags = new Set<number>();
  for (let lag = 1; lag <= NEAR_STEPS; lag++) lags.add(lag);
  for (let hour = 1; hour <= FAR_HOURS; hour++) lags.add(hour * perHour);
  return [...lags].flatMap((lag) => [lag, -lag]);
}
