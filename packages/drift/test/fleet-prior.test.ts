import { at } from '@verimeter/statistics';
import { describe, expect, test } from 'vitest';
import { driftProfiles } from '../src/lib/drift-profiles.ts';
import { type PathEvidence, posteriorOfPath } from '../src/lib/error-path.ts';
import {
  type FleetPrior,
  initialPrior,
  type JudgedMeter,
  learnPriors,
  type LotEvidence,
  lotPrecision,
  NO_FLEET,
  priorOf,
} from '../src/lib/fleet-prior.ts';
import { bellSequence } from './sequence.ts';

const PROFILES = driftProfiles(1);

/** Evidence of one estimate of beta. */
const evidenceOf = (estimate: number, sd: number): PathEvidence => ({
  blocks: 1,
  information: Float64Array.of(1 / sd ** 2),
  moment: Float64Array.of(estimate / sd ** 2),
});

interface Seen {
  readonly lot: string;
  readonly estimate: number;
}

/** Meters of a lot N(mean, sd), every `each`-th with a drift of 5 %, seen with a standard error of 0.3 %. */
function seen(
  lot: string,
  count: number,
  draw: { mean: number; sd: number; each: number; seed: number },
): Seen[] {
  const z = bellSequence(2 * count, draw.seed);
  return Array.from({ length: count }, (_, i) => {
    const drift = i % draw.each === draw.each - 1 ? (i % 2 === 0 ? 0.05 : -0.05) : 0;
    const level = draw.mean + draw.sd * at(z, 2 * i) + drift;
    return { lot, estimate: level + 0.003 * at(z, 2 * i + 1) };
  });
}

const SEEN_SD = 0.003;

/** Meters that each have a reference of their own: what they say of their lots is a sum over the healthy ones. */
function rounds(meters: readonly Seen[], count: number): FleetPrior {
  let fleet = NO_FLEET;
  for (let round = 0; round < count; round++) {
    const before = fleet;
    const evidence = new Map<string, { information: number; moment: number }>();
    const judged = meters.map(({ lot, estimate }): JudgedMeter => {
      const prior = priorOf(before, lot);
      const posterior = posteriorOfPath(evidenceOf(estimate, SEEN_SD), PROFILES, prior);
      const weight = (1 - posterior.probabilityDrifted) / (prior.lotSd ** 2 + SEEN_SD ** 2);
      const sum = evidence.get(lot) ?? { information: 0, moment: 0 };
      evidence.set(lot, {
        information: sum.information + weight,
        moment: sum.moment + weight * estimate,
      });
      return {
        lot,
        area: 'A',
        healthy: 1 - posterior.probabilityDrifted,
        deviation: estimate - prior.lotMean,
        variance: SEEN_SD ** 2,
        bias: 0,
        bayesFactors: posterior.bayesFactors,
      };
    });
    const areas = [...evidence].map(([lot, { information, moment }]): LotEvidence => ({
      area: 'A',
      lots: [lot],
      lossSeen: true,
      lossShare: 0,
      information: Float64Array.of(information),
      moment: Float64Array.of(moment),
    }));
    fleet = learnPriors(judged, areas);
  }
  return fleet;
}

