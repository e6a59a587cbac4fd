import { at } from '@verimeter/statistics';
import type { AreaIntervals } from './area-intervals.ts';
import type { FleetInput } from './fleet-types.ts';

/** Prior sd of a meter's clock offset, s (drift-estimation.md 2.4). */
const CLOCK_SD_S = 15;
/** Prior sd of the rate of the supply's clock, s per day: what IEC 62054-21 allows a clock that nothing sets. */
const CLOCK_RATE_SD_S = 0.5;
const DAY_US = 86_400e6;

/** Energy by which a clock one grid step late changes each interval: the difference of the load at its bounds; zero beside a hole. */
function clockColumn(
  energy: Float64Array,
  intervals: AreaIntervals,
  stepHours: number,
): Float64Array {
  const { from, to, hours } = intervals;
  const out = new Float64Array(energy.length);
  for (let t = 1; t + 1 < energy.length; t++) {
    if (
      (to[t - 1] as number) !== (from[t] as number) ||
      (to[t] as number) !== (from[t + 1] as number)
    )
      continue;
    const before = (energy[t - 1] as number) / (hours[t - 1] as number);
    const after = (energy[t + 1] as number) / (hours[t + 1] as number);
    out[t] = ((after - before) / 2) * stepHours;
  }
  return out;
}

/** Middle of each interval, microseconds since 1970. */
function instantsOf({ grid }: FleetInput, { from, to, count }: AreaIntervals): Float64Array {
  return Float64Array.from(
    { length: count },
    (_, t) => grid.startUs + ((at(from, t) + at(to, t)) / 2) * grid.stepUs,
  );
}

/**
 * Adds the offsets of all consumers' clocks, and offset and rate of the supply's; coefficients in steps of the grid, and steps per day.
 * Returns where the rate changes nothing, microseconds since 1970: `middleUs`, or the middle of the window.
 */
export function addClocks(terms: {
  readonly add: (column: Float64Array, deviation: number) => void;
  readonly input: FleetInput;
  readonly intervals: AreaIntervals;
  readonly energies: readonly Float64Array[];
  /** Sum of all consumers, kW.h. */
  readonly total: Float64Array;
  readonly middleUs: number | undefined;
}): number {
  const { add, input, intervals } = terms;
  const stepSeconds = input.grid.stepUs / 1e6;
  const columnOf = (energy: Float64Array): Float64Array =>
    clockColumn(energy, intervals, stepSeconds / 3600);
  for (const energy of terms.energies)
    add(
      columnOf(energy).map((value) => -value),
      CLOCK_SD_S / stepSeconds,
    );
  // The supply's own rounding stands in the balance: its columns are formed from the consumers, or they would share it.
  const late = columnOf(terms.total);
  add(late, CLOCK_SD_S / stepSeconds);
  const instants = instantsOf(input, intervals);
  const middleUs = terms.middleUs ?? (at(instants, 0) + at(instants, instants.length - 1)) / 2;
  // A clock that runs: so many steps later with every day.
  add(
    late.map((value, t) => (value * (at(instants, t) - middleUs)) / DAY_US),
    CLOCK_RATE_SD_S / stepSeconds,
  );
  return middleUs;
}
