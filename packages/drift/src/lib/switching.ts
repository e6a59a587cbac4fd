import { at, dotRange, solveCholeskyInPlace } from '@verimeter/statistics';
import { type AreaIntervals, meterOf } from './area-intervals.ts';
import type { FleetInput, MeterSeries } from './fleet-types.ts';
import { energyAtLag, netCounter } from './grid-counter.ts';
import { type LossStep, lossStep } from './loss-step.ts';
import { balanceRegression, type Regression, unitCoefficients } from './balance-regression.ts';

/** Customers that came to the transformer or left it within the window, the list of members not knowing. */
export interface Switching {
  /** Grid point of the change, and those between which it may as well have been. */
  readonly at: number;
  readonly earliest: number;
  readonly latest: number;
  /** Share of the supply: negative where more left than came. */
  readonly share: number;
  /** Listed meters whose energy is not in the supply from then on. */
  readonly left: readonly number[];
  /** Meters of the fleet whose energy is in the supply from then on, with their partial correlation. */
  readonly arrived: readonly Arrival[];
}

interface Arrival {
  readonly meter: number;
  readonly correlation: number;
}

interface Mover extends Arrival {
  readonly energy: Float64Array;
}

/** Partial correlation of an arrived meter with what is left over. */
const LEAST_CORRELATION = 0.25;
export const MOST_ARRIVALS = 30;
/** Error of each member of its own after a change that it had no part in. */
const ARRIVAL_ERROR_SD = 0.03;
/** Share of the supply that may change unexplained: a theft or a large consumer's fault is for the estimator to tell. */
const UNEXPLAINED = 0.04;
/** Smaller errors of one meter do not make such a step. */
const LEAST_ERROR = 0.1;
/** Of the step, what may remain once the meters are named. */
const REST = 0.35;

interface Side {
  readonly intervals: AreaIntervals;
  readonly step: LossStep;
  /** Intervals clear of the change, before and after. */
  readonly rows: Int32Array;
}

/** `unaccounted`: supply less consumers less what is known to flow behind stopped meters, kW.h per interval. */
export function findSwitching(
  input: FleetInput,
  intervals: AreaIntervals,
  unaccounted: Float64Array,
  strangers: readonly number[],
): Switching | undefined {
  const first = lossStep(intervals, unaccounted);
  if (first === undefined) return undefined;
  const rest = Float64Array.from(unaccounted);
  const left: number[] = [];
  const arrived: Arrival[] = [];
  const changes: Float64Array[] = [];
  // Customers may have gone both ways: what one direction leaves over is looked at once more.
  for (let pass = 0; pass < 2; pass++) {
    const step = pass === 0 ? first : lossStep(intervals, rest);
    if (step === undefined || Math.abs(step.day - first.day) > 1) break;
    const side: Side = { intervals, step, rows: rowsBeside(intervals, step) };
    const found = step.size < 0 ? leavers(side, rest) : arrivals(input, side, rest, strangers);
    for (const { meter, correlation, energy } of found) {
      if (step.size < 0) left.push(meter);
      else arrived.push({ meter, correlation });
      const change = step.size < 0 ? energy : energy.map((value) => -value);
      changes.push(change);
      addAfter(rest, change, intervals, step.day);
    }
  }
  const remaining = lossStep(intervals, rest);
  const explained =
    left.length + arrived.length > 0 &&
    (remaining === undefined || Math.abs(remaining.size) < REST * Math.abs(first.size));
  if (
    !explained &&
    (Math.abs(first.size) < UNEXPLAINED || isOneMeter(intervals, first, unaccounted))
  )
    return undefined;
  return {
    ...changePoint(intervals, unaccounted, changes, first.day),
    share: first.size,
    left: explained ? left : [],
    arrived: explained ? arrived : [],
  };
}

/** Whether the error of a single member that began with the step explains it: a bypass, which the estimator is to tell. */
function isOneMeter(intervals: AreaIntervals, step: LossStep, unaccounted: Float64Array): boolean {
  const side: Side = { intervals, step, rows: rowsBeside(intervals, step) };
  const { coefficients } = regression(side, unaccounted, 0.7);
  return intervals.consumers.some(({ energy }, i) => {
    const error = at(coefficients, i);
    if (Math.abs(error) < LEAST_ERROR) return false;
    const rest = Float64Array.from(unaccounted);
    addAfter(
      rest,
      energy.map((value) => error * value),
      intervals,
      step.day,
    );
    const remaining = lossStep(intervals, rest);
    return remaining === undefined || Math.abs(remaining.size) < REST * Math.abs(step.size);
  });
}

