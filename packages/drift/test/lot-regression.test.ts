import { describe, expect, test } from 'vitest';
import {
  type CohortHome,
  contrastOf,
  lotRegression,
} from '../src/lib/water-meter/lot-regression.ts';
import { expectClose } from './expect-close.ts';
import reference from './reference/water-lots.json' with { type: 'json' };
import { sequence } from './sequence.ts';

const HOMES = 240;
const LOTS = 5;
const EFFECTS = [-0.08, -0.02, 0.01, 0.03, -0.05];
const PRIOR = {
  columns: [
    Float64Array.of(1, 1, 0, 0, 0),
    Float64Array.of(0, 0, 1, 1, 1),
    Float64Array.of(-2, 1, -1, 0, 2),
  ],
  sds: [0.02, 0.02, 0.005],
};

/** The homes of make_water_lots.py. */
function homes(withVolume: boolean): CohortHome[] {
  const u = sequence(3 * HOMES, 11);
  return Array.from({ length: HOMES }, (_, i) => {
    const stratum = i % 6;
    const lot = Math.min(LOTS - 1, Math.trunc((((u[i] ?? 0) + 1) / 2) * 3) + (stratum % 3));
    const x = withVolume ? 0.05 + 0.15 * ((u[HOMES + i] ?? 0) + 1) : 1;
    const y = 0.03 * stratum + x * (EFFECTS[lot] ?? 0) + 0.3 * (u[2 * HOMES + i] ?? 0);
    return { stratum, lot, x, y };
  });
}

describe.each([
  ['per year', false, reference.perYear],
  ['per volume', true, reference.perVolume],
] as const)('lots compared in their districts, %s', (_, withVolume, expected) => {
  const found = lotRegression(homes(withVolume), LOTS, PRIOR);

  test('contrasts and noise are those of least squares (statsmodels)', () => {
    expectClose([found.sigma], [expected.sigma], 1e-9);
    for (let lot = 0; lot < LOTS; lot++) {
      const flat = contrastOf(lot, {
        mean: found.flatMean,
        covariance: found.flatCovariance,
        information: found.information,
      });
      expectClose([flat?.estimate ?? NaN, flat?.se ?? NaN], expected.contrasts[lot] ?? [], 1e-6);
    }
  });

  test('spread, means and deviations are those of dense algebra over all homes (numpy)', () => {
    expectClose([found.tau], [expected.tau], 1e-9);
    expectClose(found.mean, expected.mean, 1e-9);
    const sds = Array.from({ length: LOTS }, (_1, l) =>
      Math.sqrt(found.covariance[l * (LOTS + 1)] ?? NaN),
    );
    expectClose(sds, expected.sd, 1e-9);
  });
});

test('homes that move out do not move their lot', () => {
  const plain = lotRegression(homes(false), LOTS, PRIOR);
  const moved = homes(false).map((home, i) => (i % 40 === 3 ? { ...home, y: home.y - 4 } : home));
  const found = lotRegression(moved, LOTS, PRIOR);
  for (let lot = 0; lot < LOTS; lot++) {
    const [a, b] = [contrastOf(lot, plain), contrastOf(lot, found)];
    expect(Math.abs((a?.estimate ?? NaN) - (b?.estimate ?? NaN))).toBeLessThan(2 * (a?.se ?? NaN));
  }
});

test('a lot that has its districts to itself is compared with none', () => {
  const alone = homes(false).map((home) => (home.lot === 4 ? { ...home, stratum: 99 } : home));
  const found = lotRegression(alone, LOTS, PRIOR);
  expect(contrastOf(4, found)).toBeUndefined();
  expect(contrastOf(0, found)).toBeDefined();
});
