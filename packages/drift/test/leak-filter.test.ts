import {
  at,
  choleskyInPlace,
  solveCholeskyInPlace,
  dot,
  solveLowerInPlace,
} from '@verimeter/statistics';
import { expect, test } from 'vitest';
import {
  deviance,
  disturbances,
  filterInto,
  filterTransposedInto,
  leakFilter,
  type LeakModel,
} from '../src/lib/water/leak-filter.ts';
import { bellSequence, sequence } from './sequence.ts';
import { expectClose } from './expect-close.ts';

const COUNT = 60;

/** Walks, pressures and variances of a few days, with a hole after which the counters start anew. */
function model(): LeakModel {
  const u = sequence(4 * COUNT, 11);
  const part = (k: number): Float64Array => u.slice(k * COUNT, (k + 1) * COUNT);
  return {
    gain: part(0).map((value) => 1 + 0.2 * value),
    white: part(1).map((value) => 30 + 20 * value),
    walk: part(2).map((value, t) => (t === 25 ? 900 : 3 + 2 * value)),
    rounding: 8,
    broken: Uint8Array.from({ length: COUNT }, (_, t) => (t === 0 || t === 33 ? 1 : 0)),
    start: 4000,
  };
}

/** Covariance of the series straight from its definition: g_s g_t Var(level at the earlier) + white + rounding of shared counters. */
function covariance({ gain, white, walk, rounding, broken, start }: LeakModel): Float64Array {
  const level = new Float64Array(COUNT);
  let sum = start;
  for (let t = 0; t < COUNT; t++) level[t] = sum += at(walk, t);
  const c = new Float64Array(COUNT * COUNT);
  for (let s = 0; s < COUNT; s++)
    for (let t = 0; t < COUNT; t++) {
      let value = at(gain, s) * at(gain, t) * at(level, Math.min(s, t));
      if (s === t) value += at(white, t) + 2 * rounding;
      if (Math.abs(s - t) === 1 && at(broken, Math.max(s, t)) === 0) value -= rounding;
      c[s * COUNT + t] = value;
    }
  return c;
}

const series = bellSequence(COUNT, 77).map((z) => 120 + 15 * z);

test('the filter is the Cholesky whitening of its covariance', () => {
  const own = model();
  const factor = covariance(own);
  const logDeterminant = choleskyInPlace(factor, COUNT);
  const expected = series.slice();
  solveLowerInPlace(factor, COUNT, expected);
  const found = new Float64Array(COUNT);
  filterInto(found, leakFilter(own), series);
  expectClose(found, expected, 1e-9);
  // an innovation of more than four standard deviations counts as one of four
  const squares = expected.reduce((sum, z) => sum + Math.min(16, z * z), 0);
  expect(deviance(own, series)).toBeCloseTo(squares + (logDeterminant ?? NaN), 8);
});

test('the level given all of the series is that of dense least squares', () => {
  const own = model();
  const factor = covariance(own);
  choleskyInPlace(factor, COUNT);
  const solved = series.slice();
  solveCholeskyInPlace(factor, COUNT, solved);
  const variance = new Float64Array(COUNT);
  let sum = own.start;
  for (let t = 0; t < COUNT; t++) variance[t] = sum += at(own.walk, t);
  const expected = Float64Array.from({ length: COUNT }, (_, t) => {
    let value = 0;
    for (let s = 0; s < COUNT; s++)
      value += at(variance, Math.min(s, t)) * at(own.gain, s) * at(solved, s);
    return value;
  });
  expectClose(disturbances(own, series).level, expected, 1e-8);
});

test('what stands out is told in standard deviations: one interval, or the level from one on', () => {
  const own: LeakModel = {
    gain: new Float64Array(COUNT).fill(1),
    white: new Float64Array(COUNT).fill(25),
    walk: new Float64Array(COUNT).fill(0.01),
    rounding: 0,
    broken: new Uint8Array(COUNT),
    start: 1e6,
  };
  const noise = bellSequence(COUNT, 5).map((z) => 100 + 5 * z);
  const single = disturbances(
    own,
    noise.map((value, t) => (t === 20 ? value + 60 : value)),
  );
  expect(Math.max(...single.single)).toBe(single.single[20]);
  expect(single.single[20]).toBeGreaterThan(8);
  expect(Math.max(...single.jump.slice(1).map(Math.abs))).toBeLessThan(6);
  const jump = disturbances(
    own,
    noise.map((value, t) => (t >= 20 ? value + 30 : value)),
  );
  expect(Math.max(...jump.jump.slice(1))).toBe(jump.jump[20]);
  expect(jump.jump[20]).toBeGreaterThan(8);
});

test('the transposed filter has the product with a series that the filtered series has', () => {
  const filter = leakFilter(model());
  const other = bellSequence(COUNT, 4711);
  const filtered = new Float64Array(COUNT);
  filterInto(filtered, filter, series);
  const back = new Float64Array(COUNT);
  filterTransposedInto(back, filter, other);
  expect(dot(back, series)).toBeCloseTo(dot(other, filtered), 9);
});