/** The day before the change and its own may be of either kind. */
function rowsBeside({ day, count }: AreaIntervals, step: LossStep): Int32Array {
  const rows: number[] = [];
  for (let t = 0; t < count; t++)
    if (at(day, t) < step.day - 1 || at(day, t) > step.day) rows.push(t);
  return Int32Array.from(rows);
}

function addAfter(
  rest: Float64Array,
  energy: Float64Array,
  { day }: AreaIntervals,
  from: number,
): void {
  for (let t = 0; t < rest.length; t++)
    if (at(day, t) >= from) rest[t] = at(rest, t) + at(energy, t);
}

/** With an error of each member of its own after the change. */
function regression(
  { intervals, step, rows }: Side,
  unaccounted: Float64Array,
  errorAfterSd: number,
): Regression {
  const after = intervals.consumers.map(({ energy }) =>
    energy.map((value, t) => (at(intervals.day, t) > step.day ? -value : 0)),
  );
  return balanceRegression(intervals, { unaccounted, rows, columns: after, sd: errorAfterSd });
}

/** Members whose coefficient is 1 after the change. */
function leavers(side: Side, rest: Float64Array): Mover[] {
  const { consumers } = side.intervals;
  const found = unitCoefficients(regression(side, rest, 0.7), consumers.length);
  return found.flatMap((i): Mover[] => {
    const consumer = consumers[i];
    return consumer === undefined
      ? []
      : [{ meter: consumer.meter, correlation: 1, energy: consumer.energy }];
  });
}

/** Meters outside that explain, one after another, what is left over after the change and not before it. */
function arrivals(
  input: FleetInput,
  side: Side,
  rest: Float64Array,
  strangers: readonly number[],
): Mover[] {
  const { intervals, step, rows } = side;
  const left = Float64Array.from(rest);
  const found: Mover[] = [];
  const known = new Map<number, Float64Array>();
  for (const index of strangers) known.set(index, knownEnergy(meterOf(input, index), intervals));
  for (let round = 0; round < MOST_ARRIVALS; round++) {
    const fit = regression(side, left, ARRIVAL_ERROR_SD);
    const p = fit.columns.length;
    const squares = dotRange(fit.residual, fit.residual, 0, rows.length);
    let best: { index: number; correlation: number } | undefined;
    for (const [index, energy] of known) {
      if (found.some(({ meter }) => meter === index)) continue;
      const column = energyAfter(side, energy);
      const own = dotRange(column, column, 0, rows.length);
      const cross = dotRange(column, fit.residual, 0, rows.length);
      if (!(cross > (LEAST_CORRELATION / 3) * Math.sqrt(own * squares))) continue;
      const products = Float64Array.from(fit.columns, (other) =>
        dotRange(other, column, 0, rows.length),
      );
      const solved = Float64Array.from(products);
      solveCholeskyInPlace(fit.factor, p, solved);
      const information = own - dotRange(products, solved, 0, p);
      const correlation = cross / Math.sqrt(information * squares);
      const gain = cross / information;
      if (correlation < LEAST_CORRELATION || gain < 0.5 || gain > 1.6) continue;
      if (best === undefined || correlation > best.correlation) best = { index, correlation };
    }
    if (best === undefined) break;
    const energy = known.get(best.index) as Float64Array;
    found.push({ meter: best.index, correlation: Math.min(1, best.correlation), energy });
    addAfter(
      left,
      energy.map((value) => -value),
      intervals,
      step.day,
    );
  }
  return found;
}

/** Holes count as nothing: it is for a correlation, not for a balance. */
function knownEnergy(meter: MeterSeries, intervals: AreaIntervals): Float64Array {
  const energy = energyAtLag(netCounter(meter), intervals, 0);
  for (let t = 0; t < energy.length; t++) energy[t] = (energy[t] as number) || 0;
  return energy;
}

