import { describe, expect, test } from 'vitest';
import type { DeviceResult } from '../src/lib/fleet-types.ts';
import {
  decide,
  errorOfBeta,
  type Estimated,
  minimumDetectable,
  stateError,
  weeklyEnds,
} from '../src/lib/health-decision.ts';
import { tenantLists } from '../src/lib/tenant-lists.ts';

describe('beta and e', () => {
  test.each([
    [-0.1, -0.1111111111],
    [-0.3, -0.4285714286],
    [0.03, 0.0291262136],
    [0.1, 0.0909090909],
  ])('e = %s is beta = %s', (e, beta) => {
    expect(errorOfBeta(beta)).toBeCloseTo(e, 9);
    // y = r / (1 + e) = (1 - beta) r
    expect(1 / (1 + errorOfBeta(beta))).toBeCloseTo(1 - beta, 12);
  });

  test('a statement is exact in interval and probabilities', () => {
    const one = [
      {
        weight: 1,
        mean: -1 / 9,
        variance: 0.01 ** 2,
        profile: 0,
        size: 0,
        sizeVariance: 0,
        sizeCovariance: 0,
      },
    ];
    const statement = stateError(one, 0.1, 0.2);
    expect(statement.errorEstimate).toBeCloseTo(-0.1, 9);
    // 1.959964 standard deviations of beta, carried over by e = beta / (1 - beta)
    expect(statement.intervalLow).toBeCloseTo(errorOfBeta(-1 / 9 - 0.01959964), 6);
    expect(statement.intervalHigh).toBeCloseTo(errorOfBeta(-1 / 9 + 0.01959964), 6);
    expect(statement.standardError).toBeCloseTo(0.01 / (10 / 9) ** 2, 9);
    // e < -0.1 where beta < -1/9: half of it; e > 0.1 nowhere
    expect(statement.probabilityOverLimit).toBeCloseTo(0.5, 6);
    expect(statement.probabilityOverInServiceLimit).toBeLessThan(1e-6);
  });

  test('both sides count for the probability of being over the limit', () => {
    const wide = [
      {
        weight: 1,
        mean: 0,
        variance: 0.01 ** 2,
        profile: -1,
        size: 0,
        sizeVariance: 0,
        sizeCovariance: 0,
      },
    ];
    // e = +-1 %: beta = 0.0099 and -0.0101; Phi(-0.990) + Phi(-1.010) from tables
    expect(stateError(wide, 0.01, 0.02).probabilityOverLimit).toBeCloseTo(0.1611 + 0.1562, 3);
  });

  test('the smallest drift that would have been seen: one-sided 5 %, found in 90 %', () => {
    expect(minimumDetectable(0.002, 0.01)).toBeCloseTo(0.01 + 2.925 * 0.002, 12);
  });
});

/** A device that is estimated, healthy unless changed. */
function estimated(
  deviceId: string,
  change: Partial<DeviceResult> = {},
  more: Partial<Omit<Estimated, 'result'>> = {},
): Estimated {
  return {
    result: {
      deviceId,
      asOfUs: 0,
      indication: 'within_limits',
      recommendation: 'none',
      errorEstimate: 0.001,
      intervalLow: -0.003,
      intervalHigh: 0.005,
      probabilityOverLimit: 0.001,
      probabilityDrifted: 0.001,
      evidenceDays: 35,
      evidence: [],
      history: [],
      ...change,
    },
    limit: 0.01,
    dataSd: 0.002,
    confirmed: true,
    ...more,
  };
}
const words = (devices: readonly Estimated[], id: string): string => {
  const lists = tenantLists(devices.map(({ result }) => result));
  const found = devices
    .map((device) => decide(device, lists))
    .find(({ deviceId }) => deviceId === id);
  return `${found?.indication} / ${found?.recommendation}`;
};
const SURE = { probabilityDrifted: 0.995, probabilityOverLimit: 0.99, errorEstimate: 0.04 };

describe('the answer for a device', () => {
  test('on the narrow list, over the limit, confirmed, four weeks: drift_likely / reverify', () => {
    expect(words([estimated('x', SURE)], 'x')).toBe('drift_likely / reverify');
  });

  test.each<[string, Partial<DeviceResult>, Partial<Omit<Estimated, 'result'>>]>([
    ['not confirmed', SURE, { confirmed: false }],
    ['27 days of data', { ...SURE, evidenceDays: 27 }, {}],
    ['less likely over the limit than not', { ...SURE, probabilityOverLimit: 0.49 }, {}],
    ['only on the wide list', { ...SURE, probabilityDrifted: 0.95 }, {}],
  ])('%s: drift_possible / watch', (_, change, more) => {
    expect(words([estimated('x', change, more)], 'x')).toBe('drift_possible / watch');
  });

  test('four weeks to the day are enough', () => {
    expect(words([estimated('x', { ...SURE, evidenceDays: 28 })], 'x')).toBe(
      'drift_likely / reverify',
    );
  });

  test('on no list but over the limit more likely than not: drift_possible / none', () => {
    const change = { probabilityDrifted: 0.6, probabilityOverLimit: 0.5 };
    expect(words([estimated('x', change)], 'x')).toBe('drift_possible / none');
  });

  test('gross under-registration on the narrow list: tamper_or_fault / inspect, also unconfirmed and early', () => {
    const change = {
      ...SURE,
      errorEstimate: -0.3,
      intervalLow: -0.33,
      intervalHigh: -0.27,
      evidenceDays: 12,
    };
    expect(words([estimated('x', change, { confirmed: false })], 'x')).toBe(
      'tamper_or_fault / inspect',
    );
    // the same size upwards is a drift, and an uncertain one as well
    const up = { ...change, errorEstimate: 0.3, evidenceDays: 35 };
    expect(words([estimated('x', up)], 'x')).toBe('drift_likely / reverify');
    const wide = { ...change, intervalHigh: -0.05, evidenceDays: 35 };
    expect(words([estimated('x', wide)], 'x')).toBe('drift_likely / reverify');
  });

  test('data that could not have shown a drift of the limit: not_resolvable / none', () => {
    expect(words([estimated('x', {}, { dataSd: 0.0071 })], 'x')).toBe('not_resolvable / none');
    expect(words([estimated('x', {}, { dataSd: 0.0069 })], 'x')).toBe('within_limits / none');
    expect(words([estimated('x', {}, { dataSd: 0.0071, limit: 0.02 })], 'x')).toBe(
      'within_limits / none',
    );
  });

  test('healthy: within_limits / none', () => {
    expect(words([estimated('x')], 'x')).toBe('within_limits / none');
  });

  test('the lists are those of the whole fleet: sure entries make room for one less sure', () => {
    const doubtful = { ...SURE, probabilityDrifted: 0.97 };
    expect(words([estimated('x', doubtful)], 'x')).toBe('drift_possible / watch');
    const fleet = [estimated('x', doubtful), estimated('a', { ...SURE, probabilityDrifted: 1 })];
    expect(words(fleet, 'x')).toBe('drift_likely / reverify');
  });
});

test('weeks of the history count back from as-of and leave out what is too short', () => {
  expect(weeklyEnds(35, 1, 10)).toEqual([14, 21, 28, 35]);
  expect(weeklyEnds(18, 2, 10)).toEqual([6, 10, 14, 18]);
  expect(weeklyEnds(5, 1, 10)).toEqual([]);
});
