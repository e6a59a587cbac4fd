import { describe, expect, it } from 'vitest';

import { growth } from '../src/lib/air-element.ts';
import { correlatedField } from '../src/lib/air-field.ts';
import { relativeHumidity } from '../src/lib/air-weather.ts';
import {
  buildTrialNetwork,
  type TrialNetwork,
  type TrialNetworkOptions,
  type TrialSensorSeries,
  sensorError,
  type TrialSensorTruth,
} from '../src/index.ts';

const BASE: TrialNetworkOptions = {
  seed: 105,
  network: 1,
  sensors: 5,
  references: 1,
  days: 60,
  quantities: ['pm2_5', 'no2', 'o3', 'pressure'],
};

interface One {
  readonly series: TrialSensorSeries;
  readonly truth: TrialSensorTruth;
}

function one(network: TrialNetwork, deviceId: string, quantity: string): One {
  const index = network.input.series.findIndex(
    (series) => series.deviceId === deviceId && series.quantity === quantity,
  );
  const [series, truth] = [network.input.series[index], network.truths[index]];
  if (series === undefined || truth === undefined) throw new Error(`no ${deviceId} ${quantity}`);
  return { series, truth };
}

function mean(values: ArrayLike<number>): number {
  let [sum, count] = [0, 0];
  for (const value of Array.from(values)) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count += 1;
  }
  return sum / count;
}

function product(x: readonly number[], y: readonly number[]): number {
  return x.reduce((sum, value, k) => sum + value * (y[k] ?? 0), 0);
}

function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [middleOfA, middleOfB] = [mean(a), mean(b)];
  const left = Array.from(a, (value) => value - middleOfA);
  const right = Array.from(b, (value) => value - middleOfB);
  return product(left, right) / Math.sqrt(product(left, left) * product(right, right));
}

/** Mean of what there is at an hour of local time. */
function hourly(network: TrialNetwork, quantity: string, hour: number): number {
  const { actual } = one(network, 'N1-01', quantity).truth;
  return mean(actual.filter((_, k) => (k + 7) % 24 === hour));
}

describe('a trial network', () => {
  const network = buildTrialNetwork(BASE);

  it('depends on its options only, and another number is another network', () => {
    expect(buildTrialNetwork(BASE)).toEqual(network);
    const other = buildTrialNetwork({ ...BASE, network: 2 });
    expect(other.truths[0]?.actual[100]).not.toBe(network.truths[0]?.actual[100]);
  });

  it('does not change its past when it lasts longer, nor its sensors when others are added', () => {
    const longer = buildTrialNetwork({ ...BASE, days: 90 });
    const more = buildTrialNetwork({ ...BASE, sensors: 7, references: 0 });
    for (const { deviceId, quantity, values } of network.input.series) {
      const own = one(longer, deviceId, quantity).series.values.subarray(0, values.length);
      expect(own).toEqual(values);
      if (!deviceId.includes('REF'))
        expect(one(more, deviceId, quantity).series.values).toEqual(values);
    }
  });

  it('lists its series by device and quantity, sensors with humidity and temperature', () => {
    const names = network.input.series.map(({ deviceId, quantity }) => `${deviceId} ${quantity}`);
    expect(names).toEqual(names.toSorted());
    expect(names).toHaveLength(5 * 6 + 4);
    expect(network.input.grid.count).toBe(24 * 60 + 1);
    for (const { values } of network.input.series) {
      const missing = values.filter((value) => Number.isNaN(value)).length / values.length;
      expect(missing).toBeLessThan(0.2);
    }
  });

  it('has air that obeys physics', () => {
    for (const { quantity, actual } of network.truths) {
      const [low, high] = [Math.min(...actual), Math.max(...actual)];
      if (quantity === 'pressure') {
        expect(low).toBeGreaterThan(970);
        expect(high).toBeLessThan(1050);
      } else if (quantity === 'temperature') {
        expect(low).toBeGreaterThan(0);
        expect(high).toBeLessThan(45);
      } else {
        expect(low).toBeGreaterThan(0);
        if (quantity === 'humidity') expect(high).toBeLessThanOrEqual(100);
      }
    }
    // By day ozone is made and mixed down; where traffic puts NO, it is taken away.
    expect(hourly(network, 'o3', 13)).toBeGreaterThan(2 * hourly(network, 'o3', 6));
    expect(hourly(network, 'no2', 8)).toBeGreaterThan(hourly(network, 'no2', 13));
  });

  it('shows what there is, times its gain, plus its offset', () => {
    const { series, truth } = one(network, 'N1-REF1', 'pm2_5');
    for (let k = 0; k < series.values.length; k += 1) {
      const value = series.values[k] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      const expected = (truth.gain[k] ?? 0) * (truth.actual[k] ?? 0) + (truth.offset[k] ?? 0);
      expect(Math.abs(value - expected)).toBeLessThan(1.5 + 0.08 * expected);
    }
    // A light-scattering sensor in damp air shows more than there is.
    const damp = one(network, 'N1-01', 'pm2_5');
    expect(mean(damp.series.values)).toBeGreaterThan(1.15 * mean(damp.truth.actual));
  });
});

