import { betaQuantile } from '@verimeter/statistics';
import { describe, expect, test } from 'vitest';
import { gradeLot, type LotGrade, type LotInput } from '../../src/index.ts';
import { bellSequence } from '../sequence.ts';
import { LIMIT, lotOf, member, orderOf } from './made-lot.ts';

const EXACT = 1e-6;

function grade(input: LotInput): LotGrade {
  return gradeLot(input, { order: orderOf(input) });
}

function shareOf(input: LotInput): NonNullable<LotGrade['share']> {
  const { share } = grade(input);
  if (share === undefined) throw new Error('no share');
  return share;
}

const scattered = (count: number, seed: number, sd: number): number[] =>
  [...bellSequence(count, seed)].map((z) => sd * z);

test('of a lot whose members are all known the share is counted', () => {
  const errors = [...scattered(94, 1, 0.004), 0.03, 0.04, -0.05, 0.06, -0.03, 0.035];
  const found = grade(lotOf(errors.map((error, i) => member(i, error, EXACT))));
  expect(found.share).toEqual({
    mean: expect.closeTo(0.06, 9),
    median: 0.06,
    low90: 0.06,
    high90: 0.06,
    low95: 0.06,
    high95: 0.06,
  });
  expect(found.probabilityShareOver5).toBeCloseTo(1, 9);
  expect(found.mean).toBeCloseTo(errors.reduce((sum, error) => sum + error, 0) / 100, 6);
  expect(found.meanSe).toBeLessThan(1e-4);
  expect(found.plan).toMatchObject({ n: 0, accept: -1, reject: 0 });
});

test('of a large lot with some members known exactly it is that of a random sample (Jeffreys)', () => {
  // 4 of 100 beyond the limit; 100,000 more of which nothing is known
  const errors = [...scattered(96, 2, 0.004), 0.05, 0.06, 0.07, -0.05];
  const members = [
    ...errors.map((error, i) => member(i, error, EXACT)),
    ...Array.from({ length: 4000 }, (_, i) => member(1000 + i)),
  ];
  const share = shareOf(lotOf(members));
  const wanted = [0.025, 0.05, 0.5, 0.95, 0.975].map((p) => betaQuantile(p, 4.5, 96.5));
  [share.low95, share.low90, share.median, share.high90, share.high95].forEach((value, k) => {
    expect(Math.abs(value - (wanted[k] ?? 0))).toBeLessThan(0.0035);
  });
});

test('what estimates scatter is not taken for errors of meters', () => {
  // errors of 0.4 % under estimates of 1.2 %: 12 of 300 estimates are beyond 2 %, hardly any meter is
  const noise = scattered(300, 3, 0.012);
  const errors = scattered(300, 4, 0.004);
  const estimates = errors.map((error, i) => error + (noise[i] ?? 0));
  const input = lotOf(estimates.map((error, i) => member(i, error, 0.012)));
  const counted = estimates.filter((error) => Math.abs(error) > LIMIT).length / 300;
  const share = shareOf(input);
  expect(counted).toBeGreaterThan(0.08);
  expect(share.median).toBeLessThan(0.02);
  expect(share.low90).toBeLessThan(0.002);
});

test('a drifted minority is found beside healthy members, not smeared over the lot', () => {
  const errors = scattered(400, 5, 0.003).map((error, i) => (i % 20 === 0 ? -0.045 : error));
  const noise = scattered(400, 6, 0.006);
  const found = grade(lotOf(errors.map((error, i) => member(i, error + (noise[i] ?? 0), 0.006))));
  expect(found.share?.low90).toBeGreaterThan(0.03);
  expect(found.share?.high90).toBeLessThan(0.075);
  // one normal distribution with these moments has 8 % or less than a per mille of it beyond the limit
  expect(found.spread).toBeGreaterThan(0.008);
});

test('members without an estimate widen the interval', () => {
  const errors = scattered(300, 7, 0.009);
  const all = shareOf(lotOf(errors.map((error, i) => member(i, error, 0.003))));
  const half = shareOf(
    lotOf(errors.map((error, i) => (i % 2 === 0 ? member(i, error, 0.003) : member(i)))),
  );
  expect(half.high90 - half.low90).toBeGreaterThan(1.2 * (all.high90 - all.low90));
});

describe('an error that all estimates have in common', () => {
  const errors = scattered(200, 8, 0.006);
  const estimates = errors.map((error, i) => member(i, error + 0.012, 0.002));

  test('is part of what is not known of mean and share', () => {
    const sure = grade(lotOf(estimates));
    const unsure = grade(lotOf(estimates, 0.006));
    expect(unsure.meanSe).toBeGreaterThan(0.0055);
    expect(sure.meanSe).toBeLessThan(0.001);
    expect(unsure.share?.low90).toBeLessThan(sure.share?.low90 ?? 0);
  });

  test('is told by drawn members that a laboratory has tested', () => {
    const tested = estimates.map((item, i) =>
      i < 30
        ? {
            ...item,
            laboratory: {
              error: errors[i] ?? 0,
              standardUncertainty: 0.0005,
              drawn: 'random' as const,
            },
          }
        : item,
    );
    const found = grade(lotOf(tested, 0.006));
    expect(found.verified).toBe(30);
    expect(Math.abs(found.mean ?? 1)).toBeLessThan(0.0015);
    expect(found.meanSe).toBeLessThan(0.001);
  });
});

