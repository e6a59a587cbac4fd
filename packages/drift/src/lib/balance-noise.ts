import { at, fitAutoregression } from '@verimeter/statistics';

/** Orders of the autoregression that is left to the standardised innovations (drift-estimation.md 2.4). */
const AR_ORDER = 6;
/** Innovations beyond this many standard deviations are weighted down (Huber). */
const HUBER = 4;
/** Squared standardised innovations count up to this in the likelihood, so that single outliers do not set the noise. */
const CAP = 25;
/**
 * Gain of -2 log likelihood below which a step is none: without telescoping noise the likelihood is flat in its variance, and the
 * search would walk on down that valley, led by the rounding of sums.
 */
const WORTH_A_STEP = 1e-3;

/** What the noise depends on, per interval. */
export interface NoiseShape {
  /** Logarithm of the square of the load-dependent scale over its mean. */
  readonly logScale: Float64Array;
  /** Length over the shortest length. */
  readonly length: Float64Array;
  /** Known variance on top, (kW.h)^2. */
  readonly extra: Float64Array;
  /** 1 where the interval does not start where the one before ends. */
  readonly broken: Uint8Array;
}

/**
 * n(t) = q(t) - q(t-1) + w(t): q is what rounding and clocks leave in the counters (variance `rounding`), w what is wrong with
 * the loss and what happens inside an interval, with variance base * length * scale^exponent.
 */
export interface NoiseModel {
  readonly rounding: number;
  readonly base: number;
  readonly exponent: number;
}

/** Innovation filter of the model: z(t) = (x(t) + leak(t) e(t-1)) / sd(t), then AR(6), then weights. */
export interface Whitening {
  readonly leak: Float64Array;
  readonly inverseSd: Float64Array;
  readonly phi: Float64Array;
  readonly weight: Float64Array;
  readonly model: NoiseModel;
  /** Weight of an innovation that is no outlier. */
  readonly scale: number;
  /** Where the filter stands after the last interval: what one that goes on from there starts with. */
  readonly end: FilterEnd;
}

interface FilterEnd {
  /** Variance of what the last counter has wrong, given all before. */
  readonly variance: number;
  readonly leak: number;
}

/** Telescoping noise makes the exact filter a leaky integrator whose leak follows the load (Kalman filter of q). */
function filterOf(
  model: NoiseModel,
  shape: NoiseShape,
  start: FilterEnd = { variance: model.rounding, leak: 0 },
): Pick<Whitening, 'leak' | 'inverseSd' | 'end'> {
  const count = shape.logScale.length;
  const leak = new Float64Array(count);
  const inverseSd = new Float64Array(count);
  const growth = growthOf(model.exponent, shape);
  let variance = start.variance;
  let next = start.leak;
  for (let t = 0; t < count; t++) {
    if (shape.broken[t] === 1) {
      variance = model.rounding;
      next = 0;
    }
    const white = (shape.extra[t] as number) + model.base * (growth[t] as number);
    const s = variance + model.rounding + white;
    leak[t] = next;
    inverseSd[t] = 1 / Math.sqrt(s);
    next = model.rounding / s;
    variance = model.rounding - model.rounding * next;
  }
  return { leak, inverseSd, end: { variance, leak: next } };
}

/** Variances whose logarithm is taken together: their product stays within the range of numbers from 1e-37 to 1e37. */
const LOGGED = 8;

/**
 * -2 log likelihood, capped, of a residual series. `growth`: length x scale^exponent of each interval, which most trials of a
 * search have in common.
 */
