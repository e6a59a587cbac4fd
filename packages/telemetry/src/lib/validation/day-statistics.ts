import { dayBegin, HOUR_US, type SeriesWorkspace } from './series-workspace.ts';

/** An amount of a longer time is not that of a day. */
const LONGEST_STEP_US = 25 * HOUR_US;
/** Below the resolution of any register: differences of floating-point numbers. */
const LEAST_AMOUNT = 1e-7;
/** Spacings from which that of a day is told. */
const SAMPLES = 15;

const sampled = new Float64Array(SAMPLES);
const window = new Float64Array(400);

/** What each day was like. `historyDays`: how far the usual spacing looks back. */
export function summarizeDays(
  work: SeriesWorkspace,
  historyDays: number,
  isRegister: boolean,
): void {
  for (let day = 0; day < work.days; day++) {
    const from = dayBegin(work, day);
    const to = work.dayEnd[day] ?? from;
    const spacingUs = medianSpacing(work, from, to);
    work.spacingUs[day] = spacingUs;
    if (isRegister) summarizeRegister(work, day, from, to, spacingUs);
    else summarizeInstants(work, day, from, to);
    work.usualUs[day] = usualSpacing(work, day, historyDays);
  }
}

function summarizeRegister(
  work: SeriesWorkspace,
  day: number,
  from: number,
  to: number,
  spacingUs: number,
): void {
  const { amount, stepUs } = work;
  const perHour = HOUR_US / spacingUs;
  let usage = 0;
  let covered = 0;
  let highest = 0;
  let second = 0;
  let third = 0;
  let highestAt = -1;
  let lowest = Infinity;
  let quantum = Infinity;
  let before = Infinity;
  for (let k = from; k < to; k++) {
    const a = amount[k] ?? 0;
    const s = stepUs[k] ?? 0;
    // false for NaN: not known, or the first one
    if (!(a >= 0 && s <= LONGEST_STEP_US)) continue;
    usage += a;
    covered += s;
    if (a > LEAST_AMOUNT && a < quantum) quantum = a;
    const change = Math.abs(a - before);
    if (change > LEAST_AMOUNT && change < quantum) quantum = change;
    before = a;
    // readings that come within moments of each other have no rate of their own
    const rate = s > spacingUs ? (a * HOUR_US) / s : a * perHour;
    if (rate < lowest) lowest = rate;
    if (rate <= third) continue;
    if (rate <= second) third = rate;
    else {
      third = second;
      if (rate <= highest) second = rate;
      else {
        second = highest;
        highest = rate;
        highestAt = k;
      }
    }
  }
  write(work, day, { usage, covered, highest, second, third, highestAt, lowest, quantum });
}

function summarizeInstants(work: SeriesWorkspace, day: number, from: number, to: number): void {
  const { amount, value } = work;
  let usage = 0;
  let highest = 0;
  let second = 0;
  let third = 0;
  let highestAt = -1;
  let lowest = Infinity;
  for (let k = from; k < to; k++) {
    const v = value[k] ?? 0;
    if (Number.isNaN(v)) continue;
    usage += v;
    if (v < lowest) lowest = v;
    const jut = amount[k] ?? 0;
    if (jut <= third) continue;
    if (jut <= second) third = jut;
    else {
      third = second;
      if (jut <= highest) second = jut;
      else {
        second = highest;
        highest = jut;
        highestAt = k;
      }
    }
  }
  write(work, day, {
    usage,
    covered: 0,
    highest,
    second,
    third,
    highestAt,
    lowest,
    quantum: Infinity,
  });
}

function write(
  work: SeriesWorkspace,
  day: number,
  of: {
    usage: number;
    covered: number;
    highest: number;
    second: number;
    third: number;
    highestAt: number;
    lowest: number;
    quantum: number;
  },
): void {
  work.usage[day] = of.usage;
  work.coveredUs[day] = of.covered;
  work.highest[day] = of.highest;
  work.second[day] = of.second;
  work.third[day] = of.third;
  work.highestAt[day] = of.highestAt;
  work.lowest[day] = of.lowest;
  work.quantum[day] = of.quantum;
}

function medianSpacing({ stepUs }: SeriesWorkspace, from: number, to: number): number {
  const stride = Math.max(1, Math.floor((to - from) / SAMPLES));
  let taken = 0;
  for (let k = from; k < to && taken < SAMPLES; k += stride) {
    const step = stepUs[k] ?? Number.NaN;
    if (step > 0) insert(sampled, taken++, step);
  }
  return taken === 0 ? Number.NaN : (sampled[taken >> 1] ?? Number.NaN);
}

/** Median of the spacings of the days up to this one. */
export function usualSpacing(
  { spacingUs, days }: SeriesWorkspace,
  day: number,
  historyDays: number,
): number {
  let taken = 0;
  const end = Math.min(day, days - 1);
  for (let k = Math.max(0, day - historyDays + 1); k <= end; k++) {
    const spacing = spacingUs[k] ?? Number.NaN;
    if (spacing > 0) insert(window, taken++, spacing);
  }
  return taken === 0 ? Number.NaN : (window[taken >> 1] ?? Number.NaN);
}

/** Into the first `length` numbers, which are ascending. */
function insert(sorted: Float64Array, length: number, value: number): void {
  let at = length;
  while (at > 0 && (sorted[at - 1] ?? 0) > value) {
    sorted[at] = sorted[at - 1] ?? 0;
    at--;
  }
  sorted[at] = value;
}

/** Median of usage over days of a window, by `take`; NaN where none was taken. */
export function medianOver(
  values: Float64Array,
  from: number,
  to: number,
  take: (day: number) => boolean,
): number {
  let taken = 0;
  for (let day = from; day < to; day++)
    if (take(day) && taken < window.length) insert(window, taken++, values[day] ?? 0);
  return taken === 0 ? Number.NaN : (window[taken >> 1] ?? Number.NaN);
}

/** Whether enough of a day is known to compare it with others. */
export const isWhole = ({ coveredUs }: SeriesWorkspace, day: number): boolean =>
  (coveredUs[day] ?? 0) >= 20 * HOUR_US;
