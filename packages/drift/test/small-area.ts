import { at, mean } from '@verimeter/statistics';
import type { AreaIntervals } from '../src/lib/area-intervals.ts';
import type { FleetInput, MeterSeries } from '../src/lib/fleet-types.ts';
import { sequence } from './sequence.ts';

const METERS = 12;
export const INTERVALS = 480;

/**
 * Twelve consumers over five days by a formula that make_reference.py repeats: kW.h per quarter of an hour, and a supply with
 * 0.3 kW.h fixed and 2 % square loss. Consumer 3 shows 5 % too much.
 */
export function smallArea(): { energy: Float64Array[]; supply: Float64Array } {
  const shape = sequence(METERS * INTERVALS, 31);
  const burst = sequence(METERS * INTERVALS, 32);
  const energy = Array.from({ length: METERS }, (_, i) =>
    Float64Array.from({ length: INTERVALS }, (__, t) => {
      const k = i * INTERVALS + t;
      return (0.04 + 0.01 * i) * (1 + 0.6 * at(shape, k) + (at(burst, k) > 0.7 ? 2.5 : 0));
    }),
  );
  const total = Float64Array.from({ length: INTERVALS }, (_, t) =>
    energy.reduce((sum, values, i) => sum + at(values, t) / (i === 3 ? 1.05 : 1), 0),
  );
  const usual = mean(total);
  const noise = sequence(INTERVALS, 33);
  const supply = total.map(
    (value, t) => value + (0.02 * value * value) / usual + 0.003 + 0.004 * at(noise, t),
  );
  return { energy, supply };
}

function counter(energy: Float64Array): Float64Array {
  const out = new Float64Array(energy.length + 1);
  energy.forEach((value, t) => {
    out[t + 1] = at(out, t) + value;
  });
  return out;
}

/** The area as registers: consumers 0..11, then the supply of class 0.5. */
export function smallAreaInput(): FleetInput {
  const { energy, supply } = smallArea();
  const meters = [...energy, supply].map((values, i): MeterSeries => ({
    deviceId: `M${String(i).padStart(2, '0')}`,
    lot: 'one',
    limit: i < METERS ? 0.01 : 0.005,
    inServiceLimit: i < METERS ? 0.02 : 0.01,
    importRegister: counter(values),
    voltages: [],
  }));
  return {
    grid: { startUs: 0, stepUs: 900e6, count: INTERVALS + 1 },
    meters,
    areas: [
      {
        groupId: 'A',
        technicalLoss: 0.02,
        asOfUs: INTERVALS * 900e6,
        members: meters.map((_, meter) => ({
          meter,
          role: meter < METERS ? 'consumer' : 'supply',
          fromUs: -Infinity,
          toUs: Infinity,
        })),
      },
    ],
  };
}

/** Its intervals with the energies as they are: no register stands between them and the model. */
export function smallAreaIntervals(): AreaIntervals {
  const { energy, supply } = smallArea();
  return {
    consumers: energy.map((values, meter) => ({
      meter,
      feeder: undefined,
      energy: values,
      memberFrom: 0,
      memberTo: INTERVALS,
      countsFrom: 0,
    })),
    supplyMeters: [METERS],
    supply,
    from: Int32Array.from({ length: INTERVALS }, (_, t) => t),
    to: Int32Array.from({ length: INTERVALS }, (_, t) => t + 1),
    hours: new Float64Array(INTERVALS).fill(0.25),
    day: Int32Array.from({ length: INTERVALS }, (_, t) => Math.floor(t / 96)),
    days: 5,
    completeness: 1,
    count: INTERVALS,
    windowFrom: 0,
    windowTo: INTERVALS,
  };
}
