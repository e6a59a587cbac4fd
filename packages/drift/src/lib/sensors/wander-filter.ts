import { at } from '@verimeter/statistics';
import { WEEKS_PER_YEAR } from './calendar.ts';
import type { WeeklyRow } from './weekly-rows.ts';

/**
 * How a healthy sensor and its neighbours stray from each other, all but `weeks` in the unit of the error: a part that is forgotten within
 * weeks, one that is forgotten within months, a yearly wave, and a walk that is not forgotten.
 */
export interface Wander {
  /** Standard deviation of what is forgotten, and after how many weeks it has fallen to 1/e. */
  readonly short: number;
  readonly weeks: number;
  /** Standard deviation of what is forgotten within months. */
  readonly long: number;
  /** Standard deviation of each half of the yearly wave. */
  readonly season: number;
  /** Standard deviation of the walk after one year. */
  readonly walk: number;
}

export interface FilterSetting {
  readonly wander: Wander;
  /** Standard deviations of the constant difference of the places, of their offset (in levels), of the sensor's error at the start. */
  readonly placeSd: number;
  readonly offsetSd: number;
  readonly startSd: number;
  /** Whether all that strays is the sensor's own; else half of the walk is, and the rest is its place's and its neighbours'. */
  readonly samePlace?: boolean;
  /** First week and number of weeks of the stretch. */
  readonly from: number;
  readonly weeks: number;
}

/** A drift of size 1: by week of the stretch, in gain (or difference) or in offset. */
export interface DriftColumn {
  readonly of: 'gain' | 'offset';
  readonly byWeek: Float64Array;
}

/** By week of the stretch, with the data up to its end. Arrays of columns are column after column. */
export interface Filtered {
  /** Log likelihood without drift. */
  readonly logLikelihood: Float64Array;
  /** Healthy part of the sensor's own error: mean and variance. */
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  /** Of each column: information c'S^-1 c and moment c'S^-1 y beside all that wanders. */
  readonly information: Float64Array;
  readonly moment: Float64Array;
  /** What a drift of size 1 would have been taken for as healthy error. */
  readonly taken: Float64Array;
}

/** offset and its walk, short and long wander, cos, sin, place, walk of the sensor, walk of its place, error at the start */
const STATES = 9;
const SHORT = 1;
const LONG = 2;
const SENSOR_WALK = 6;
const PLACE_WALK = 7;
const START = 8;
/** Weeks after which the long wander has fallen to 1/e. */
const LONG_WEEKS = 20;
const OWN_SHARE = 0.5;
/** States that make up the sensor's own error; beside a reference at its place all that is forgotten belongs to it as well. */
const OWN_STATES: readonly number[] = [SENSOR_WALK, START];
const OWN_STATES_BESIDE: readonly number[] = [SHORT, LONG, SENSOR_WALK, START];
/** Of these, what neighbours see: they are brought to the level that a sensor had at the start; a reference at its place is not. */
const SEEN_STATES: readonly number[] = [SENSOR_WALK];
/**
 * Walk of the offset, in levels, over that of the gain. What damp air, small sources and zero currents leave of them is not constant: of
 * healthy stations and sensors a ramp of the offset stands at three standard deviations where this is left out, and at one with it.
 */
const OFFSET_WALK = 0.75;

/** The filter's own course, which depends on the wander and not on what was observed. */
interface Gains {
  readonly rows: readonly WeeklyRow[];
  /** By row: week of the stretch, variance of the innovation, design and gain. */
  readonly week: Int32Array;
  readonly s: Float64Array;
  readonly design: Float64Array;
  readonly gain: Float64Array;
  readonly keptShort: number;
  readonly keptLong: number;
  readonly ownStates: readonly number[];
}

/**
 * Kalman filter over weeks. The drift columns pass the same filter as the data do (augmented filter: de Jong, "The diffuse Kalman
 * filter", Ann. Statist. 19, 1991): what it leaves of them is the generalised least squares problem of the drift's size.
 */
