import { at } from '@verimeter/statistics';
import { expect, test } from 'vitest';
import { buildDesign } from '../src/lib/area-design.ts';
import { type AreaSums, gatherEvidence } from '../src/lib/area-evidence.ts';
import { openPaths } from '../src/lib/area-paths.ts';
import { factorArea } from '../src/lib/area-posterior.ts';
import { farEndFactors } from '../src/lib/far-end.ts';
import { smallAreaInput, smallAreaIntervals } from './small-area.ts';

const evidence = gatherEvidence(
  buildDesign(smallAreaInput(), smallAreaIntervals(), { useVoltages: false, stoppedAt: new Map() }),
  [],
);
const { n, position } = evidence.design;
const healthy = Array.from({ length: n }, () => ({ mean: 0, sd: 0.003 }));

/** Log of the marginal likelihood of the balance with one prior changed, up to what all priors have in common. */
function logEvidence(column: number, mean: number, sd: number): number {
  const priorSd = Float64Array.from(evidence.design.priorSd);
  const priorMean = Float64Array.from(evidence.design.priorMean);
  priorSd[column] = sd;
  priorMean[column] = mean;
  const sums: AreaSums = { ...evidence, design: { ...evidence.design, priorSd, priorMean } };
  const { size, factor, coefficients } = factorArea(sums, healthy, []);
  let log = -Math.log(sd) - (0.5 * mean * mean) / (sd * sd);
  for (let j = 0; j < size; j += 1) {
    const prior = j < n ? healthy[j] : { mean: at(priorMean, j), sd: at(priorSd, j) };
    const right = at(evidence.moment, j) + (prior?.mean ?? 0) / (prior?.sd ?? 1) ** 2;
    log += 0.5 * right * at(coefficients, j) - Math.log(at(factor, j * size + j));
  }
  return log;
}

test('is the ratio of marginal likelihoods with either prior of the position term, in shares of 0.01 and 0.99', () => {
  if (position === undefined) throw new Error('an area without voltages has position terms');
  const { loss } = position;
  const factors = farEndFactors(openPaths(evidence, healthy));
  for (let i = 0; i < n; i += 1) {
    const column = position.at + i;
    const near = logEvidence(column, 0, at(evidence.design.priorSd, column));
    const far = logEvidence(column, 1.5 * loss, 1.5 * loss);
    // Two evidences of some thousand each: six digits behind the point are left.
    expect(at(factors, i)).toBeCloseTo(Math.log(0.99 + 0.01 * Math.exp(far - near)), 6);
  }
  // they say something: not all are at the bound of a position that tells nothing
  expect(Math.max(...factors) - Math.min(...factors)).toBeGreaterThan(0.001);
});

test('is nothing where the loss is known', () => {
  const known = gatherEvidence(
    buildDesign(smallAreaInput(), smallAreaIntervals(), {
      useVoltages: false,
      knownLoss: new Float64Array(480).fill(0.01),
      stoppedAt: new Map(),
    }),
    [],
  );
  expect([...farEndFactors(openPaths(known, healthy))]).toEqual(healthy.map(() => 0));
});
