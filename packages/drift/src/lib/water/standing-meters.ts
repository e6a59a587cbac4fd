import type { DeviceResult } from '../fleet-types.ts';
import type { WaterFleetInput, WaterMeterSeries } from './water-types.ts';

/**
 * The fleet without what meters that stand still say since then: their homes go on drawing water, at the hours at which everybody does,
 * and a balance that takes the standing register for no use lays what is missing at the neighbours' doors.
 */
export function withoutStanding(
  input: WaterFleetInput,
  stopped: readonly Pick<DeviceResult, 'deviceId' | 'asOfUs'>[],
): WaterFleetInput {
  const { startUs, stepUs } = input.grid;
  const untilUs = new Map(stopped.map(({ deviceId, asOfUs }) => [deviceId, asOfUs]));
  return {
    ...input,
    meters: input.meters.map((meter) => {
      const asOfUs = untilUs.get(meter.deviceId);
      if (asOfUs === undefined) return meter;
      const firstUs = startUs + (meter.phaseUs ?? 0);
      return readUntilItStood(meter, Math.floor((asOfUs - firstUs) / stepUs));
    }),
  };
}

function readUntilItStood(meter: WaterMeterSeries, last: number): WaterMeterSeries {
  const { register } = meter;
  let k = Math.min(last, register.length - 1);
  while (k > 0 && Number.isNaN(register[k])) k--;
  const stands = register[k] as number;
  while (k > 0 && (Number.isNaN(register[k - 1]) || register[k - 1] === stands)) k--;
  return { ...meter, register: register.map((value, at) => (at > k ? Number.NaN : value)) };
}
