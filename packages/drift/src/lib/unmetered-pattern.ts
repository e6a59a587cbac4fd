import { addCombination, at, quantile } from '@verimeter/statistics';
import type { AreaDesign } from './area-design.ts';
import type { AreaEvidence } from './area-evidence.ts';
import type { AreaIntervals } from './area-intervals.ts';
import type { WideModel } from './wide-model.ts';

/** A load that no register counts and that keeps to hours of the day: street light, a cabinet, a tap in the evening. */
export interface UnmeteredPattern {
  /** From the least to the most of the day, kW. */
  readonly power: number;
  /** Hour of the day (UTC) with most of it. */
  readonly hour: number;
  /** Mean square of the hourly means of the balance's rest in standard errors; 1 where there is nothing. */
  readonly structure: number;
  /** kW by half hour of the day, and what its variance is above that of the quiet part of the day, kW^2. */
  readonly profile: Float64Array;
  readonly variance: Float64Array;
}

const BINS = 48;
const BIN_HOURS = 24 / BINS;
/** Mean square of the hourly means in standard errors (decision 0086). */
const MIN_STRUCTURE = 4;
const MIN_DAYS = 7;
/** Prior sd of the load in each half hour, in ranges of what was found. */
const PRIOR_RANGES = 2;
/** What a half hour may vary above a quiet one before it counts as noise of its own. */
const UNEVEN = 1.5;

/** `startUs`: instant of the first grid point. */
export function findUnmeteredPattern(
  evidence: AreaEvidence,
  model: WideModel,
  startUs: number,
): UnmeteredPattern | undefined {
  const { design } = evidence;
  const { intervals } = design;
  if (intervals.days < MIN_DAYS) return undefined;
  const rest = restOf(design, model.coefficients);
  const clock: GridClock = { startUs, stepUs: design.stepSeconds * 1e6 };
  const hourly = dailyMeans(intervals, clock, rest, 24);
  let structure = 0;
  let used = 0;
  for (const values of hourly) {
    const { mean, error } = meanOf(values);
    if (!(error > 0)) continue;
    structure += (mean / error) ** 2;
    used++;
  }
  structure /= Math.max(1, used);
  if (structure < MIN_STRUCTURE) return undefined;
  const means = hourly.map((values) => meanOf(values).mean || 0);
  const most = Math.max(...means);
  const fine = dailyMeans(intervals, clock, rest, BINS);
  const squares = Float64Array.from(fine, (values) => meanOf(values).variance || 0);
  const quiet = quantile([...squares], 0.25);
  return {
    structure,
    power: most - Math.min(...means),
    hour: means.indexOf(most),
    profile: Float64Array.from(fine, (values) => meanOf(values).mean || 0),
    variance: squares.map((value) => (value > UNEVEN * quiet ? value - quiet : 0)),
  };
}

/** The balance less everything that the wide fit explains, kW.h. */
function restOf(design: AreaDesign, coefficients: Float64Array): Float64Array {
  const rest = Float64Array.from(design.balance);
  addCombination(
    rest,
    design.columns,
    coefficients.map((value) => -value),
  );
  return rest;
}

interface GridClock {
  readonly startUs: number;
  readonly stepUs: number;
}

/** Hour of the day, UTC, at the middle of an interval. */
function hourOf(intervals: AreaIntervals, { startUs, stepUs }: GridClock, t: number): number {
  const middle = startUs + ((at(intervals.from, t) + at(intervals.to, t)) / 2) * stepUs;
  return (middle / 3600e6) % 24;
}

/** Per part of the day the mean power of each day, kW; longer intervals than a part belong to none. */
function dailyMeans(
  intervals: AreaIntervals,
  clock: GridClock,
  rest: Float64Array,
  parts: number,
): number[][] {
  const sums = Array.from(
    { length: parts },
    () => new Map<number, { kwh: number; hours: number }>(),
  );
  for (let t = 0; t < rest.length; t++) {
    const hours = at(intervals.hours, t);
    if (hours > 24 / parts) continue;
    const part = sums[Math.floor((hourOf(intervals, clock, t) * parts) / 24)];
    const day = at(intervals.day, t);
    const sum = part?.get(day) ?? { kwh: 0, hours: 0 };
    part?.set(day, { kwh: sum.kwh + at(rest, t), hours: sum.hours + hours });
  }
  return sums.map((days) => [...days.values()].map(({ kwh, hours }) => kwh / hours));
}

function meanOf(values: readonly number[]): { mean: number; variance: number; error: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance =
    values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length - 1);
  return { mean, variance, error: Math.sqrt(variance / values.length) };
}

/** The design with a load of its own for each half hour of the day. Coefficients are kW. */
export function withPattern(
  design: AreaDesign,
  pattern: UnmeteredPattern,
  startUs: number,
): AreaDesign {
  const { intervals } = design;
  const clock: GridClock = { startUs, stepUs: design.stepSeconds * 1e6 };
  const { count } = intervals;
  const columns = Array.from({ length: BINS }, () => new Float64Array(count));
  const extra = Float64Array.from(design.unmeasuredVariance);
  for (let t = 0; t < count; t++) {
    const hours = at(intervals.hours, t);
    const start = hourOf(intervals, clock, t) - hours / 2 + 24;
    for (let from = start; from < start + hours - 1e-9;) {
      const bin = Math.floor(from / BIN_HOURS + 1e-9);
      const part = Math.min((bin + 1) * BIN_HOURS, start + hours) - from;
      const column = columns[bin % BINS] as Float64Array;
      column[t] = at(column, t) + part;
      extra[t] = at(extra, t) + at(pattern.variance, bin % BINS) * part * hours;
      from += part;
    }
  }
  const sd = PRIOR_RANGES * pattern.power;
  return {
    ...design,
    columns: [...design.columns, ...columns],
    priorSd: Float64Array.from([...design.priorSd, ...columns.map(() => sd)]),
    priorMean: Float64Array.from([...design.priorMean, ...columns.map(() => 0)]),
    unmeasuredVariance: extra,
  };
}
