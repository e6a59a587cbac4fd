import { describe, expect, test } from 'vitest';

import type { TrueFlow } from '../src/lib/area-flow.ts';
import { driftAt, type MeterNature, readMeter } from '../src/lib/meter.ts';

const COUNT = 40 * 96 + 1;

/** 1 kW throughout: 0.25 kW.h in each interval. */
const steady: TrueFlow = {
  energy: new Float64Array(COUNT).fill(0.25),
  before: new Float64Array(COUNT).fill(1000),
  after: new Float64Array(COUNT).fill(1000),
  voltages: [new Float64Array(COUNT).fill(230)],
};

const perfect: MeterNature = {
  key: 42,
  baseError: 0,
  clockError: 0,
  voltageErrors: [0],
  registerStart: 100,
  quantum: 0.01,
};

const finite = (values: Float64Array): number[] =>
  [...values].filter((value) => !Number.isNaN(value));

describe('an electricity meter', () => {
  test('shows whole quanta of what passed, and nothing where a reading is missing', () => {
    const { register, voltages } = readMeter(7, perfect, steady, undefined);
    register.forEach((value, k) => {
      expect(Number.isNaN(value)).toBe(Number.isNaN(voltages[0]?.[k] ?? 0));
      if (Number.isNaN(value)) return;
      expect(value).toBeCloseTo(100 + 0.25 * k, 6);
    });
    const missing = COUNT - finite(register).length;
    expect(missing / COUNT).toBeGreaterThan(0.001);
    expect(missing / COUNT).toBeLessThan(0.01);
  });

  test('with a clock that is ahead reads before the stamped time', () => {
    const ahead = { ...perfect, clockError: 36, quantum: 1e-6 };
    const { register } = readMeter(7, ahead, steady, undefined);
    const k = register.findIndex((value) => !Number.isNaN(value));
    // 36 s at 1 kW are 10 W.h.
    expect(register[k]).toBeCloseTo(100 + 0.25 * k - 0.01, 5);
  });

  test('takes the power on its side of the grid point for the seconds its clock is off', () => {
    const flow = { ...steady, before: new Float64Array(COUNT), after: steady.after };
    const fine = { ...perfect, quantum: 1e-6 };
    const ahead = readMeter(7, { ...fine, clockError: 10 }, flow, undefined).register;
    const behind = readMeter(7, { ...fine, clockError: -10 }, flow, undefined).register;
    const k = ahead.findIndex((value) => !Number.isNaN(value));
    expect((behind[k] ?? 0) - (ahead[k] ?? 0)).toBeCloseTo(10 / 3600, 5);
  });

  test('with a step error counts differently from that day on', () => {
    const fault = { kind: 'step', size: 0.05, sinceDay: 10 } as const;
    const { register } = readMeter(7, { ...perfect, baseError: -0.002 }, steady, fault);
    const last = register.findLastIndex((value) => !Number.isNaN(value));
    const step = 10 * 96;
    const expected = 100 + 0.25 * (step * 0.998 + (last - step) * 1.048);
    expect(Math.abs((register[last] ?? 0) - expected)).toBeLessThanOrEqual(0.0101);
  });

  test('with a ramp drifts evenly and then keeps its size', () => {
    const fault = { kind: 'ramp', size: -0.08, sinceDay: -5, untilDay: 35 } as const;
    expect(driftAt(fault, -6)).toBeCloseTo(0, 12);
    expect(driftAt(fault, 15)).toBeCloseTo(-0.04, 12);
    expect(driftAt(fault, 35)).toBe(-0.08);
    expect(driftAt(fault, 300)).toBe(-0.08);
  });

  test('that stopped keeps its register while its voltage goes on', () => {
    const { register, voltages } = readMeter(7, perfect, steady, { kind: 'stopped', sinceDay: 12 });
    expect(new Set(finite(register.subarray(12 * 96))).size).toBe(1);
    expect(finite(voltages[0]?.subarray(12 * 96) ?? new Float64Array()).length).toBeGreaterThan(
      2000,
    );
  });

  test('shows a voltage that is off by its static error, to a tenth of a volt', () => {
    const { voltages } = readMeter(7, { ...perfect, voltageErrors: [0.004] }, steady, undefined);
    expect(new Set(finite(voltages[0] ?? new Float64Array()))).toEqual(new Set([230.9]));
  });
});
