import type { TrialMeter } from '@verimeter/simulator';
import { expect, test } from 'vitest';
import { movedMeter } from '../src/lib/evaluate/moved-meter.ts';

const meter = (register: number[], volts: number[]): TrialMeter => ({
  deviceId: 'M',
  lot: 'one',
  phases: [0],
  feeder: 1,
  fault: undefined,
  baseError: 0.002,
  clockError: 0,
  meanWatts: 400,
  register: Float64Array.from(register),
  voltages: [Float64Array.from(volts)],
  power: new Float32Array(register.length),
});

test('one counter goes on through the move, whatever the other area began with', () => {
  const day = 3 / 96;
  const before = meter([10, 11, 12, 13, 13, 13], [1, 1, 1, 1, 1, 1]);
  const after = meter([70, 70, 70, 70, 72, 74], [2, 2, 2, 2, 2, 2]);
  const { register, voltages } = movedMeter(before, after, day);
  expect([...register]).toEqual([10, 11, 12, 13, 15, 17]);
  expect([...(voltages[0] ?? [])]).toEqual([1, 1, 1, 1, 2, 2]);
  const gap = movedMeter(meter([10, 11, 12, NaN, 13, 13], []), after, day);
  expect([...gap.register]).toEqual([10, 11, 12, NaN, 14, 16]);
});
