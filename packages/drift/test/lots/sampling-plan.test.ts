import { binomialCdf, hypergeometricCdf } from '@verimeter/statistics';
import { expect, test } from 'vitest';
import {
  planWithoutPrior,
  samplingPlan,
  smallestSample,
} from '../../src/lib/lots/sampling-plan.ts';

test('95 % conforming with 95 % confidence takes the well-known numbers', () => {
  // of a lot without end: 59 with none beyond the limit, 93 with one, ...
  expect([0, 1, 2, 3, 4, 5].map((accept) => smallestSample(1e6, 50_000, accept))).toEqual([
    59, 93, 124, 153, 181, 208,
  ]);
});

test('a plan accepts hardly any bad lot and most good ones', () => {
  for (const size of [300, 500, 5000, 20_000]) {
    const { n, accept } = planWithoutPrior(size);
    const bad = { size, marked: Math.floor(0.05 * size) + 1, drawn: n };
    const good = { size, marked: Math.floor(0.01 * size), drawn: n };
    expect(hypergeometricCdf(accept, bad)).toBeLessThanOrEqual(0.05);
    expect(hypergeometricCdf(accept, good)).toBeGreaterThanOrEqual(0.8);
    expect(hypergeometricCdf(accept, { ...bad, drawn: n - 1 })).toBeGreaterThan(0.05);
  }
});

/** What is known of the number beyond the limit in a lot of 500: binomial around a share. */
function known(share: number, strength: number): Float64Array {
  const mass = new Float64Array(501);
  for (let k = 0; k <= strength; k++) {
    const place = Math.round((500 * k) / strength);
    const p =
      binomialCdf(k, { trials: strength, success: share }) -
      binomialCdf(k - 1, { trials: strength, success: share });
    mass[place] = (mass[place] ?? 0) + p;
  }
  return mass;
}
const order = Array.from({ length: 500 }, (_, i) => `m${i}`);

test('what is known already is not tested again', () => {
  expect(samplingPlan(known(0.005, 500), order)).toMatchObject({
    n: 0,
    accept: 0,
    acceptProbability: 1,
    sample: [],
  });
  expect(samplingPlan(known(0.2, 500), order)).toMatchObject({ n: 0, accept: -1, reject: 0 });
});

test('what is known makes the sample smaller, and the first of the random order are drawn', () => {
  const prior = known(0.03, 150);
  const plan = samplingPlan(prior, order);
  expect(plan.n).toBeGreaterThan(0);
  expect(plan.n).toBeLessThan(plan.withoutPrior.n);
  expect(plan.acceptProbability).toBeGreaterThan(0.7);
  expect(plan.accept).toBeGreaterThanOrEqual(0);
  expect(plan.reject).toBe(plan.accept + 1);
  expect(plan.sample).toEqual(order.slice(0, plan.n));
});