export function filterWander(
  rows: readonly WeeklyRow[],
  columns: readonly DriftColumn[],
  setting: FilterSetting,
): Filtered {
  const { weeks } = setting;
  const count = columns.length;
  const variance = new Float64Array(weeks);
  const gains = gainsOf(rows, setting, variance);
  const innovations = new Float64Array(gains.week.length);
  const mean = new Float64Array(weeks);
  followRows(gains, (i) => (gains.rows[i] as WeeklyRow).value, {
    from: 0,
    weeks,
    innovations,
    own: mean,
    start: 0,
  });
  const logLikelihood = new Float64Array(weeks);
  let sum = 0;
  let next = 0;
  for (let w = 0; w < weeks; w++) {
    for (; next < innovations.length && at(gains.week, next) === w; next++)
      sum -=
        0.5 *
        (Math.log(2 * Math.PI * at(gains.s, next)) +
          at(innovations, next) ** 2 / at(gains.s, next));
    logLikelihood[w] = sum;
  }
  const out: Filtered = {
    logLikelihood,
    mean,
    variance,
    information: new Float64Array(weeks * count),
    moment: new Float64Array(weeks * count),
    taken: new Float64Array(weeks * count),
  };
  const seen = seenRows(gains);
  const own = new Float64Array(innovations.length);
  columns.forEach(({ of, byWeek }, c) => {
    let first = 0;
    while (first < own.length && byWeek[at(gains.week, first)] === 0) first++;
    const scale = of === 'gain' ? seen.gain : seen.offset;
    followRows(gains, (i) => at(byWeek, at(gains.week, i)) * at(scale, i), {
      from: first,
      weeks,
      innovations: own,
      own: out.taken,
      start: c * weeks,
    });
    let information = 0;
    let moment = 0;
    let i = first;
    for (let w = i < own.length ? at(gains.week, i) : weeks; w < weeks; w++) {
      for (; i < own.length && at(gains.week, i) === w; i++) {
        information += (at(own, i) * at(own, i)) / at(gains.s, i);
        moment += (at(own, i) * at(innovations, i)) / at(gains.s, i);
      }
      out.information[c * weeks + w] = information;
      out.moment[c * weeks + w] = moment;
    }
  });
  return out;
}

/** Log likelihood of rows without drift. */
export function wanderLikelihood(rows: readonly WeeklyRow[], setting: FilterSetting): number {
  const gains = gainsOf(rows, setting, new Float64Array(setting.weeks));
  const innovations = new Float64Array(gains.week.length);
  followRows(gains, (i) => (gains.rows[i] as WeeklyRow).value, {
    from: 0,
    weeks: setting.weeks,
    innovations,
    own: new Float64Array(setting.weeks),
    start: 0,
  });
  let sum = 0;
  for (let i = 0; i < innovations.length; i++)
    sum -=
      0.5 * (Math.log(2 * Math.PI * at(gains.s, i)) + at(innovations, i) ** 2 / at(gains.s, i));
  return sum;
}

