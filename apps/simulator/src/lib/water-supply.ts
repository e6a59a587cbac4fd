import { boundedNormal, type Random } from './random.ts';
import type { DistrictFlow } from './water-hydraulics.ts';
import { accumulate } from './water-register.ts';

/** Days whose mean flow the slope of the error refers to. */
const USUAL_DAYS = 7;

export interface SupplyCount {
  /** m3 since the first step; value s at the begin of step s. */
  readonly indicated: Float64Array;
  /** e over everything. */
  readonly error: number;
}

/** A meter of the main has hardly any starting flow, and an error that is not quite the same at night and at noon. */
export function countSupply(
  { supply, steps }: Pick<DistrictFlow, 'supply' | 'steps'>,
  random: Random,
  sd: number,
): SupplyCount {
  const flat = boundedNormal(random, sd, 2.5 * sd);
  const slope = boundedNormal(random, sd / 4, sd / 2);
  const first = supply.subarray(0, (USUAL_DAYS * 86_400) / steps.stepS);
  const usual = first.reduce((sum, volume) => sum + volume, 0) / first.length;
  const indicated = new Float64Array(supply.length + 1);
  let total = 0;
  supply.forEach((volume, step) => {
    const loads = Math.log(Math.max(0.05, Math.min(20, volume / usual)));
    indicated[step + 1] = Math.max(0, volume) * (1 + flat + slope * loads);
    total += volume;
  });
  accumulate(indicated);
  return { indicated, error: (indicated.at(-1) ?? 0) / total - 1 };
}
