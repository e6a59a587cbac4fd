import { median } from '@verimeter/statistics';

const DAY_US = 86_400e6;
export const WEEK_US: number = 7 * DAY_US;
const DAYS_PER_YEAR = 365.25;
/** Weeks at each end. */
export const END_WEEKS = 6;
/** Of these must be known. */
const LEAST_WEEKS = 4;
/** Between the ends: a year where there is one, so that the season is the same; at least a quarter. */
const MOST_APART = 52;
const LEAST_APART = 13;
/** A week counts for at least so much of the usual use: a logarithm has no zero. */
const LEAST_SHARE = 0.02;
/** Standard error of a median of normal values over that of their mean. */
const MEDIAN_FACTOR = 1.2533;

/** Two spans of whole weeks; the registers are read at their turns. Microseconds since 1970. */
export interface ConsumptionEnds {
  readonly earlyUs: number;
  readonly lateUs: number;
  readonly years: number;
}

/** The last weeks up to the last reading at `phaseUs` of a day, and as many before; undefined: less than a quarter lies between. */
export function consumptionEnds(
  firstUs: number,
  latestUs: number,
  phaseUs: number,
): ConsumptionEnds | undefined {
  const phase = phaseUs % DAY_US;
  const lastUs = Math.floor((latestUs - phase) / DAY_US) * DAY_US + phase;
  const lateUs = lastUs - END_WEEKS * WEEK_US;
  const apart = Math.min(MOST_APART, Math.floor((lateUs - firstUs) / WEEK_US));
  if (!(apart >= LEAST_APART)) return undefined;
  return {
    earlyUs: lateUs - apart * WEEK_US,
    lateUs,
    years: (apart * WEEK_US) / (DAYS_PER_YEAR * DAY_US),
  };
}

interface Level {
  readonly log: number;
  readonly se: number;
}

/** Log of what a meter counts in a usual week, from the register at the turns of the weeks; undefined: too few are told, or it counts nothing. */
function usualWeek(register: Float64Array): Level | undefined {
  const energies: number[] = [];
  for (let k = 1; k < register.length; k++) {
    const energy = (register[k] as number) - (register[k - 1] as number);
    // a register that falls tells nothing across the fall
    if (energy >= 0) energies.push(energy);
  }
  if (energies.length < LEAST_WEEKS) return undefined;
  const usual = median(energies);
  if (!(usual > 0)) return undefined;
  const logs = energies.map((energy) => Math.log(Math.max(energy, LEAST_SHARE * usual)));
  const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
  const squares = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0);
  const n = logs.length;
  return { log: Math.log(usual), se: MEDIAN_FACTOR * Math.sqrt(squares / (n - 1) / n) };
}

/** Change of the log of a usual week. */
export function changeBetween(
  early: Float64Array,
  late: Float64Array,
): { readonly change: number; readonly se: number } | undefined {
  const [before, after] = [usualWeek(early), usualWeek(late)];
  return before === undefined || after === undefined
    ? undefined
    : { change: after.log - before.log, se: Math.hypot(before.se, after.se) };
}
