import { expect, test } from 'vitest';
import { analyzeSensorFleet, type SensorNetworkInput } from '../../src/index.ts';
import { DAY_US, madeNames, madeNetwork, START_US } from './made-network.ts';

const DAYS = 200;
const MOVED_US = START_US + 100 * DAY_US;

const network = (
  groupId: string,
  members: Parameters<typeof madeNetwork>[0],
): SensorNetworkInput => ({
  ...madeNetwork(members, DAYS),
  groupId,
});

/** Neighbours that stay, and the sensor `X` as the membership says. */
const beside = (
  prefix: string,
  ...memberships: readonly { readonly fromUs?: number; readonly toUs?: number }[]
): Parameters<typeof madeNetwork>[0] => [
  ...madeNames(5).map(({ deviceId }) => ({ deviceId: prefix + deviceId })),
  ...memberships.map((change) => ({ deviceId: 'X', change })),
];

const analyze = (...networks: readonly SensorNetworkInput[]) =>
  analyzeSensorFleet({ zoneMinutes: 420, networks });

test('a sensor that moved is answered in its new network, whatever the old one says', () => {
  const old = network('N', beside('N', { toUs: MOVED_US }));
  const { devices } = analyze(old, network('M', beside('M', { fromUs: MOVED_US })));
  const own = devices.filter(({ deviceId }) => deviceId === 'X');
  expect(own.map(({ groupId, indication }) => [groupId, indication])).toEqual([
    ['M', 'within_limits'],
  ]);
  expect(devices).toHaveLength(11);
});

test('a sensor that left and came back is answered once, from its days since', () => {
  const { devices } = analyze(
    network('N', beside('N', { toUs: MOVED_US }, { fromUs: MOVED_US + 20 * DAY_US })),
  );
  const own = devices.filter(({ deviceId }) => deviceId === 'X');
  expect(own).toHaveLength(1);
  expect(own[0]?.evidenceDays).toBeGreaterThan(70);
  expect(own[0]?.evidenceDays).toBeLessThanOrEqual(81);
});

test('a sensor that left for nowhere is not answered', () => {
  const { devices } = analyze(network('N', beside('N', { toUs: MOVED_US })));
  expect(devices.map(({ deviceId }) => deviceId)).not.toContain('X');
});

const drifting = (prefix: string, change: object) =>
  network(
    prefix,
    beside(prefix, change).map((sensor) =>
      sensor.deviceId === 'X'
        ? { ...sensor, gain: (day: number) => 1 + 0.006 * Math.max(0, day - 60) }
        : sensor,
    ),
  );

test('a sensor in two networks is answered in the first of them, and corrected once at any time', () => {
  const { devices, corrections } = analyze(
    drifting('N', { fromUs: START_US + 30 * DAY_US }),
    drifting('M', {}),
  );
  const own = devices.filter(({ deviceId }) => deviceId === 'X');
  expect(own.map(({ groupId, recommendation }) => [groupId, recommendation])).toEqual([
    ['N', 'reverify'],
  ]);
  expect(corrections.length).toBeGreaterThan(3);
  expect(new Set(corrections.map(({ deviceId }) => deviceId))).toEqual(new Set(['X']));
  corrections.slice(1).forEach(({ fromUs }, k) => {
    expect(fromUs).toBeGreaterThanOrEqual(corrections[k]?.toUs ?? Infinity);
  });
});
