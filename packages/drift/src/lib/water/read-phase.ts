import type { FleetInput } from '../fleet-types.ts';
import type { DistrictInput, WaterFleetInput } from './water-types.ts';

/** The fleet on the grid of a district, as far as its members are read on it. */
export function inPhase(input: WaterFleetInput, district: DistrictInput): WaterFleetInput {
  return onGridOf(input, input, district, ({ reads, ...series }) => ({
    ...series,
    register: unread(input),
    ...(reads === undefined ? {} : { reads: { ...reads, onGrid: 0 } }),
  }));
}

/** The same of its counters. */
export function viewInPhase(
  view: FleetInput,
  input: WaterFleetInput,
  district: DistrictInput,
): FleetInput {
  return onGridOf(view, input, district, ({ exportRegister: _counted, ...series }) => ({
    ...series,
    importRegister: unread(input),
  }));
}

/** Any fleet of the same meters; `asUnread`: one of them as the district sees it that is read at another minute. */
function onGridOf<
  M,
  F extends { readonly grid: WaterFleetInput['grid']; readonly meters: readonly M[] },
>(
  fleet: F & { readonly meters: readonly M[] },
  input: WaterFleetInput,
  district: DistrictInput,
  asUnread: (meter: M) => M,
): F {
  const apart = readApart(input, district);
  const { phaseUs = 0 } = district;
  if (apart.length === 0 && phaseUs === 0) return fleet;
  const meters = fleet.meters.slice();
  for (const meter of apart) meters[meter] = asUnread(meters[meter] as M);
  return { ...fleet, grid: { ...fleet.grid, startUs: fleet.grid.startUs + phaseUs }, meters };
}

const unread = ({ grid }: WaterFleetInput): Float64Array =>
  new Float64Array(grid.count).fill(Number.NaN);

/** Members whose series are those of other minutes. */
function readApart({ meters }: WaterFleetInput, { members, phaseUs = 0 }: DistrictInput): number[] {
  return members.flatMap(({ meter }) =>
    meters[meter] === undefined || (meters[meter]?.phaseUs ?? 0) === phaseUs ? [] : [meter],
  );
}

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