describe('the prior learned from a fleet', () => {
  test('recovers prevalence, and mean and spread of each lot', () => {
    const meters = [
      ...seen('early', 400, { mean: 0.004, sd: 0.003, each: 20, seed: 3 }),
      ...seen('late', 400, { mean: -0.001, sd: 0.002, each: 20, seed: 4 }),
    ];
    const priors = rounds(meters, 6);
    const [early, late] = [priors.lots.get('early'), priors.lots.get('late')];
    // 40 of 800, pulled to 2 % with the weight of 50 meters: 4.8 %
    expect(early?.drifted).toBeCloseTo(0.048, 2);
    expect(late?.drifted).toBe(early?.drifted);
    // standard error of a lot's mean 0.0042 / sqrt(380) = 0.0002; four of them
    expect(Math.abs((early?.lotMean ?? 1) - 0.004)).toBeLessThan(0.0009);
    expect(Math.abs((late?.lotMean ?? 1) + 0.001)).toBeLessThan(0.0009);
    expect(Math.abs((early?.lotSd ?? 1) - 0.003)).toBeLessThan(0.0006);
    expect(Math.abs((late?.lotSd ?? 1) - 0.002)).toBeLessThan(0.0006);
    expect(early?.lotMeanSd).toBeLessThan(0.0003);
  });

  test('prevalence is that of the meters that teach it, spreads those of all', () => {
    const meters: JudgedMeter[] = Array.from({ length: 400 }, (_, i) => ({
      lot: 'one',
      area: 'A',
      healthy: 1,
      deviation: (i % 2 === 0 ? 1 : -1) * (i < 200 ? 0.006 : 0.003),
      variance: 1e-12,
      bias: 0,
      // a quarter says that it has drifted, of the second half nobody says anything
      bayesFactors: i < 200 ? new Float64Array(27).fill(i % 4 === 0 ? 20 : -20) : undefined,
    }));
    const prior = learnPriors(meters, []).lots.get('one');
    // 50 of 200, and 2 % worth 50 meters beforehand
    expect(prior?.drifted).toBeCloseTo((50 + 1) / 250, 3);
    const half = learnPriors(meters.slice(0, 200), []).lots.get('one');
    expect(prior?.drifted).toBe(half?.drifted);
    expect(prior?.lotSd).not.toBe(half?.lotSd);
  });

  test('without meters of its own is what is known beforehand', () => {
    expect(learnPriors([], []).lots.size).toBe(0);
    expect(priorOf(NO_FLEET, 'any')).toEqual(initialPrior());
    const { drifted, lotMean, lotSd, lotMeanSd } = initialPrior();
    expect([drifted, lotMean, lotSd]).toEqual([0.02, 0, 0.003]);
    // 0.5 % of its own and 0.3 % that all lots share
    expect(lotMeanSd).toBeCloseTo(Math.sqrt(0.005 ** 2 + 0.003 ** 2), 12);
  });

  test('of a lot of one meter hardly moves', () => {
    const prior = rounds([{ lot: 'one', estimate: 0.006 }], 3).lots.get('one');
    // one estimate of 0.6 % +- 0.42 % against 0 +- 0.58 %: 0.6 x 0.58^2 / (0.58^2 + 0.42^2) = 0.39 %
    expect(Math.abs((prior?.lotMean ?? 1) - 0.0039)).toBeLessThan(0.0005);
    expect(Math.abs((prior?.lotSd ?? 1) - 0.003)).toBeLessThan(0.0005);
    // one healthy meter against fifty that are assumed
    expect(prior?.drifted).toBeLessThan(0.025);
    expect(prior?.drifted).toBeGreaterThan(0.018);
  });

  test('keeps prevalence below 30 % and the spread of a lot in its range, whatever it sees', () => {
    const wild = Array.from({ length: 200 }, (_, i) => ({
      lot: 'wild',
      estimate: i % 2 === 0 ? 0.06 : -0.06,
    }));
    const prior = rounds(wild, 6).lots.get('wild');
    expect(prior?.drifted).toBe(0.3);
    expect(prior?.lotSd).toBeLessThanOrEqual(0.008);
    const equal = Array.from({ length: 300 }, () => ({ lot: 'same', estimate: 0 }));
    expect(rounds(equal, 6).lots.get('same')?.lotSd).toBeGreaterThanOrEqual(0.0015);
  });
});

const silent = (lots: readonly string[]): LotEvidence => ({
  area: 'silent',
  lots,
  lossSeen: true,
  lossShare: 0,
  information: new Float64Array(lots.length ** 2),
  moment: new Float64Array(lots.length),
});

