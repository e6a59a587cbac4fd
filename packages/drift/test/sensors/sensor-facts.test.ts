import { expect, test } from 'vitest';
import {
  analyzeSensorFleet,
  type DeviceResult,
  type SensorFleetResult,
  type SensorNetworkInput,
} from '../../src/index.ts';
import { bellSequence } from '../sequence.ts';
import { DAY_US, madeNames, madeNetwork, type MadeSensor, START_US } from './made-network.ts';

const analyze = (network: SensorNetworkInput): SensorFleetResult =>
  analyzeSensorFleet({ zoneMinutes: 420, networks: [network] });

const answer = ({ indication, recommendation }: DeviceResult): string =>
  `${indication} ${recommendation}`;

function changed(index: number, change: Partial<MadeSensor>, count = 6): MadeSensor[] {
  return madeNames(count).map((sensor, i) => (i === index ? { ...sensor, ...change } : sensor));
}

test('references answer for nobody, and one of them near by is enough', () => {
  const { devices } = analyze(madeNetwork(changed(0, { role: 'reference' }, 2), 150));
  expect(devices.map(answer)).toEqual(['no_reference none', 'within_limits none']);
  expect(devices[0]?.errorEstimate).toBeUndefined();
  expect(devices[1]?.minimumDetectable).toBeGreaterThan(0.2);
});

test('three sensors without a reference are not resolvable, and the reason is given', () => {
  const { devices } = analyze(madeNetwork(madeNames(3), 150));
  expect(devices.map(answer)).toEqual(devices.map(() => 'not_resolvable none'));
  expect(devices[0]?.errorEstimate).toBeUndefined();
  expect(devices[0]?.probabilityOverLimit).toBeUndefined();
  expect(devices[0]?.minimumDetectable).toBeGreaterThan(0.2);
  expect(devices[0]?.evidence.map(({ code }) => code)).toContain('sensor_few_neighbours');
});

test('a sensor alone has no reference', () => {
  expect(analyze(madeNetwork(madeNames(1), 90)).devices.map(answer)).toEqual(['no_reference none']);
});

test('before sixty days there is too little data, unless a drift is plain', () => {
  const { devices } = analyze(madeNetwork(madeNames(6), 45));
  expect(devices.map(answer)).toEqual(devices.map(() => 'insufficient_data none'));
});

test('an element that shows one value is a fault to inspect, and disturbs nobody', () => {
  const network = madeNetwork(madeNames(6), 150);
  const stuck = network.series[3];
  stuck?.values.fill(21.4, 24 * 120);
  const { devices } = analyze(network);
  expect(devices.map(answer)).toEqual(
    devices.map((_, i) => (i === 3 ? 'tamper_or_fault inspect' : 'within_limits none')),
  );
  expect(devices[3]?.errorEstimate).toBeUndefined();
  expect(devices[3]?.evidence[0]).toEqual({
    code: 'sensor_frozen',
    values: { value: 21.4, hours: 721 },
  });
});

test('an element whose noise has grown is a fault to inspect', () => {
  const network = madeNetwork(madeNames(6), 150);
  const noise = bellSequence(network.grid.count, 32_452_843);
  const broken = network.series[1]?.values;
  broken?.forEach((value, k) => {
    if (k > 24 * 120) broken[k] = value * Math.exp(0.3 * (noise[k] ?? 0));
  });
  const { devices } = analyze(network);
  expect(devices.map(answer)).toEqual(
    devices.map((_, i) => (i === 1 ? 'tamper_or_fault inspect' : 'within_limits none')),
  );
  expect(devices[1]?.evidence.map(({ code }) => code)).toEqual(['sensor_noisy']);
});

test('a sensor that fell silent has no error at as-of', () => {
  const { devices } = analyze(madeNetwork(changed(2, { missing: (hour) => hour > 24 * 110 }), 160));
  expect(devices.map(answer)).toEqual(
    devices.map((_, i) => (i === 2 ? 'insufficient_data none' : 'within_limits none')),
  );
});

const untilExchanged = (day: number): number => (day < 80 ? 1 : day < 180 ? 1.5 : 1);

