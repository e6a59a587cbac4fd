import type { AirQuantity, ElementSeries } from './air-element.ts';

export interface SensorErrors extends Pick<ElementSeries, 'actual' | 'gain' | 'offset'> {
  readonly quantity: AirQuantity;
}

const LEVEL_HOURS = 30 * 24;

/**
 * e at an hour: of the mean level of the 30 days before it, gain and offset together; for temperature and pressure the
 * offset. What damp, sun and other gases do to a sensor is not counted: it is the same year after year.
 */
export function sensorError(truth: SensorErrors, k: number): number {
  const { actual, gain, offset, quantity } = truth;
  if (isOffset(quantity)) return offset[k] ?? 0;
  let sum = 0;
  const from = Math.max(0, k - LEVEL_HOURS + 1);
  for (let hour = from; hour <= k; hour += 1) sum += actual[hour] ?? 0;
  return (gain[k] ?? 1) - 1 + (offset[k] ?? 0) / (sum / (k - from + 1));
}

export const isOffset = (quantity: AirQuantity): boolean =>
  quantity === 'temperature' || quantity === 'pressure';
