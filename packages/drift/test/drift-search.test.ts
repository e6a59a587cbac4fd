import { describe, expect, test } from 'vitest';
import { buildDesign } from '../src/lib/area-design.ts';
import { type AreaEvidence, gatherEvidence } from '../src/lib/area-evidence.ts';
import { formIntervals } from '../src/lib/area-intervals.ts';
import { isResolvable, searchDrifts } from '../src/lib/drift-search.ts';
import { driftProfiles } from '../src/lib/drift-profiles.ts';
import { initialPrior } from '../src/lib/fleet-prior.ts';
import { mixtureMoments } from '../src/lib/mixture.ts';
import { healthyMeters, madeFleet, type MadeMeter } from './made-fleet.ts';
import { element } from './element.ts';

const DAYS = 30;
const RAMPS = 9;

function evidenceOf(meters: readonly MadeMeter[], days = DAYS): AreaEvidence {
  const input = madeFleet([{ groupId: 'A', meters }], days);
  const area = element(input.areas, 0);
  const intervals = formIntervals(input, area, new Set(), []);
  const design = buildDesign(input, intervals, {
    useVoltages: true,
    knownLoss: (area.knownLoss ?? new Float64Array()).slice(1),
    stoppedAt: new Map(),
  });
  return gatherEvidence(design, []);
}

const search = (evidence: AreaEvidence): ReturnType<typeof searchDrifts> => {
  const { n } = evidence.design;
  return searchDrifts(evidence, driftProfiles(evidence.blocks), {
    priors: Array.from({ length: n }, initialPrior),
    start: [],
    inflation: new Float64Array(n).fill(1),
    biasScale: 1,
  });
};

const meters = healthyMeters(14).map((meter, i): MadeMeter => {
  if (i === 2) return { ...meter, error: () => 0.03 };
  if (i === 6) return { ...meter, error: (day) => (day >= 16 ? -0.04 : 0) };
  if (i === 9) return { ...meter, error: (day) => 0.05 * Math.min(1, day / 28) };
  return meter;
});

describe('the search for drifts in an area', () => {
  const evidence = evidenceOf(meters);
  const found = search(evidence);
  const probability = (i: number): number => found.judged[i]?.posterior.probabilityDrifted ?? NaN;

  test('finds a constant error, a step and a ramp that are there, with their sizes and times', () => {
    expect(found.actives.map(({ consumer }) => consumer).toSorted((a, b) => a - b)).toEqual([
      2, 6, 9,
    ]);
    const kind = (i: number): string | undefined =>
      found.actives.find(({ consumer }) => consumer === i)?.profile.kind;
    expect([kind(2), kind(6), kind(9)]).toEqual(['constant', 'step', 'ramp']);
    const start = found.actives.find(({ consumer }) => consumer === 6)?.profile.start ?? -1;
    expect(start * evidence.daysPerBlock).toBe(16);
    const size = (i: number): number => found.judged[i]?.posterior.size ?? NaN;
    // beta = e / (1 + e); half a percent for the noise of two weeks
    expect(Math.abs(size(2) - 0.03 / 1.03)).toBeLessThan(0.005);
    expect(Math.abs(size(6) + 0.04 / 0.96)).toBeLessThan(0.005);
    // the ramp still grows when the last block ends; its level there is a mixture over several profiles
    const level = mixtureMoments(found.judged[9]?.posterior.components ?? []).mean;
    expect(Math.abs(level - 0.05 / 1.05)).toBeLessThan(0.01);
  });

  test('leaves the healthy ones alone', () => {
    for (const i of [0, 1, 3, 4, 5, 7, 8, 10, 11, 12, 13])
      expect(probability(i)).toBeLessThan(0.05);
  });

  test('ends where it would go on from: started there, it stays', () => {
    const again = searchDrifts(evidence, driftProfiles(evidence.blocks), {
      priors: Array.from({ length: evidence.design.n }, initialPrior),
      start: found.actives,
      inflation: new Float64Array(evidence.design.n).fill(1),
      biasScale: 1,
    });
    expect(again.actives.map(({ consumer }) => consumer).toSorted((a, b) => a - b)).toEqual([
      2, 6, 9,
    ]);
    expect(again.judged[6]?.posterior.probabilityDrifted).toBeCloseTo(probability(6), 9);
  });

  test('a wrong suspicion at the start is given up', () => {
    const profiles = driftProfiles(evidence.blocks);
    const [constant] = profiles;
    if (constant === undefined) throw new Error('there is always a constant');
    const { actives } = searchDrifts(evidence, profiles, {
      priors: Array.from({ length: evidence.design.n }, initialPrior),
      start: [{ consumer: 4, profile: constant }],
      inflation: new Float64Array(evidence.design.n).fill(1),
      biasScale: 1,
    });
    expect(actives.map(({ consumer }) => consumer)).not.toContain(4);
  });

  test('more variance than the model says makes the same evidence count less', () => {
    const wary = searchDrifts(evidence, driftProfiles(evidence.blocks), {
      priors: Array.from({ length: evidence.design.n }, initialPrior),
      start: [],
      inflation: new Float64Array(evidence.design.n).fill(9),
      biasScale: 1,
    });
    const factor = (judged: typeof found): number =>
      judged.judged[6]?.posterior.logBayesFactor ?? 0;
    expect(factor(wary)).toBeLessThan(factor(found) / 3);
    expect(factor(wary)).toBeGreaterThan(0);
  });
});

