import type { SensorNetworkInput, SensorSeries } from '@verimeter/drift';
import { describe, expect, it } from 'vitest';
import { correctionScore } from '../src/lib/evaluate/sensors/correction-score.ts';
import { cusumOf } from '../src/lib/evaluate/sensors/daily-cusum.ts';
import { verdictsOf } from '../src/lib/evaluate/sensors/network-verdicts.ts';
import { poissonRate } from '../src/lib/evaluate/sensors/poisson-range.ts';
import { sensorBaselines } from '../src/lib/evaluate/sensors/sensor-baselines.ts';
import type { ChannelAnswer, SensorJudge } from '../src/lib/evaluate/sensors/sensor-judge.ts';
import { sensorCellMetrics } from '../src/lib/evaluate/sensors/sensor-metrics.ts';
import type { NetworkRecord } from '../src/lib/evaluate/sensors/sensor-record.ts';
import type { ChannelTruth, SensorTrial } from '../src/lib/evaluate/sensors/sensor-trial.ts';

const HOUR_US = 3_600_000_000;
const DAYS = 140;
const COUNT = 24 * DAYS + 1;

function series(deviceId: string, values: Float64Array): SensorSeries {
  return {
    deviceId,
    quantity: 'pm2_5',
    role: 'sensor',
    fromUs: 0,
    toUs: Infinity,
    limit: 0.2,
    inServiceLimit: 0.4,
    limitOf: 'relative_error',
    values,
    restartsUs: [],
  };
}

/** The same air at four places, 30 and 50 ug/m3 in turn by the hour; the first sensor reads half too much from day 80 on. */
function fourSensors(): SensorNetworkInput {
  const air = Float64Array.from({ length: COUNT }, (_, k) => (k % 2 === 0 ? 30 : 50));
  const faulty = air.map((value, k) => (k >= 24 * 80 ? 1.5 * value : value));
  return {
    groupId: 'N',
    asOfUs: 24 * DAYS * HOUR_US,
    grid: { startUs: 0, stepUs: HOUR_US, count: COUNT },
    series: ['1', '2', '3', '4'].map((id) => series(id, id === '1' ? faulty : air)),
  };
}

function trialOf(input: SensorNetworkInput): SensorTrial {
  return {
    input,
    truths: input.series.map(({ deviceId, values }): ChannelTruth => {
      const faulty = deviceId === '1';
      return {
        onsetDay: faulty ? 80 : undefined,
        errorAt: (k) => (faulty && k >= 24 * 80 ? 0.5 : 0),
        actual: faulty ? values.map((value, k) => (k >= 24 * 80 ? value / 1.5 : value)) : values,
        gain: values.map((_, k) => (faulty && k >= 24 * 80 ? 1.5 : 1)),
        offset: new Float64Array(values.length),
      };
    }),
  };
}

/** Says what it is told to, by day. */
function scripted(answers: (day: number) => ChannelAnswer[]): SensorJudge {
  return {
    name: 'scripted',
    look: (day) => ({ answers: answers(day), corrections: [], status: 'ok' }),
  };
}

function lookOf(name: string, day: number): ChannelAnswer[] {
  const judge = sensorBaselines(fourSensors()).find((candidate) => candidate.name === name);
  return [...(judge?.look(day).answers ?? [])];
}

describe('a rate of events', () => {
  it('has the exact interval of Garwood (1936)', () => {
    // Tables: 3 events are 0.6187 to 8.7673, none is 0 to 3.6889.
    const three = poissonRate(3, 30, 10);
    expect(three.value).toBeCloseTo(1, 12);
    expect(three.low).toBeCloseTo(0.6187 / 3, 4);
    expect(three.high).toBeCloseTo(8.7673 / 3, 4);
    const none = poissonRate(0, 10, 10);
    expect(none).toMatchObject({ value: 0, low: 0 });
    expect(none.high).toBeCloseTo(3.6889, 4);
    expect(poissonRate(0, 0, 10).value).toBeNull();
  });
});

describe('baselines', () => {
  it('say nothing before 60 days, and find a sensor that reads half too much', () => {
    for (const name of ['moments', 'cohort']) {
      expect(lookOf(name, 56).map(({ indication }) => indication)).toEqual(
        Array.from({ length: 4 }, () => 'insufficient_data'),
      );
      const found = lookOf(name, 126);
      expect(found.map(({ list }) => list)).toEqual(['reverify', 'none', 'none', 'none']);
      expect(found[0]?.estimate).toBeCloseTo(0.5, 9);
      // The others have the first one among their neighbours: their proxy is 3.5 of 3 too high.
      expect(found[1]?.estimate).toBeCloseTo(3 / 3.5 - 1, 9);
    }
  });

  it('the CUSUM adds up what is beyond half a standard deviation', () => {
    // 30 days at +-0.1, then days at 0.3.
    const proxy = new Float64Array(24 * 40).fill(10);
    const own = (from: number): Float64Array =>
      proxy.map((value, k) => {
        const day = Math.floor(k / 24);
        return value + (day >= from ? 0.3 : day % 2 === 0 ? 0.1 : -0.1);
      });
    const span = { from: 0, trained: 24 * 30, relative: false };
    // sd of 30 values of +-0.1 is 0.10171: each day adds 2.4495 once it began
    expect(cusumOf(own(30), proxy, { ...span, to: 24 * 32 })).toBe(false);
    expect(cusumOf(own(30), proxy, { ...span, to: 24 * 33 })).toBe(true);
    expect(cusumOf(own(40), proxy, { ...span, to: 24 * 40 })).toBe(false);
  });
});