/** Energy after the change, at the rows clear of it. */
function energyAfter(
  {
    intervals,
    step,
    rows,
  }: Pick<Side, 'step' | 'rows'> & {
    readonly intervals: Pick<AreaIntervals, 'day'>;
  },
  energy: Float64Array,
): Float64Array {
  return Float64Array.from(rows, (t) => (at(intervals.day, t) > step.day ? at(energy, t) : 0));
}

/**
 * What `findSwitching` looks at first in a meter outside the area, with little to keep. Undefined where nothing seems to have arrived;
 * it answers undefined where `findSwitching` would go no further.
 */
export function arrivalScreen(
  intervals: AreaIntervals,
  unaccounted: Float64Array,
): ((meter: MeterSeries) => number | undefined) | undefined {
  const step = lossStep(intervals, unaccounted);
  if (step === undefined || step.size < 0) return undefined;
  const side: Side = { intervals, step, rows: rowsBeside(intervals, step) };
  const { residual } = regression(side, unaccounted, ARRIVAL_ERROR_SD);
  const squares = dotRange(residual, residual, 0, side.rows.length);
  const kept = { ...side, intervals: { ...intervals, consumers: [] } };
  return (meter) => {
    const column = energyAfter(kept, knownEnergy(meter, kept.intervals));
    const own = dotRange(column, column, 0, column.length);
    const correlation = dotRange(column, residual, 0, column.length) / Math.sqrt(own * squares);
    return correlation > LEAST_CORRELATION / 3 ? correlation : undefined;
  };
}

/** A change is as likely at intervals whose log likelihood is so much less than that of the best. */
const DOUBT = 4;

/** The grid point from which on the meters' energy is missing, or there, so that the rest of the balance is most even. */
function changePoint(
  intervals: AreaIntervals,
  unaccounted: Float64Array,
  changes: readonly Float64Array[],
  day: number,
): Pick<Switching, 'at' | 'earliest' | 'latest'> {
  const { count, supply, from } = intervals;
  const moved = new Float64Array(count);
  for (const change of changes)
    for (let t = 0; t < count; t++) moved[t] = at(moved, t) + at(change, t);
  const onDay = (t: number): number => at(intervals.day, Math.min(t, count - 1));
  let first = 0;
  while (first < count && onDay(first) < day - 1) first++;
  let last = first;
  while (last < count && onDay(last) <= day) last++;
  // Without names all that is known is the day.
  if (changes.length === 0) {
    const middle = at(from, Math.min(last, count - 1));
    return { at: middle, earliest: at(from, Math.min(first, count - 1)), latest: middle };
  }
  const near = { from: Math.max(0, first - NEAR), to: Math.min(count, last + NEAR) };
  let supplied = 0;
  let missing = 0;
  for (let t = near.from; t < near.to; t++) {
    if (t >= first && t < last) continue;
    supplied += at(supply, t);
    missing += at(unaccounted, t) + (t >= last ? at(moved, t) : 0);
  }
  const share = missing / supplied;
  const away = (t: number, isAfter: boolean): number =>
    (at(unaccounted, t) + (isAfter ? at(moved, t) : 0) - share * at(supply, t)) ** 2;
  let variance = 0;
  for (let t = near.from; t < near.to; t++)
    if (t < first || t >= last) variance += away(t, t >= last);
  variance /= Math.max(1, near.to - near.from - (last - first));
  // -2 log likelihood of a change before each interval, against one before the first
  const deviance = new Float64Array(last - first + 1);
  for (let t = first; t < last; t++)
    deviance[t - first + 1] = at(deviance, t - first) + (away(t, false) - away(t, true)) / variance;
  const least = deviance.reduce((a, b) => Math.min(a, b), Infinity);
  const likely = (value: number): boolean => value < least + 2 * DOUBT;
  const pointAt = (k: number): number => at(from, Math.min(first + k, count - 1));
  return {
    at: pointAt(deviance.indexOf(least)),
    earliest: pointAt(deviance.findIndex(likely)),
    latest: pointAt(deviance.findLastIndex(likely)),
  };
}

/** Intervals on either side that the level of the loss is taken from: two days of quarter hours. */
const NEAR = 192;
