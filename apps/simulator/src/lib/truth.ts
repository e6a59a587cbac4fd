import type { AirFault, AirQuantity } from './air-element.ts';
import type { AirElementTruth } from './air-network.ts';
import type { City } from './city.ts';
import { driftAt, type MeterFault } from './meter.ts';
import { sensorError } from './sensor-error.ts';
import { airRatio, litresPerDay, waterError, type WaterMeterHistory } from './water-truth.ts';
import { gainAt, type WaterFault } from './water-meter.ts';

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

/** What only the simulator knows of one quantity of an air sensor. */
export interface SensorTruth {
  readonly deviceId: string;
  readonly quantity: AirQuantity;
  /** e of the mean level of the last 30 days at as-of; for temperature and pressure the offset, in the channel's unit. */
  readonly trueError: number;
  /** Days since the air network began, as in `fault`; null: it never was. */
  readonly replacedOnDay: number | null;
  /** Null: healthy, or put right by the exchange. */
  readonly fault: AirFault | null;
}

/** What only the simulator knows of a home's water meter. Ratios; e = (indicated - actual) / actual. */
export interface WaterMeterTruth {
  readonly deviceId: string;
  /** e at as-of, weighted by what the home drew; null: it stands still, or nothing was drawn. */
  readonly trueError: number | null;
  /** The same without the fault. */
  readonly baseError: number | null;
  readonly litresPerDay: number;
  /** Days since the water district began; null: nothing is wrong. */
  readonly fault: WaterFault | null;
}

export interface CityTruth {
  readonly seed: number;
  readonly size: string;
  readonly origin: string;
  readonly days: number;
  readonly asOf: string;
  readonly meters: readonly MeterTruth[];
  readonly areas: readonly AreaTruth[];
  readonly air: readonly AirElementTruth[];
  readonly water: readonly WaterMeterHistory[];
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
  readonly sensors: readonly SensorTruth[];
  readonly water: readonly WaterMeterTruth[];
}

/** What the city hides at an instant (milliseconds since 1970), default the end of the days that were built. */
export function truth(city: City, atMs: number = city.startMs + city.days * DAY_MS): TruthFile {
  const day = (atMs - city.startMs) / DAY_MS;
  const { air, water, ...rest } = city.truth;
  return {
    ...rest,
    asOf: new Date(atMs).toISOString(),
    meters: city.truth.meters.map((meter) => ({
      ...meter,
      trueError: meter.baseError + driftAt(meter.fault ?? undefined, day),
    })),
    areas: city.truth.areas.map(({ lossKwh: _loss, supplyKwh: _supply, ...area }) => area),
    sensors: air.map((element) => truthOfSensor(element, (atMs - city.airStartMs) / DAY_MS)),
    water: water.map((history) => truthOfHome(history, (atMs - city.waterStartMs) / DAY_MS)),
  };
}

function truthOfSensor(element: AirElementTruth, day: number): SensorTruth {
  const { deviceId, quantity, fault, replacedOnDay } = element;
  const repaired = replacedOnDay !== undefined && replacedOnDay <= day;
  return {
    deviceId,
    quantity,
    trueError: sensorError(element, Math.min(Math.floor(24 * day), element.gain.length - 1)),
    replacedOnDay: repaired ? replacedOnDay : null,
    fault: repaired ? null : (fault ?? null),
  };
}

const ratio = (e: number): number | null => (Number.isFinite(e) ? e : null);

function truthOfHome(history: WaterMeterHistory, day: number): WaterMeterTruth {
  const { deviceId, fault } = history;
  const hour = Math.floor(24 * day);
  const gain = gainAt(fault, day);
  const air = fault?.kind === 'air' ? airRatio(history, 24 * fault.sinceDay, hour) : 0;
  return {
    deviceId,
    trueError: gain === 0 ? null : ratio(waterError(history, gain, hour) + air),
    baseError: ratio(waterError(history, 1, hour)),
    litresPerDay: litresPerDay(history, hour),
    fault: fault === undefined || fault.sinceDay > day ? null : fault,
  };
}