test('after an exchange the error begins anew; what it showed before is corrected', () => {
  const exchanged = START_US + 180 * DAY_US;
  const { devices, corrections } = analyze(
    madeNetwork(
      changed(1, { gain: untilExchanged, change: { restartsUs: [START_US, exchanged] } }),
      280,
    ),
  );
  expect(devices.map(answer)).toEqual(devices.map(() => 'within_limits none'));
  expect(devices[1]?.evidenceDays).toBeLessThanOrEqual(101);
  expect(new Set(corrections.map(({ deviceId }) => deviceId))).toEqual(new Set(['S2']));
  expect(Math.min(...corrections.map(({ fromUs }) => fromUs))).toBeGreaterThan(
    START_US + 70 * DAY_US,
  );
  expect(Math.max(...corrections.map(({ toUs }) => toUs))).toBe(exchanged);
  // the week in which it began is a mean of both
  for (const { gain: found } of corrections.filter(
    ({ fromUs }) => fromUs > START_US + 80 * DAY_US,
  )) {
    expect(found).toBeGreaterThan(1.3);
    expect(found).toBeLessThan(1.7);
  }
});

test('what an authorised body measured counts as the error at that time', () => {
  const restartsUs = [START_US];
  const measured = [
    { atUs: START_US + 3600e6, error: 0.12, standardUncertainty: 0.01, asFound: false },
  ];
  const { devices } = analyze(
    madeNetwork(changed(1, { gain: () => 1.12, change: { restartsUs, measured } }), 150),
  );
  expect(devices[1]?.errorEstimate).toBeGreaterThan(0.08);
  expect(devices[1]?.errorEstimate).toBeLessThan(0.16);
  expect(Math.abs(devices[2]?.errorEstimate ?? NaN)).toBeLessThan(0.04);
});

const rising = (day: number): number => 1 + (0.5 * Math.max(0, day - 110)) / 365.25;

function probability(network: SensorNetworkInput): number {
  return analyze(network).devices[2]?.probabilityDrifted ?? NaN;
}

test('a second element tells a drift of the first one before the neighbours do, and is not the first one', () => {
  const drifting = madeNetwork(changed(2, { gain: rising }), 215);
  const steady = madeNetwork(madeNames(6), 215);
  // one alone is on the wider list from 0.9 on
  expect(probability(drifting)).toBeLessThan(0.9);
  expect(probability(withPartners(drifting, steady))).toBeGreaterThan(0.95);
  expect(probability(withPartners(steady, drifting))).toBeLessThan(0.2);
});

/** The sensors of one network with those of another as second elements, with a noise of their own. */
function withPartners(first: SensorNetworkInput, second: SensorNetworkInput): SensorNetworkInput {
  return {
    ...first,
    series: first.series.map((one, s) => {
      const noise = bellSequence(one.values.length, 15_485_863 * (s + 1));
      const other = second.series[s]?.values ?? one.values;
      return { ...one, partner: other.map((value, k) => value * (1 + 0.02 * (noise[k] ?? 0))) };
    }),
  };
}

const falling = (day: number): number => 1 - (0.8 * Math.max(0, day - 80)) / 365.25;

test('where all sensors age alike the reference shows it', () => {
  const sensors = madeNames(6).map((sensor, i): MadeSensor =>
    i === 0 ? { ...sensor, role: 'reference' } : { ...sensor, gain: falling },
  );
  const { devices } = analyze(madeNetwork(sensors, 260));
  const found = devices.filter(({ indication }) => indication === 'drift_likely');
  expect(found).toHaveLength(5);
});

test('the same input gives the same result, and data after as-of does not count', () => {
  const whole = madeNetwork(changed(4, { gain: (day) => (day < 130 ? 1 : 1.4) }), 220);
  const early = { ...whole, asOfUs: START_US + 120 * DAY_US };
  const cut = madeNetwork(changed(4, {}), 120);
  expect(analyze(early).devices).toEqual(analyze(cut).devices);
  expect(analyze(whole)).toEqual(analyze(whole));
});

test('history was blind to what came later', () => {
  const network = madeNetwork(changed(4, { gain: (day) => (day < 130 ? 1 : 1.5) }), 220);
  const history = analyze(network).devices[4]?.history ?? [];
  const before = history.filter(({ asOfUs }) => asOfUs < START_US + 129 * DAY_US);
  expect(before.length).toBeGreaterThan(8);
  for (const { errorEstimate } of before) expect(Math.abs(errorEstimate)).toBeLessThan(0.1);
  expect(history.at(-1)?.errorEstimate).toBeGreaterThan(0.35);
});
