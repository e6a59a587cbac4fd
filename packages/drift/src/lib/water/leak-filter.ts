/**
 * What a district loses beside its meters, as states: y(t) = m(t) l(t) + u(t) - u(t-1) + w(t). l is the level of the leak, a random walk;
 * u what rounding leaves in the counters (it enters two neighbouring intervals with opposite signs); w everything else.
 */
export interface LeakModel {
  /** What a level of 1 loses in the interval: pressure factor times hours. */
  readonly gain: Float64Array;
  /** Variance of w, by interval. */
  readonly white: Float64Array;
  /** Variance of the change of the level before the interval. */
  readonly walk: Float64Array;
  /** Variance of u. */
  readonly rounding: number;
  /** 1 where the interval does not start where the one before ends. */
  readonly broken: Uint8Array;
  /** Variance of the level before the first interval. */
  readonly start: number;
}

/** Innovation filter of the model: the Cholesky whitening of its covariance, in time proportional to the intervals (Kalman). */
export interface LeakFilter {
  readonly gain: Float64Array;
  readonly broken: Uint8Array;
  /** Of an innovation to the level, and to the rounding that the next interval inherits. */
  readonly toLevel: Float64Array;
  readonly toRounding: Float64Array;
  readonly inverseSd: Float64Array;
}

export function leakFilter(model: LeakModel): LeakFilter {
  const { gain, white, walk, rounding, broken } = model;
  const count = gain.length;
  const toLevel = new Float64Array(count);
  const toRounding = new Float64Array(count);
  const inverseSd = new Float64Array(count);
  let level = model.start;
  let cross = 0;
  let own = rounding;
  for (let t = 0; t < count; t++) {
    level += walk[t] as number;
    if (broken[t] === 1) {
      cross = 0;
      own = rounding;
    }
    const m = gain[t] as number;
    const s = m * m * level - 2 * m * cross + own + rounding + (white[t] as number);
    const k1 = (m * level - cross) / s;
    const k2 = rounding / s;
    toLevel[t] = k1;
    toRounding[t] = k2;
    inverseSd[t] = 1 / Math.sqrt(s);
    level -= k1 * k1 * s;
    cross = -k1 * k2 * s;
    own = rounding - k2 * k2 * s;
  }
  return { gain, broken, toLevel, toRounding, inverseSd };
}

/** Standardised innovations of a series; `out` and `series` may be the same. */
export function filterInto(out: Float64Array, filter: LeakFilter, series: Float64Array): void {
  const { gain, broken, toLevel, toRounding, inverseSd } = filter;
  let level = 0;
  let rounding = 0;
  for (let t = 0; t < series.length; t++) {
    if (broken[t] === 1) rounding = 0;
    const e = (series[t] as number) - (gain[t] as number) * level + rounding;
    out[t] = e * (inverseSd[t] as number);
    level += (toLevel[t] as number) * e;
    rounding = (toRounding[t] as number) * e;
  }
}

/** The transposed filter: what it makes of b, times a, is b times what the filter makes of a. `out` and `series` may be the same. */
export function filterTransposedInto(
  out: Float64Array,
  filter: LeakFilter,
  series: Float64Array,
): void {
  const { gain, broken, toLevel, toRounding, inverseSd } = filter;
  let level = 0;
  let rounding = 0;
  for (let t = series.length - 1; t >= 0; t--) {
    const e =
      (series[t] as number) * (inverseSd[t] as number) +
      (toLevel[t] as number) * level +
      (toRounding[t] as number) * rounding;
    out[t] = e;
    level -= (gain[t] as number) * e;
    rounding = broken[t] === 1 ? 0 : e;
  }
}

/** Squared standardised innovations count up to this in the likelihood, so that single outliers do not set the noise. */
const CAP = 16;

