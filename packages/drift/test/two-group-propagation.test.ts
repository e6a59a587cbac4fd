import { at, solveLinearInPlace } from '@verimeter/statistics';
import { expect, test } from 'vitest';
import { momentsOf, propagateTwoGroups, type TwoGroups } from '../src/lib/two-group-propagation.ts';
import { element } from './element.ts';

const groups: TwoGroups = { drifted: 0.05, healthySd: 0.0035, driftSd: 0.04 };

/** Every choice of the drifted, each with its normal integral: what expectation propagation approximates. */
function enumerate(
  information: Float64Array,
  moment: Float64Array,
): { p: number[]; mean: number[] } {
  const n = moment.length;
  const p = Array.from({ length: n }, () => 0);
  const mean = Array.from({ length: n }, () => 0);
  let total = 0;
  for (let choice = 0; choice < 2 ** n; choice += 1) {
    const drifted = Array.from({ length: n }, (_, i) => ((choice >> i) & 1) === 1);
    const precision = Float64Array.from(information);
    let log = 0;
    drifted.forEach((is, i) => {
      const sd = is ? groups.driftSd : groups.healthySd;
      precision[i * n + i] = at(precision, i * n + i) + 1 / sd ** 2;
      log += Math.log(is ? groups.drifted : 1 - groups.drifted) - Math.log(sd);
    });
    log -= Math.log(determinant(precision, n)) / 2;
    const b = Float64Array.from(moment);
    solveLinearInPlace(precision, n, b);
    for (let i = 0; i < n; i += 1) log += (at(moment, i) * at(b, i)) / 2;
    const weight = Math.exp(log);
    total += weight;
    for (let i = 0; i < n; i += 1) {
      p[i] = at(p, i) + (drifted[i] === true ? weight : 0);
      mean[i] = at(mean, i) + weight * at(b, i);
    }
  }
  return { p: p.map((value) => value / total), mean: mean.map((value) => value / total) };
}

/** By cofactors. */
function determinant(a: Float64Array, n: number): number {
  if (n === 1) return at(a, 0);
  let sum = 0;
  for (let j = 0; j < n; j += 1) {
    const minor: number[] = [];
    for (let r = 1; r < n; r += 1)
      for (let c = 0; c < n; c += 1) if (c !== j) minor.push(at(a, r * n + c));
    sum += (j % 2 === 0 ? 1 : -1) * at(a, j) * determinant(Float64Array.from(minor), n - 1);
  }
  return sum;
}

/** Of 2 %, up to a factor. */
const density = (sd: number) => Math.exp(-(0.02 ** 2) / (2 * sd * sd)) / sd;

test('of one coefficient it is Bayes rule', () => {
  // data say 2 % with a sd of 0.5 %
  const information = Float64Array.of(1 / 0.005 ** 2);
  const moment = Float64Array.of(0.02 / 0.005 ** 2);
  const [found] = propagateTwoGroups(information, moment, groups);
  const slab = 0.05 * density(Math.hypot(0.04, 0.005));
  const spike = 0.95 * density(Math.hypot(0.0035, 0.005));
  expect(found?.probabilityDrifted).toBeCloseTo(slab / (slab + spike), 9);
});

test('of three coefficients whose columns overlap it is near the sum over all choices', () => {
  // correlations of 0.3 to 0.5, as of neighbours with the same daily shape; sd of one given the others about 0.4 %
  const scale = 1 / 0.004 ** 2;
  const information = Float64Array.from(
    [1, 0.5, 0.3, 0.5, 1, 0.4, 0.3, 0.4, 1].map((value) => value * scale),
  );
  const cases = [
    [0.03, 0.001, -0.002],
    [0.012, -0.02, 0.003],
    [0.004, -0.003, 0.015],
  ];
  for (const truth of cases) {
    const moment = Float64Array.from(truth, (_, i) =>
      truth.reduce((sum, value, j) => sum + at(information, i * 3 + j) * value, 0),
    );
    const exact = enumerate(information, moment);
    propagateTwoGroups(information, moment, groups).forEach((marginal, i) => {
      // The means of a case where a drift is doubtful are the worst of an approximation by normals.
      expect(Math.abs(marginal.probabilityDrifted - at(exact.p, i))).toBeLessThan(0.03);
      expect(Math.abs(momentsOf(marginal).mean - at(exact.mean, i))).toBeLessThan(0.0005);
    });
  }
});

test('without data the prior comes back', () => {
  const found = element(propagateTwoGroups(new Float64Array(4), new Float64Array(2), groups), 0);
  expect(found.probabilityDrifted).toBeCloseTo(0.05, 6);
  expect(momentsOf(found).variance).toBeCloseTo(0.95 * 0.0035 ** 2 + 0.05 * 0.04 ** 2, 8);
});
