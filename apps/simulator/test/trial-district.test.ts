import { describe, expect, it } from 'vitest';
import {
  buildTrialDistrict,
  TRIAL_DISTRICT,
  type TrialDistrict,
  type TrialDistrictOptions,
  trialWaterFleet,
} from '../src/index.ts';

const build = (change: Partial<TrialDistrictOptions> = {}): TrialDistrict =>
  buildTrialDistrict({ ...TRIAL_DISTRICT, homes: 20, days: 21, ...change });

const sum = (values: Iterable<number>): number => [...values].reduce((a, b) => a + b, 0);
const numbers = (values: Float64Array): number[] => [...values].filter((v) => !Number.isNaN(v));

describe('a trial district', () => {
  it('supplies what homes draw, leaks lose, bursts spill and nobody meters, in every step', () => {
    const { truth, flow } = build({ district: 3 });
    const { homes } = truth;
    const { leak, burst, flushing, unmetered } = flow.outlets;
    for (let step = 0; step < flow.supply.length; step += 1) {
      const out =
        (flow.demand[step] ?? 0) +
        (leak[step] ?? 0) +
        (burst[step] ?? 0) +
        (flushing[step] ?? 0) +
        (unmetered[step] ?? 0);
      expect(Math.abs(out - (flow.supply[step] ?? 0))).toBeLessThan(1e-12);
    }
    expect(Math.min(sum(leak), sum(burst), sum(flushing), sum(unmetered))).toBeGreaterThan(0);
    // What the homes' meters saw is what the network delivered to them: two sums of different order.
    const hours = flow.steps.hours;
    for (let k = 0; k <= hours; k += 1) {
      const drawn = sum(homes.map(({ actual }) => actual[k] ?? 0));
      const delivered = sum(flow.demand.subarray(12 * k, 12 * k + 12));
      expect(Math.abs(drawn - delivered)).toBeLessThan(1e-9);
    }
  });

  it('has registers of whole quanta that never run backwards', () => {
    for (const quantum of [0.001, 0.01])
      for (const { register } of build({ consumerQuantum: quantum }).meters.slice(0, -1)) {
        let before = 0;
        for (const value of numbers(register)) {
          expect(Math.abs(value / quantum - Math.round(value / quantum))).toBeLessThan(1e-6);
          expect(value).toBeGreaterThanOrEqual(before);
          before = value;
        }
      }
  });

  it('is a pure function of its options', () => {
    const [a, b, other] = [build(), build(), build({ seed: 2 })];
    expect(b.meters).toEqual(a.meters);
    expect(other.meters[0]?.register).not.toEqual(a.meters[0]?.register);
  });

  it('loses pressure where more flows', () => {
    const { flow } = build({ control: 'constant', bursts: false });
    const steps = [...flow.supply.keys()].toSorted(
      (a, b) => (flow.supply[a] ?? 0) - (flow.supply[b] ?? 0),
    );
    const zones = flow.zonePressure.length / flow.supply.length;
    const tenth = Math.floor(steps.length / 10);
    for (let zone = 0; zone < zones; zone += 1) {
      const mean = (some: readonly number[]): number =>
        sum(some.map((step) => flow.zonePressure[zone * flow.supply.length + step] ?? 0)) /
        some.length;
      expect(mean(steps.slice(-tenth))).toBeLessThan(mean(steps.slice(0, tenth)) - 0.02);
    }
  });

  it('keeps the leak share it is asked for', () => {
    for (const leakShare of [0.2, 0.4]) {
      const found = [0, 1, 2, 3].map(
        (district) => build({ district, leakShare, bursts: false }).truth.leakShare,
      );
      expect(sum(found) / found.length).toBeGreaterThan(0.75 * leakShare);
      expect(sum(found) / found.length).toBeLessThan(1.25 * leakShare);
    }
  });

  it('has what was injected in the registers', () => {
    const drifted = build({
      clockSd: 0,
      gapRate: 0,
      drift: {
        kind: 'list',
        faults: new Map([
          [2, { kind: 'drift', size: -0.2, sinceDay: -1 }],
          [4, { kind: 'stopped', sinceDay: 10 }],
        ]),
      },
    });
    const truth = drifted.truth.homes[2];
    const register = drifted.meters[2]?.register ?? new Float64Array();
    const counted = (register.at(-1) ?? 0) - (register[0] ?? 0);
    const drawn = sum(truth?.actual.subarray(1) ?? []);
    expect(counted / drawn - 1).toBeCloseTo(truth?.error ?? Number.NaN, 2);
    expect(truth?.error).toBeCloseTo(0.8 * (1 + (truth?.baseError ?? 0)) - 1, 9);
    const still = drifted.meters[4]?.register.subarray(24 * 10) ?? [];
    expect(new Set(still).size).toBe(1);
  });

  it('reads where it is told to', () => {
    const own = build({ reads: 'own-minute' });
    expect(own.meters.filter(({ reads }) => reads.onGrid === 0).length).toBeGreaterThan(17);
    expect(
      own.meters.every(({ register, reads }) => reads.onGrid === 1 || register.every(Number.isNaN)),
    ).toBe(true);
    const daily = build({ readEvery: 'day' });
    const [home, supply] = [daily.meters[0], daily.meters.at(-1)];
    expect(numbers(home?.register ?? new Float64Array()).length).toBeLessThanOrEqual(21);
    expect(numbers(supply?.register ?? new Float64Array()).length).toBeGreaterThan(480);
    // The hour before 17:00 UTC ends at midnight of the place.
    expect(home?.register[17]).not.toBeNaN();
  });

  it('makes a fleet whose members are its meters', () => {
    const fleet = trialWaterFleet([build(), build({ district: 1 })]);
    expect(fleet.grid.count).toBe(21 * 24 + 1);
    expect(fleet.meters.map(({ deviceId }) => deviceId)).toEqual(
      fleet.meters.map(({ deviceId }) => deviceId).toSorted(),
    );
    for (const { groupId, members } of fleet.districts) {
      expect(members).toHaveLength(21);
      for (const { meter, role } of members) {
        expect(fleet.meters[meter]?.deviceId.startsWith(groupId)).toBe(true);
        expect(fleet.meters[meter]?.deviceId.endsWith('SUM')).toBe(role === 'supply');
      }
    }
  });
});
