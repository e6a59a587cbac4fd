import type { WaterFault } from './water-meter.ts';
import { LITRES_PER_M3 } from './water-register.ts';

/** What only the simulator knows of a home's meter. Hours are those of the district. */
export interface WaterMeterHistory {
  readonly deviceId: string;
  readonly fault: WaterFault | undefined;
  /** m3 of the hour that ends at grid point k: what passed, and what the meter would have counted of it without its fault. */
  readonly actual: Float64Array;
  readonly healthy: Float64Array;
  /** m3 of air that the register counted beside it. */
  readonly air: Float64Array;
}

/** e of a home's meter at an instant (hours of the district), weighted by what was drawn in the 400 days before; NaN without use. */
export function waterError(
  { actual, healthy }: Pick<WaterMeterHistory, 'actual' | 'healthy'>,
  gain: number,
  hour: number,
): number {
  let passed = 0;
  let counted = 0;
  for (let k = Math.max(1, hour - 400 * 24); k <= Math.min(hour, actual.length - 1); k += 1) {
    passed += actual[k] ?? 0;
    counted += healthy[k] ?? 0;
  }
  return (counted / passed) * gain - 1;
}

/** Air over water that the register has counted since an hour, up to another one. */
export function airRatio(
  { actual, air }: Pick<WaterMeterHistory, 'actual' | 'air'>,
  sinceHour: number,
  hour: number,
): number {
  let passed = 0;
  let counted = 0;
  for (let k = Math.max(1, sinceHour + 1); k <= Math.min(hour, actual.length - 1); k += 1) {
    passed += actual[k] ?? 0;
    counted += air[k] ?? 0;
  }
  return passed === 0 ? 0 : counted / passed;
}

/** m3 as litres a day, over the hours up to an instant. */
export function litresPerDay({ actual }: Pick<WaterMeterHistory, 'actual'>, hour: number): number {
  const until = Math.min(hour, actual.length - 1);
  let passed = 0;
  for (let k = 1; k <= until; k += 1) passed += actual[k] ?? 0;
  return (24 * LITRES_PER_M3 * passed) / Math.max(1, until);
}
