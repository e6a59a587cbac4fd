import type { Health } from '@verimeter/api-schema';
import type { Formatter } from './format.ts';
import { unitLabel } from './format.ts';

/** An error, or for quantities judged by their offset an offset, with its 95 % interval and limit. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly limit: number;
  /** Undefined: a ratio, shown in percent. */
  readonly unit: string | undefined;
}

/** Standard normal quantile of a two-sided 95 % interval. */
const Z95 = 1.959964;

type EstimateFields = Pick<
  Health,
  | 'error_estimate'
  | 'interval_low'
  | 'interval_high'
  | 'limit'
  | 'offset_estimate'
  | 'offset_standard_error'
  | 'offset_unit'
>;

/**
 * What may be claimed of a device, or undefined. Temperature and pressure have no error ratio: their limit and
 * interval are those of the offset.
 */
export function estimateOf(health: EstimateFields): Estimate | undefined {
  const { limit } = health;
  if (limit === null || limit <= 0) return undefined;
  if (
    health.error_estimate !== null &&
    health.interval_low !== null &&
    health.interval_high !== null
  )
    return {
      value: health.error_estimate,
      low: health.interval_low,
      high: health.interval_high,
      limit,
      unit: undefined,
    };
  const { offset_estimate: offset, offset_standard_error: se, offset_unit: unit } = health;
  if (offset === null || se === null || unit === null || health.error_estimate !== null)
    return undefined;
  return { value: offset, low: offset - Z95 * se, high: offset + Z95 * se, limit, unit };
}

export interface EstimateTexts {
  readonly value: string;
  readonly low: string;
  readonly high: string;
  readonly limit: string;
}

/** The numbers of an estimate as text: percent, or the unit of the offset. */
export function estimateTexts(estimate: Estimate, format: Formatter): EstimateTexts {
  const { unit } = estimate;
  const signed = (value: number): string =>
    unit === undefined
      ? format.signedPercent(value)
      : `${format.signed(value)}\u00A0${unitLabel(unit)}`;
  return {
    value: signed(estimate.value),
    low: signed(estimate.low),
    high: signed(estimate.high),
    limit: limitText(estimate.limit, unit, format),
  };
}

/** Limits are round numbers: `1 %`, `0.5 %`, `0.5 °C`. */
export function limitText(limit: number, unit: string | undefined, format: Formatter): string {
  return unit === undefined
    ? `${format.number(limit * 100, 2)}\u00A0%`
    : `${format.number(limit, 2)}\u00A0${unitLabel(unit)}`;
}
