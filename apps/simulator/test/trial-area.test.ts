import { describe, expect, test } from 'vitest';
import {
  INTERVALS_PER_WEEK,
  simulateTrialArea,
  type TrialArea,
  type TrialAreaOptions,
  trialError,
} from '../src/index.ts';

const OPTIONS: TrialAreaOptions = {
  seed: 11,
  area: 3,
  days: 3,
  meters: 8,
  loads: { kind: 'built-in' },
  targetLoss: 0.02,
  clockSd: 5,
  voltages: 'mean',
  voltageResolution: 0.1,
  consumerQuantum: 0.01,
  singlePhaseFeeders: false,
  gapRate: 0,
  healthySd: 0.003,
  lots: [{ name: 'one', meanError: 0.005 }],
  supplySd: 0.003,
  drift: { kind: 'list', faults: new Map() },
};

const build = (change: Partial<TrialAreaOptions> = {}): TrialArea =>
  simulateTrialArea({ ...OPTIONS, ...change });

/** Homes of two weeks: a base, and a peak whose hour differs. */
const homes = Array.from({ length: 9 }, (_, id) => ({
  household: {
    id,
    quantum: 0.01,
    energy: Float32Array.from(
      { length: 2 * INTERVALS_PER_WEEK },
      (__, k) => Math.round(100 * (0.05 + (k % 96 === 4 * id ? 0.6 : 0.02 * (k % 3)))) / 100,
    ),
  },
  shiftWeeks: 0,
}));

const sum = (values: Float64Array): number => values.reduce((a, b) => a + b, 0);

/** Sum over the interval that ends at k of what all customers took. */
const taken = ({ simulation }: TrialArea, k: number): number =>
  simulation.customers.reduce((total, flow) => total + (flow.energy[k] ?? 0), 0);

describe.each([
  ['customers of the city', { kind: 'built-in' } as const],
  ['series', { kind: 'series', households: homes.slice(0, 8) } as const],
])('%s', (_, loads) => {
  const area = build({ loads });

  test('what the bus supplies is what customers take and conductors and meters lose', () => {
    area.simulation.bus.energy.forEach((supplied, k) => {
      // The sweep ends at a relative change of 2e-8 of the voltages.
      expect(Math.abs(supplied - taken(area, k) - (area.lossKwh[k] ?? 0))).toBeLessThan(
        1e-6 * supplied,
      );
    });
  });

  test('the same options give the same area, another seed another one', () => {
    expect(build({ loads }).consumers).toEqual(area.consumers);
    expect(build({ loads, seed: 12 }).supply.register).not.toEqual(area.supply.register);
  });
});

test.each([0.01, 0.02, 0.03])('the mains are stretched to a loss of %f', (targetLoss) => {
  const { lossKwh, simulation } = build({ meters: 40, days: 2, targetLoss });
  const ratio = sum(lossKwh) / sum(simulation.bus.energy);
  // Trial and run differ in the source's voltage and the temperature of the conductors.
  expect(Math.abs(ratio / targetLoss - 1)).toBeLessThan(0.1);
});

test('registers show whole quanta and never run backwards', () => {
  const { consumers, supply } = build({ consumerQuantum: 0.1, supplyQuantum: 0.5 });
  for (const [meter, quantum] of [
    ...consumers.map((c) => [c, 0.1] as const),
    [supply, 0.5] as const,
  ])
    meter.register.forEach((value, k) => {
      expect(Math.abs(value / quantum - Math.round(value / quantum))).toBeLessThan(1e-6);
      if (k > 0) expect(value).toBeGreaterThanOrEqual(meter.register[k - 1] ?? 0);
    });
});