test('many ramps of one season, each a part of the explanation of the others, lead to no healthy meter', () => {
  const evidence = evidenceOf(
    healthyMeters(20).map((meter, i): MadeMeter => {
      if (i >= RAMPS) return meter;
      const size = i % 3 === 0 ? -0.06 : 0.06;
      return { ...meter, error: (day) => size * Math.min(1, Math.max(0, (day - 15) / 34)) };
    }),
    60,
  );
  const { actives, judged } = search(evidence);
  expect(actives.map(({ consumer }) => consumer).toSorted((a, b) => a - b)).toEqual(
    Array.from({ length: RAMPS }, (_, i) => i),
  );
  for (const { posterior } of judged.slice(RAMPS))
    expect(posterior.probabilityDrifted).toBeLessThan(0.5);
});

const levelVariance = (evidence: AreaEvidence, i: number): number => {
  const information = element(search(evidence).judged, i).path.information;
  return 1 / information.reduce((sum, value) => sum + value, 0);
};

test('what stays wrong in a meter whatever the length of the window adds to the variance of its level, and to no other', () => {
  const plain = evidenceOf(healthyMeters(10));
  const { n } = plain.design;
  const withBias = (sd: number): AreaEvidence => ({
    ...plain,
    design: {
      ...plain.design,
      betaWanderSd: new Float64Array(n),
      betaBiasSd: Float64Array.from({ length: n }, (_, i) => (i === 3 ? sd : 0)),
    },
  });
  const [without, biased] = [withBias(0), withBias(0.004)];
  expect(levelVariance(biased, 3) - levelVariance(without, 3)).toBeCloseTo(0.004 ** 2, 10);
  // its neighbours know it a little less well, and gain nothing
  const ratio = levelVariance(biased, 5) / levelVariance(without, 5);
  expect(ratio).toBeGreaterThan(1 - 1e-9);
  expect(ratio).toBeLessThan(1.2);
});

test('a load that its register hardly shows is not judged: no drift can be found in rounding', () => {
  const evidence = evidenceOf([
    ...healthyMeters(10),
    { power: 0.004, quantum: 0.01, error: () => 0.08 },
  ]);
  expect(isResolvable(evidence, 10)).toBe(false);
  expect(isResolvable(evidence, 0)).toBe(true);
  const { judged } = search(evidence);
  expect(judged[10]?.posterior.probabilityDrifted).toBe(0);
});