function deviance(
  { rounding, base }: NoiseModel,
  { extra, broken }: NoiseShape,
  growth: Float64Array,
  rest: Float64Array,
): number {
  let variance = rounding;
  let next = 0;
  let before = 0;
  let sum = 0;
  let product = 1;
  for (let t = 0; t < rest.length; t++) {
    if (broken[t] === 1) {
      variance = rounding;
      next = 0;
    }
    const s = variance + rounding + ((extra[t] as number) + base * (growth[t] as number));
    const inverse = 1 / s;
    const e = (rest[t] as number) + next * before;
    const square = e * e * inverse;
    sum += square < CAP ? square : CAP;
    product *= s;
    if (t % LOGGED === LOGGED - 1) {
      sum += Math.log(product);
      product = 1;
    }
    before = e;
    next = rounding * inverse;
    variance = rounding - rounding * next;
  }
  return sum + Math.log(product);
}

function growthOf(exponent: number, { logScale, length }: NoiseShape): Float64Array {
  const out = new Float64Array(logScale.length);
  for (let t = 0; t < out.length; t++)
    out[t] = (length[t] as number) * Math.exp(exponent * (logScale[t] as number));
  return out;
}

/** The model whose logarithms (rounding, base) and exponent are `p`. */
function modelOf(p: readonly number[]): NoiseModel {
  return { rounding: Math.exp(at(p, 0)), base: Math.exp(at(p, 1)), exponent: at(p, 2) };
}

/** Maximum likelihood by coordinate search on the logarithms; deterministic. */
export function fitNoise(rest: Float64Array, shape: NoiseShape): NoiseModel {
  let square = 0;
  for (let t = 0; t < rest.length; t++) square += (rest[t] as number) ** 2;
  const level = Math.max(square / rest.length, 1e-12);
  let best = [Math.log(level / 4), Math.log(level / 2), 0.7];
  let least = Infinity;
  const growths = new Map<number, Float64Array>();
  const devianceOf = (trial: readonly number[]): number => {
    const model = modelOf(trial);
    let growth = growths.get(model.exponent);
    if (growth === undefined) {
      growth = growthOf(model.exponent, shape);
      growths.set(model.exponent, growth);
    }
    return deviance(model, shape, growth, rest);
  };
  // Two valleys are common, nearly all telescoping or nearly none: look at several shares first.
  for (const share of [0.05, 0.15, 0.3, 0.4, 0.47])
    for (const exponent of [0.2, 0.7, 1.2]) {
      const trial = [Math.log(share * level), Math.log((1 - 2 * share) * level), exponent];
      const value = devianceOf(trial);
      if (value < least) {
        least = value;
        best = trial;
      }
    }
  const steps = [1, 1, 0.25];
  for (let round = 0; round < 40 && at(steps, 0) > 0.02; round++) {
    let moved = false;
    for (let k = 0; k < 3; k++)
      for (const direction of [1, -1]) {
        const trial = [...best];
        trial[k] = at(trial, k) + direction * at(steps, k);
        if (at(trial, 2) < 0 || at(trial, 2) > 2) continue;
        const value = devianceOf(trial);
        if (value < least - WORTH_A_STEP) {
          least = value;
          best = trial;
          moved = true;
        }
      }
    if (!moved) for (let k = 0; k < 3; k++) steps[k] = at(steps, k) / 2;
  }
  return modelOf(best);
}

export function whiteningFor(rest: Float64Array, shape: NoiseShape): Whitening {
  const model = fitNoise(rest, shape);
  const filter = filterOf(model, shape);
  const plain: Whitening = {
    ...filter,
    phi: new Float64Array(AR_ORDER),
    weight: new Float64Array(rest.length).fill(1),
    model,
    scale: 1,
  };
  const standard = whiten(plain, rest);
  const { coefficients } = fitAutoregression(
    standard.map((z) => Math.max(-HUBER, Math.min(HUBER, z))),
    AR_ORDER,
  );
  const z = whiten({ ...plain, phi: coefficients }, rest);
  const weight = new Float64Array(rest.length);
  let sum = 0;
  for (let t = 0; t < z.length; t++) {
    weight[t] = huberWeight(at(z, t));
    sum += (at(z, t) * at(weight, t)) ** 2;
  }
  const scale = Math.sqrt(z.length / Math.max(sum, 1e-300));
  for (let t = 0; t < z.length; t++) weight[t] = at(weight, t) * scale;
  return { ...plain, phi: coefficients, weight, scale };
}

