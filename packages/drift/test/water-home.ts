import type { WaterMeterSeries } from '../src/lib/water/water-types.ts';
import { sequence } from './sequence.ts';

export const DAY_US = 86_400e6;
export const HOUR_US = 3600e6;
/** Local midnight of a Monday, zone +7. */
export const START_US: number = Date.parse('2026-01-05T00:00:00+07:00') * 1000;

/** m3 of each hour of a household: little at night, more in the morning and the evening; nothing on the days `away`. */
export function household(
  days: number,
  seed: number,
  away: (day: number) => boolean = () => false,
): Float64Array {
  const draws = sequence(days * 24, seed);
  return Float64Array.from({ length: days * 24 }, (_, k) => {
    const hour = k % 24;
    if (away(Math.floor(k / 24))) return 0;
    const usual = hour < 6 ? 0.001 : hour < 9 ? 0.03 : hour < 18 ? 0.008 : 0.02;
    const draw = ((draws[k] ?? 0) + 1) / 2;
    return draw < (hour < 6 ? 0.8 : 0.3) ? 0 : 2 * usual * draw;
  });
}

/** Counter of such hours, in steps of `quantum` m3. */
export function counter(hours: Float64Array, quantum = 0.001): Float64Array {
  const out = new Float64Array(hours.length + 1);
  let sum = 0;
  out[0] = 100;
  hours.forEach((value, k) => {
    sum += value;
    out[k + 1] = 100 + Math.floor(sum / quantum + 1e-9) * quantum;
  });
  return out;
}

/** kW.h of each hour: a refrigerator, and people where they use water. First element: nothing before grid point 0. */
export function electricity(
  days: number,
  seed: number,
  away: (day: number) => boolean = () => false,
): Float64Array {
  const draws = sequence(days * 24 + 1, seed);
  return Float64Array.from({ length: days * 24 + 1 }, (_, point) => {
    if (point === 0) return NaN;
    const hour = (point - 1) % 24;
    const draw = ((draws[point] ?? 0) + 1) / 2;
    const base = 0.05 + 0.02 * draw;
    const isUp = hour >= 6 && hour < 23 && !away(Math.floor((point - 1) / 24));
    return isUp && draw > 0.5 ? base + draw : base;
  });
}

export function waterMeter(
  deviceId: string,
  register: Float64Array,
  more: Partial<WaterMeterSeries> = {},
): WaterMeterSeries {
  return { deviceId, lot: 'lot', limit: 0.05, inServiceLimit: 0.1, register, ...more };
}

/** Homes of a fleet that are left for a few days now and then. */
export function neighbours(days: number, count: number): WaterMeterSeries[] {
  return Array.from({ length: count }, (_, i) => {
    const leaves = 40 + ((i * 37) % (days - 60));
    const lasts = 2 + (i % 5);
    return waterMeter(
      `n${String(i).padStart(2, '0')}`,
      counter(household(days, 1000 + i, (day) => day >= leaves && day < leaves + lasts)),
    );
  });
}
