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
}

/** Telescoping noise makes the exact filter a leaky integrator whose leak follows the load (Kalman filter of q). */
function filterOf(model: NoiseModel, shape: NoiseShape): Pick<Whitening, 'leak' | 'inverseSd'> {
  const count = shape.logScale.length;
  const leak = new Float64Array(count);
  const inverseSd = new Float64Array(count);
  const growth = growthOf(model.exponent, shape);
  let variance = model.rounding;
  let next = 0;
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
  return { leak, inverseSd };
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
    const size = Math.abs(at(z, t));
    weight[t] = size > HUBER ? Math.sqrt(HUBER / size) : 1;
    sum += (at(z, t) * at(weight, t)) ** 2;
  }
  const scale = Math.sqrt(z.length / Math.max(sum, 1e-300));
  for (let t = 0; t < z.length; t++) weight[t] = at(weight, t) * scale;
  return { ...plain, phi: coefficients, weight };
}

export function whiten(filter: Whitening, series: Float64Array): Float64Array {
  const out = new Float64Array(series.length);
  whitenInto(out, filter, series);
  return out;
}

/** Numbers this small are the tail of a column that has ended: products of them would be too small to be handled fast. */
const NOTHING = 1e-100;

/** `out` and `series` must be distinct. */
export function whitenInto(out: Float64Array, filter: Whitening, series: Float64Array): void {
  const { leak, inverseSd, phi, weight } = filter;
  const [p1, p2, p3, p4, p5, p6] = phi as unknown as readonly [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  let e = 0;
  // the last six standardised values, latest first
  let z1 = 0;
  let z2 = 0;
  let z3 = 0;
  let z4 = 0;
  let z5 = 0;
  let z6 = 0;
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
}
