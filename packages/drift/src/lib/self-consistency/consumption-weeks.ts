import { DAY_US } from './device-series.ts';

const WEEK_DAYS = 7;
/** 1970-01-05, a Monday: weeks begin on Mondays, 00:00 UTC. */
const MONDAY_DAYS = 4;
/** A week is told where the register was read within a day of both of its ends. */
const MOST_GAP_DAYS = 3;

/** Grid of one reading a day, at the instant of the day at which the fleet's registers are read. */
export interface DayGrid {
  readonly startUs: number;
  readonly stepUs: number;
  readonly count: number;
}

/** The first Monday on or after the start of a grid of days, as a grid point. */
const firstMonday = ({ startUs }: DayGrid): number =>
  (((MONDAY_DAYS - Math.floor(startUs / DAY_US)) % WEEK_DAYS) + WEEK_DAYS) % WEEK_DAYS;

/**
 * kW.h of each whole week of a grid of days; NaN where the register does not tell it. A hole of up to three days at the turn of a week is
 * bridged evenly; a register that falls tells nothing across the fall.
 */
export function weeklyEnergy(grid: DayGrid, register: Float64Array): Float64Array {
  const first = firstMonday(grid);
  const weeks = Math.max(0, Math.floor((grid.count - 1 - first) / WEEK_DAYS));
  const energy = new Float64Array(weeks).fill(NaN);
  for (let week = 0; week < weeks; week++) {
    const from = first + week * WEEK_DAYS;
    const begin = registerAt(register, from);
    const end = registerAt(register, from + WEEK_DAYS);
    if (begin === undefined || end === undefined || !(end >= begin)) continue;
    if (falls(register, from, from + WEEK_DAYS)) continue;
    energy[week] = end - begin;
  }
  return energy;
}

function falls(register: Float64Array, from: number, to: number): boolean {
  let previous = NaN;
  for (let k = from; k <= to; k++) {
    const value = register[k] as number;
    if (!Number.isFinite(value)) continue;
    if (value < previous) return true;
    previous = value;
  }
  return false;
}

function registerAt(register: Float64Array, k: number): number | undefined {
  const own = register[k] as number;
  if (Number.isFinite(own)) return own;
  let before = k - 1;
  while (before >= 0 && !Number.isFinite(register[before])) before--;
  let after = k + 1;
  while (after < register.length && !Number.isFinite(register[after])) after++;
  if (before < 0 || after >= register.length || after - before > MOST_GAP_DAYS) return undefined;
  const share = (k - before) / (after - before);
  return (1 - share) * (register[before] as number) + share * (register[after] as number);
}

/** UTC date on which a week of the grid begins. */
export function weekDate(grid: DayGrid, week: number): string {
  const us = grid.startUs + (firstMonday(grid) + week * WEEK_DAYS) * DAY_US;
  return new Date(us / 1000).toISOString().slice(0, 10);
}
