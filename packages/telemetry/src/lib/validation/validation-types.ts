import type { QuantityKind } from '../quantities.ts';
import type { JudgedRegisterEvent } from '../register-events.ts';

/** Goes up when the same readings and rules make other exceptions. */
export const VALIDATION_ALGORITHM = 3;

export const VALIDATION_RULE_NAMES = [
  'spike',
  'high_usage',
  'low_usage',
  'rating',
  'range',
  'error_code',
  'sum_check',
  'zero',
  'consecutive_zero',
  'gap',
  'duplicate',
  'interval_size',
  'unit',
  'multiplier',
  'prolonged_estimation',
  'identical',
  'negative',
  'reverse_flow',
  'register_event',
] as const;
export type ValidationRuleName = (typeof VALIDATION_RULE_NAMES)[number];

export const VALIDATION_SEVERITIES = ['info', 'warning', 'severe'] as const;
export type ValidationSeverity = (typeof VALIDATION_SEVERITIES)[number];

/** What a rule found. Microseconds since 1970. */
export interface ValidationException {
  readonly rule: ValidationRuleName;
  readonly severity: ValidationSeverity;
  /** IEC 61968-9 quality of the readings concerned. */
  readonly code: string;
  /** The first reading concerned; of a gap the last reading before it. */
  readonly fromUs: number;
  /** The last one, the same for a single reading; of a gap the first reading after it, or up to where it was looked. */
  readonly toUs: number;
  /** Whether the readings from `fromUs` to `toUs` carry the code: those at the ends of a gap do not. */
  readonly marks: boolean;
  /** What was found, and what it was held against, in the unit that the rule is about; NaN: none. */
  readonly value: number;
  readonly expected: number;
}

/** Readings of one channel, ascending in time; the first `length` entries count. NaN: an instant of a grid without reading. */
export interface SeriesColumns {
  readonly length: number;
  readonly tsUs: Float64Array;
  readonly value: Float64Array;
}

/** Days (UTC) a tenant's rules look back, and what is known of a channel besides its readings. */
export interface ChannelFacts {
  readonly quantity: string;
  readonly kind: QuantityKind;
  readonly unit: string;
  /** Units per hour that the meter can pass at most; undefined: not known. */
  readonly maximumRate?: number | undefined;
  /** Of a register, by instant. */
  readonly events?: readonly JudgedRegisterEvent[] | undefined;
  /** Instants for which a second, different value was sent. */
  readonly conflictsUs?: readonly number[] | undefined;
  /** What the same device measured of the same flow: mean or sample of the rate, in units of the register per hour. */
  readonly profile?: SeriesColumns | undefined;
}
