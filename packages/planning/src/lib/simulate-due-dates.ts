import { addMonths, daysBetween } from '@verimeter/metrology';
import { firstDayOf, lastDayOf, laterPeriod } from './period.ts';

/** Validity that ends within so many days after a month may be renewed in it: what is due soon (60 days). */
const AHEAD_DAYS = 60;

export interface SimulationInput {
  /** First month, `YYYY-MM`. */
  readonly from: string;
  readonly months: number;
  /** Last days of validity, one per device; void ones are due already. */
  readonly dueOn: readonly string[];
  readonly void: number;
  /** Verifications of each month, from the first on; the last one goes on. */
  readonly capacity: readonly number[];
  /** Months for which a verification is valid, where it is the same for all; such devices come again. */
  readonly cycleMonths?: number;
}

export interface SimulatedMonth {
  readonly month: string;
  /** Validity that ends in the month. */
  readonly due: number;
  readonly capacity: number;
  readonly verified: number;
  /** Of them before their month. */
  readonly ahead: number;
  /** Without valid verification at the end of the month. */
  readonly overdue: number;
}

export interface Simulation {
  readonly months: readonly SimulatedMonth[];
  /** Without valid verification before the first month. */
  readonly overdueAtStart: number;
  /** Verifications a month with which none is overdue at the end of any month; undefined: not with any, as nothing is due none. */
  readonly neededFromFirstMonth: number;
  /** With which none is overdue at the end of the last month. */
  readonly neededByEnd: number;
}

/**
 * Month by month: validity ends, the oldest is renewed first, what is left of the capacity renews what ends within 60 days. Every
 * verification is taken to pass, and a device is valid to the end of its last day.
 */
export function simulateDueDates(input: SimulationInput): Simulation {
  const counts = countDue(input);
  const months = run(input, counts, (month) => capacityOf(input, month));
  const most = Math.max(1, counts.start + counts.due.reduce((sum, count) => sum + count, 0));
  return {
    months,
    overdueAtStart: counts.start,
    neededFromFirstMonth: leastCapacity(most, (capacity) =>
      run(input, counts, () => capacity).every(({ overdue }) => overdue === 0),
    ),
    neededByEnd: leastCapacity(
      most,
      (capacity) => run(input, counts, () => capacity).at(-1)?.overdue === 0,
    ),
  };
}

const capacityOf = ({ capacity }: SimulationInput, month: number): number =>
  capacity[month] ?? capacity.at(-1) ?? 0;

interface DueCounts {
  readonly start: number;
  /** Of each month, and of what may be renewed ahead of the months behind the last one. */
  readonly due: readonly number[];
  /** The same by the day, for what may be renewed early. */
  readonly days: readonly (readonly number[])[];
}

function countDue({ from, months, dueOn, void: broken }: SimulationInput): DueCounts {
  const first = firstDayOf(from);
  const due = Array.from({ length: months + 3 }, () => 0);
  const days: number[][] = due.map(() => []);
  let start = broken;
  for (const date of dueOn) {
    if (date < first) {
      start += 1;
      continue;
    }
    const month =
      (Number(date.slice(0, 4)) - Number(from.slice(0, 4))) * 12 +
      Number(date.slice(5, 7)) -
      Number(from.slice(5, 7));
    if (month >= due.length) continue;
    due[month] = (due[month] ?? 0) + 1;
    days[month]?.push(Number(date.slice(8, 10)));
  }
  for (const month of days) month.sort((left, right) => left - right);
  return { start, due, days };
}

function run(
  { from, months, cycleMonths }: SimulationInput,
  counts: DueCounts,
  capacity: (month: number) => number,
): SimulatedMonth[] {
  /** Not renewed yet, by month of their end; devices that come again have the last day of theirs. */
  const open = [...counts.due];
  const days = counts.days.map((month) => [...month]);
  let overdue = counts.start;
  const rows: SimulatedMonth[] = [];
  for (let month = 0; month < months; month += 1) {
    const able = Math.max(0, Math.floor(capacity(month)));
    let left = able;
    const due = open[month] ?? 0;
    const old = Math.min(left, overdue);
    overdue -= old;
    left -= old;
    const now = Math.min(left, due);
    left -= now;
    overdue += due - now;
    open[month] = 0;
    let ahead = 0;
    for (let later = month + 1; later < open.length && left > 0; later += 1) {
      const within = days[later]?.filter((day) => isAhead(from, month, later, day)).length ?? 0;
      const early = Math.min(left, within, open[later] ?? 0);
      if (early === 0) break;
      days[later]?.splice(0, early);
      open[later] = (open[later] ?? 0) - early;
      left -= early;
      ahead += early;
    }
    const verified = able - left;
    if (cycleMonths !== undefined && month + cycleMonths < open.length) {
      const again = month + cycleMonths;
      const day = Number(lastDayOf(laterPeriod(from, again)).slice(8, 10));
      open[again] = (open[again] ?? 0) + verified;
      days[again]?.push(...Array.from({ length: verified }, () => day));
    }
    rows.push({ month: laterPeriod(from, month), due, capacity: able, verified, ahead, overdue });
  }
  return rows;
}

function isAhead(from: string, month: number, later: number, day: number): boolean {
  const end = lastDayOf(laterPeriod(from, month));
  const first = addMonths(firstDayOf(from), later);
  return daysBetween(end, first) + day - 1 <= AHEAD_DAYS;
}

/** The least capacity that is enough; more is always enough too. */
function leastCapacity(most: number, isEnough: (capacity: number) => boolean): number {
  if (isEnough(0)) return 0;
  let low = 0;
  let high = most;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (isEnough(middle)) high = middle;
    else low = middle;
  }
  return high;
}