/** Variances and gains of every row; variance of the sensor's own error at the end of each week into `ownVariance`. */
function gainsOf(
  all: readonly WeeklyRow[],
  setting: FilterSetting,
  ownVariance: Float64Array,
): Gains {
  const { wander, from, weeks, samePlace = false } = setting;
  const ownShare = samePlace ? 1 : OWN_SHARE;
  const states = samePlace ? OWN_STATES_BESIDE : OWN_STATES;
  const rows = all.filter(({ week }) => week >= from && week < from + weeks);
  const p = new Float64Array(STATES * STATES);
  const initial = [
    setting.offsetSd,
    wander.short,
    wander.long,
    wander.season,
    wander.season,
    setting.placeSd,
    0,
    0,
    setting.startSd,
  ];
  initial.forEach((sd, i) => (p[i * STATES + i] = sd * sd));
  const keptShort = Math.exp(-1 / wander.weeks);
  const keptLong = Math.exp(-1 / LONG_WEEKS);
  const walked = wander.walk ** 2 / WEEKS_PER_YEAR;
  const gains: Gains = {
    rows,
    week: Int32Array.from(rows, ({ week }) => week - from),
    s: new Float64Array(rows.length),
    design: new Float64Array(rows.length * STATES),
    gain: new Float64Array(rows.length * STATES),
    keptShort,
    keptLong,
    ownStates: states,
  };
  const ph = new Float64Array(STATES);
  let next = 0;
  for (let w = 0; w < weeks; w++) {
    if (w > 0) {
      forget(p, SHORT, keptShort, wander.short);
      forget(p, LONG, keptLong, wander.long);
      p[0] = at(p, 0) + OFFSET_WALK ** 2 * walked;
      p[SENSOR_WALK * STATES + SENSOR_WALK] =
        at(p, SENSOR_WALK * STATES + SENSOR_WALK) + ownShare * walked;
      p[PLACE_WALK * STATES + PLACE_WALK] =
        at(p, PLACE_WALK * STATES + PLACE_WALK) + (1 - ownShare) * walked;
    }
    for (; next < rows.length && at(gains.week, next) === w; next++) {
      const h = gains.design.subarray(next * STATES, (next + 1) * STATES);
      designInto(h, rows[next] as WeeklyRow, states);
      let s = 1;
      for (let i = 0; i < STATES; i++) {
        let sum = 0;
        for (let j = 0; j < STATES; j++) sum += (p[i * STATES + j] as number) * (h[j] as number);
        ph[i] = sum;
        s += (h[i] as number) * sum;
      }
      for (let i = 0; i < STATES; i++) {
        const gain = (ph[i] as number) / s;
        gains.gain[next * STATES + i] = gain;
        for (let j = 0; j < STATES; j++)
          p[i * STATES + j] = (p[i * STATES + j] as number) - gain * (ph[j] as number);
      }
      gains.s[next] = s;
    }
    let sum = 0;
    for (const i of states) for (const j of states) sum += p[i * STATES + j] as number;
    ownVariance[w] = sum;
  }
  return gains;
}

/** One week of an autoregression with stationary deviation `sd`. */
function forget(p: Float64Array, state: number, kept: number, sd: number): void {
  for (let i = 0; i < STATES; i++) {
    p[state * STATES + i] = at(p, state * STATES + i) * kept;
    p[i * STATES + state] = at(p, i * STATES + state) * kept;
  }
  p[state * STATES + state] = at(p, state * STATES + state) + sd * sd * (1 - kept * kept);
}

/** Innovations of a series of values from row `from` on (zero before), and the sensor's own error at the end of each week. */
function followRows(
  { week, design, gain, keptShort, keptLong, ownStates }: Gains,
  value: (row: number) => number,
  out: {
    readonly from: number;
    readonly weeks: number;
    readonly innovations: Float64Array;
    readonly own: Float64Array;
    readonly start: number;
  },
): void {
  const { from, weeks, innovations, own, start } = out;
  const m = new Float64Array(STATES);
  let i = from;
  for (let w = i < week.length ? at(week, i) : weeks; w < weeks; w++) {
    m[SHORT] = (m[SHORT] as number) * keptShort;
    m[LONG] = (m[LONG] as number) * keptLong;
    for (; i < week.length && week[i] === w; i++) {
      const row = i * STATES;
      let rest = value(i);
      for (let k = 0; k < STATES; k++) rest -= (design[row + k] as number) * (m[k] as number);
      innovations[i] = rest;
      for (let k = 0; k < STATES; k++) m[k] = (m[k] as number) + (gain[row + k] as number) * rest;
    }
    let sum = 0;
    for (const k of ownStates) sum += m[k] as number;
    own[start + w] = sum;
  }
}

/** How each row sees a drift; one that was measured is the error at the mean level, to which an offset of one level adds one. */
function seenRows({ rows }: Gains): { readonly gain: Float64Array; readonly offset: Float64Array } {
  return {
    gain: Float64Array.from(rows, ({ gain }) => gain),
    offset: Float64Array.from(rows, ({ kind, gain, offset }) =>
      kind === 'measured' ? gain : offset,
    ),
  };
}

function designInto(h: Float64Array, row: WeeklyRow, own: readonly number[]): void {
  h.fill(0);
  const seen = row.kind === 'measured' || own === OWN_STATES_BESIDE ? own : SEEN_STATES;
  for (const state of seen) h[state] = row.gain;
  if (row.kind === 'measured') return;
  h[0] = row.offset;
  h[SHORT] = row.gain;
  h[LONG] = row.gain;
  h[3] = row.gain * row.cos;
  h[4] = row.gain * row.sin;
  h[5] = row.gain;
  h[PLACE_WALK] = row.gain;
}
