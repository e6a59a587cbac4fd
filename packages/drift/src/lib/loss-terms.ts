import { mean } from '@verimeter/statistics';
import type { AreaIntervals } from './area-intervals.ts';
import type { VoltageLoss } from './voltage-loss.ts';

/**
 * What the loss from interval means gets wrong, each with one coefficient for the whole area, so that none can stand in for a
 * single meter: its gain; the share of own load; and the variance of a load inside an interval, which adds
 * own slope x variance. An on/off load of power p0 has variance P (p0 - P): a term in P and one in P^2.
 */
export function addLossTerms(terms: {
  add: (column: Float64Array, deviation: number, centre?: number) => void;
  intervals: AreaIntervals;
  voltage: VoltageLoss | undefined;
  expected: Float64Array;
  energies: readonly Float64Array[];
  bursts: Float64Array;
}): void {
  const { add, intervals, voltage, expected, energies } = terms;
  const count = intervals.count;
  if (voltage === undefined) {
    add(expected, 0.5);
    add(ownSquares(intervals, energies, expected), 0.3);
    return;
  }
  add(expected, 0.15, 0.05);
  add(voltage.direct, 1, 1.5);
  add(voltage.unbalance, 0.5);
  const own = new Float64Array(count);
  const linear = new Float64Array(count);
  const rough = new Float64Array(count);
  const bursts = new Float64Array(count);
  energies.forEach((energy, i) => {
    const slope = voltage.ownSlope[i] as number;
    const burst = terms.bursts[i] as number;
    for (let t = 0; t < count; t++) {
      const hours = intervals.hours[t] as number;
      const p = (energy[t] as number) / hours;
      const before = t === 0 ? p : (energy[t - 1] as number) / (intervals.hours[t - 1] as number);
      const after =
        t + 1 === count ? p : (energy[t + 1] as number) / (intervals.hours[t + 1] as number);
      own[t] = (own[t] as number) + slope * p * p * hours;
      // inside an interval a roof comes and goes with the clouds like a load with its appliances: a loss in either direction
      linear[t] = (linear[t] as number) + slope * Math.abs(p) * hours;
      bursts[t] = (bursts[t] as number) + slope * burst * Math.abs(p) * hours;
      rough[t] =
        (rough[t] as number) + slope * hours * 0.5 * ((p - before) ** 2 + (p - after) ** 2);
    }
  });
  add(own, 0.1);
  // kW: effective power of the appliances that switch inside an interval
  add(linear, 0.1, 0.05);
  add(bursts, 0.2, 0.3);
  add(rough, 0.15, 0.1);
}

/** Loss that grows with the square of each consumer's own load - service lines -, of the size of the loss as a whole. */
function ownSquares(
  { hours }: AreaIntervals,
  energies: readonly Float64Array[],
  expected: Float64Array,
): Float64Array {
  const squares = new Float64Array(expected.length);
  for (const energy of energies)
    for (let t = 0; t < squares.length; t++)
      squares[t] = (squares[t] as number) + (energy[t] as number) ** 2 / (hours[t] as number);
  const scale = mean(expected) / (mean(squares) || 1);
  return squares.map((value) => scale * value);
}

/** Of each consumer. */
export function burstPowers(energies: readonly Float64Array[], hours: Float64Array): Float64Array {
  return Float64Array.from(energies, (energy) => burstPower(energy, hours));
}

/** Mean square of the step from one interval to the next over the mean load, kW: large where a load comes in bursts. */
function burstPower(energy: Float64Array, hours: Float64Array): number {
  let squares = 0;
  let sum = 0;
  for (let t = 1; t < energy.length; t++) {
    const power = (energy[t] as number) / (hours[t] as number);
    squares += (power - (energy[t - 1] as number) / (hours[t - 1] as number)) ** 2;
    // what a roof feeds back flows through the same line
    sum += Math.abs(power);
  }
  return sum > 0 ? squares / sum : 0;
}
