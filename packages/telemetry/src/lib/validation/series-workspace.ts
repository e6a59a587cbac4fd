/** Readings of one channel as the rules look at them, and what each of its days (UTC) was like. Reused from channel to channel. */
export interface SeriesWorkspace {
  /** Readings that count. */
  count: number;
  tsUs: Float64Array;
  value: Float64Array;
  /** Of a register what it counted since the reading before (below 0: it fell; NaN: not known), else how far the value juts out. */
  amount: Float64Array;
  /** Since the reading before; NaN for the first. */
  stepUs: Float64Array;
  /** Up to here the readings are validated. */
  untilUs: number;

  /** Days since 1970 of the first day, and how many there are. A reading at midnight belongs to the day before. */
  firstDay: number;
  days: number;
  /** Index behind the last reading of the day. */
  dayEnd: Int32Array;
  /** Sum of the amounts, of an instantaneous quantity of the values. */
  usage: Float64Array;
  /** Time that the amounts cover. */
  coveredUs: Float64Array;
  /** The three highest rates per hour, or juts, and where the highest is. */
  highest: Float64Array;
  second: Float64Array;
  third: Float64Array;
  highestAt: Int32Array;
  /** Lowest rate per hour. */
  lowest: Float64Array;
  /** Smallest amount, or difference of two that follow each other, that is not 0. */
  quantum: Float64Array;
  /** Readings whose distance from the one before is no multiple of the usual one. */
  odd: Int32Array;
  /** Median spacing of the readings of the day, and the median of that over the days looked back; NaN: not known. */
  spacingUs: Float64Array;
  usualUs: Float64Array;
}

const READINGS = 4096;
const DAYS = 64;

export function createSeriesWorkspace(): SeriesWorkspace {
  return {
    count: 0,
    untilUs: 0,
    firstDay: 0,
    days: 0,
    ...readingColumns(READINGS),
    ...dayColumns(DAYS),
  };
}

/** Makes room for so many readings and days; what was there is gone. */
export function reserve(work: SeriesWorkspace, readings: number, days: number): void {
  if (work.tsUs.length < readings) Object.assign(work, readingColumns(2 * readings));
  if (work.usage.length < days) Object.assign(work, dayColumns(2 * days));
}

const readingColumns = (length: number) => ({
  tsUs: new Float64Array(length),
  value: new Float64Array(length),
  amount: new Float64Array(length),
  stepUs: new Float64Array(length),
});

const dayColumns = (length: number) => ({
  dayEnd: new Int32Array(length),
  usage: new Float64Array(length),
  coveredUs: new Float64Array(length),
  highest: new Float64Array(length),
  second: new Float64Array(length),
  third: new Float64Array(length),
  highestAt: new Int32Array(length),
  lowest: new Float64Array(length),
  quantum: new Float64Array(length),
  odd: new Int32Array(length),
  spacingUs: new Float64Array(length),
  usualUs: new Float64Array(length),
});

export const DAY_US = 86_400e6;
export const HOUR_US = 3600e6;

/** Number of the day (UTC, since 1970) that an instant ends or lies in. */
export const dayOf = (us: number): number => Math.ceil(us / DAY_US) - 1;

/** Index of the first reading of a day. */
export const dayBegin = (work: SeriesWorkspace, day: number): number =>
  day === 0 ? 0 : (work.dayEnd[day - 1] ?? 0);
