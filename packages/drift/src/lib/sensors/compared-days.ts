import { at, median, robustDeviation } from '@verimeter/statistics';
import type { Calendar } from './calendar.ts';
import { fewMedian } from './few-median.ts';
import type { Blend } from './neighbour-blend.ts';
import type { Comparison } from './network-level.ts';
import type { Stretch } from './stretches.ts';

/** A day counts from this share of a typical day's weight on. */
const LEAST_SHARE = 0.2;
/** Hours farther from the course of the ratio than so many standard deviations count less, as Huber has it. */
const HUBER = 0.7;
/** Days on each side over which the course of the ratio is smoothed. */
const COURSE_DAYS = 7;
/** Share of the mean level added to an hour's level, so that clean hours do not rule ratios. */
const FLOOR_SHARE = 0.3;
/** Bound of the relative deviation of an hour of the day. Thermometers in the sun scatter several times as much as at night. */
const MOST_HOUR = 5;
/** Days of the latest noise, and changes that tell it. */
const RECENT_DAYS = 14;
const ENOUGH_CHANGES = 150;
/** Values that tell a median well enough. */
const ENOUGH = 3000;
/** Least white noise of a day, share of the level or in the channel's unit: rounding. */
const LEAST_NOISE = 0.002;

/** Days of a stretch beside its blend; NaN where a day does not count. */
export interface ComparedDays {
  /** Means over the same hours with the same weights: blend, and sensor minus blend. */
  readonly blend: Float64Array;
  readonly excess: Float64Array;
  /** Variance of `excess` without anything that lasts longer than a day. */
  readonly variance: Float64Array;
  /** Typical level of the blend; 1 for differences. */
  readonly level: number;
  /** Days that count. */
  readonly count: number;
  /** How much it changes from hour to hour beside the blend in the last weeks, over what it did before; NaN where that is not known. */
  readonly restless: number;
}

/**
 * Hours to days. An hour counts as much as it tells: less where the neighbours disagree among each other (the air is not mixed), less at
 * hours of the day that scatter more, less where the sensor is far from what it was in the days around (a source at its place).
 */
export function comparedDays(
  values: Float64Array,
  blend: Blend,
  stretch: Stretch,
  shape: { readonly calendar: Calendar; readonly comparison: Comparison },
): ComparedDays {
  const { calendar, comparison } = shape;
  const hours = hoursOf(values, blend, stretch, shape);
  const { days, dayOf } = calendar;
  const weights = new Float64Array(days);
  const means = new Float64Array(days);
  const excess = new Float64Array(days);
  for (let i = 0; i < hours.count; i++) {
    const k = at(hours.point, i);
    const day = at(dayOf, k);
    const weight = at(hours.weight, i);
    weights[day] = at(weights, day) + weight;
    means[day] = at(means, day) + weight * at(blend.values, k);
    excess[day] = at(excess, day) + weight * (at(values, k) - at(blend.values, k));
  }
  const typical = medianOf(weights.filter((weight) => weight > 0));
  let count = 0;
  for (let d = 0; d < days; d++) {
    const weight = at(weights, d);
    const enough = weight > LEAST_SHARE * typical;
    if (enough) count++;
    means[d] = enough ? at(means, d) / weight : NaN;
    excess[d] = enough ? at(excess, d) / weight : NaN;
  }
  const level = comparison === 'ratio' ? medianOf(means) : 1;
  // the error of a ratio of sums: its variance grows with the level, not with its square
  const scales = means.map((mean, d) => {
    const size = comparison === 'ratio' ? level * Math.max(0.1 * level, mean) : mean - mean + 1;
    return Math.sqrt((size * typical) / at(weights, d));
  });
  const noise = Math.max(LEAST_NOISE, whiteNoise(excess.map((value, d) => value / at(scales, d))));
  return {
    blend: means,
    excess,
    variance: scales.map((scale) => (noise * scale) ** 2),
    level,
    count,
    restless: restlessness(hours, calendar),
  };
}

interface Hours {
  readonly count: number;
  readonly point: Int32Array;
  readonly weight: Float64Array;
  /** What is left beside the course of the ratio, relative. */
  readonly rest: Float64Array;
}

/** Size of the changes from hour to hour in the last weeks, over that of all the time before them. */
function restlessness({ count, point, rest }: Hours, { stepUs }: Calendar): number {
  const last = count === 0 ? 0 : at(point, count - 1);
  const since = last - (RECENT_DAYS * 86_400e6) / stepUs;
  const changes: { readonly before: number[]; readonly recent: number[] } = {
    before: [],
    recent: [],
  };
  for (let i = 1; i < count; i++) {
    if (at(point, i) !== at(point, i - 1) + 1) continue;
    const change = Math.abs(at(rest, i) - at(rest, i - 1));
    (at(point, i) > since ? changes.recent : changes.before).push(change);
  }
  if (changes.recent.length < ENOUGH_CHANGES || changes.before.length < 4 * ENOUGH_CHANGES)
    return NaN;
  return medianOf(Float64Array.from(changes.recent)) / medianOf(Float64Array.from(changes.before));
}

