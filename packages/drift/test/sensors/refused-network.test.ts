import { expect, test } from 'vitest';
import { analyzeSensorFleet, type SensorNetworkInput } from '../../src/index.ts';
import { DAY_US, madeNames, madeNetwork, type MadeSensor, START_US } from './made-network.ts';

const DAYS = 150;
const named = (groupId: string): MadeSensor[] =>
  madeNames(6).map(({ deviceId }) => ({ deviceId: groupId + deviceId }));
const network = (groupId: string, sensors: readonly MadeSensor[]): SensorNetworkInput => ({
  ...madeNetwork(sensors, DAYS),
  groupId,
});
const analyze = (...networks: readonly SensorNetworkInput[]) =>
  analyzeSensorFleet({ zoneMinutes: 420, networks });

/** Two certificates that exclude each other, both without any uncertainty. */
const CONTRADICTION = [0, 1].map((error) => ({
  atUs: START_US + 30 * DAY_US,
  error,
  standardUncertainty: 0,
  asFound: false,
}));

test('a network whose numbers defy the model is refused, and the others are as without it', () => {
  const sensors = named('A').map((sensor, i) => {
    if (i === 1) return { ...sensor, role: 'reference' as const };
    return i === 3 ? { ...sensor, change: { measured: CONTRADICTION } } : sensor;
  });
  const { devices, networks } = analyze(network('A', sensors), network('B', named('B')));
  const refused = devices.filter(({ groupId }) => groupId === 'A');
  expect(refused.map(({ indication }) => indication)).toEqual(
    sensors.map((_, i) => (i === 1 ? 'no_reference' : 'not_resolvable')),
  );
  expect(refused[0]).toMatchObject({
    recommendation: 'none',
    evidence: [{ code: 'not_estimable', values: { reason: 'pm2_5 of AS4 has no likelihood' } }],
  });
  expect(refused.map(({ errorEstimate }) => errorEstimate)).toEqual(sensors.map(() => undefined));
  expect(networks.map(({ groupId }) => groupId)).toEqual(['A', 'B']);
  expect(devices.filter(({ groupId }) => groupId === 'B')).toEqual(
    analyze(network('B', named('B'))).devices,
  );
});

test('a network that is judged but cannot be answered is refused all the same', () => {
  // exchanged at a time that no date can express
  const exchangedUs = 9e21;
  const made = network(
    'A',
    named('A').map((sensor) => ({ ...sensor, change: { restartsUs: [exchangedUs] } })),
  );
  const startUs = exchangedUs - 2 * DAY_US;
  const far = { ...made, asOfUs: startUs + DAYS * DAY_US, grid: { ...made.grid, startUs } };
  const { devices } = analyze(far, network('B', named('B')));
  expect(devices.map(({ indication, evidence }) => [indication, evidence[0]?.code])).toEqual([
    ...named('A').map(() => ['not_resolvable', 'not_estimable']),
    ...named('B').map(() => ['within_limits', 'sensor_compared']),
  ]);
});
