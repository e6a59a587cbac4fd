import type { AreaInput, FleetInput, MeterSeries } from '../fleet-types.ts';
import type { DistrictInput, WaterFleetInput, WaterMeterSeries } from './water-types.ts';

/** The meters of a water fleet as counters of net volume, m3: what forms intervals does not ask what flows. */
function asMeterSeries(meter: WaterMeterSeries): MeterSeries {
  const { deviceId, lot, limit, inServiceLimit, register, reverseRegister, validFromUs } = meter;
  return {
    deviceId,
    lot,
    limit,
    inServiceLimit,
    importRegister: register,
    ...(reverseRegister === undefined ? {} : { exportRegister: reverseRegister }),
    voltages: [],
    ...(validFromUs === undefined ? {} : { validFromUs }),
  };
}

export function asArea({ groupId, members, asOfUs }: DistrictInput): AreaInput {
  return { groupId, members, asOfUs };
}

export function asFleet(input: WaterFleetInput): FleetInput {
  return {
    grid: input.grid,
    meters: input.meters.map(asMeterSeries),
    areas: input.districts.map(asArea),
  };
}
