import type { AreaInput, FleetInput, MeterSeries } from '../fleet-types.ts';
import type { DistrictInput, WaterFleetInput, WaterMeterSeries } from './water-types.ts';

/** More than so many times Q3 does not pass a meter (Q4 is 1.25 times Q3): its register was set, or its transmission erred. */
const MOST_FLOW = 2;

/** The meters of a water fleet as counters of net volume, m3: what forms intervals does not ask what flows. */
function asMeterSeries(meter: WaterMeterSeries, stepUs: number): MeterSeries {
  const { deviceId, lot, limit, inServiceLimit, reverseRegister, validFromUs } = meter;
  return {
    deviceId,
    lot,
    limit,
    inServiceLimit,
    importRegister: withoutJumps(meter, stepUs),
    ...(reverseRegister === undefined ? {} : { exportRegister: reverseRegister }),
    voltages: [],
    ...(validFromUs === undefined ? {} : { validFromUs }),
  };
}

/**
 * A register that goes on from a jump as if it had run back a little there: an interval in which a register runs back is left out, and all
 * others keep their volume.
 */
function withoutJumps({ register, permanentFlow }: WaterMeterSeries, stepUs: number): Float64Array {
  if (permanentFlow === undefined || !(permanentFlow > 0)) return register;
  const most = (MOST_FLOW * permanentFlow * stepUs) / 3.6e9;
  let out: Float64Array | undefined;
  let before = -1;
  let shift = 0;
  for (let k = 0; k < register.length; k++) {
    const value = register[k] as number;
    if (!Number.isFinite(value)) continue;
    const rise = before < 0 ? 0 : value - (register[before] as number);
    if (before >= 0 && rise > most * (k - before)) {
      out ??= register.slice();
      shift += rise + 1;
    }
    if (out !== undefined) out[k] = value - shift;
    before = k;
  }
  return out ?? register;
}

export function asArea({ groupId, members, asOfUs }: DistrictInput): AreaInput {
  return { groupId, members, asOfUs };
}

export function asFleet(input: WaterFleetInput): FleetInput {
  return {
    grid: input.grid,
    meters: input.meters.map((meter) => asMeterSeries(meter, input.grid.stepUs)),
    areas: input.districts.map(asArea),
  };
}