/** -2 log likelihood of a series, capped. */
export function deviance(model: LeakModel, series: Float64Array): number {
  const { gain, white, walk, rounding, broken } = model;
  let level = model.start;
  let cross = 0;
  let own = rounding;
  let a1 = 0;
  let a2 = 0;
  let sum = 0;
  let product = 1;
  for (let t = 0; t < series.length; t++) {
    level += walk[t] as number;
    if (broken[t] === 1) {
      cross = 0;
      own = rounding;
      a2 = 0;
    }
    const m = gain[t] as number;
    const s = m * m * level - 2 * m * cross + own + rounding + (white[t] as number);
    const e = (series[t] as number) - m * a1 + a2;
    const square = (e * e) / s;
    sum += square < CAP ? square : CAP;
    product *= s;
    if (t % 8 === 7) {
      sum += Math.log(product);
      product = 1;
    }
    const k1 = (m * level - cross) / s;
    const k2 = rounding / s;
    a1 += k1 * e;
    a2 = k2 * e;
    level -= k1 * k1 * s;
    cross = -k1 * k2 * s;
    own = rounding - k2 * k2 * s;
  }
  return sum + Math.log(product);
}

/** What the model leaves of a series, told from all of it (auxiliary residuals; Harvey and Koopman, JBES 10, 1992). */
export interface Disturbances {
  /** Standard deviations by which single intervals stand out. */
  readonly single: Float64Array;
  /** Standard deviations by which the level jumps before the interval. */
  readonly jump: Float64Array;
  /** The level given the whole series. */
  readonly level: Float64Array;
}

export function disturbances(model: LeakModel, series: Float64Array): Disturbances {
  const filter = leakFilter(model);
  const { gain, broken, toLevel, toRounding, inverseSd } = filter;
  const count = series.length;
  const innovation = new Float64Array(count);
  filterInto(innovation, filter, series);
  const single = new Float64Array(count);
  const jump = new Float64Array(count);
  // what the series from an interval on says of the level in it: the derivative of its log likelihood, and the information
  const score = new Float64Array(count);
  let r1 = 0;
  let r2 = 0;
  let n11 = 0;
  let n12 = 0;
  let n22 = 0;
  for (let t = count - 1; t >= 0; t--) {
    if (t + 1 < count && broken[t + 1] === 1) {
      r2 = 0;
      n12 = 0;
      n22 = 0;
    }
    const m = gain[t] as number;
    const f = (inverseSd[t] as number) ** 2;
    const v = (innovation[t] as number) / (inverseSd[t] as number);
    const k1 = toLevel[t] as number;
    const k2 = toRounding[t] as number;
    const u = f * v - k1 * r1 - k2 * r2;
    const d = f + k1 * k1 * n11 + 2 * k1 * k2 * n12 + k2 * k2 * n22;
    single[t] = u / Math.sqrt(d);
    // the step matrix [1 - k1 m, k1; -k2 m, k2] of the two states, and the row [m, -1] in which they are seen
    const l11 = 1 - k1 * m;
    const l21 = -k2 * m;
    const level = m * f * v + l11 * r1 + l21 * r2;
    r2 = -f * v + k1 * r1 + k2 * r2;
    r1 = level;
    const c11 = m * m * f + l11 * l11 * n11 + 2 * l11 * l21 * n12 + l21 * l21 * n22;
    const c12 = -m * f + l11 * k1 * n11 + (l11 * k2 + l21 * k1) * n12 + l21 * k2 * n22;
    n22 = f + k1 * k1 * n11 + 2 * k1 * k2 * n12 + k2 * k2 * n22;
    n12 = c12;
    n11 = c11;
    score[t] = r1;
    jump[t] = r1 / Math.sqrt(Math.max(n11, 1e-300));
  }
  return { single, jump, level: smoothedLevel(model, score) };
}

/** Each change of the level is its variance times what the series from there on says of it. */
function smoothedLevel(model: LeakModel, score: Float64Array): Float64Array {
  let value = model.start * (score[0] ?? 0);
  return score.map((said, t) => (value += (model.walk[t] as number) * said));
}