function hoursOf(
  values: Float64Array,
  blend: Blend,
  stretch: Stretch,
  { calendar, comparison }: { readonly calendar: Calendar; readonly comparison: Comparison },
): Hours {
  const { dayOf, hourOf } = calendar;
  const point = new Int32Array(Math.max(0, stretch.to - stretch.from));
  let count = 0;
  for (let k = stretch.from; k < stretch.to; k++)
    if (Number.isFinite((values[k] as number) - (blend.values[k] as number))) point[count++] = k;
  const weight = new Float64Array(count);
  const rest = new Float64Array(count);
  if (count === 0) return { count, point, weight, rest };
  const ratio = comparison === 'ratio';
  const blended = Float64Array.from({ length: count }, (_, i) => at(blend.values, at(point, i)));
  const level = ratio ? Math.max(1e-9, medianOf(blended)) : 1;
  const spread = Float64Array.from(
    blended,
    (value, i) =>
      at(blend.spread, at(point, i)) / (ratio ? Math.max(0, value) + FLOOR_SHARE * level : 1),
  );
  const mixed = Math.max(1e-6, medianOf(spread));
  const course = courseOf({ values, blended, point, count }, { calendar, ratio, level });
  for (let i = 0; i < count; i++) {
    const p = at(blended, i);
    const centre = at(course, at(dayOf, at(point, i)));
    const scale = ratio
      ? Math.sqrt(Math.max(0.1 * level, p) * (Math.max(0, p) + FLOOR_SHARE * level))
      : 1;
    const value = at(values, at(point, i));
    rest[i] = (ratio ? value - centre * p : value - p - centre) / scale;
  }
  const byHour = hourDeviations(rest, point, calendar);
  const size = Float64Array.from(
    rest,
    (value, i) => Math.abs(value) / at(byHour, at(hourOf, at(point, i))),
  );
  const typical = 1.4826 * medianOf(size);
  for (let i = 0; i < count; i++) {
    const own = at(spread, i) / mixed;
    const far = at(size, i) / (HUBER * typical);
    const hour = at(byHour, at(hourOf, at(point, i)));
    weight[i] = 1 / (1 + own * own) / Math.max(1, far) / (hour * hour);
  }
  return { count, point, weight, rest };
}

/** Course of the ratio (or the difference) over the days: weighted medians of each day, smoothed by a running median. */
function courseOf(
  hours: {
    readonly values: Float64Array;
    readonly blended: Float64Array;
    readonly point: Int32Array;
    readonly count: number;
  },
  shape: { readonly calendar: Calendar; readonly ratio: boolean; readonly level: number },
): Float64Array {
  const { values, blended, point, count } = hours;
  const { calendar, ratio, level } = shape;
  const daily = new Float64Array(calendar.days).fill(NaN);
  for (let i = 0; i < count;) {
    const day = at(calendar.dayOf, at(point, i));
    const parts: { value: number; weight: number }[] = [];
    for (; i < count && at(calendar.dayOf, at(point, i)) === day; i++) {
      const p = at(blended, i);
      const value = at(values, at(point, i));
      if (!ratio) parts.push({ value: value - p, weight: 1 });
      else if (p > 0.05 * level) parts.push({ value: value / p, weight: p });
    }
    daily[day] = weightedMedian(parts);
  }
  let last = ratio ? 1 : 0;
  return daily.map((_, day) => {
    const around = fewMedian(daily.subarray(Math.max(0, day - COURSE_DAYS), day + COURSE_DAYS + 1));
    if (Number.isFinite(around)) last = around;
    return last;
  });
}

function weightedMedian(parts: { readonly value: number; readonly weight: number }[]): number {
  parts.sort((a, b) => a.value - b.value);
  let half = 0;
  for (const { weight } of parts) half += weight / 2;
  for (const { value, weight } of parts) {
    half -= weight;
    if (half <= 0) return value;
  }
  return NaN;
}

/** Relative deviation of what is left, by hour of the day; 1 in the middle, bounded. */
function hourDeviations(rest: Float64Array, point: Int32Array, calendar: Calendar): Float64Array {
  const sorted: number[][] = Array.from({ length: 24 }, () => []);
  rest.forEach((value, i) => {
    sorted[at(calendar.hourOf, at(point, i))]?.push(Math.abs(value));
  });
  const own = Float64Array.from(sorted, (sizes) => (sizes.length < 30 ? NaN : median(sizes)));
  const middle = medianOf(own);
  return own.map((size) =>
    Number.isFinite(size) && middle > 0
      ? Math.min(MOST_HOUR, Math.max(1 / MOST_HOUR, size / middle))
      : 1,
  );
}

/** Median of those that are there; of many, that of every n-th. */
function medianOf(values: Float64Array): number {
  const every = Math.max(1, Math.floor(values.length / ENOUGH));
  return median(values.filter((value, i) => i % every === 0 && Number.isFinite(value)));
}

/** Standard deviation of what is new every day: from differences of days that follow each other, robust. */
function whiteNoise(values: Float64Array): number {
  const differences: number[] = [];
  for (let d = 1; d < values.length; d++) {
    const difference = at(values, d) - at(values, d - 1);
    if (Number.isFinite(difference)) differences.push(difference);
  }
  return differences.length < 5 ? 1 : robustDeviation(differences) / Math.SQRT2;
}
