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

test.each([333, 500])(
  'a peak that was not among the steps the lines were made for makes them shorter (interval %i)',
  (peak) => {
    const households = homes.slice(0, 8).map(({ household, shiftWeeks }) => ({
      household: {
        ...household,
        // 20 kW in every home at once, for a quarter of an hour in two weeks
        energy: household.energy.map((energy, k) => (k === peak ? 5 : energy)),
      },
      shiftWeeks,
    }));
    const area = build({ days: 28, targetLoss: 0.044, loads: { kind: 'series', households } });
    const loss = sum(area.lossKwh) / sum(area.simulation.bus.energy);
    // Less than asked; without the shorter lines the flow does not settle, or settles at no voltage at all.
    expect(loss).toBeGreaterThan(0.01);
    expect(loss).toBeLessThan(0.044);
  },
);

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

const registerOf = (area: TrialArea, index: number): Float64Array =>
  (index < 0 ? area.supply : area.consumers[index])?.register ?? new Float64Array();

describe('what a gate has to find', () => {
  test('readings stamped wrong are those of the clean area, moved', () => {
    const clean = build();
    const wrong = build({
      stamps: new Map([
        [2, { intervals: 3 }],
        [4, { intervals: -4, sinceDay: 1.5 }],
        [-1, { intervals: -1 }],
      ]),
    });
    expect(registerOf(wrong, 2).slice(3)).toEqual(registerOf(clean, 2).slice(0, -3));
    expect(registerOf(wrong, 2).slice(0, 3)).toEqual(Float64Array.of(NaN, NaN, NaN));
    const since = 1.5 * 96;
    expect(registerOf(wrong, 4).slice(0, since)).toEqual(registerOf(clean, 4).slice(0, since));
    expect(registerOf(wrong, 4).slice(since, -4)).toEqual(registerOf(clean, 4).slice(since + 4));
    expect(registerOf(wrong, -1).slice(0, -1)).toEqual(registerOf(clean, -1).slice(1));
    // the voltages come in the same messages
    const volts = wrong.consumers[2]?.voltages[0] ?? new Float64Array();
    expect(volts.slice(3)).toEqual(clean.consumers[2]?.voltages[0]?.slice(0, -3));
  });

  test('loads that no meter counts are in the supply, at their hours', () => {
    const unmetered = { kind: 'street-light', watts: 1000 } as const;
    const area = build({ unmetered: [unmetered] });
    expect(area.consumers).toHaveLength(8);
    const left = (k: number): number =>
      4 *
      ((area.simulation.bus.energy[k] ?? 0) -
        area.consumers.reduce(
          (total, _, index) => total + (area.simulation.customers[index]?.energy[k] ?? 0),
          0,
        ) -
        (area.lossKwh[k] ?? 0));
    // local time is UTC+7: 22:00 and noon of the second day
    expect(left(96 + 4 * 15)).toBeCloseTo(1, 2);
    expect(left(96 + 4 * 5)).toBeCloseTo(0, 2);
  });

  test('a customer who hangs elsewhere takes nothing here', () => {
    const area = build({ fedDays: new Map([[5, { fromDay: 1, toDay: 2 }]]) });
    const { energy } = area.simulation.customers[5] ?? { energy: new Float64Array() };
    expect(sum(energy.slice(0, 96))).toBeLessThan(1e-6);
    expect(sum(energy.slice(98, 192))).toBeGreaterThan(0.1);
    expect(sum(energy.slice(194))).toBeLessThan(1e-6);
  });

  test('the same meter in two areas has one error', () => {
    const here = build();
    const there = build({ area: 4, sameMeter: new Map([[0, { area: 3, index: 6 }]]) });
    expect(there.consumers[0]?.baseError).toBe(here.consumers[6]?.baseError);
    expect(there.consumers[1]?.baseError).not.toBe(here.consumers[7]?.baseError);
  });
});

describe('photovoltaic roofs', () => {
  const area = build({ pvShare: 0.5, consumerQuantum: 1e-6, clockSd: 0 });

  test('feed back by day, through a second register with the same error', () => {
    const roofs = area.consumers.flatMap((meter, index) => {
      const flow = area.simulation.customers[index];
      return flow !== undefined && sum(flow.exported ?? new Float64Array()) > 1
        ? [{ meter, flow }]
        : [];
    });
    expect(roofs.length).toBeGreaterThan(1);
    expect(roofs.length).toBeLessThan(8);
    for (const { meter, flow } of roofs) {
      const { exportRegister = new Float64Array(), register } = meter;
      const gain = (shown: Float64Array, passed: Float64Array): number =>
        ((shown.at(-1) ?? 0) - (shown[0] ?? 0)) / sum(passed.slice(1)) - 1;
      expect(gain(exportRegister, flow.exported ?? new Float64Array())).toBeCloseTo(
        meter.baseError,
        5,
      );
      expect(gain(register, flow.energy)).toBeCloseTo(meter.baseError, 5);
      // 17:30 to 22:30 UTC is night in Viet Nam
      flow.exported?.forEach((energy, k) => {
        const hour = (k % 96) / 4;
        if (hour > 11.5 && hour < 22) expect(energy).toBeLessThan(1e-9);
      });
    }
  });

  test('the bus balances in net energies', () => {
    const { bus, customers } = area.simulation;
    bus.energy.forEach((supplied, k) => {
      const net = (flow: (typeof customers)[number]): number =>
        (flow.energy[k] ?? 0) - (flow.exported?.[k] ?? 0);
      const gross = supplied + (bus.exported?.[k] ?? 0);
      const left = net(bus) - customers.reduce((total, flow) => total + net(flow), 0);
      expect(Math.abs(left - (area.lossKwh[k] ?? 0))).toBeLessThan(1e-6 * gross + 1e-9);
    });
  });
});

test('lines that are too long for their loads are tried shorter', () => {
  // eight peaks of 128 kW at once behind lines as they are built first: the sweep does not settle there
  const households = homes.slice(0, 8).map(({ household, shiftWeeks }) => ({
    household: {
      ...household,
      energy: household.energy.map((kwh, k) => (k % 96 === 4 ? 32 : kwh)),
    },
    shiftWeeks,
  }));
  const area = build({ loads: { kind: 'series', households }, singlePhaseFeeders: true });
  const { energy } = area.simulation.bus;
  expect(sum(area.lossKwh) / sum(energy)).toBeGreaterThan(0.02);
  energy.forEach((supplied, k) => {
    expect(Math.abs(supplied - taken(area, k) - (area.lossKwh[k] ?? 0))).toBeLessThan(
      1e-6 * supplied,
    );
  });
});