test('a clock that is ahead reads the register that much earlier', () => {
  const fine = { consumerQuantum: 1e-6, lots: [{ name: 'one', meanError: 0 }], healthySd: 1e-12 };
  const exact = build({ ...fine, clockSd: 1e-9 });
  const off = build({ ...fine, clockSd: 30 });
  off.consumers.forEach((meter, index) => {
    const flow = off.simulation.customers[index];
    expect(Math.abs(meter.clockError)).toBeGreaterThan(0);
    const watts = (meter.clockError > 0 ? flow?.before : flow?.after) ?? new Float64Array();
    const late = (exact.consumers[index]?.register[100] ?? 0) - (meter.register[100] ?? 0);
    expect(late).toBeCloseTo(((watts[100] ?? 0) * meter.clockError) / 3.6e6, 5);
  });
});

test('errors: healthy spread around the lot, a listed drift on top', () => {
  const faults = new Map([[2, { kind: 'step', size: -0.03, sinceDay: 1 } as const]]);
  const area = build({ drift: { kind: 'list', faults }, consumerQuantum: 1e-6, clockSd: 0 });
  const drifted = area.consumers[2];
  const flow = area.simulation.customers[2];
  if (drifted === undefined || flow === undefined) throw new Error('no third meter');
  const used = (from: number, to: number): number => sum(flow.energy.slice(from, to));
  const read = (from: number, to: number): number =>
    (drifted.register[to] ?? 0) - (drifted.register[from] ?? 0);
  expect(read(0, 96) / used(1, 97) - 1).toBeCloseTo(drifted.baseError, 5);
  expect(read(96, 288) / used(97, 289) - 1).toBeCloseTo(drifted.baseError - 0.03, 5);
  expect(trialError(drifted, 2)).toBeCloseTo(drifted.baseError - 0.03, 12);
  for (const { baseError } of area.consumers)
    expect(Math.abs(baseError - 0.005)).toBeLessThanOrEqual(0.009);
});

test('every meter may drift where a prevalence is given, in both directions', () => {
  const { consumers } = build({
    meters: 60,
    days: 1,
    drift: { kind: 'prevalence', share: 0.5, size: 0.03 },
  });
  const sizes = consumers.flatMap(({ fault }) => (fault?.kind === 'step' ? [fault.size] : []));
  expect(sizes.length).toBeGreaterThan(15);
  expect(sizes.length).toBeLessThan(45);
  expect(new Set(sizes)).toEqual(new Set([0.03, -0.03]));
});

test('voltages: none, whole volts, samples that are no means, poor drops', () => {
  const of = (change: Partial<TrialAreaOptions>): Float64Array =>
    build(change).consumers[0]?.voltages[0] ?? new Float64Array();
  const mean = of({});
  expect(build({ voltages: 'none' }).consumers[0]?.voltages).toEqual([]);
  expect(of({ voltageResolution: 1 }).every((volts) => Number.isInteger(volts))).toBe(true);
  const sampled = of({ voltages: 'instantaneous' });
  const apart = sampled.map((volts, k) => Math.abs(volts - (mean[k] ?? 0)));
  expect(Math.max(...apart)).toBeGreaterThan(0.3);
  expect(apart.reduce((a, b) => a + b, 0) / apart.length).toBeLessThan(3);
  expect(of({ voltages: 'poor' }).every((volts) => Number.isInteger(volts))).toBe(true);
});

test('single-phase feeders: all customers of a feeder on one phase', () => {
  const { consumers } = build({ singlePhaseFeeders: true, meters: 20, days: 1 });
  const phases = new Map<number, Set<number>>();
  for (const { feeder, phases: own } of consumers)
    phases.set(feeder, new Set([...(phases.get(feeder) ?? []), ...own]));
  expect(phases.size).toBe(3);
  for (const own of phases.values()) expect(own.size).toBe(1);
});

test('a guest is fed like the others', () => {
  const area = build({ guests: 1 });
  expect(area.consumers).toHaveLength(9);
  expect(area.simulation.bus.energy[5]).toBeCloseTo(taken(area, 5) + (area.lossKwh[5] ?? 0), 6);
});

test('no household twice in an area, however its weeks are turned', () => {
  const twice = [...homes.slice(0, 7), { ...homes[0], shiftWeeks: 1 }];
  // @ts-expect-error -- the spread of a possibly missing home
  expect(() => build({ loads: { kind: 'series', households: twice } })).toThrow(RangeError);
});