test('members tested because they were suspected count for themselves only', () => {
  const errors = scattered(200, 9, 0.005);
  const bad = (drawn: 'random' | 'selected') =>
    lotOf([
      ...errors.map((error, i) => member(i, error, 0.002)),
      ...Array.from({ length: 20 }, (_, i) => ({
        ...member(500 + i),
        laboratory: { error: 0.04, standardUncertainty: 0.0005, drawn },
      })),
      ...Array.from({ length: 280 }, (_, i) => member(1000 + i)),
    ]);
  const selected = shareOf(bad('selected'));
  const random = shareOf(bad('random'));
  // 20 of 500 are known to be beyond the limit either way; only drawn ones say as much of the others
  expect(selected.low95).toBeGreaterThanOrEqual(20 / 500);
  expect(selected.high90).toBeLessThan(0.06);
  expect(random.median).toBeGreaterThan(0.065);
});

test('the error of an area is taken off its members', () => {
  // 20 areas of 15 members, their common errors 1 % each way; the meters themselves are good
  const areas = bellSequence(20, 10);
  const errors = scattered(300, 11, 0.004);
  const input = (told: boolean) =>
    lotOf(
      errors.map((error, i) => ({
        deviceId: `m${1000 + i}`,
        remote: {
          error: error + 0.01 * (areas[i % 20] ?? 0),
          standardError: 0.002,
          ...(told ? { area: `a${i % 20}`, areaSd: 0.01 } : {}),
        },
      })),
    );
  expect(shareOf(input(false)).median).toBeGreaterThan(0.04);
  expect(shareOf(input(true)).median).toBeLessThan(0.02);
});

test('nothing is said of a lot of which nothing is known, but how many to test', () => {
  const found = grade(lotOf(Array.from({ length: 300 }, (_, i) => member(i))));
  expect(found).toMatchObject({ members: 300, estimated: 0, verified: 0 });
  expect(found.share).toBeUndefined();
  expect(found.mean).toBeUndefined();
  expect(found.plan.n).toBe(found.plan.withoutPrior.n);
  expect(found.plan.sample).toHaveLength(found.plan.n);
});

describe('drift of a lot', () => {
  const errors = scattered(200, 12, 0.006);
  const drifting = (perYear: number) =>
    lotOf(
      errors.map((error, i) => ({
        deviceId: `m${1000 + i}`,
        remote: {
          error,
          standardError: 0.002,
          perYear: perYear + 0.02 * (bellSequence(200, 13)[i] ?? 0),
          perYearSe: 0.02,
        },
      })),
    );

  test('is that of its typical member, and says when 5 % will be beyond the limit', () => {
    const found = grade(drifting(-0.006));
    expect(found.driftPerYear).toBeCloseTo(-0.006, 2);
    expect(Math.abs((found.driftPerYear ?? 0) + 0.006)).toBeLessThan(
      3 * (found.driftPerYearSe ?? 0),
    );
    expect(found.driftPerYearSe).toBeCloseTo(0.02 / Math.sqrt(200), 3);
    // from a mean of 0 with sd 0.6 %, 5 % are beyond 2 % when the mean is at 1 %: after 1.7 years at 0.6 % a year
    const years = ((found.exitMedianUs ?? 0) - found.asOfUs) / (365.25 * 86_400e6);
    expect(years).toBeGreaterThan(1.2);
    expect(years).toBeLessThan(2.4);
    expect(found.exitEarliestUs).toBeLessThan(found.exitMedianUs ?? 0);
  });

  test('that nobody knows the sign of ends nowhere with more than even odds, or far off', () => {
    const found = grade(drifting(0));
    const years = ((found.exitMedianUs ?? Infinity) - found.asOfUs) / (365.25 * 86_400e6);
    expect(years).toBeGreaterThan(4);
  });
});

test('the same input gives the same grade', () => {
  const errors = scattered(150, 14, 0.012);
  const input = lotOf(
    errors.map((error, i) => member(i, error, 0.002 + 0.0001 * (i % 50))),
    0.001,
  );
  expect(JSON.stringify(grade(input))).toBe(JSON.stringify(grade(input)));
});

/** Odds of being beyond the limit rise by e for each standard deviation of the log of the consumption down. */
function leaningLot(count: number) {
  const sizes = bellSequence(count, 41);
  const noise = bellSequence(count, 42);
  const spread = bellSequence(count, 43);
  const chances = bellSequence(count, 44);
  const errors = Array.from({ length: count }, (_, i) => {
    const z = sizes[i] ?? 0;
    const share = 1 / (1 + Math.exp(3.3 + z));
    // chances are nearly normal: the lowest of them, as many as the share says
    const beyond = 0.5 * (1 + Math.tanh(0.8 * (chances[i] ?? 0))) < share;
    return beyond ? -0.04 : 0.004 * (spread[i] ?? 0);
  });
  const members = errors.map((error, i) => ({
    ...((sizes[i] ?? 0) < -0.5 ? member(i) : member(i, error + 0.004 * (noise[i] ?? 0), 0.004)),
    size: Math.exp(sizes[i] ?? 0),
  }));
  return { members, share: errors.filter((error) => Math.abs(error) > LIMIT).length / count };
}

describe('where members beyond the limit are small customers, and small customers are missing', () => {
  test('the sizes of all members tell what the missing ones are like', () => {
    const { members, share } = leaningLot(1200);
    const told = shareOf(lotOf(members));
    const untold = shareOf(lotOf(members.map(({ size: _size, ...rest }) => rest)));
    expect(untold.high95).toBeLessThan(share);
    expect(told.low95).toBeLessThan(share);
    expect(told.high95).toBeGreaterThan(share);
  });

  test('of a lot too large to look at all members, too', () => {
    const { members, share } = leaningLot(4000);
    const told = shareOf(lotOf(members));
    const untold = shareOf(lotOf(members.map(({ size: _size, ...rest }) => rest)));
    expect(untold.mean).toBeLessThan(share);
    // the prior of the slope pulls: a part of the way
    expect(told.mean).toBeGreaterThan(untold.mean + 0.2 * (share - untold.mean));
  });
});