describe('the common level of lots', () => {
  // Each area sees both of its lots with sd v, and its supply's error (sd u) in both.
  const u = 0.003;
  const v = 0.0005;
  const determinant = (u * u + v * v) ** 2 - u ** 4;
  const information = Float64Array.of(
    (u * u + v * v) / determinant,
    -(u * u) / determinant,
    -(u * u) / determinant,
    (u * u + v * v) / determinant,
  );
  // inverse of [34, 9; 9, 34] 1e-6: 0.5 % of each lot and 0.3 % of all
  const BEFORE = [34, -9, -9, 34].map((x) => (x / (34 * 34 - 81)) * 1e6);
  const areaThatSees = (
    first: number,
    second: number,
    { lossSeen = true, lossShare = 0 } = {},
  ): LotEvidence => ({
    area: 'A',
    lots: ['a', 'b'],
    lossSeen,
    lossShare,
    information,
    moment: Float64Array.of(
      at(information, 0) * first + at(information, 1) * second,
      at(information, 2) * first + at(information, 3) * second,
    ),
  });

  test('is known as well as all supplies together allow, their difference much better', () => {
    const areas = 10;
    const fleet = learnPriors(
      [],
      Array.from({ length: areas }, () => areaThatSees(0.004, -0.002)),
    );
    // Sum and difference of the two lots are independent: variances per area v^2 + 2 u^2 and v^2, before it 0.5 % of each and 0.3 % of
    // both.
    const before = 0.005 ** 2;
    const sum = 1 / (1 / (before + 2 * 0.003 ** 2) + areas / (v * v + 2 * u * u));
    const difference = 1 / (1 / before + areas / (v * v));
    const [aa, ab] = fleet.covariance;
    expect(aa).toBeCloseTo((sum + difference) / 2, 12);
    expect(ab).toBeCloseTo((sum - difference) / 2, 12);
    const shrunk = (areas / (v * v + 2 * u * u)) * sum;
    const level = 0.001 * shrunk;
    const apart = 0.003 * (areas / (v * v)) * difference;
    expect(fleet.lots.get('a')?.lotMean).toBeCloseTo(level + apart, 9);
    expect(fleet.lots.get('b')?.lotMean).toBeCloseTo(level - apart, 9);
  });

  test('an area is told what the others know: all but its own share', () => {
    const fleet = learnPriors([], [areaThatSees(0.004, -0.002), areaThatSees(0.004, -0.002)]);
    const precision = lotPrecision(fleet, ['a', 'b']);
    // before + one of two areas
    expect(at(precision, 0) / (at(BEFORE, 0) + at(information, 0))).toBeCloseTo(1, 9);
    expect(at(precision, 1) / (at(BEFORE, 1) + at(information, 1))).toBeCloseTo(1, 9);
  });

  test('a lot that no area has seen, and an only area, know what was known beforehand', () => {
    const alone = learnPriors([], [areaThatSees(0.004, -0.002)]);
    expect([...lotPrecision(alone, ['a', 'b'])]).toEqual(BEFORE.map((x) => expect.closeTo(x, 3)));
    expect([...lotPrecision(alone, ['new'])]).toEqual([
      expect.closeTo(1 / (0.005 ** 2 + 0.003 ** 2), 3),
    ]);
  });

  test('a lot that no area has seen is known as one that was seen without saying anything', () => {
    const areas = Array.from({ length: 40 }, () => areaThatSees(0.004, -0.002));
    const without = learnPriors([], [...areas, silent(['a'])]);
    const having = learnPriors([], [...areas, silent(['new', 'newer'])]);
    for (const lots of [
      ['a', 'new'],
      ['a', 'b', 'new', 'newer'],
    ]) {
      const expected = [...lotPrecision(having, lots)];
      expect(
        [...lotPrecision(without, lots)].map((value, k) => value / (expected[k] ?? 0)),
      ).toEqual(expected.map(() => expect.closeTo(1, 6)));
    }
  });

  test('areas without voltages are wrong alike: no number of them tells a level better than 0.5 % and 0.5 %', () => {
    const blind = learnPriors(
      [],
      Array.from({ length: 500 }, () => areaThatSees(0.004, 0.004, { lossSeen: false })),
    );
    // 0.5 % of each lot and 0.5 % of both from the loss, against 0.5 % and 0.3 % known before; the areas themselves add u / sqrt(500)
    const wrong = 0.005 ** 2 + 2 * 0.005 ** 2;
    const before = 0.005 ** 2 + 2 * 0.003 ** 2;
    const share = before / (before + wrong);
    expect(blind.lots.get('a')?.lotMean).toBeCloseTo(0.004 * share, 4);
    const sighted = learnPriors(
      [],
      Array.from({ length: 500 }, () => areaThatSees(0.004, 0.004)),
    );
    expect(sighted.lots.get('a')?.lotMean).toBeCloseTo(0.004, 4);
    expect(blind.lots.get('a')?.lotMeanSd).toBeGreaterThan(0.003);
  });

  test('areas with voltages share 7.5 % of their loss: at 4 %, none tells a level better than 0.3 %', () => {
    const fleet = learnPriors(
      [],
      Array.from({ length: 5000 }, () => areaThatSees(0.004, 0.004, { lossShare: 0.04 })),
    );
    // the same sum as above: a fifth of it between the lots
    const wrong = 0.0006 ** 2 + 2 * 0.003 ** 2;
    const before = 0.005 ** 2 + 2 * 0.003 ** 2;
    expect(fleet.lots.get('a')?.lotMean).toBeCloseTo((0.004 * before) / (before + wrong), 5);
  });
});
