import { at } from '@verimeter/statistics';
import type { AreaIntervals } from '../area-intervals.ts';
import type { WaterFleetInput } from './water-types.ts';

/** So many consumers' pressures are better than that at the inlet: they lie behind the pipes that lose it. */
const LEAST_METERS = 3;
/** Share of the grid steps in which a sensor must have a value, and in which any must. */
const LEAST_SHARE = 0.5;
const LEAST_KNOWN = 0.8;
/** A sensor whose mean is less stands in no main that anybody drinks from, bar. */
const LEAST_BAR = 0.3;
/** As for air in a meter: nothing is in the pipe, bar. */
const EMPTY_BAR = 0.2;

export interface DistrictPressure {
  readonly pressure: Float64Array | undefined;
  /** Consumers that it is the mean of; 0: the supply alone. */
  readonly meters: number;
}

/**
 * Mean pressure by interval. Each sensor counts with its deviation from its own mean: they stand at different heights, and one that is
 * missing for a while must not move the mean.
 */
export function pressureOf(input: WaterFleetInput, intervals: AreaIntervals): DistrictPressure {
  const { from, to, count } = intervals;
  const first = count === 0 ? 0 : at(from, 0) + 1;
  const last = count === 0 ? -1 : at(to, count - 1);
  const usable = (meters: readonly number[]): Float64Array[] =>
    meters.flatMap((meter) => {
      const series = input.meters[meter]?.pressure;
      if (series === undefined) return [];
      const { share, mean } = coverage(series, first, last);
      return share >= LEAST_SHARE && mean >= LEAST_BAR ? [series] : [];
    });
  const ofConsumers = usable(intervals.consumers.map(({ meter }) => meter));
  const own = ofConsumers.length >= LEAST_METERS;
  const sensors = own ? ofConsumers : [...usable(intervals.supplyMeters), ...ofConsumers];
  if (sensors.length === 0) return { pressure: undefined, meters: 0 };
  const mean = meanPressure(withoutEmptyPipes(sensors, first, last), first, last);
  const out = new Float64Array(count);
  let knownSteps = 0;
  let all = 0;
  for (let t = 0; t < count; t++) {
    let sum = 0;
    let steps = 0;
    for (let k = (from[t] as number) + 1; k <= (to[t] as number); k++) {
      all++;
      if (!Number.isFinite(mean.values[k - first])) continue;
      sum += mean.values[k - first] as number;
      steps++;
    }
    knownSteps += steps;
    out[t] = steps === 0 ? NaN : sum / steps;
  }
  if (knownSteps < LEAST_KNOWN * all) return { pressure: undefined, meters: 0 };
  return { pressure: filled(out, mean.level), meters: own ? ofConsumers.length : 0 };
}

/** Share of the grid steps with a value, and the mean of these. */
function coverage(
  series: Float64Array,
  first: number,
  last: number,
): { readonly share: number; readonly mean: number } {
  let count = 0;
  let sum = 0;
  for (let k = first; k <= last; k++) {
    if (!Number.isFinite(series[k])) continue;
    count++;
    sum += series[k] as number;
  }
  return { share: count / Math.max(1, last - first + 1), mean: count === 0 ? NaN : sum / count };
}

const isEmpty = (bar: number): boolean => bar < EMPTY_BAR;

/**
 * The sensors without the steps in which their own pipe was empty while others were not: somebody had shut it, and that says nothing of the
 * mains. Where all are empty, the mains are.
 */
function withoutEmptyPipes(
  sensors: readonly Float64Array[],
  first: number,
  last: number,
): readonly Float64Array[] {
  if (!sensors.some((series) => series.subarray(first, last + 1).some(isEmpty))) return sensors;
  const full = new Uint8Array(last + 1);
  for (const series of sensors)
    for (let k = first; k <= last; k++) if ((series[k] as number) >= EMPTY_BAR) full[k] = 1;
  return sensors.map((series) =>
    series.map((value, k) => (isEmpty(value) && full[k] === 1 ? NaN : value)),
  );
}

function meanPressure(
  sensors: readonly Float64Array[],
  first: number,
  last: number,
): { readonly values: Float64Array; readonly level: number } {
  const length = Math.max(0, last - first + 1);
  const sums = new Float64Array(length);
  const counts = new Float64Array(length);
  let level = 0;
  for (const series of sensors) {
    let sum = 0;
    let known = 0;
    for (let k = first; k <= last; k++)
      if (Number.isFinite(series[k])) {
        sum += series[k] as number;
        known++;
      }
    const own = sum / known;
    level += own / sensors.length;
    for (let k = first; k <= last; k++)
      if (Number.isFinite(series[k])) {
        sums[k - first] = (sums[k - first] as number) + (series[k] as number) - own;
        counts[k - first] = (counts[k - first] as number) + 1;
      }
  }
  return { values: sums.map((sum, k) => level + sum / (counts[k] as number)), level };
}

/** Holes take the value before them, those at the start the mean. */
function filled(series: Float64Array, level: number): Float64Array {
  let before = level;
  return series.map((value) => (before = Number.isFinite(value) ? value : before));
}
