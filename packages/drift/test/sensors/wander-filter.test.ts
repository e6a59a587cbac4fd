import { expect, test } from 'vitest';
import { neighbourWeights } from '../../src/lib/sensors/neighbour-weights.ts';
import { filterWander, wanderLikelihood } from '../../src/lib/sensors/wander-filter.ts';
import type { WeeklyRow } from '../../src/lib/sensors/weekly-rows.ts';
import { expectClose } from '../expect-close.ts';
import reference from '../reference/sensors.json' with { type: 'json' };
import { sequence } from '../sequence.ts';

const WEEKS = 30;
const GAPS = new Set([7, 8, 19]);
const SETTING = {
  wander: { short: 0.05, weeks: 3, long: 0.03, season: 0.02, walk: 0.04 },
  placeSd: 0.3,
  offsetSd: 0.25,
  startSd: 0.03,
  from: 0,
  weeks: WEEKS,
};

/** Two rows a week, as make_sensors.py has them. */
function rows(): WeeklyRow[] {
  const weeks = Array.from({ length: WEEKS }, (_, w) => w).filter((w) => !GAPS.has(w));
  const n = 2 * weeks.length;
  const u = sequence(3 * n, 5);
  return Array.from({ length: n }, (_, i) => {
    const week = weeks[Math.floor(i / 2)] ?? NaN;
    const gain = i % 2 === 0 ? 20 + 5 * (u[i] ?? NaN) : 0;
    return {
      week,
      gain,
      offset: 12 + 4 * (u[n + i] ?? NaN),
      value: 2 * (u[2 * n + i] ?? NaN) + (week >= 15 ? 0.1 * gain : 0),
      kind: 'neighbours',
      cos: Math.cos(0.12 * week),
      sin: Math.sin(0.12 * week),
    };
  });
}

test('the filter is dense generalised least squares with the covariance of all weeks', () => {
  const step = {
    of: 'gain' as const,
    byWeek: Float64Array.from({ length: WEEKS }, (_, w) => (w >= 15 ? 1 : 0)),
  };
  for (const [setting, expected] of [
    [SETTING, reference.filter],
    [{ ...SETTING, samePlace: true }, reference.beside],
  ] as const) {
    const found = filterWander(rows(), [step], setting);
    const last = WEEKS - 1;
    expectClose(
      [
        found.logLikelihood[last] ?? NaN,
        found.information[last] ?? NaN,
        found.moment[last] ?? NaN,
        found.mean[last] ?? NaN,
        found.variance[last] ?? NaN,
        found.taken[last] ?? NaN,
      ],
      [
        expected.logLikelihood,
        expected.information,
        expected.moment,
        expected.mean,
        expected.variance,
        expected.taken,
      ],
      1e-8,
    );
  }
  expect(wanderLikelihood(rows(), SETTING)).toBeCloseTo(reference.filter.logLikelihood, 8);
});

test('the likelihood of a week does not change when later weeks come', () => {
  const all = filterWander(rows(), [], SETTING);
  const early = filterWander(
    rows().filter(({ week }) => week < 12),
    [],
    { ...SETTING, weeks: 12 },
  );
  expect(early.logLikelihood[11]).toBe(all.logLikelihood[11]);
});

test('the weights of neighbours are the best of all subsets', () => {
  const n = 5;
  const u = sequence(n * n, 9);
  const covariance = Float64Array.from({ length: n * n }, (_, place) => {
    const i = Math.floor(place / n);
    const j = place % n;
    let sum = 2 + (i === j ? 0.3 : 0);
    for (let k = 0; k < n; k++) sum += (u[i * n + k] ?? NaN) * (u[j * n + k] ?? NaN);
    return sum;
  });
  const prior = Float64Array.from([0.4, 0.15, 0.15, 0.15, 0.15]);
  expectClose(neighbourWeights(covariance, prior), reference.weights.weights, 1e-10);
  // a drift of the target itself adds the same to every element
  expectClose(
    neighbourWeights(
      covariance.map((value) => value + 7),
      prior,
    ),
    reference.weights.weights,
    1e-10,
  );
});
