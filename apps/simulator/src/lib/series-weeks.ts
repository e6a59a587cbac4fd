import { INTERVALS_PER_DAY, ZONE_HOURS } from './calendar.ts';
import { type Random, randomStream, STREAM } from './random.ts';

export const INTERVALS_PER_WEEK = 7 * INTERVALS_PER_DAY;

/** Consumption of a real household over whole weeks. */
export interface HouseholdSeries {
  /** Names its appliances and its random streams. */
  readonly id: number;
  /** kW.h per 15 minutes from a Monday 00:00 local time, whole weeks, none negative. */
  readonly energy: Float32Array;
  /** Step of the register the series comes from, kW.h. */
  readonly quantum: number;
}

/** A household as an area uses it: its weeks are turned by `shiftWeeks`. */
export interface HouseholdUse {
  readonly household: HouseholdSeries;
  readonly shiftWeeks: number;
}

/**
 * Which week of the series stands in each week of the simulation, the same for all households of an area, so that they
 * share weather and holidays. As long as the series last they come in order; beyond that they are drawn with replacement:
 * a bootstrap whose blocks are whole weeks (Kuensch 1989).
 */
export function weekSequence(
  seed: number,
  area: number,
  needed: number,
  available: number,
): Int32Array {
  const random = randomStream(seed, STREAM.trial, area, -1);
  return Int32Array.from({ length: needed }, (_, week) =>
    needed <= available ? week : random.integer(0, available - 1),
  );
}

/** Weeks that `count` intervals from one before the origin (00:00 UTC of a Monday) lie in. */
export function weeksNeeded(count: number): number {
  return Math.ceil((count + 4 * ZONE_HOURS) / INTERVALS_PER_WEEK);
}

/** kW.h of interval k = 0 .. count-1, interval 0 ending at the origin; rounding undone by `dither`. */
export function assembleSeries(
  { household, shiftWeeks }: HouseholdUse,
  weeks: Int32Array,
  count: number,
  random: Random,
): Float64Array {
  const available = household.energy.length / INTERVALS_PER_WEEK;
  const energy = new Float64Array(count);
  for (let k = 0; k < count; k += 1) {
    const local = k - 1 + 4 * ZONE_HOURS;
    const week = Math.floor(local / INTERVALS_PER_WEEK);
    const source = ((weeks[week] ?? 0) + shiftWeeks) % available;
    energy[k] = household.energy[source * INTERVALS_PER_WEEK + (local % INTERVALS_PER_WEEK)] ?? 0;
  }
  dither(energy, household.quantum, random);
  return energy;
}

/**
 * A register that shows whole quanta hides up to one of them. The counter is kept: at each end of an interval it lies in
 * the quantum that was shown, at a random place in it, and never runs backwards. Where it stood still for some intervals
 * the places are in rising order (the order statistics of uniform draws).
 */
export function dither(energy: Float64Array, quantum: number, random: Random): void {
  let place = random.next();
  for (let k = 0; k < energy.length;) {
    let still = 0;
    while (k + still < energy.length && (energy[k + still] ?? 0) < quantum / 2) still += 1;
    for (let left = still; left > 0; left -= 1, k += 1) {
      const next = place + (1 - place) * (1 - (1 - random.next()) ** (1 / left));
      energy[k] = quantum * (next - place);
      place = next;
    }
    if (k >= energy.length) return;
    const next = random.next();
    energy[k] = (energy[k] ?? 0) + quantum * (next - place);
    place = next;
    k += 1;
  }
}
