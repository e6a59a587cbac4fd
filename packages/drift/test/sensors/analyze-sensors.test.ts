import { expect, test } from 'vitest';
import { analyzeSensorFleet, type DeviceResult, type SensorNetworkInput } from '../../src/index.ts';
import { madeNames, madeNetwork } from './made-network.ts';

const analyze = (network: SensorNetworkInput): readonly DeviceResult[] =>
  analyzeSensorFleet({ zoneMinutes: 420, networks: [network] }).devices;

test('a gain that rises by 60 % a year is found among its neighbours, and nothing else is', () => {
  const sensors = madeNames(7).map((sensor, i) =>
    i === 2
      ? { ...sensor, gain: (day: number) => 1 + (0.6 * Math.max(0, day - 100)) / 365.25 }
      : sensor,
  );
  const devices = analyze(madeNetwork(sensors, 300));
  expect(devices.map(({ indication, recommendation }) => [indication, recommendation])).toEqual(
    devices.map((_, i) => (i === 2 ? ['drift_likely', 'reverify'] : ['within_limits', 'none'])),
  );
  const found = devices[2];
  const actual = (0.6 * 200) / 365.25;
  expect(found?.intervalLow).toBeLessThan(actual);
  expect(found?.intervalHigh).toBeGreaterThan(actual);
  expect(found?.intervalLow).toBeGreaterThan(0.1);
});

test('a thermometer that reads 0.8 K more from a day on is found, as an offset and without e', () => {
  const sensors = madeNames(6).map((sensor, i) =>
    i === 4 ? { ...sensor, offset: (day: number) => (day < 120 ? 0 : 0.8) } : sensor,
  );
  const devices = analyze(madeNetwork(sensors, 240, 'temperature'));
  expect(devices.map(({ recommendation }) => recommendation)).toEqual(
    devices.map((_, i) => (i === 4 ? 'reverify' : 'none')),
  );
  expect(devices[4]?.offsetEstimate).toBeGreaterThan(0.6);
  expect(devices[4]?.offsetEstimate).toBeLessThan(1);
  expect(devices[4]?.errorEstimate).toBeUndefined();
});
