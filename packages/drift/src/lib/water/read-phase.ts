import type { FleetInput } from '../fleet-types.ts';
import type { DistrictInput, WaterFleetInput } from './water-types.ts';

/** The fleet on the grid of a district, as far as its members are read on it. */
export function inPhase(input: WaterFleetInput, district: DistrictInput): WaterFleetInput {
  const apart = readApart(input, district);
  if (apart.length === 0 && (district.phaseUs ?? 0) === 0) return input;
  const meters = input.meters.slice();
  for (const meter of apart) {
    const { reads, ...series } = meters[meter] as (typeof meters)[number];
    meters[meter] = {
      ...series,
      register: new Float64Array(input.grid.count).fill(Number.NaN),
      ...(reads === undefined ? {} : { reads: { ...reads, onGrid: 0 } }),
    };
  }
  return { ...input, grid: later(input.grid, district), meters };
}

/** The same of its counters. */
export function viewInPhase(
  view: FleetInput,
  input: WaterFleetInput,
  district: DistrictInput,
): FleetInput {
  const apart = readApart(input, district);
  if (apart.length === 0 && (district.phaseUs ?? 0) === 0) return view;
  const meters = view.meters.slice();
  for (const meter of apart) {
    const { exportRegister: _counted, ...series } = meters[meter] as (typeof meters)[number];
    meters[meter] = {
      ...series,
      importRegister: new Float64Array(view.grid.count).fill(Number.NaN),
    };
  }
  return { ...view, grid: later(view.grid, district), meters };
}

/** Members whose series are those of other minutes. */
function readApart({ meters }: WaterFleetInput, { members, phaseUs = 0 }: DistrictInput): number[] {
  return members.flatMap(({ meter }) =>
    meters[meter] === undefined || (meters[meter]?.phaseUs ?? 0) === phaseUs ? [] : [meter],
  );
}

const later = (
  grid: WaterFleetInput['grid'],
  { phaseUs = 0 }: DistrictInput,
): WaterFleetInput['grid'] => ({ ...grid, startUs: grid.startUs + phaseUs });

/** Grid steps, between -1 and 1, that a district of this phase is read later than a meter is. */
export function phaseShift(
  { grid, meters }: Pick<WaterFleetInput, 'grid' | 'meters'>,
  meter: number,
  phaseUs: number,
): number {
  return (phaseUs - (meters[meter]?.phaseUs ?? 0)) / grid.stepUs;
}

/**
 * A counter as it would have been read so many steps later, as if the flow did not change between two readings. A volume of the new steps then has the
 * flow of the old ones in the share that it overlaps them, and a gain of 1 stays one; for a comparison, not for a balance.
 */
export function counterAt(counter: Float64Array, shift: number): Float64Array {
  if (shift === 0) return counter;
  const toward = Math.sign(shift);
  const share = Math.abs(shift);
  return counter.map(
    (value, k) => (1 - share) * value + share * (counter[k + toward] ?? Number.NaN),
  );
}
