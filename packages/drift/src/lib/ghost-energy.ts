import { addGram, at } from '@verimeter/statistics';
import type { AreaIntervals } from './area-intervals.ts';
import { type AreaVoltages, perInterval } from './voltage-rows.ts';

/** What flows behind a stopped meter, per interval of the balance. */
export interface GhostEnergy {
  /** kW.h; zero before the stop. */
  readonly energy: Float64Array;
  /** Variance of what it gets wrong from interval to interval, (kW.h)^2. */
  readonly variance: Float64Array;
  /**
   * What it gets wrong for good is c + sum_j c_j r_j with the loads r_j of all consumers: information about (c_0, ...,
   * c_n-1, c), (n + 1) x (n + 1), both triangles; that of the rows its regression rests on.
   */
  readonly information: Float64Array;
}

/** By consumer. */
export function ghostEnergies(
  area: AreaVoltages,
  intervals: AreaIntervals,
): Map<number, GhostEnergy> {
  const { ghosts, power, stepHours, untilStop } = area;
  const found = new Map<number, GhostEnergy>();
  if (ghosts.size === 0) return found;
  const size = power.length + 1;
  const gram = new Float64Array(size * size);
  addGram(gram, [...power, new Float64Array(area.step.length).fill(1)], 0, untilStop);
  for (const [i, ghost] of ghosts) {
    const scale = 1 / ghost.slowVariance;
    const information = new Float64Array(size * size);
    for (let a = 0; a < size; a++)
      for (let b = 0; b <= a; b++) {
        // the load itself is what was regressed: it has no error of its own
        if (a === i || b === i) continue;
        information[a * size + b] = information[b * size + a] = at(gram, a * size + b) * scale;
      }
    // Without load a column says nothing: a coefficient of 1 is then already far off.
    for (let a = 0; a < size; a++) information[a * size + a] = at(information, a * size + a) + 1;
    found.set(i, {
      energy: perInterval(
        area,
        intervals,
        ghost.power.map((value, r) => (at(ghost.variance, r) > 0 ? value * stepHours : 0)),
      ),
      variance: perInterval(
        area,
        intervals,
        ghost.variance.map((value) => value * stepHours * stepHours),
      ),
      information,
    });
  }
  return found;
}
