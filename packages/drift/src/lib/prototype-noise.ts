import {
  at,
  fitAutoregression,
  fitRidge,
  innovations,
  leakyIntegral,
  mean,
} from '@verimeter/statistics';

/** Leaks tried; the order of the autoregression; Huber's bound in sd (drift-estimation.md 2.4). */
const LEAKS = [0, 0.6, 0.9, 0.97, 0.99] as const;
const AR_ORDER = 6;
const HUBER = 4;

/** What the variance of an interval depends on: ln R of it, and ln of the usual R around it, both about their means. */
export interface PrototypeScale {
  readonly load: Float64Array;
  readonly level: Float64Array;
}

/** Leaky integrator, division by the sd, AR(6), Huber weight: what is left of the noise has variance 1. */
export interface PrototypeWhitening {
  readonly leak: number;
  readonly inverseSd: Float64Array;
  readonly phi: Float64Array;
  readonly weight: Float64Array;
}

/** The noise model of drift-estimation.md 2.4 for a residual of the balance; the leak is that of the highest likelihood. */
export function describeNoise(rest: Float64Array, scale: PrototypeScale): PrototypeWhitening {
  const tried = LEAKS.map((leak) => describeLeaky(rest, scale, leak));
  return tried.reduce((best, next) => (next.logLikelihood > best.logLikelihood ? next : best))
    .whitening;
}

export function whitenBy(filter: PrototypeWhitening, series: Float64Array): Float64Array {
  const leaky = new Float64Array(series.length);
  leakyIntegral(series, filter.leak, leaky);
  const out = new Float64Array(series.length);
  innovations(
    leaky.map((value, t) => value * at(filter.inverseSd, t)),
    filter.phi,
    out,
  );
  return out.map((value, t) => value * at(filter.weight, t));
}

function describeLeaky(
  rest: Float64Array,
  scale: PrototypeScale,
  leak: number,
): { readonly whitening: PrototypeWhitening; readonly logLikelihood: number } {
  const leaky = new Float64Array(rest.length);
  leakyIntegral(rest, leak, leaky);
  const sd = deviations(leaky, scale);
  const standard = leaky.map((value, t) => value / at(sd, t));
  const { coefficients: phi } = fitAutoregression(standard.map(clipped), AR_ORDER);
  const left = new Float64Array(rest.length);
  innovations(standard, phi, left);
  const size = Math.sqrt(mean(left.map((value) => clipped(value) ** 2)));
  // both filters are triangular with ones on the diagonal: only the scale has a Jacobian
  let logLikelihood = 0;
  for (let t = 0; t < left.length; t++)
    logLikelihood -= Math.log(at(sd, t) * size) + 0.5 * clipped(at(left, t) / size) ** 2;
  return {
    whitening: {
      leak,
      inverseSd: sd.map((value) => 1 / (value * size)),
      phi,
      weight: left.map((value) => Math.sqrt(Math.min(1, (HUBER * size) / Math.abs(value)))),
    },
    logLikelihood,
  };
}

const clipped = (value: number): number => Math.max(-HUBER, Math.min(HUBER, value));

/** sd per interval: exp(g0 + g1 ln R + g2 ln^2 R + g3 ln level) is its square, by regression of the logarithm of squares. */
function deviations(series: Float64Array, { load, level }: PrototypeScale): Float64Array {
  const usual = Math.max(mean(series.map((value) => value * value)), 1e-18);
  const columns = [
    new Float64Array(series.length).fill(1),
    load,
    load.map((value) => value * value),
    level,
  ];
  const fit = fitRidge(
    columns,
    // zeros have no logarithm
    series.map((value) => Math.log(value * value + 1e-4 * usual)),
    { precision: columns.map(() => 1e-3), variance: 1 },
  );
  const sd = series.map((_, t) => {
    let sum = 0;
    columns.forEach((column, j) => {
      sum += at(fit?.coefficients ?? new Float64Array(columns.length), j) * at(column, t);
    });
    return Math.exp(sum / 2);
  });
  // the mean logarithm of a squared normal is not the logarithm of its mean
  const scale = Math.sqrt(mean(series.map((value, t) => clippedSquare(value / at(sd, t)))));
  return sd.map((value) => value * scale);
}

/** Of a series whose sd is not known to a factor of 2 yet. */
const clippedSquare = (value: number): number => Math.min(value * value, 100);
