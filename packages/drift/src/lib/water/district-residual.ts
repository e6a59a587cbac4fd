import type { DistrictInput, WaterFleetInput } from './water-types.ts';

/**
 * Supply less consumers of a district in the interval that ends at each grid point, m3; NaN where a member of that time was not
 * read at both ends. Undefined for a district without supply.
 */
export function districtResidual(
  { grid, meters }: WaterFleetInput,
  { members, asOfUs }: DistrictInput,
): Float64Array | undefined {
  if (!members.some(({ role }) => role === 'supply')) return undefined;
  const residual = new Float64Array(grid.count);
  residual[0] = NaN;
  for (const { meter, role, fromUs, toUs } of members) {
    const register = meters[meter]?.register;
    if (register === undefined) continue;
    const sign = role === 'supply' ? 1 : -1;
    for (let k = 1; k < grid.count; k += 1) {
      const endUs = grid.startUs + k * grid.stepUs;
      if (endUs - grid.stepUs < fromUs || endUs > toUs) continue;
      residual[k] = (residual[k] ?? NaN) + sign * ((register[k] ?? NaN) - (register[k - 1] ?? NaN));
    }
  }
  for (let k = 1; k < grid.count; k += 1)
    if (grid.startUs + k * grid.stepUs > asOfUs) residual[k] = NaN;
  return residual;
}
