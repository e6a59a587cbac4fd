import { at } from '@verimeter/statistics';
import { expect, test } from 'vitest';
import { type GhostRows, predictGhost } from '../src/lib/ghost-load.ts';
import { expectClose } from './expect-close.ts';
import reference from './reference/reference.json' with { type: 'json' };
import { sequence } from './sequence.ts';
import { element } from './element.ts';

const COUNT = 120;
const TRAINING = 90;
const MISSING: readonly (readonly [number, number])[] = [
  [100, 1],
  [101, 1],
  [101, 2],
  [105, 1],
];
const [white, slow] = reference.ghost;
if (white === undefined || slow === undefined) throw new Error('reference.json is not complete');

/** The features and targets of make_reference.py, with the same holes. */
function rowsOf({ seed, carry }: { seed: number; carry: number }): GhostRows {
  const features = Array.from({ length: 5 }, (_, j) => sequence(COUNT, 41 + j));
  const f0 = element(features, 0);
  const f1 = element(features, 1);
  const f2 = element(features, 2);
  const f4 = element(features, 4);
  for (let t = 0; t < COUNT; t++) f4[t] = at(f0, t) + 0.1 * at(f4, t);
  const rest = sequence(COUNT, seed);
  for (let t = 1; t < COUNT; t++) rest[t] = at(rest, t) + carry * at(rest, t - 1);
  const target = rest.map(
    (value, t) =>
      0.3 + 0.5 * at(f0, t) - 0.2 * at(f1, t) + 0.1 * at(f2, t) + 0.4 * at(f4, t) + 0.05 * value,
  );
  for (const [t, j] of MISSING) element(features, j)[t] = NaN;
  return {
    features,
    target,
    training: TRAINING,
    measured: Uint8Array.from({ length: COUNT }, (_, t) => (t < TRAINING ? 1 : 0)),
  };
}

test('predictions after the stop are those of numpy, ridge and missing features included', () => {
  const ghost = predictGhost(rowsOf(white));
  // normal equations of two nearly equal features: condition some 1e3 against lstsq on augmented rows
  expectClose(ghost?.power ?? [], white.power, 1e-9);
});

test('its variance is the residual variance with what the coefficients add; white errors are not inflated', () => {
  // rho of these residuals is below zero, so that the factor for slow errors is 1
  expect(white.rho).toBeLessThan(0);
  const ghost = predictGhost(rowsOf(white));
  expectClose(ghost?.variance ?? [], white.variance, 1e-11);
  expect(ghost?.slowVariance).toBeCloseTo(white.residualVariance, 11);
});

test('slow errors count by (1 + rho) / (1 - rho) for what lasts', () => {
  const ghost = predictGhost(rowsOf(slow));
  const factor = (1 + slow.rho) / (1 - slow.rho);
  expect(factor).toBeGreaterThan(4);
  expect(ghost?.slowVariance).toBeCloseTo(factor * slow.residualVariance, 10);
});

test('where it was measured nothing is predicted', () => {
  const rows = rowsOf(white);
  const ghost = predictGhost(rows);
  expectClose(ghost?.power.subarray(0, TRAINING) ?? [], rows.target.subarray(0, TRAINING), 0);
  expect(ghost?.variance.subarray(0, TRAINING).every((value) => value === 0)).toBe(true);
});

test('with fewer than three rows per feature it says nothing', () => {
  const rows = rowsOf(white);
  expect(predictGhost({ ...rows, training: 14 })).toBeUndefined();
  expect(predictGhost({ ...rows, training: 15 })).toBeDefined();
});
