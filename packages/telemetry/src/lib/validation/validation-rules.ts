import type { ValidationSeverity } from './validation-types.ts';

interface Rule {
  readonly enabled: boolean;
  readonly severity: ValidationSeverity;
}

/** A rule set: what each rule looks for. Amounts are compared in the unit of the channel, ratios are dimensionless. */
export interface ValidationRules {
  /** Days (UTC) that a day is compared with, itself included. */
  readonly history_days: number;
  readonly spike: Rule & {
    /** (peak - third peak) / third peak, of what a register counts per hour or of how far a value juts out from both beside it. */
    readonly register_ratio: number;
    readonly instant_ratio: number;
  };
  readonly high_usage: Rule & { readonly ratio: number; readonly least_days: number };
  readonly low_usage: Rule & { readonly ratio: number; readonly least_days: number };
  /** Share of the rated maximum. */
  readonly rating: Rule & { readonly ratio: number };
  /** Lowest and highest value by quantity. */
  readonly range: Rule & {
    readonly limits: Readonly<Record<string, readonly [number, number]>>;
  };
  readonly error_code: Rule & { readonly values: readonly number[] };
  readonly sum_check: Rule & {
    readonly tolerance_percent: number;
    readonly tolerance_quanta: number;
    /** Times how far the days before were off: samples of power are not means. */
    readonly spread_ratio: number;
  };
  readonly zero: Rule;
  readonly consecutive_zero: Rule & { readonly hours: number };
  /** Longer than `ratio` times the usual spacing; warning and severe from so many hours on. */
  readonly gap: Rule & {
    readonly ratio: number;
    readonly warning_hours: number;
    readonly severe_hours: number;
  };
  /** Two readings closer than this share of the usual spacing with one value. */
  readonly duplicate: Rule & { readonly share: number };
  readonly interval_size: Rule & { readonly tolerance: number; readonly steady_share: number };
  /** Usage that is usual beyond the rated maximum by this ratio is in another unit. */
  readonly unit: Rule & { readonly ratio: number };
  readonly multiplier: Rule & {
    readonly factors: readonly number[];
    readonly tolerance: number;
    readonly days: number;
  };
  readonly prolonged_estimation: Rule & { readonly hours: number };
  readonly identical: Rule & {
    /** The same amount in so many intervals, or the same value for so many hours, or the same total on so many days. */
    readonly intervals: number;
    readonly hours: number;
    readonly days: number;
    /** Amounts of fewer steps of the register are often the same. */
    readonly least_quanta: number;
  };
  readonly negative: Rule;
  /** Units that a register of what flows back counts in a day. */
  readonly reverse_flow: Rule & { readonly least: number };
  readonly register_event: Rule;
  readonly estimation: {
    readonly enabled: boolean;
    /** Up to so long linear, beyond by the profile of the same weekday; longer than `most_hours` not at all. */
    readonly linear_hours: number;
    readonly most_hours: number;
  };
}

const warning = { enabled: true, severity: 'warning' } as const;
const severe = { enabled: true, severity: 'severe' } as const;
const info = { enabled: true, severity: 'info' } as const;

/** What a tenant starts with. */
export const DEFAULT_VALIDATION_RULES: ValidationRules = {
  history_days: 28,
  spike: { ...warning, register_ratio: 1.8, instant_ratio: 1.8 },
  high_usage: { ...warning, ratio: 5, least_days: 7 },
  low_usage: { ...info, ratio: 0.02, least_days: 7 },
  rating: { ...severe, ratio: 1.2 },
  range: {
    ...severe,
    limits: {
      voltage_l1: [0, 480],
      voltage_l2: [0, 480],
      voltage_l3: [0, 480],
      power_factor: [-1, 1],
      frequency: [40, 70],
      water_temperature: [-5, 110],
      temperature: [-60, 70],
      water_pressure: [-1, 40],
      pressure: [300, 1100],
      humidity: [0, 105],
      pm2_5: [0, 2000],
      pm10: [0, 5000],
      noise: [0, 200],
      battery: [0, 100],
      rssi: [-200, 50],
      current_l1: [0, 100_000],
      current_l2: [0, 100_000],
      current_l3: [0, 100_000],
    },
  },
  error_code: { ...severe, values: [-200, -999, -9999, -99_999, 65_535, 2_147_483_647] },
  sum_check: { ...warning, tolerance_percent: 2, tolerance_quanta: 2, spread_ratio: 6 },
  zero: info,
  consecutive_zero: { ...warning, hours: 168 },
  gap: { ...info, ratio: 1.5, warning_hours: 24, severe_hours: 168 },
  duplicate: { ...warning, share: 0.05 },
  interval_size: { ...info, tolerance: 0.1, steady_share: 0.95 },
  unit: { ...severe, ratio: 5 },
  multiplier: {
    ...severe,
    factors: [10, 20, 30, 40, 50, 60, 80, 100, 120, 160, 200, 250, 300, 400, 500, 600, 800, 1000],
    tolerance: 0.4,
    days: 3,
  },
  prolonged_estimation: { ...warning, hours: 72 },
  identical: { ...warning, intervals: 24, hours: 24, days: 3, least_quanta: 10 },
  negative: severe,
  reverse_flow: { ...info, least: 0.01 },
  register_event: warning,
  estimation: { enabled: true, linear_hours: 2, most_hours: 720 },
};
