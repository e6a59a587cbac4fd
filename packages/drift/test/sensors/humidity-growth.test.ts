import { expect, test } from 'vitest';
import { dryValues, waterUptake } from '../../src/lib/sensors/humidity-growth.ts';
import { bellSequence } from '../sequence.ts';

const HOURS = 24 * 120;
const HUMIDITY = bellSequence(HOURS, 3).map((x, k) =>
  Math.min(98, Math.max(25, 60 + 20 * Math.sin((2 * Math.PI * k) / 24) + 12 * x)),
);
const AIR = bellSequence(HOURS, 104_729).map((x) => 20 * Math.exp(0.5 * x));

function sensor(growth: number, reference: boolean, seed: number) {
  const noise = bellSequence(HOURS, seed);
  return {
    reference,
    humidity: HUMIDITY,
    values: AIR.map(
      (value, k) =>
        value * (1 + growth * waterUptake(HUMIDITY[k] ?? NaN)) * (1 + 0.05 * (noise[k] ?? NaN)),
    ),
  };
}

/** Mean over damp hours over mean over dry ones, against the air's own. */
function dampOverDry(values: Float64Array): number {
  const ratio = (inside: (percent: number) => boolean): number => {
    let [sum, air] = [0, 0];
    values.forEach((value, k) => {
      if (!inside(HUMIDITY[k] ?? NaN)) return;
      sum += value;
      air += AIR[k] ?? NaN;
    });
    return sum / air;
  };
  return ratio((percent) => percent > 80) / ratio((percent) => percent < 50);
}

/** How far the largest is above the smallest. */
function apart(ratios: readonly number[]): number {
  return Math.max(...ratios) / Math.min(...ratios) - 1;
}

test('water uptake is a / (1 - a) and bounded near saturation', () => {
  expect(waterUptake(50)).toBeCloseTo(1, 12);
  expect(waterUptake(80)).toBeCloseTo(4, 12);
  expect(waterUptake(100)).toBe(waterUptake(95));
});

test('beside a reference the growth of the network is taken out, of each sensor its own', () => {
  const sensors = [
    sensor(0, true, 11_003),
    sensor(0.1, false, 22_003),
    sensor(0.12, false, 33_013),
    sensor(0.2, false, 44_017),
  ];
  const dry = dryValues(sensors);
  sensors.forEach(({ values }, s) => {
    if (s > 0) expect(dampOverDry(values)).toBeGreaterThan(1.25);
    // what trust in four months leaves of the deviation of the last one
    expect(Math.abs(dampOverDry(dry[s] ?? new Float64Array(0)) - 1)).toBeLessThan(
      s === 3 ? 0.09 : 0.03,
    );
  });
  expect(dry[0]).toBe(sensors[0]?.values);
});

test('without a reference sensors are brought to what is common to them', () => {
  const sensors = [0.1, 0.1, 0.1, 0.2].map((growth, s) => sensor(growth, false, 11_003 * (s + 1)));
  const dry = dryValues(sensors).map(dampOverDry);
  const before = sensors.map(({ values }) => dampOverDry(values));
  expect(apart(dry)).toBeLessThan(0.4 * apart(before));
  expect(dry[0]).toBeCloseTo(before[0] ?? NaN, 1);
});