/** The same filter over the intervals that come after those it was found from, each innovation with its full weight. */
export function goOnWhitening(
  before: Pick<Whitening, 'model' | 'phi' | 'end' | 'scale'>,
  shape: NoiseShape,
): Whitening {
  return {
    ...before,
    ...filterOf(before.model, shape, before.end),
    weight: new Float64Array(shape.logScale.length).fill(1),
  };
}

/** Weights of the innovations of a filter that goes on: `z` is what it leaves of the balance. */
export function innovationWeights(z: Float64Array, scale: number): Float64Array {
  return z.map((value) => huberWeight(value) * scale);
}

function huberWeight(z: number): number {
  const size = Math.abs(z);
  return size > HUBER ? Math.sqrt(HUBER / size) : 1;
}

export function whiten(filter: Whitening, series: Float64Array): Float64Array {
  const out = new Float64Array(series.length);
  whitenInto(out, filter, series);
  return out;
}

/** v with sum over t of v(t) x(t) = sum over t of weights(t) whiten(x)(t) for any series x: the filter backwards in time. */
export function whitenTransposed(
  { leak, inverseSd, phi, weight }: Whitening,
  weights: Float64Array,
): Float64Array {
  const count = weights.length;
  const weighted = new Float64Array(count + phi.length);
  for (let t = 0; t < count; t++) weighted[t] = (weights[t] as number) * (weight[t] as number);
  const out = new Float64Array(count);
  let e = 0;
  for (let t = count - 1; t >= 0; t--) {
    let z = weighted[t] as number;
    for (let k = 0; k < phi.length; k++) z -= (phi[k] as number) * (weighted[t + k + 1] as number);
    e = z * (inverseSd[t] as number) + (t + 1 < count ? (leak[t + 1] as number) * e : 0);
    out[t] = e;
  }
  return out;
}

/** Numbers this small are the tail of a column that has ended: products of them would be too small to be handled fast. */
const NOTHING = 1e-100;

/** Values that a whitening carries from one interval to the next: the leaky integral and the last innovations. */
export const CARRIED: number = 1 + AR_ORDER;

/**
 * `out` and `series` must be distinct. `carry`: CARRIED values from `at` on, where the series stood before its first interval; they become
 * where it stands after its last.
 */
export function whitenInto(
  out: Float64Array,
  filter: Whitening,
  series: Float64Array,
  carry?: { readonly values: Float64Array; readonly at: number },
): void {
  const { leak, inverseSd, phi, weight } = filter;
  // Not destructured: V8 takes values out of an iterator for objects, and would allocate one for each of them in every interval.
  const p1 = phi[0] as number;
  const p2 = phi[1] as number;
  const p3 = phi[2] as number;
  const p4 = phi[3] as number;
  const p5 = phi[4] as number;
  const p6 = phi[5] as number;
  const before = carry?.values.subarray(carry.at, carry.at + CARRIED) ?? new Float64Array(CARRIED);
  let e = before[0] as number;
  // the last six standardised values, latest first
  let z1 = before[1] as number;
  let z2 = before[2] as number;
  let z3 = before[3] as number;
  let z4 = before[4] as number;
  let z5 = before[5] as number;
  let z6 = before[6] as number;
  for (let t = 0; t < series.length; t++) {
    e = (series[t] as number) + (leak[t] as number) * e;
    if (e < NOTHING && e > -NOTHING) e = 0;
    const z = e * (inverseSd[t] as number);
    out[t] =
      (z - p1 * z1 - p2 * z2 - p3 * z3 - p4 * z4 - p5 * z5 - p6 * z6) * (weight[t] as number);
    z6 = z5;
    z5 = z4;
    z4 = z3;
    z3 = z2;
    z2 = z1;
    z1 = z;
  }
  before.set([e, z1, z2, z3, z4, z5, z6]);
}
