import type { WaterFleetInput } from './water-types.ts';

/** A fleet on the grid of a district that is read so much later than the grid of the fleet says. */
export function inPhase<T extends { readonly grid: WaterFleetInput['grid'] }>(
  fleet: T,
  phaseUs: number = 0,
): T {
  if (phaseUs === 0) return fleet;
  return { ...fleet, grid: { ...fleet.grid, startUs: fleet.grid.startUs + phaseUs } };
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