describe('faults and events', () => {
  const days = 200;
  const healthy = buildTrialNetwork({ ...BASE, days, quantities: ['pm2_5', 'temperature'] });
  const build = (change: Partial<TrialNetworkOptions>): TrialNetwork =>
    buildTrialNetwork({ ...BASE, days, quantities: ['pm2_5', 'temperature'], ...change });
  const last = 24 * days;

  it('a ramp grows from its day on, on the drawn share of the sensors', () => {
    const drifting = build({
      drift: {
        quantity: 'pm2_5',
        share: 0.4,
        fault: { kind: 'gain_ramp', perYear: 0.2, sinceDay: 100 },
      },
    });
    const grown = drifting.truths.flatMap((truth, index) => {
      const before = healthy.truths[index];
      if (before === undefined || truth.quantity !== 'pm2_5') return [];
      expect(truth.gain[2399]).toBe(before.gain[2399]);
      const ratio = (truth.gain[last] ?? 0) / (before.gain[last] ?? 1);
      return ratio === 1 ? [] : [ratio];
    });
    // 100 days at 20 % a year of 8766 hours.
    expect(grown).toEqual([expect.closeTo(1.054757, 5), expect.closeTo(1.054757, 5)]);
  });

  it('an offset step and a stuck value begin on their day', () => {
    const faulty = build({
      faults: [
        {
          sensor: 0,
          quantity: 'temperature',
          fault: { kind: 'offset_step', size: 0.5, sinceDay: 50 },
        },
        { sensor: 1, quantity: 'pm2_5', fault: { kind: 'stuck', sinceDay: 60 } },
        { sensor: 2, quantity: 'pm2_5', fault: { kind: 'noise', factor: 6, sinceDay: 60 } },
      ],
    });
    const [shifted, usual] = [faulty, healthy].map((network) =>
      one(network, 'N1-01', 'temperature'),
    );
    if (shifted === undefined || usual === undefined) throw new Error('no series');
    expect(sensorError(shifted.truth, last)).toBeCloseTo(sensorError(usual.truth, last) + 0.5, 9);
    expect(shifted.series.values.subarray(0, 1200)).toEqual(usual.series.values.subarray(0, 1200));
    const stuck = one(faulty, 'N1-02', 'pm2_5').series.values.subarray(60 * 24 + 1);
    expect(new Set(stuck.filter((value) => !Number.isNaN(value))).size).toBe(1);
    const noise = (network: TrialNetwork): number => {
      const { values } = one(network, 'N1-03', 'pm2_5').series;
      const steps = values.subarray(61 * 24).map((value, k, all) => value - (all[k - 1] ?? value));
      return mean(steps.map(Math.abs));
    };
    expect(noise(faulty)).toBeGreaterThan(1.5 * noise(healthy));
  });

  it('an exchange ends the fault and begins anew; a move changes the air, not the element', () => {
    const changed = build({
      faults: [
        { sensor: 0, quantity: 'pm2_5', fault: { kind: 'gain_step', size: 0.5, sinceDay: 20 } },
      ],
      events: [
        { sensor: 0, day: 80, kind: 'replaced' },
        { sensor: 3, day: 90, kind: 'moved' },
      ],
    });
    const replaced = one(changed, 'N1-01', 'pm2_5');
    expect(replaced.truth.gain[79 * 24]).toBeGreaterThan(1.35);
    expect(replaced.truth.gain[80 * 24]).toBeLessThan(1.15);
    expect(replaced.series.restartsUs).toEqual(
      [0, 80 * 86_400e6].map((us) => changed.input.grid.startUs + us),
    );
    const moved = one(changed, 'N1-04', 'pm2_5');
    const stayed = one(healthy, 'N1-04', 'pm2_5');
    expect(moved.truth.gain).toEqual(stayed.truth.gain);
    expect(moved.truth.actual[89 * 24]).toBe(stayed.truth.actual[89 * 24]);
    expect(moved.truth.actual[91 * 24]).not.toBe(stayed.truth.actual[91 * 24]);
  });

  it('two channels see the same air, and only the first one has the fault', () => {
    const fault = { kind: 'gain_step', size: 0.4, sinceDay: 0 } as const;
    const double = build({ twoChannel: true, faults: [{ sensor: 0, quantity: 'pm2_5', fault }] });
    const { series } = one(double, 'N1-01', 'pm2_5');
    if (series.partner === undefined) throw new Error('no second channel');
    const pairs = Array.from(series.values, (value, k) => [value, series.partner?.[k] ?? 0]).filter(
      ([a]) => !Number.isNaN(a),
    );
    expect(
      correlation(
        pairs.map(([a]) => a ?? 0),
        pairs.map(([, b]) => b ?? 0),
      ),
    ).toBeGreaterThan(0.97);
    const ratio = mean(pairs.map(([a]) => a ?? 0)) / mean(pairs.map(([, b]) => b ?? 0));
    expect(ratio).toBeGreaterThan(1.25);
    expect(ratio).toBeLessThan(1.55);
  });

  it('e is the error of the level of the last thirty days, gain and offset together', () => {
    const hours = 1000;
    const truth: TrialSensorTruth = {
      deviceId: 'X',
      quantity: 'pm2_5',
      faults: [],
      actual: Float64Array.from({ length: hours }, (_, k) => (k < 500 ? 80 : 40)),
      gain: new Float64Array(hours).fill(1.1),
      offset: new Float64Array(hours).fill(2),
    };
    expect(sensorError(truth, 499)).toBeCloseTo(0.1 + 2 / 80, 12);
    // hours 280 to 499 at 80, 500 to 999 at 40: 37,600 in 720 hours
    expect(sensorError(truth, 999)).toBeCloseTo(0.1 + (2 * 720) / 37_600, 12);
    expect(sensorError({ ...truth, quantity: 'temperature' }, 999)).toBe(2);
  });
});

