import { describe, expect, test } from 'vitest';
import { accuracyPage } from '../src/lib/evaluate/accuracy-page.ts';
import type { FleetRecord } from '../src/lib/evaluate/fleet-record.ts';
import { bootstrapped, rootMeanSquare, share } from '../src/lib/evaluate/measures.ts';
import { cellMetrics, scoreOf } from '../src/lib/evaluate/metrics.ts';
import { daysToLimit } from '../src/lib/evaluate/weekly-looks.ts';
import { metricsText } from '../src/lib/evaluate/metrics-text.ts';

/** Two areas; the second feeds a misfiled meter and does not count. Meter by meter: what it is, what was said. */
const record: FleetRecord = {
  cell: 'base',
  seed: 4,
  fleet: 0,
  loads: 'built-in',
  model: 'm',
  command: 'verimeter evaluate electricity --cells base --seed 4',
  days: 30,
  looks: 1,
  time: { simulate: 1000, analyze: 3000, oracle: 2000 },
  areas: [
    { status: 'ok', oracleStatus: 'ok', loss: 0.02, supplyError: 0, archive: 'clean' },
    {
      status: 'unregistered_consumer',
      oracleStatus: 'ok',
      loss: 0.04,
      supplyError: 0,
      archive: 'feeds',
    },
  ],
  guests: [{ device: true, listing: true, feeding: false, nothingPublished: true }],
  meters: {
    //                found      missed      false    healthy  silent   elsewhere
    area: [0, 0, 0, 0, 0, 1],
    drift: [0.03, -0.03, 0, 0, 0.03, 0.03],
    since: [-1, 4, null, null, -1, -1],
    truth: [0.031, -0.03, 0.001, 0.002, 0.03, 0.03],
    indication: [
      'drift_likely',
      'drift_possible',
      'drift_likely',
      'within_limits',
      'not_resolvable',
      'drift_likely',
    ],
    recommendation: [2, 1, 2, 0, 0, 2],
    estimate: [0.034, -0.026, 0.021, 0.002, null, 0.03],
    standardError: [0.004, 0.002, 0.004, 0.001, null, 0.001],
    low: [0.026, -0.0299, 0.013, 0, null, 0],
    high: [0.042, -0.022, 0.029, 0.004, null, 1],
    probability: [1, 0.6, 0.96, 0.001, null, 1],
    overLimit: [1, 0.9, 0.8, 0, null, 1],
    oracle: [0.032, -0.029, 0.002, 0.002, 0.03, 0.03],
    oracleLow: [0.03, -0.031, 0, 0, 0.029, 0],
    oracleHigh: [0.034, -0.027, 0.004, 0.004, 0.031, 1],
    oracleRecommendation: [2, 2, 0, 0, 2, 2],
    ridge: [0.025, 0.01, -0.025, 0.1, null, 0.03],
    prototype: [0.03, -0.03, 0.011, 0.002, 0.02, 0.03],
    prototypeStandardError: [0.001, 0.001, 0.002, 0.001, 0.004, 0.001],
    prototypeProbability: [1, 0.9, 0.7, 0.1, 0.5, 1],
    prototypeRecommendation: [2, 1, 1, 0, 0, 2],
  },
};

const trouble = (right: boolean, nothingWrong: boolean) => ({
  kind: 'switched',
  right,
  nothingWrong,
});

