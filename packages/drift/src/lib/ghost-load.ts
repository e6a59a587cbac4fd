import { at } from '@verimeter/statistics';
import type { AreaIntervals } from './area-intervals.ts';
import { type AreaVoltages, perInterval } from './voltage-rows.ts';

/** Load that the voltage of a stopped meter betrays, per interval of the balance. */
export interface GhostLoad {
  /** kW.h */
  readonly energy: Float64Array;
  /** Variance of what it gets wrong, (kW.h)^2. */
  readonly variance: Float64Array;
}

/**
 * The drop a stopped meter's neighbours do not explain, over its own slope. Where its voltage is missing the mean stands in,
 * and the load's whole spread is its variance.
 */
export function ghostLoad(
  area: AreaVoltages,
  intervals: AreaIntervals,
  terms: {
    /** Measured minus fitted drop, V. */
    readonly rest: Float64Array;
    /** kW per V of drop. */
    readonly kilowatts: number;
    /** First interval after the stop. */
    readonly stop: number;
    /** sd of the drop fit, V. */
    readonly residual: number;
  },
): GhostLoad {
  const { rest, kilowatts, stop } = terms;
  const first = at(intervals.from, stop);
  let known = 0;
  let sum = 0;
  let squares = 0;
  for (let r = 0; r < rest.length; r++) {
    const power = at(rest, r) * kilowatts;
    if (at(area.step, r) <= first || !Number.isFinite(power)) continue;
    known++;
    sum += power;
    squares += power * power;
  }
  const usual = known > 0 ? sum / known : 0;
  const spread = known > 0 ? squares / known - usual * usual : 0;
  const noise = (terms.residual * kilowatts) ** 2;
  const energy = new Float64Array(rest.length);
  const variance = new Float64Array(rest.length);
  for (let r = 0; r < rest.length; r++) {
    if (at(area.step, r) <= first) continue;
    const power = at(rest, r) * kilowatts;
    const measured = Number.isFinite(power);
    energy[r] = (measured ? power : usual) * area.stepHours;
    variance[r] = (measured ? noise : spread) * area.stepHours ** 2;
  }
  return {
    energy: perInterval(area, intervals, energy),
    variance: perInterval(area, intervals, variance),
  };
}
