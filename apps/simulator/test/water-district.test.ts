import { describe, expect, it } from 'vitest';
import { buildWaterDistrict, type WaterDistrict } from '../src/lib/water-district.ts';
import { gainAt } from '../src/lib/water-meter.ts';
import { waterError } from '../src/lib/water-truth.ts';

const START = Date.UTC(2026, 9, 19);
const build = (seed: number, days = 35): WaterDistrict =>
  buildWaterDistrict({ seed, startMs: START, days }, { homes: 30, daysBefore: 56 }, 35);

const numbers = (values: Float64Array): number[] => [...values].filter((v) => !Number.isNaN(v));

describe('the water district of a small city', () => {
  it('has thirteen weeks of hours, and hides five faults in homes that use water', () => {
    for (const seed of [101, 102, 103]) {
      const { histories, meters } = build(seed);
      const faults = histories.flatMap(({ fault }) => (fault === undefined ? [] : [fault]));
      expect(faults.map(({ kind }) => kind).toSorted()).toEqual([
        'backflow',
        'customer-leak',
        'drift',
        'drift',
        'stopped',
      ]);
      const sizes = faults.flatMap((fault) => (fault.kind === 'drift' ? [fault.size] : []));
      expect(Math.max(...sizes)).toBeLessThan(-0.08);
      expect(Math.min(...sizes)).toBeGreaterThan(-0.25);
      expect(meters.map(({ register }) => register.length)).toEqual(
        Array.from({ length: 31 }, () => 24 * 91 + 1),
      );
      for (const { fault, actual } of histories)
        if (fault !== undefined)
          expect(actual.reduce((sum, volume) => sum + volume, 0) / 91).toBeGreaterThan(0.05);
    }
  });

  it('counts what the truth says: drift in the register, back in a register of its own, nothing once stopped', () => {
    const { histories, meters } = build(104);
    histories.forEach(({ deviceId, fault, actual, healthy }, home) => {
      const meter = meters[home];
      expect(meter?.deviceId).toBe(deviceId);
      const register = numbers(meter?.register ?? new Float64Array());
      const back = numbers(meter?.reverseRegister ?? new Float64Array());
      const counted = (register.at(-1) ?? 0) - (register[0] ?? 0);
      const drawn = actual.subarray(1).reduce((sum, volume) => sum + volume, 0);
      const e = waterError({ actual, healthy }, gainAt(fault, 91), 24 * 91);
      expect((back.at(-1) ?? 0) > 0).toBe(fault?.kind === 'backflow');
      if (fault?.kind === 'stopped') {
        const still = meter?.register.subarray(Math.ceil(24 * fault.sinceDay) + 1) ?? [];
        expect(new Set(numbers(Float64Array.from(still))).size).toBe(1);
        expect(counted).toBeLessThan(0.9 * drawn);
      } else if (fault?.kind === 'drift' && fault.sinceDay > 0)
        // Healthy until then: the window's mean lies between.
        expect(counted / drawn - 1).toBeGreaterThan(e);
      else expect(Math.abs(counted / drawn - 1 - e)).toBeLessThan(0.01);
    });
  });

  it('does not change its past when more days are built', () => {
    const short = build(105, 20);
    const long = build(105, 40);
    expect(long.devices).toEqual(short.devices);
    expect(long.histories.map(({ fault }) => fault)).toEqual(
      short.histories.map(({ fault }) => fault),
    );
    short.meters.forEach(({ register, reverseRegister, pressure }, index) => {
      const same = long.meters[index];
      expect(same?.register.subarray(0, register.length)).toEqual(register);
      if (reverseRegister !== undefined)
        expect(same?.reverseRegister?.subarray(0, register.length)).toEqual(reverseRegister);
      if (pressure !== undefined)
        expect(same?.pressure?.subarray(0, register.length)).toEqual(pressure);
    });
  });

  it('tells its meters apart by nothing but their role', () => {
    const { devices, meters } = build(106);
    const filled = devices
      .filter(({ kind }) => kind === 'water_meter')
      .map((row) =>
        Object.entries(row)
          .flatMap(([name, value]) => (value === '' ? [] : name))
          .join(),
      );
    expect(new Set(filled).size).toBe(1);
    for (const { deviceId, reverseRegister } of meters)
      expect(reverseRegister === undefined).toBe(deviceId.endsWith('SUM'));
  });
});
