import { expect, test } from 'vitest';
import { analyzeSensorFleet, type DeviceResult, type SensorNetworkInput } from '../../src/index.ts';
import { calendarOf } from '../../src/lib/sensors/calendar.ts';
import { compareAll, openQuantity } from '../../src/lib/sensors/quantity-network.ts';
import { bellSequence } from '../sequence.ts';
import { madeNames, madeNetwork, type MadeSensor } from './made-network.ts';

const DAYS = 300;
const METRE = 1 / 111_200;

/** Places that stray for themselves by some 15 % for months: more than a slow drift. */
function restless(sensors: readonly MadeSensor[]): SensorNetworkInput {
  const network = madeNetwork(sensors, DAYS);
  return {
    ...network,
    series: network.series.map((one, s) => {
      const fresh = bellSequence(DAYS + 1, 86_028_121 * (s + 1));
      let stray = fresh[0] ?? 0;
      const byDay = fresh.map((value) => (stray = 0.985 * stray + 0.17 * value));
      return {
        ...one,
        values: one.values.map(
          (value, k) => value * Math.exp(0.15 * (byDay[Math.floor(k / 24)] ?? 0)),
        ),
      };
    }),
  };
}

const falling = (day: number): number => 1 - (0.25 * Math.max(0, day - 120)) / 365.25;

/** Six sensors; a reference sees the very air of the third one, from a day on, so many metres away. */
function withReference(metres: number, sinceDay = 0, gain = falling): SensorNetworkInput {
  const air = restless(madeNames(6)).series[2];
  const network = restless(madeNames(6).map((one, i) => (i === 2 ? { ...one, gain } : one)));
  if (air === undefined) throw new Error('no third sensor');
  const noise = bellSequence(air.values.length, 32_452_843);
  return {
    ...network,
    series: [
      ...network.series,
      {
        ...air,
        deviceId: 'T',
        role: 'reference' as const,
        latitude: (air.latitude ?? 0) + metres * METRE,
        values: air.values.map((value, k) =>
          k < 24 * sinceDay ? NaN : value * (1 + 0.01 * (noise[k] ?? 0)),
        ),
      },
    ],
  };
}

function third(network: SensorNetworkInput): DeviceResult {
  const { devices } = analyzeSensorFleet({ zoneMinutes: 420, networks: [network] });
  const found = devices.find(({ deviceId }) => deviceId === 'S3');
  if (found === undefined) throw new Error('no answer');
  return found;
}

/** Whom each device is compared with, by name. */
function neighboursOf(network: SensorNetworkInput): Map<string, string[]> {
  const calendar = calendarOf(network, 420);
  const { series } = network;
  const opened = openQuantity(
    'N',
    series,
    series.map(({ values }) => values),
    calendar,
  );
  return new Map(
    compareAll(opened, new Set()).map(({ stretch, neighbourhood }) => [
      series[stretch]?.deviceId ?? '',
      neighbourhood.neighbours.map((neighbour) => series[neighbour.stretch]?.deviceId ?? ''),
    ]),
  );
}

test('a sensor beside a reference is compared with that alone, and the reference with other places', () => {
  const names = neighboursOf(withReference(3));
  expect(names.get('S3')).toEqual(['T']);
  expect(names.get('T')).not.toContain('S3');
  expect(names.get('T')?.length).toBeGreaterThan(1);
  expect(names.get('S2')?.length).toBeGreaterThan(1);
  // at another place it is one neighbour among others
  expect(neighboursOf(withReference(80)).get('S3')?.length).toBeGreaterThan(1);
});

test('a reference that came late stands beside nobody yet', () => {
  expect(neighboursOf(withReference(3, 200)).get('S3')?.length).toBeGreaterThan(1);
});

test('where places stray, a slow drift is seen beside a reference only', () => {
  const alone = third(
    restless(madeNames(6).map((one, i) => (i === 2 ? { ...one, gain: falling } : one))),
  );
  const beside = third(withReference(3));
  // after 180 days: 0.25 x 180 / 365.25
  const truth = -0.1232;
  expect(beside.probabilityDrifted).toBeGreaterThan(0.9);
  expect(Math.abs((beside.errorEstimate ?? 0) - truth)).toBeLessThan(0.03);
  expect(beside.intervalLow).toBeLessThan(truth);
  expect(beside.intervalHigh).toBeGreaterThan(truth);
  expect(beside.evidence[0]).toMatchObject({
    code: 'sensor_beside_reference',
    values: { references: 1 },
  });
  expect(alone.probabilityDrifted).toBeLessThan(0.7);
  expect(beside.minimumDetectable ?? 1).toBeLessThan(0.6 * (alone.minimumDetectable ?? 0));
});

test('an error that was there from the beginning is seen beside a reference, and is no drift', () => {
  const found = third(withReference(3, 0, () => 1.35));
  expect(found.errorEstimate).toBeGreaterThan(0.3);
  expect(found.errorEstimate).toBeLessThan(0.4);
  expect(found.intervalLow).toBeLessThan(0.35);
  expect(found.intervalHigh).toBeGreaterThan(0.35);
  expect(found.probabilityOverLimit).toBeGreaterThan(0.9);
  expect(found.probabilityDrifted).toBeLessThan(0.3);
  // from 700 m away it is the difference of two places
  const apart = third(withReference(700, 0, () => 1.35));
  expect(Math.abs(apart.errorEstimate ?? 1)).toBeLessThan(0.1);
});