describe('verdicts', () => {
  it('count a list once until it was left for five weeks, and from the onset on what was found', () => {
    const listed = new Set([63, 70, 98, 133]);
    const { verdicts } = verdictsOf(
      scripted((day) => [
        { channel: 0, list: listed.has(day) ? 'watch' : 'none', indication: 'drift_possible' },
        {
          channel: 1,
          list: day === 133 ? 'inspect' : 'none',
          indication: 'within_limits',
          estimate: 0.01,
          low: -0.02,
          high: 0.04,
        },
      ]),
      trialOf(fourSensors()),
      { days: DAYS, everyWeeks: 1 },
      () => undefined,
    );
    const first = verdicts.get(0);
    // 98 is four weeks after 70: the same list; 133 is five after 98: the same list still.
    expect(first?.listings).toEqual([{ day: 63, list: 'watch' }]);
    expect(first?.firstListed).toBe(98);
    expect(first?.firstReverify).toBeNull();
    expect(first?.abstained).toBe(12);
    expect(verdicts.get(1)?.listings).toEqual([{ day: 133, list: 'inspect' }]);
    // It has no fault: nothing was found.
    expect(verdicts.get(1)?.firstInspect).toBeNull();
    expect(verdicts.get(1)?.snapshots.at(-1)).toEqual({
      day: 140,
      truth: 0,
      estimate: 0.01,
      low: -0.02,
      high: 0.04,
    });
  });

  it('a correction by the true gain leaves nothing of the error', () => {
    const trial = trialOf(fourSensors());
    const correction = { deviceId: '1', quantity: 'pm2_5', offset: 0, fromUs: 0, toUs: Infinity };
    const right = correctionScore(trial, 0, [{ ...correction, gain: 1.5 }], DAYS);
    // half of 30 and half of 50, rms 20.6155, over 20 % of 40
    expect(right?.before).toBeCloseTo(20.6155 / 8, 4);
    expect(right?.after).toBe(0);
    const none = correctionScore(trial, 0, [], DAYS);
    expect(none?.after).toBe(none?.before);
  });
});

function recordOf(channels: NetworkRecord['channels']): NetworkRecord {
  return {
    cell: 'pm',
    seed: 1,
    network: 0,
    source: 'simulated',
    model: 'm',
    command: 'c',
    everyWeeks: 1,
    looks: 10,
    firstLook: 63,
    lastLook: 63 + 365.25,
    time: { simulate: 0, analyze: 0 },
    status: 'ok',
    channels,
  };
}

describe('metrics', () => {
  const verdict: NetworkRecord['channels'][number]['verdicts'][string] = {
    listings: [],
    firstListed: null,
    firstReverify: null,
    firstInspect: null,
    abstained: 0,
    lastIndication: 'within_limits',
    minimumDetectable: 0.1,
    snapshots: [
      { day: 70, truth: 0.01, estimate: 0.02, low: -0.03, high: 0.07 },
      { day: 300, truth: 0.1, estimate: 0.02, low: -0.03, high: 0.07 },
    ],
  };
  const healthy = { deviceId: '1', quantity: 'pm2_5', onset: null, beyondLimit: null };

  it('count time and lists of healthy sensors only, until they are beyond their limits', () => {
    const listings = [
      { day: 100, list: 'watch' as const },
      { day: 200, list: 'inspect' as const },
    ];
    const { judges } = sensorCellMetrics([
      recordOf([
        { ...healthy, verdicts: { a: { ...verdict, listings } } },
        // Drifts from day 63 on: no healthy time, its list is no false alarm.
        {
          ...healthy,
          deviceId: '2',
          onset: 63,
          verdicts: { a: { ...verdict, listings, firstListed: 100, firstReverify: 400 } },
        },
        // Beyond its limit from day 63 on by itself.
        { ...healthy, deviceId: '3', beyondLimit: 63, verdicts: { a: { ...verdict, listings } } },
        // Another quantity: not scored.
        { ...healthy, quantity: 'humidity', verdicts: { a: { ...verdict, listings } } },
      ]),
    ]);
    const [metrics] = judges;
    expect(metrics?.falseAlarms).toMatchObject({ events: 1, value: 10 });
    expect(metrics?.falseAlarms.exposure).toBeCloseTo(1, 9);
    expect(metrics?.falseInspections.events).toBe(1);
    expect(metrics?.falseAlarmsOfDevices.events).toBe(2);
    // 37 days after the onset: within three months; `reverify` 337 days after: within 12.5 only
    expect(metrics?.within.map(({ hits }) => hits)).toEqual([1, 1, 1, 1, 1]);
    expect(metrics?.reverifyWithin.map(({ hits }) => hits)).toEqual([0, 0, 0, 0, 1]);
    expect(metrics?.medianMonths.value).toBeCloseTo(37 / (365.25 / 12), 9);
    // healthy: two channels with both snapshots, and the drifted one has none before its onset
    expect(metrics?.coverage.healthy).toMatchObject({ hits: 2, of: 4 });
    expect(metrics?.coverage.drifted).toMatchObject({ hits: 1, of: 2 });
    expect(metrics?.rmse.drifted).toBeCloseTo(Math.sqrt((0.01 ** 2 + 0.08 ** 2) / 2), 12);
  });
});
