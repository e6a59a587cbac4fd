import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectedAbsoluteError, foldedMean, meanBeyond } from '../src/index.ts';

/** Of f under N(mean, sd^2), by the trapezoidal rule over 12 standard deviations. */
function integral(f: (x: number) => number, mean: number, sd: number): number {
  const steps = 40_000;
  const h = (24 * sd) / steps;
  let sum = 0;
  for (let k = 0; k <= steps; k += 1) {
    const x = mean - 12 * sd + k * h;
    sum += (f(x) * Math.exp(-0.5 * ((x - mean) / sd) ** 2) * h) / (sd * Math.sqrt(2 * Math.PI));
  }
  return sum;
}

describe('the expected error without its sign', () => {
  test.each([
    [0, 0.01],
    [0.02, 0.005],
    [-0.02, 0.03],
    [0.001, 0.2],
  ])('of N(%f, %f) is what integration gives', (mean, sd) => {
    expect(foldedMean(mean, sd)).toBeCloseTo(integral(Math.abs, mean, sd), 6);
  });

  test.each([
    [0, 0.01, 0.02],
    [0.03, 0.005, 0.02],
    [-0.021, 0.004, 0.02],
    [0.015, 0.03, 0.01],
  ])('of N(%f, %f) beyond %f is what integration gives', (mean, sd, limit) => {
    const beyond = integral((x) => (Math.abs(x) > limit ? 1 : 0), mean, sd);
    const sum = integral((x) => (Math.abs(x) > limit ? Math.abs(x) : 0), mean, sd);
    expect(meanBeyond(mean, sd, limit)).toBeCloseTo(sum / beyond, 4);
  });

  test('is no less than the error of the mean, and grows with the spread', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -0.3, max: 0.3, noNaN: true }),
        fc.double({ min: 0, max: 0.2, noNaN: true }),
        fc.double({ min: 0, max: 0.2, noNaN: true }),
        (mean, sd, more) => {
          expect(foldedMean(mean, sd)).toBeGreaterThanOrEqual(Math.abs(mean) - 1e-12);
          expect(foldedMean(mean, sd + more)).toBeGreaterThanOrEqual(foldedMean(mean, sd) - 1e-12);
          expect(meanBeyond(mean, sd, 0.02)).toBeGreaterThanOrEqual(0.02);
        },
      ),
    );
  });

  test('of a meter that is healthy or drifted is that of both, less than that of one wide normal distribution', () => {
    // one in ten has drifted by 3 %: mean 0.3 %, variance that of both kinds together
    const [p, healthy, drifted, sd] = [0.1, 0.005, 0.03, 0.002];
    const error = p * drifted;
    const variance = p * (sd ** 2 + drifted ** 2) + (1 - p) * healthy ** 2 - error ** 2;
    const standardError = Math.sqrt(variance);
    const of = { error, standardError, probabilityDrifted: p, limit: 4 * healthy };
    const truth = p * foldedMean(drifted, sd) + (1 - p) * healthy * Math.sqrt(2 / Math.PI);
    expect(expectedAbsoluteError(of)).toBeCloseTo(truth, 9);
    expect(truth).toBeLessThan(foldedMean(error, standardError));
  });

  test('where nothing is estimated, nothing is said', () => {
    expect(expectedAbsoluteError({ probabilityDrifted: 0.5, limit: 0.02 })).toBeUndefined();
  });
});
