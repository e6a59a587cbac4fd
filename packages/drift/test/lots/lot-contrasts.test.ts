import { describe, expect, test } from 'vitest';
import { type ConsumptionChange, lotContrasts } from '../../src/index.ts';
import { bellSequence, sequence } from '../sequence.ts';

/** Meters of three lots mixed over streets; customers change their consumption by 10 %, some by much more; all grow by a street's weather. */
function town(meters: number, seed: number, drifts: Readonly<Record<string, number>>) {
  const customers = bellSequence(meters, seed);
  const choices = sequence(meters, seed + 1);
  const streets = bellSequence(40, seed + 2);
  const lots = Object.keys(drifts);
  return Array.from({ length: meters }, (_, i): ConsumptionChange => {
    const street = i % 40;
    const pick = ((choices[i] ?? 0) + 1) / 2;
    const lot = lots[Math.floor(pick * lots.length)] ?? lots[0] ?? '';
    const moved = i % 25 === 0 ? 8 : 1;
    return {
      lot,
      stratum: `s${street}`,
      se: 0.01,
      change: 0.2 * (streets[street] ?? 0) + (drifts[lot] ?? 0) + 0.1 * moved * (customers[i] ?? 0),
    };
  });
}

describe('lots against their neighbours', () => {
  const found = lotContrasts(town(6000, 21, { A: 0, B: 0, C: -0.02 }));

  test('a lot that drifts by 2 % is told, with the standard error that its size allows', () => {
    const c = found.find(({ lot }) => lot === 'C');
    expect(c?.drift).toBeLessThan(-0.012);
    expect(c?.drift).toBeGreaterThan(-0.028);
    // 10 % / sqrt(2,000), and as much for half the size of the others
    expect(c?.se).toBeGreaterThan(0.0022);
    expect(c?.se).toBeLessThan(0.004);
    expect(c).toMatchObject({ strata: 40 });
  });

  test('the others differ from it, by halves', () => {
    const others = found.filter(({ lot }) => lot !== 'C');
    expect(others).toHaveLength(2);
    for (const { drift, se } of others) expect(Math.abs(drift - 0.01)).toBeLessThan(4 * se);
  });
});

test('with nothing believed of drifts, those of small lots are stated as large as they look', () => {
  const changes = town(120, 5, { A: -0.2, B: 0, C: 0 });
  const [believed, open] = [lotContrasts(changes), lotContrasts(changes, 10)].map(([a]) => a);
  expect(open?.drift).toBeLessThan((believed?.drift ?? NaN) - 0.01);
  expect(Math.abs((open?.drift ?? NaN) + 0.2)).toBeLessThan(2 * (open?.se ?? NaN));
});

test('standard errors are right: lots that do not drift are told apart as often as chance has it', () => {
  const scores = Array.from({ length: 60 }, (_, k) =>
    lotContrasts(town(600, 100 + 7 * k, { A: 0, B: 0, C: 0, D: 0 })).map(
      ({ drift, se }) => drift / se,
    ),
  ).flat();
  const square = scores.reduce((sum, z) => sum + z * z, 0) / scores.length;
  expect(scores).toHaveLength(240);
  // 180 independent ones: sd of the mean square 0.1
  expect(square).toBeGreaterThan(0.7);
  expect(square).toBeLessThan(1.3);
});

test('a lot that stands alone in its streets is left out, and a common change is no drift', () => {
  const changes: ConsumptionChange[] = ['x', 'y'].flatMap((stratum) =>
    Array.from({ length: 30 }, (_, i) => ({
      lot: stratum === 'x' ? 'ALONE' : i % 2 === 0 ? 'A' : 'B',
      stratum,
      se: 0.01,
      change: 0.3 + 0.1 * Math.sin(i * i),
    })),
  );
  const found = lotContrasts(changes);
  expect(found.map(({ lot }) => lot)).toEqual(['A', 'B']);
  for (const { drift, se } of found) expect(Math.abs(drift)).toBeLessThan(3 * se);
  expect(lotContrasts([])).toEqual([]);
});
