import { at, choleskyInPlace, solveLowerInPlace } from '@verimeter/statistics';
import { expect, test } from 'vitest';
import {
  fitNoise,
  type NoiseModel,
  type NoiseShape,
  type Whitening,
  whiten,
  whiteningFor,
} from '../src/lib/balance-noise.ts';
import { expectClose } from './expect-close.ts';
import reference from './reference/reference.json' with { type: 'json' };
import { bellSequence, sequence } from './sequence.ts';

const COUNT = 300;
const series = Float64Array.from(reference.noise.series);
/** As in make_reference.py: three runs, two long intervals, known variance on the last third. */
const shape: NoiseShape = {
  logScale: sequence(COUNT, 21).map((u) => 0.8 * u),
  length: Float64Array.from({ length: COUNT }, (_, t) => (t === 69 || t === 179 ? 3 : 1)),
  extra: Float64Array.from({ length: COUNT }, (_, t) => (t >= 200 ? 2e-4 : 0)),
  broken: Uint8Array.from({ length: COUNT }, (_, t) => (t === 0 || t === 70 || t === 180 ? 1 : 0)),
};

/** Covariance of n(t) = q(t) - q(t-1) + w(t), row-major. */
function covariance(model: NoiseModel): Float64Array {
  const c = new Float64Array(COUNT * COUNT);
  for (let t = 0; t < COUNT; t++) {
    const white =
      at(shape.extra, t) +
      model.base * at(shape.length, t) * Math.exp(model.exponent * at(shape.logScale, t));
    c[t * COUNT + t] = 2 * model.rounding + white;
    if (shape.broken[t] === 0) c[t * COUNT + t - 1] = c[(t - 1) * COUNT + t] = -model.rounding;
  }
  return c;
}

/** -2 log of the Gaussian density, but for COUNT log(2 pi). */
function denseDeviance(model: NoiseModel, values: Float64Array): number {
  const factor = covariance(model);
  if (choleskyInPlace(factor, COUNT) === undefined) throw new Error('not a covariance');
  const z = Float64Array.from(values);
  solveLowerInPlace(factor, COUNT, z);
  let sum = 0;
  for (let t = 0; t < COUNT; t++) sum += 2 * Math.log(at(factor, t * COUNT + t)) + at(z, t) ** 2;
  return sum;
}

const total = (model: NoiseModel): number => 2 * model.rounding + model.base;

/** The innovation filter alone, without the autoregression and the weights on top. */
const bare = (whitening: Whitening): Whitening => ({
  ...whitening,
  phi: new Float64Array(whitening.phi.length),
  weight: new Float64Array(COUNT).fill(1),
});

test('the innovation filter is the Cholesky whitening of the covariance it stands for', () => {
  const whitening = whiteningFor(series, shape);
  const factor = covariance(whitening.model);
  expect(choleskyInPlace(factor, COUNT)).toBeDefined();
  const other = sequence(COUNT, 77);
  const expected = Float64Array.from(other);
  solveLowerInPlace(factor, COUNT, expected);
  // both are recursions over 300 steps on numbers of order 30
  expectClose(whiten(bare(whitening), other), expected, 1e-10);
});

test('what the filter leaves is the Gaussian log density: sum of log variances and squares', () => {
  const whitening = whiteningFor(series, shape);
  const z = whiten(bare(whitening), series);
  let sum = 0;
  for (let t = 0; t < COUNT; t++) sum += at(z, t) ** 2 - 2 * Math.log(at(whitening.inverseSd, t));
  expect(sum).toBeCloseTo(denseDeviance(whitening.model, series), 8);
});

test('the fit reaches the maximum of the likelihood that scipy finds', () => {
  const model = fitNoise(series, shape);
  // numpy's dense deviance at scipy's optimum agrees with ours there, and ours is at most 0.05 above it: the search stops at
  // steps of 2 % in the variances, where a parabola of curvature 2 COUNT / 4 has lost less than that
  const [a = 0, b = 0, exponent = 0] = reference.noise.optimum;
  const optimum = { rounding: Math.exp(a), base: Math.exp(b), exponent };
  expect(denseDeviance(optimum, series)).toBeCloseTo(reference.noise.least, 6);
  expect(denseDeviance(model, series)).toBeLessThan(reference.noise.least + 0.05);
});

test('single outliers do not set the noise', () => {
  const spoiled = Float64Array.from(series);
  for (const t of [40, 120, 260]) spoiled[t] = at(spoiled, t) + 2;
  const clean = fitNoise(series, shape);
  const model = fitNoise(spoiled, shape);
  // three values of 40 standard deviations would multiply a variance by 17
  expect(total(model) / total(clean)).toBeLessThan(2);
  const { weight } = whiteningFor(spoiled, shape);
  expect(at(weight, 40)).toBeLessThan(0.5 * at(weight, 50));
});

test('whitened, the residual is white with variance 1, also where an autoregression is left', () => {
  const count = 4000;
  const z = bellSequence(count, 5);
  const coloured = new Float64Array(count);
  for (let t = 0; t < count; t++)
    coloured[t] = 0.03 * at(z, t) + (t === 0 ? 0 : 0.5 * at(coloured, t - 1));
  const flat: NoiseShape = {
    logScale: new Float64Array(count),
    length: new Float64Array(count).fill(1),
    extra: new Float64Array(count),
    broken: Uint8Array.from({ length: count }, (_, t) => (t === 0 ? 1 : 0)),
  };
  const white = whiten(whiteningFor(coloured, flat), coloured);
  const product = (lag: number): number => {
    let sum = 0;
    for (let t = lag; t < count; t++) sum += at(white, t) * at(white, t - lag);
    return sum / count;
  };
  // standard error of a correlation 1 / sqrt(4000) = 0.016; unwhitened, the first is 0.5
  expect(product(0)).toBeCloseTo(1, 2);
  for (const lag of [1, 2, 3, 6, 12]) expect(Math.abs(product(lag))).toBeLessThan(0.05);
});

test('whitening is linear: what is estimated from whitened columns is estimated from the columns', () => {
  const whitening = whiteningFor(series, shape);
  const [u, v] = [sequence(COUNT, 8), sequence(COUNT, 9)];
  const both = u.map((value, t) => 2 * value - 3 * at(v, t));
  const [wu, wv] = [whiten(whitening, u), whiten(whitening, v)];
  expectClose(
    whiten(whitening, both),
    wu.map((value, t) => 2 * value - 3 * at(wv, t)),
    1e-10,
  );
});