describe('metrics by hand', () => {
  const m = cellMetrics([record]);
  const own = scoreOf(m.estimators, 'verimeter');
  const oracle = scoreOf(m.estimators, 'oracle');
  const prototype = scoreOf(m.estimators, 'prototype');

  test('meters of areas with a wrong archive do not count; an abstention is a miss', () => {
    expect([m.meters, m.drifted]).toEqual([5, 3]);
    expect([m.reverify.recall.hits, m.reverify.recall.of]).toEqual([1, 3]);
    expect([m.reverify.precision.hits, m.reverify.precision.of]).toEqual([1, 2]);
    expect([m.reverify.falseAlarms.hits, m.reverify.falseAlarms.of]).toEqual([1, 2]);
    expect([m.watch.recall.hits, m.watch.precision.of]).toEqual([2, 3]);
    expect([oracle.reverify.recall.value, oracle.reverify.precision.value]).toEqual([1, 1]);
    expect([m.notResolvable.hits, m.driftedNotResolvable.of]).toEqual([1, 3]);
    expect(m.cleanAreasOk.value).toBe(1);
    expect(m.statuses).toEqual({ ok: 1, unregistered_consumer: 1 });
  });

  test('errors over the meters that both runs estimate', () => {
    // 0.003 and 0.004; with the healthy 0.02 and 0
    expect(own.rmseDrifted.value).toBeCloseTo(Math.sqrt((0.003 ** 2 + 0.004 ** 2) / 2), 12);
    expect(oracle.rmseDrifted.value).toBeCloseTo(0.001, 12);
    expect(own.rmseAll.value).toBeCloseTo(Math.sqrt((9 + 16 + 400) / 4) / 1000, 12);
    expect(own.ratio.value).toBeCloseTo(Math.sqrt(12.5), 9);
    expect(own.rmseDrifted.low).toBeNull();
    expect(own.medianDrifted.value).toBeCloseTo(0.0035, 12);
    // 0.001 and 0: its fifth meter is silent in the product and does not count
    expect(prototype.rmseDrifted.value).toBeCloseTo(0.001 / Math.SQRT2, 12);
    expect(prototype.ratio.value).toBeCloseTo(1 / Math.SQRT2, 9);
    // errors 3, 4, 20 and 0 thousandths: their median is 3.5
    expect(own.areaShift.value).toBeCloseTo(0.0035, 12);
    // own widths 0.016, 0.0079, 0.016, 0.004 and the oracle's 0.004 each
    expect(own.widthRatio.value).toBeCloseTo((0.016 + 0.0079) / 2 / 0.004, 9);
    // 2 x 1.96 standard errors of 0.001, 0.001, 0.002, 0.001 and 0.004; the oracle's 0.004, 0.004, 0.004, 0.004, 0.002
    expect(prototype.widthRatio.value).toBeCloseTo((2 * 1.96 * 0.001) / 0.004, 9);
    expect([own.silent.hits, prototype.silent.hits]).toEqual([1, 0]);
  });

  test('coverage: 0.003 is within 1.28 and not 0.67 standard errors of 0.004', () => {
    expect(m.coverage.map(({ level, all }) => [level, all.hits])).toEqual([
      [0.5, 1],
      [0.8, 2],
      [0.95, 2],
    ]);
    expect(m.coverage.map(({ drifted }) => [drifted.hits, drifted.of])).toEqual([
      [0, 2],
      [1, 2],
      [1, 2],
    ]);
    // standard errors alone: 1, 0, 5, 0 and 2.5 of them off the truth
    expect(prototype.coverage?.map(({ all }) => all.hits)).toEqual([2, 3, 3]);
    // no interval of the oracle but that of 95 % is in the record
    expect(oracle.coverage?.map(({ all }) => [all.hits, all.of])).toEqual([
      [0, 0],
      [0, 0],
      [5, 5],
    ]);
    expect(scoreOf(m.estimators, 'ridge').coverage).toBeNull();
  });

  test('reliability: each probability in its bin, 1 in the last', () => {
    const [drifted, , overLimit] = m.calibrations;
    const full = drifted?.bins.filter(({ found }) => found.of > 0);
    expect(full?.map(({ from, found }) => [from, found.hits, found.of])).toEqual([
      [0, 0, 1],
      [0.5, 1, 1],
      [0.95, 0, 1],
      [0.99, 1, 1],
    ]);
    expect(drifted?.sure).toMatchObject({ meanProbability: 0.98, found: { hits: 1, of: 2 } });
    expect(drifted).toMatchObject({ estimator: 'verimeter', meters: 4, found: 2 });
    expect(drifted?.expected).toBeCloseTo(2.561, 9);
    expect(drifted?.brier).toBeCloseTo((0.4 ** 2 + 0.96 ** 2 + 0.001 ** 2) / 4, 12);
    expect(drifted?.brierOfShare).toBeCloseTo(0.25, 12);
    // beyond 1 %: the first two
    expect(overLimit).toMatchObject({ field: 'probability_over_limit', meters: 4, found: 2 });
    expect(overLimit?.brier).toBeCloseTo((0.1 ** 2 + 0.8 ** 2) / 4, 12);
  });

  test('estimators without probabilities flag above 2 %, the prototype by its list', () => {
    expect(m.estimators.map(({ name }) => name)).toEqual([
      'verimeter',
      'oracle',
      'prototype',
      'ridge',
    ]);
    expect(scoreOf(m.estimators, 'ridge').reverify.precision).toMatchObject({ hits: 1, of: 3 });
    expect(scoreOf(m.estimators, 'ridge').watch).toBeNull();
    expect(prototype.reverify.precision).toMatchObject({ hits: 1, of: 1 });
    expect(prototype.watch?.precision).toMatchObject({ hits: 2, of: 3 });
    expect(m.calibrations[1]).toMatchObject({ estimator: 'prototype', meters: 5, found: 3 });
  });

  test('answers about the archive; time per area', () => {
    expect(m.guests.all).toMatchObject({ hits: 0, of: 1 });
    expect(m.guests.device).toMatchObject({ hits: 1, of: 1 });
    expect(m.secondsPerArea).toEqual({ simulate: 0.5, analyze: 1.5, oracle: 1 });
  });

  test('areas with a trouble: answered as in the contract, and nobody honest accused', () => {
    expect(m.troubles.right.of).toBe(0);
    const troubled = cellMetrics([
      { ...record, troubles: [trouble(true, true), trouble(false, true), trouble(true, false)] },
      record,
    ]);
    expect([troubled.troubles.right.hits, troubled.troubles.right.of]).toEqual([2, 3]);
    expect([troubled.troubles.nothingWrong.hits, troubled.troubles.nothingWrong.of]).toEqual([
      2, 3,
    ]);
    expect(metricsText([troubled], { reliability: false })).toMatch(
      /no honest member accused in them +0\.667/,
    );
  });

  test('page and table say the numbers and what made them', () => {
    const { markdown, figures } = accuracyPage([m], { reliability: false });
    expect(markdown).toContain('`verimeter evaluate electricity --cells base --seed 4`');
    expect(markdown).toMatch(/\| base \| verimeter +\| 5 +\| 3 +\| 0\.333 \(/);
    // lists and errors have a row for each
    for (const name of ['oracle (true loss)', 'prototype', 'ridge (CV)'])
      expect(markdown.split(`| base | ${name} `)).toHaveLength(3);
    expect(figures.map(([name]) => name)).toEqual([
      'accuracy-built-in.svg',
      'estimators-built-in.svg',
      'coverage-built-in.svg',
      'reliability-probability-drifted-built-in.svg',
      'reliability-probability-over-limit-built-in.svg',
    ]);
    for (const [, svg] of figures) {
      expect(svg).toMatch(/^<svg [^>]*viewBox/);
      expect(svg).not.toMatch(/NaN|undefined|null/);
    }
  });

  test('bins of every case on request', () => {
    const other = cellMetrics([{ ...record, cell: 'healthy' }]);
    const asked = (reliability: boolean) => ({
      page: accuracyPage([m, other], { reliability }).markdown,
      text: metricsText([m, other], { reliability }),
    });
    expect(asked(false).page).not.toContain('Reliability of probability_drifted, healthy');
    expect(asked(false).text).not.toContain('Reliability of');
    expect(asked(true).page).toContain('Reliability of probability_drifted, healthy');
    expect(asked(true).text).toContain('Reliability of probability_over_limit: base');
  });
});

test('repeated looks: on the list at any of them, days after the crossing', () => {
  const looks: FleetRecord = {
    ...record,
    looks: 10,
    meters: {
      ...record.meters,
      firstReverify: [77, 91, null, 42, null, 49],
      crossing: [63, 63, null, null, 63, 63],
      exitError: [4, -2, null, null, null, 1],
      limitCrossing: [49, 49, null, null, 50, 49],
      exitEarliest: [42, 50, null, 35, null, 0],
      exitMedian: [56, 51, null, 40, null, 0],
      exitLatest: [60, null, null, 45, null, 0],
    },
  };
  const m = cellMetrics([looks]);
  expect(m.reverify.recall.hits).toBe(2);
  expect(m.reverify.falseAlarms.hits).toBe(1);
  expect(m.delay.value).toBe(21);
  expect(m.exitError.value).toBe(1);
  // of the two that have really left and were said to have: 7 and 2 days late, the second not as early as its earliest
  expect(m.exit.error.value).toBeCloseTo(4.5, 12);
  expect(m.exit.size.value).toBeCloseTo(4.5, 12);
  expect(m.exit.notBeforeEarliest).toMatchObject({ hits: 1, of: 2 });
  expect(m.exit.notBeforeMedian).toMatchObject({ hits: 0, of: 2 });
  // a latest date that is missing among others is open
  expect(m.exit.covered).toMatchObject({ hits: 1, of: 2 });
  const text = metricsText([m], { reliability: false });
  expect(text).toMatch(/median weeks from \|e\| = 2 % to reverify +3\.0/);
  expect(text).toMatch(/healthy per 1,000 with reverify at any look +500\.00 \(/);
  const none = { ...looks, meters: { ...looks.meters, exitLatest: [null, null] } };
  expect(cellMetrics([none]).exit.covered.of).toBe(0);
});

test('a forecast is read from a growth that is told, towards the limit', () => {
  const growing = { errorEstimate: 0.01, driftPerYear: 0.1, driftPerYearSe: 0.02 };
  // 1 % at 10 % a year
  expect(daysToLimit(growing)).toBeCloseTo(36.525, 9);
  expect(daysToLimit({ ...growing, driftPerYear: -0.1 })).toBeCloseTo(3 * 36.525, 9);
  expect(daysToLimit({ ...growing, driftPerYearSe: 0.06 })).toBeUndefined();
  expect(daysToLimit({ ...growing, errorEstimate: 0.03 })).toBeUndefined();
  expect(daysToLimit({ errorEstimate: 0.01 })).toBeUndefined();
});

test('shares of nothing are empty; those of something have the interval of Wilson (1927)', () => {
  expect(share(0, 0).value).toBeNull();
  // statsmodels 0.14: proportion_confint(15, 20, method='wilson')
  const { low, high } = share(15, 20);
  expect(low).toBeCloseTo(0.5313, 4);
  expect(high).toBeCloseTo(0.8881, 4);
});

const statistic = (some: readonly number[][]) => rootMeanSquare(some.flat());

test('whole clusters are resampled, the same way every time', () => {
  const clusters = [[1], [2], [3], [10]];
  const first = bootstrapped(clusters, statistic);
  expect(first.value).toBeCloseTo(Math.sqrt(114 / 4), 12);
  expect(first.low).toBeLessThan(5);
  expect(first.high).toBeGreaterThan(6);
  expect(bootstrapped(clusters, statistic)).toEqual(first);
  expect(bootstrapped(clusters.slice(0, 2), statistic).low).toBeNull();
});