describe('the physics of the air', () => {
  it('grows particles with the water they take up', () => {
    // kappa 0.2, density 1.65: 1 + 0.121212 * 0.85 / 0.15 = 1.686869 over 1 + 0.121212 * 0.35 / 0.65 = 1.065268
    expect(growth(85, 0.2)).toBeCloseTo(1.583516, 5);
    expect(growth(35, 0.2)).toBe(1);
    expect(growth(99, 0.2)).toBe(growth(92, 0.2));
  });

  it('knows saturation: 20 degrees over a dew point of 10 is 52.5 %', () => {
    // 12.27 hPa over 23.38 hPa
    expect(relativeHumidity(20, 10)).toBeCloseTo(52.5, 0);
    expect(relativeHumidity(5, 5)).toBe(100);
  });

  it('correlates with the distance as it says', () => {
    const places = [0, 2, 8].map((east) => ({ east, north: 0, height: 0 }));
    const [a, b, c] = correlatedField([7], places, { length: 5, hours: 4, sd: 0.3 }, 40_000);
    if (a === undefined || b === undefined || c === undefined) throw new Error('no series');
    expect(correlation(a, b)).toBeCloseTo(Math.exp(-0.4), 1);
    expect(correlation(a, c)).toBeCloseTo(Math.exp(-1.6), 1);
    expect(correlation(a.subarray(4), a.subarray(0, -4))).toBeCloseTo(Math.exp(-1), 1);
    expect(Math.sqrt(mean(a.map((value) => value * value)))).toBeCloseTo(0.3, 1);
  });
});
