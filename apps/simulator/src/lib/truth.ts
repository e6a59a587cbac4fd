import type { City } from './city.ts';
import { driftAt, type MeterFault } from './meter.ts';

const DAY_MS = 86_400_000;

/** What only the simulator knows of a consumer meter. Ratios; e = (indicated - actual) / actual. */
export interface MeterTruth {
  readonly deviceId: string;
  /** The group the archive lists the meter in, and the one that feeds it. */
  readonly listedIn: string;
  readonly fedBy: string;
  /** Constant part of e, and e at as-of with the drift included. */
  readonly baseError: number;
  readonly trueError: number;
  /** s; positive: the clock is ahead. */
  readonly clockError: number;
  readonly fault: MeterFault | null;
  readonly meanWatts: number;
  /** 1, 2, 3: the conductors the meter hangs on. */
  readonly phases: readonly number[];
  readonly feeder: number;
}

export interface AreaTruth {
  readonly groupId: string;
  readonly supplyId: string;
  readonly supplyError: number;
  readonly supplyClockError: number;
  /** Energy lost between the supply meter and the consumer meters over energy supplied. */
  readonly lossRatio: number;
  /** kW.h of the interval that ends at grid point k. */
  readonly lossKwh: Float64Array;
  readonly supplyKwh: Float64Array;
}

export interface CityTruth {
  readonly seed: number;
  readonly size: string;
  readonly origin: string;
  readonly days: number;
  readonly asOf: string;
  readonly meters: readonly MeterTruth[];
  readonly areas: readonly AreaTruth[];
}

/** The truth as a JSON value for the simulator's own file: everything but the long series. */
export interface TruthFile {
  readonly seed: number;
  readonly size: string;
  readonly origin: string;
  readonly days: number;
  readonly asOf: string;
  readonly meters: readonly MeterTruth[];
  readonly areas: readonly Omit<AreaTruth, 'lossKwh' | 'supplyKwh'>[];
}

/** What the city hides at an instant (milliseconds since 1970), default the end of the days that were built. */
export function truth(city: City, atMs: number = city.startMs + city.days * DAY_MS): TruthFile {
  const day = (atMs - city.startMs) / DAY_MS;
  return {
    ...city.truth,
    asOf: new Date(atMs).toISOString(),
    meters: city.truth.meters.map((meter) => ({
      ...meter,
      trueError: meter.baseError + driftAt(meter.fault ?? undefined, day),
    })),
    areas: city.truth.areas.map(({ lossKwh: _loss, supplyKwh: _supply, ...area }) => area),
  };
}
