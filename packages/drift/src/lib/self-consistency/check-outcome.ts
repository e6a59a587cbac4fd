import type { EvidenceItem } from '../fleet-types.ts';

export const DEVICE_CHECKS = [
  'phase_neutral',
  'power_product',
  'energy_power',
  'phase_voltage',
  'phase_current',
  'creep',
  'frozen_values',
  'reverse_energy',
  'group_voltage',
  'reported_events',
  'zero_run',
] as const;
export type DeviceCheck = (typeof DEVICE_CHECKS)[number];

/** What was measured, where it was. */
interface Measured {
  /** In the unit of the check: a ratio, W, days or a count. */
  readonly size: number;
  readonly standardError: number;
  /** Time over which it was seen, hours. */
  readonly hours: number;
}

/**
 * `absent`: the meter does not send what the check compares · `not_resolvable`: it does, and sampling, resolution or too few days hide
 * any fault below `minimumDetectable` · `consistent`: nothing beyond the limit · `inconsistent`: beyond it, with the check's error
 * probability.
 */
export type CheckOutcome =
  | { readonly check: DeviceCheck; readonly state: 'absent' }
  | {
      readonly check: DeviceCheck;
      readonly state: 'not_resolvable';
      readonly minimumDetectable?: number;
    }
  | ({
      readonly check: DeviceCheck;
      readonly state: 'consistent';
      readonly minimumDetectable?: number;
    } & Measured)
  | ({
      readonly check: DeviceCheck;
      readonly state: 'inconsistent';
      readonly evidence: EvidenceItem;
    } & Measured);

export const absent = (check: DeviceCheck): CheckOutcome => ({ check, state: 'absent' });

/**
 * Chance of a false `inconsistent` per check and window of 28 days, where the check has a sampling distribution: about 1 in 800
 * meter-years.
 */
export const FALSE_ALARM = 1e-4;
