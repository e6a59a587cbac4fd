import { addDays } from '@verimeter/metrology';
import { firstDayOf, lastDayOf, laterPeriod } from './period.ts';

/** Validity that ends within so many days after a month may be renewed in it: what is due soon (60 days). */
const AHEAD_DAYS = 60;

export interface SimulationInput {
  /** First month, `YYYY-MM`. */
  readonly from: string;
  readonly months: number;
  /** Last days of validity, and how many devices have each; void ones are due already. */
  readonly dueOn: ReadonlyMap<string, number>;
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
  /** Verifications a month with which none is overdue at the end of any month; 0: nothing is due. */
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
  const most = Math.max(1, counts.start + counts.due.reduce((sum, days) => sum + sumOf(days), 0));
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
  /** By month from the first one, and by day of the month; the months behind the last one are those that may be renewed ahead. */
  readonly due: readonly Float64Array[];
}

function countDue({ from, months, dueOn, void: broken }: SimulationInput): DueCounts {
  const first = firstDayOf(from);
  const due = Array.from({ length: months + 3 }, () => new Float64Array(32));
  let start = broken;
  for (const [date, devices] of dueOn) {
    const month =
      (Number(date.slice(0, 4)) - Number(from.slice(0, 4))) * 12 +
      Number(date.slice(5, 7)) -
      Number(from.slice(5, 7));
    const days = due[month];
    if (date < first) start += devices;
    else if (days !== undefined) {
      const day = Number(date.slice(8, 10));
      days[day] = (days[day] ?? 0) + devices;
    }
  }
  return { start, due };
}

const sumOf = (days: Float64Array | undefined): number =>
  days?.reduce((sum, devices) => sum + devices, 0) ?? 0;

function run(
  { from, months, cycleMonths }: SimulationInput,
  counts: DueCounts,
  capacity: (month: number) => number,
): SimulatedMonth[] {
  /** Not renewed yet. */
  const open = counts.due.map((days) => days.slice());
  let overdue = counts.start;
  return Array.from({ length: months }, (_, month): SimulatedMonth => {
    const able = Math.max(0, Math.floor(capacity(month)));
    let left = able;
    const old = Math.min(left, overdue);
    overdue -= old;
    left -= old;
    const due = sumOf(open[month]);
    const now = Math.min(left, due);
    left -= now;
    overdue += due - now;
    open[month]?.fill(0);
    const ahead = renewAhead(open, month, left, from);
    const verified = able - left + ahead;
    const again = open[month + (cycleMonths ?? Infinity)];
    if (again !== undefined && cycleMonths !== undefined) {
      const day = Number(lastDayOf(laterPeriod(from, month + cycleMonths)).slice(8, 10));
      again[day] = (again[day] ?? 0) + verified;
    }
    return { month: laterPeriod(from, month), due, capacity: able, verified, ahead, overdue };
  });
}

/** Takes what ends within 60 days after the month, the earliest first, at most so many; returns how many. */
function renewAhead(
  open: readonly Float64Array[],
  month: number,
  most: number,
  from: string,
): number {
  if (most === 0) return 0;
  const last = addDays(lastDayOf(laterPeriod(from, month)), AHEAD_DAYS);
  let taken = 0;
  for (let later = month + 1; later < open.length; later += 1) {
    const days = open[later];
    const period = laterPeriod(from, later);
    if (days === undefined || firstDayOf(period) > last) break;
    for (let day = 1; day <= 31 && taken < most; day += 1) {
      if (`${period}-${String(day).padStart(2, '0')}` > last) break;
      const early = Math.min(most - taken, days[day] ?? 0);
      days[day] = (days[day] ?? 0) - early;
      taken += early;
    }
  }
  return taken;
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
