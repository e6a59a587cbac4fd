import { expect, test } from 'vitest';
import {
  binomialCdf,
  binomialMass,
  hypergeometricCdf,
  hypergeometricProbability,
  poissonBinomial,
} from '../src/index.ts';
import { expectClose } from './expect-close.ts';
import reference from './reference/mixtures.json' with { type: 'json' };

test('hypergeometric probabilities are those of scipy', () => {
  for (const { k, pmf, cdf, ...distribution } of reference.hypergeometric) {
    expectClose(hypergeometricProbability(k, distribution), pmf, { relative: 1e-9 });
    expectClose(hypergeometricCdf(k, distribution), cdf, { relative: 1e-9 });
  }
});

test('what cannot be drawn has no probability', () => {
  const all = { size: 10, marked: 4, drawn: 8 };
  // two are left: at least two of the four are drawn
  expect(hypergeometricProbability(1, all)).toBe(0);
  expect(hypergeometricCdf(1, all)).toBe(0);
  expect(hypergeometricCdf(4, all)).toBe(1);
});

test('the number of successes of unlike trials is that of scipy', () => {
  const { probabilities, pmf } = reference.poisson_binomial;
  expectClose(poissonBinomial(probabilities), pmf, { relative: 1e-10 });
});

test('the binomial mass adds up to its distribution function, far from the middle too', () => {
  for (const success of [0, 1e-6, 0.05, 0.7, 1]) {
    const mass = binomialMass(1500, success, 1501);
    let sum = 0;
    mass.forEach((value, k) => {
      sum += value;
      expectClose(sum, binomialCdf(k, { trials: 1500, success }), { absolute: 1e-10 });
    });
  }
});

test('the number of successes of like trials is binomial', () => {
  const mass = poissonBinomial(new Float64Array(30).fill(0.1));
  let sum = 0;
  mass.forEach((value, k) => {
    sum += value;
    expectClose(sum, binomialCdf(k, { trials: 30, success: 0.1 }), { absolute: 1e-13 });
  });
});
