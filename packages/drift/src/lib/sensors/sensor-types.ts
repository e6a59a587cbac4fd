import type { AreaResult, DeviceResult } from '../fleet-types.ts';

/** One quantity of one sensor on the network's grid of hours. */
export interface SensorSeries {
  readonly deviceId: string;
  /** Catalogue name: pm2_5, no2, temperature, ... */
  readonly quantity: string;
  readonly role: 'sensor' | 'reference';
  /** Membership; data outside of it does not count. */
  readonly fromUs: number;
  readonly toUs: number;
  /** A ratio, or in the channel's unit where `limitOf` is the offset (temperature, pressure). */
  readonly limit: number;
  readonly inServiceLimit: number;
  readonly limitOf: 'relative_error' | 'offset';
  /** Value of the hour that ends at grid point k, NaN where missing. */
  readonly values: Float64Array;
  /** The same from a second element of the same device, where it has one (two-channel particle counters). */
  readonly partner?: Float64Array;
  /** Degrees; absent: not stated. */
  readonly latitude?: number;
  readonly longitude?: number;
  readonly model?: string;
  /** Instants of recalibration, replacement or verification, ascending: error and wander begin anew at each. */
  readonly restartsUs: readonly number[];
  /** Errors that an authorised body measured, ratio or in the channel's unit, with standard uncertainty. */
  readonly measured?: readonly {
    readonly atUs: number;
    readonly error: number;
    readonly standardUncertainty: number;
    /** Whether the device was adjusted afterwards, so that the error before is not the error after. */
    readonly asFound: boolean;
  }[];
}

export interface SensorNetworkInput {
  readonly groupId: string;
  /** Data after this instant is not looked at. */
  readonly asOfUs: number;
  readonly grid: { readonly startUs: number; readonly stepUs: number; readonly count: number };
  /** Sorted by deviceId, then quantity. `humidity` (%) and `temperature` (Cel) are also what others are corrected with. */
  readonly series: readonly SensorSeries[];
}

/** Everything an analysis of the sensors of one tenant depends on. Networks sorted by groupId. */
export interface SensorFleetInput {
  /** Minutes that local time is ahead of UTC. */
  readonly zoneMinutes: number;
  readonly networks: readonly SensorNetworkInput[];
}

/** How a value of a sensor is corrected from an instant on: corrected = (indicated - offset) / gain. */
export interface SensorCorrection {
  readonly deviceId: string;
  readonly quantity: string;
  readonly fromUs: number;
  readonly toUs: number;
  readonly gain: number;
  readonly offset: number;
}

export interface SensorFleetResult {
  /** One per quantity of each sensor that is a member of a network at its as-of, `quantity` set. */
  readonly devices: readonly DeviceResult[];
  readonly networks: readonly AreaResult[];
  /** Piecewise in time, for those whose error is beyond the limit with certainty; no two of one quantity of a sensor overlap. */
  readonly corrections: readonly SensorCorrection[];
}
