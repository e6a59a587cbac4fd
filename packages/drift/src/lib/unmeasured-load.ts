import { at } from '@verimeter/statistics';
import type { AreaIntervals } from './area-intervals.ts';
import type { VoltageLoss } from './voltage-loss.ts';

/** Information matrix (both triangles) about the coefficients `at` .. `at + size - 1`. */
interface BlockInformation {
  readonly at: number;
  readonly size: number;
  readonly matrix: Float64Array;
}

/** Load that no register counts. */
export interface UnmeasuredLoad {
  /** Information about neighbouring coefficients from elsewhere than the balance. */
  readonly informations: readonly BlockInformation[];
  /** As far as it is known, kW.h; taken out of the balance. */
  readonly unmeasured: Float64Array;
  /** Its variance from interval to interval, (kW.h)^2. */
  readonly unmeasuredVariance: Float64Array;
}

/**
 * Loads behind stopped meters. Told from voltages: taken out of the balance, with columns after the stop for what the
 * regression behind them may have wrong. Otherwise: the mean load before the stop, with its own spread as noise.
 */
export function addGhosts(terms: {
  add: (column: Float64Array, deviation: number, centre?: number) => void;
  intervals: AreaIntervals;
  voltage: VoltageLoss | undefined;
  energies: readonly Float64Array[];
  stoppedAt: ReadonlyMap<number, number>;
  /** Index of the next column. */
  at: number;
}): UnmeasuredLoad {
  const { add, intervals, voltage, energies, stoppedAt } = terms;
  const { count, hours } = intervals;
  const unmeasured = new Float64Array(count);
  const unmeasuredVariance = new Float64Array(count);
  const informations: BlockInformation[] = [];
  let next = terms.at;
  for (const [i, stop] of stoppedAt) {
    const leaves = intervals.consumers[i]?.memberTo ?? 0;
    // A meter that was taken out of the area leaves no load behind.
    const open = (t: number): boolean => t >= stop && at(intervals.to, t) <= leaves;
    const after = (series: Float64Array): Float64Array =>
      series.map((value, t) => (open(t) ? value : 0));
    const ghost = voltage?.ghosts.get(i);
    if (ghost === undefined) {
      const { power, variance } = loadBefore(energies[i] as Float64Array, hours, stop);
      add(after(hours), Math.max(power / 2, LEAST_UNKNOWN_KW));
      next++;
      for (let t = stop; t < count; t++) {
        if (!open(t)) continue;
        unmeasured[t] = at(unmeasured, t) + power * at(hours, t);
        unmeasuredVariance[t] = at(unmeasuredVariance, t) + variance * at(hours, t) ** 2;
      }
      continue;
    }
    for (let t = stop; t < count; t++) {
      if (!open(t)) continue;
      unmeasured[t] = at(unmeasured, t) + at(ghost.energy, t);
      unmeasuredVariance[t] = at(unmeasuredVariance, t) + at(ghost.variance, t);
    }
    const size = energies.length + 1;
    informations.push({ at: next, size, matrix: ghost.information });
    for (const energy of energies) add(after(energy), Infinity);
    add(after(hours), Infinity);
    next += size;
  }
  return { informations, unmeasured, unmeasuredVariance };
}

/** sd of a load of which nothing was seen before the stop, kW. */
const LEAST_UNKNOWN_KW = 0.25;
/** Autocorrelation of a load is not taken to be above this. */
const LARGEST_AUTOCORRELATION = 0.9;

/**
 * Mean load before the stop, kW, and the variance of its interval means, kW^2, times what their autocorrelation adds to that of a mean:
 * the hours of a household are alike, and a neighbour with the same habits must not be blamed for them.
 */
function loadBefore(
  energy: Float64Array,
  hours: Float64Array,
  stop: number,
): { power: number; variance: number } {
  if (stop === 0) return { power: 0, variance: 0 };
  let sum = 0;
  for (let t = 0; t < stop; t++) sum += at(energy, t) / at(hours, t);
  const power = sum / stop;
  let squares = 0;
  let products = 0;
  let before = 0;
  for (let t = 0; t < stop; t++) {
    const rest = at(energy, t) / at(hours, t) - power;
    squares += rest * rest;
    products += rest * before;
    before = rest;
  }
  const rho = squares > 0 ? Math.min(LARGEST_AUTOCORRELATION, Math.max(0, products / squares)) : 0;
  return { power, variance: ((squares / stop) * (1 + rho)) / (1 - rho) };
}
