import type { DeviceKind } from '../fleet.ts';

/** Single-phase voltage and what it may rise to, kV: 230 V + 10 %. */
const HIGHEST_KV = 0.253;
/** Meters for a larger current are connected directly; up to it they are behind transformers, and readings are primary values. */
const TRANSFORMER_CURRENT_A = 10;
/** Overload flow of meters of the older classes: twice the nominal one; of R-classes it is 1.25 times. */
const OVERLOAD = 2;

/**
 * What a meter can pass at most, in kW or m3/h, from its nominal text: `5(60)` (A, the maximum in brackets), `2.5` (m3/h). Undefined: not
 * known, or behind transformers, whose ratio is not applied to anything.
 */
export function maximumRateOf(device: {
  readonly kind: DeviceKind;
  readonly nominal: string | null;
  readonly phases: number | null;
}): number | undefined {
  const numbers = device.nominal?.match(/\d+(?:\.\d+)?/g)?.map(Number) ?? [];
  const largest = Math.max(...numbers);
  if (numbers.length === 0 || !(largest > 0)) return undefined;
  if (device.kind === 'water_meter') return OVERLOAD * largest;
  if (device.kind !== 'electricity_meter' || largest <= TRANSFORMER_CURRENT_A) return undefined;
  return largest * HIGHEST_KV * (device.phases ?? 3);
}
