import type { FleetResult } from '../fleet-types.ts';

/** How a meter is read, from the instants of its readings themselves. */
export interface ReadPattern {
  /** Median distance of neighbouring readings, microseconds. */
  readonly intervalUs: number;
  /** Share of the readings that lie on the grid; where it is read more often than that, share of the grid points that it is read at. */
  readonly onGrid: number;
}

/** One water meter of the tenant on the fleet's grid, whether or not it belongs to a district. */
export interface WaterMeterSeries {
  readonly deviceId: string;
  /** Manufacturer | model | class | size | built year: members share a prior. */
  readonly lot: string;
  /** MPE of the class as a ratio (0.05 for class 2). */
  readonly limit: number;
  readonly inServiceLimit: number;
  /** Q3, m3/h. */
  readonly permanentFlow?: number;
  /** Counter at grid point 0..count-1, m3, NaN where there is no reading at that very instant. */
  readonly register: Float64Array;
  /** Counter of what flowed back, m3. */
  readonly reverseRegister?: Float64Array;
  /** bar at grid point k, sample or mean of the interval that ends there. */
  readonly pressure?: Float64Array;
  /** Undefined: it never read. */
  readonly reads?: ReadPattern;
  /** Its grid points are so much later than those of the fleet, less than a step, microseconds; undefined: not at all. */
  readonly phaseUs?: number;
  /** kW.h that an electricity meter at the same address counted in the interval that ends at each grid point. */
  readonly otherUse?: Float64Array;
  /** Calendar year, for the age of a lot. */
  readonly builtYear?: number;
  /** Data before this instant does not count (own last verification or swap); undefined: all of it. */
  readonly validFromUs?: number;
  /** Where it is in no district data after this instant is not looked at; undefined: the end of the grid. */
  readonly asOfUs?: number;
}

export interface DistrictMember {
  /** Index into `WaterFleetInput.meters`. */
  readonly meter: number;
  readonly role: 'supply' | 'supply_out' | 'consumer';
  readonly fromUs: number;
  readonly toUs: number;
}

/** A district metered area, or a building behind a sum meter. */
export interface DistrictInput {
  readonly groupId: string;
  readonly members: readonly DistrictMember[];
  /** Of its consumers: their grid points over those of the fleet, microseconds. */
  readonly phaseUs?: number;
  /** Data after this instant is not looked at. */
  readonly asOfUs: number;
}

/** Everything an analysis of the water meters of one tenant depends on. Meters sorted by deviceId, districts by groupId. */
export interface WaterFleetInput {
  readonly grid: { readonly startUs: number; readonly stepUs: number; readonly count: number };
  /** Minutes that local time is ahead of UTC: habits and night follow it. */
  readonly zoneMinutes: number;
  readonly meters: readonly WaterMeterSeries[];
  readonly districts: readonly DistrictInput[];
}

export type WaterFleetResult = FleetResult;
