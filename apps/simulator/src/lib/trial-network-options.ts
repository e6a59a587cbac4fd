import type { AirFault, AirQuantity } from './air-element.ts';
import type { Climate } from './air-weather.ts';

/** One network of air sensors to judge an estimator on. A pure function of these. */
export interface TrialNetworkOptions {
  readonly seed: number;
  /** Names the streams of the network. */
  readonly network: number;
  readonly sensors: number;
  /** Stations of reference grade, members with the role `reference`; default none. */
  readonly references?: 0 | 1 | 2 | 3;
  /**
   * Where references stand: at places of their own (default); each on the mast of a sensor, of those that drift first; or on one roof with
   * all sensors. Who shares a mast shares its air to the last hour.
   */
  readonly masts?: 'own' | 'beside' | 'roof';
  /** One reference goes from sensor to sensor, and what it finds is told as `measured`. */
  readonly rounds?: ReferenceRounds;
  readonly days: number;
  /** Date of the first hour, `YYYY-MM-DD`; default 2023-04-01. */
  readonly origin?: string;
  /** km between neighbours, default 1.5. */
  readonly spacing?: number;
  readonly climate?: Climate;
  /** What the devices measure; sensors for particles have humidity as well, those for gases humidity and temperature. */
  readonly quantities: readonly AirQuantity[];
  /** Particle counters with two elements that see the same air. */
  readonly twoChannel?: boolean;
  /** Share of hours lost by themselves, default 0.4 %; some days are lost as well. */
  readonly gapRate?: number;
  /** A share of the sensors, drawn, all with this fault. */
  readonly drift?: {
    readonly quantity: AirQuantity;
    readonly share: number;
    readonly fault: AirFault;
  };
  /** Further faults, by position of the sensor. */
  readonly faults?: readonly {
    readonly sensor: number;
    readonly quantity: AirQuantity;
    readonly fault: AirFault;
  }[];
  readonly events?: readonly TrialSensorEvent[];
}

/** A cross-check of every sensor in turn. */
export interface ReferenceRounds {
  /** Day of the first check, and days until the same sensor is checked again; the others lie evenly between. */
  readonly firstDay: number;
  readonly everyDays: number;
  /** Ratio, or in the unit of the channel. */
  readonly standardUncertainty: number;
}

/** What was done to a device, and is told: `restartsUs` of its series. */
export interface TrialSensorEvent {
  readonly sensor: number;
  readonly day: number;
  /** `moved`: to a place of its own within half the spacing, with the same elements. */
  readonly kind: 'recalibrated' | 'replaced' | 'moved';
}
