import { at } from '@verimeter/statistics';
import { describe, expect, test } from 'vitest';
import { formIntervals } from '../src/lib/area-intervals.ts';
import { prototypeEstimates } from '../src/lib/prototype-baseline.ts';
import { slopeLoss } from '../src/lib/prototype-loss.ts';
import { describeNoise, whitenBy } from '../src/lib/prototype-noise.ts';
import { element } from './element.ts';
import { healthyMeters, madeFleet } from './made-fleet.ts';
import { bellSequence, sequence } from './sequence.ts';

const variance = (values: Float64Array) =>
  values.reduce((sum, value) => sum + value * value, 0) / values.length;

describe('noise', () => {
  const count = 3000;
  const flat = { load: new Float64Array(count), level: new Float64Array(count) };

  test('white noise passes as it is; noise of counters, which telescopes, takes the longest leak', () => {
    const white = bellSequence(count, 71);
    // whatever leak is taken, the autoregression undoes it
    const passed = whitenBy(describeNoise(white, flat), white);
    expect(variance(passed.map((value, t) => value - at(white, t)))).toBeLessThan(0.02);
    const counter = white.map((value, t) => value - (t === 0 ? 0 : at(white, t - 1)));
    const filter = describeNoise(counter, flat);
    expect(filter.leak).toBe(0.99);
    const left = whitenBy(filter, counter);
    expect(variance(left)).toBeCloseTo(1, 1);
    expect(variance(left.map((value, t) => value - at(white, t)))).toBeLessThan(0.05);
  });

  test('its sd follows the load', () => {
    const load = sequence(count, 72).map((value) => 1.5 * value);
    const rest = bellSequence(count, 73).map((value, t) => value * Math.exp(0.5 * at(load, t)));
    const { inverseSd } = describeNoise(rest, { load, level: flat.level });
    // ln sd = 0.5 x load: from load 0 to load 1 by 0.5
    const near = (value: number) => load.findIndex((x) => Math.abs(x - value) < 0.01);
    expect(Math.log(at(inverseSd, near(0)) / at(inverseSd, near(1)))).toBeCloseTo(0.5, 1);
  });

  test('what is beyond four sd weighs down to its root', () => {
    const rest = bellSequence(count, 74);
    rest[1500] = 16;
    const { weight } = describeNoise(rest, flat);
    expect(weight[1500]).toBeCloseTo(0.5, 1);
    expect(weight[1499]).toBe(1);
  });
});

/** Twelve meters at 230 V, two of them of three phases; each drop is of its own feeder's loads alone. */
function withVoltages(): { input: ReturnType<typeof madeFleet>; drops: number[] } {
  const made = madeFleet([{ groupId: 'A', meters: healthyMeters(12), loss: 0 }], 10);
  const count = made.grid.count;
  const bus = bellSequence(count, 81).map((value) => 235 + value);
  const buses = [bus, bus.map((value, t) => value + 2 * at(sequence(count, 82), t))];
  const area = element(made.areas, 0);
  const kw = (meter: number, k: number) => {
    const register = element(made.meters, meter).importRegister;
    return k === 0 ? 0 : (at(register, k) - at(register, k - 1)) * 4;
  };
  const drops = Array.from({ length: 12 }, (_, i) => 0.3 + 0.05 * i);
  const meters = made.meters.map((meter, index) => {
    if (index === 12) return { ...meter, voltages: buses };
    const feeder = index % 2;
    const own = element(buses, index < 6 ? 0 : 1).map((volts, k) => {
      let drop = 0.7;
      for (let j = feeder; j < 12; j += 2) drop += at(drops, Math.min(index, j)) * kw(j, k);
      return Math.round((volts - drop) * 10) / 10;
    });
    return { ...meter, voltages: index < 2 ? [own, own, own] : [own] };
  });
  return {
    input: {
      ...made,
      meters,
      areas: [
        {
          ...area,
          members: area.members.map((member) => ({
            ...member,
            feeder: member.role === 'consumer' ? `F${member.meter % 2}` : '',
          })),
        },
      ],
    },
    drops,
  };
}

test('loss from slopes: drop over voltage times load; static errors and steps of 0.1 V cost nothing', () => {
  const { input, drops } = withVoltages();
  const intervals = formIntervals(input, element(input.areas, 0), new Set(), []);
  const loss = slopeLoss(input, intervals) ?? new Float64Array(0);
  let found = 0;
  let made = 0;
  for (let t = 0; t < intervals.count; t += 1) {
    found += at(loss, t);
    for (let i = 0; i < 12; i += 1)
      for (let j = i % 2; j < 12; j += 2) {
        const load = (k: number) => at(element(intervals.consumers, k).energy, t) * 4;
        made += (load(i) * at(drops, Math.min(i, j)) * load(j)) / 235 / 4;
      }
  }
  // the voltage at the customers is that of the bus less the drops, some 1 % lower
  expect(found / made).toBeGreaterThan(0.99);
  expect(found / made).toBeLessThan(1.02);
});

test('no loss is told where one meter has no voltage', () => {
  const { input } = withVoltages();
  const meters = input.meters.map((meter, i) => (i === 3 ? { ...meter, voltages: [] } : meter));
  const without = { ...input, meters };
  const intervals = formIntervals(without, element(without.areas, 0), new Set(), []);
  expect(slopeLoss(without, intervals)).toBeUndefined();
});

describe('estimates', () => {
  const meters = healthyMeters(12).map((meter, i) =>
    i === 3 || i === 7 ? { ...meter, error: () => (i === 3 ? 0.03 : -0.3) } : meter,
  );
  const input = madeFleet([{ groupId: 'A', meters, loss: 0.01, noise: 0.004 }], 30);
  const estimates = prototypeEstimates(input, element(input.areas, 0), 0.05);

  test('planted errors are drifted, with e and not beta; honest meters are not', () => {
    estimates.forEach(({ error, standardError, probabilityDrifted }, i) => {
      const truth = i === 3 ? 0.03 : i === 7 ? -0.3 : 0;
      // 30 % too little is beta = -0.43: without the exact conversion this fails by a tenth
      expect(Math.abs(error - truth)).toBeLessThan(Math.max(0.003, 4 * standardError));
      expect(standardError).toBeLessThan(0.01);
      expect(probabilityDrifted > 0.9).toBe(truth !== 0);
    });
  });

  test('what is told of the prevalence counts', () => {
    const rare = prototypeEstimates(input, element(input.areas, 0), 1e-4);
    const lower = rare.map(
      ({ probabilityDrifted }, i) => probabilityDrifted < element(estimates, i).probabilityDrifted,
    );
    // nothing is left to lower in those that are sure
    expect(lower.filter((_, i) => i !== 3 && i !== 7)).toEqual(
      Array.from({ length: 10 }, () => true),
    );
  });
});
