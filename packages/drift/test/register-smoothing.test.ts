import { at, mean } from '@verimeter/statistics';
import { expect, test } from 'vitest';
import { smoothEnergies } from '../src/lib/register-smoothing.ts';
import { expectClose } from './expect-close.ts';
import reference from './reference/reference.json' with { type: 'json' };
import { sequence } from './sequence.ts';

const QUANTUM = 0.01;
const total = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

function shownEnergies(actual: Float64Array, quantum: number): Float64Array {
  let counter = 0;
  let before = 0;
  return actual.map((energy) => {
    counter += energy;
    const shown = Math.floor(counter / quantum) * quantum;
    const out = shown - before;
    before = shown;
    return out;
  });
}

test('the smoothed energies are the posterior mean of the dense Gaussian model, solved by numpy', () => {
  const energy = Float64Array.from(reference.smoothing.energy);
  // condition of the dense system some 1e3, values of order 0.1
  expectClose(smoothEnergies(energy, QUANTUM), reference.smoothing.smoothed, 1e-12);
});

test('a steady load below the quantum comes out near its mean, and loses no energy', () => {
  const actual = new Float64Array(400).fill(0.0037);
  const shown = shownEnergies(actual, QUANTUM);
  const smoothed = smoothEnergies(shown, QUANTUM);
  const middle = smoothed.subarray(40, 360);
  const spread = Math.sqrt(mean(middle.map((value) => (value - 0.0037) ** 2)));
  const rough = Math.sqrt(mean(shown.subarray(40, 360).map((value) => (value - 0.0037) ** 2)));
  // of whole quanta or nothing (sd 0.0048) a fifth is left
  expect(rough).toBeGreaterThan(0.004);
  expect(spread).toBeLessThan(0.0012);
  // only the two ends of the counter may move, each by less than a quantum
  expect(Math.abs(total(smoothed) - total(shown))).toBeLessThan(QUANTUM);
});

test('a load far above the quantum passes unchanged', () => {
  const u = sequence(300, 5);
  const actual = u.map((value) => 0.6 + 0.5 * value);
  const shown = shownEnergies(actual, QUANTUM);
  const smoothed = smoothEnergies(shown, QUANTUM);
  const moved = smoothed.map((value, t) => Math.abs(value - at(shown, t)));
  // sd of the load 0.29, of the rounding of a difference 0.004: the gain differs from 1 by some 1e-4
  expect(Math.max(...moved)).toBeLessThan(0.001);
});

test('rounding pulls the slope of the true load on the shown one below 1; smoothing takes most of it away', () => {
  const u = sequence(3000, 6);
  const actual = u.map((value) => 0.025 + 0.012 * value);
  const slope = (shown: Float64Array): number => {
    const centre = mean(shown);
    const other = mean(actual);
    let xy = 0;
    let xx = 0;
    shown.forEach((value, t) => {
      xy += (value - centre) * (at(actual, t) - other);
      xx += (value - centre) ** 2;
    });
    return xy / xx;
  };
  const shown = shownEnergies(actual, QUANTUM);
  // var of the load 0.012^2 / 3 = 4.8e-5, of rounding on both sides quantum^2 / 6 = 1.7e-5: slope 1 / 1.35
  expect(slope(shown)).toBeLessThan(0.8);
  expect(Math.abs(slope(smoothEnergies(shown, QUANTUM)) - 1)).toBeLessThan(0.05);
});

test('without a quantum, or with too few values, nothing is touched', () => {
  const energy = Float64Array.of(1, 2, 3, 4, 5, 6, 7);
  expect(smoothEnergies(energy, QUANTUM)).toBe(energy);
  const long = sequence(40, 1);
  expect(smoothEnergies(long, 0)).toBe(long);
});
