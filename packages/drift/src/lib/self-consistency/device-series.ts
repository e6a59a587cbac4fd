import type { FleetInput } from '../fleet-types.ts';

/** Three phases: L1, L2, L3; undefined where the meter does not send the quantity. */
export type PerPhase = readonly [
  Float64Array | undefined,
  Float64Array | undefined,
  Float64Array | undefined,
];

/**
 * What one electricity meter says of one connection, on a grid that ends at as-of; NaN where there is no reading. Voltage, current and
 * power may be samples at the grid point or means of the interval that ends there: senders rarely say.
 */
export interface DeviceSeries {
  readonly deviceId: string;
  readonly grid: FleetInput['grid'];
  /** kW.h */
  readonly importRegister?: Float64Array | undefined;
  readonly exportRegister?: Float64Array | undefined;
  /** W */
  readonly activePower?: Float64Array | undefined;
  readonly powerFactor?: Float64Array | undefined;
  /** V */
  readonly voltages: PerPhase;
  /** A */
  readonly currents: PerPhase;
  readonly neutralCurrent?: Float64Array | undefined;
  /** V of the other meters of its group at each grid point, their median; NaN where few of them are known. */
  readonly groupVoltage?: GroupVoltage | undefined;
}

/** Voltage of one instant a day (when little is drawn) of a meter and of its group. */
export interface GroupVoltage {
  /** V, mean of the meter's phases, by day. */
  readonly own: Float64Array;
  /** Median and robust standard deviation over the other members, by day; V. */
  readonly median: Float64Array;
  readonly spread: Float64Array;
}

export const DAY_US = 86_400e6;
export const stepHours = ({ stepUs }: FleetInput['grid']): number => stepUs / 3.6e9;
export const pointsPerDay = ({ stepUs }: FleetInput['grid']): number =>
  Math.max(1, Math.round(DAY_US / stepUs));

/** RFC 3339 to the minute, UTC. */
export function instantAt({ startUs, stepUs }: FleetInput['grid'], k: number): string {
  return `${new Date((startUs + k * stepUs) / 1000).toISOString().slice(0, 16)}Z`;
}

/** Indices of the phases that have both. */
export function livePhases(series: PerPhase): number[] {
  return [0, 1, 2].filter((phase) => series[phase]?.some((value) => Number.isFinite(value)));
}

const RESOLUTIONS = [10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001] as const;

/** Largest decimal step that divides all values; 0 where it is finer than a thousandth, or nothing is there but zeros. */
export function resolutionOf(values: Float64Array): number {
  let fits = 0;
  let seen = false;
  for (const value of values) {
    if (!Number.isFinite(value) || value === 0) continue;
    seen = true;
    while (fits < RESOLUTIONS.length && !divides(RESOLUTIONS[fits] as number, value)) fits++;
    if (fits === RESOLUTIONS.length) return 0;
  }
  return seen ? (RESOLUTIONS[fits] ?? 0) : 0;
}

const divides = (step: number, value: number): boolean =>
  Math.abs(value / step - Math.round(value / step)) < 1e-6;
