import { describe, expect, test } from 'vitest';
import { checkMeter, type MeterCheck } from '../src/lib/meter-checks.ts';
import type { FleetInput, MeterSeries } from '../src/lib/fleet-types.ts';

const STEP_US = 900e6;
const PER_DAY = 96;

/** 25 W.h per quarter of an hour up to a day, then nothing; `idle` quarters without load each night. */
function counter(days: number, runs: number, idle = 0): Float64Array {
  const out = new Float64Array(days * PER_DAY + 1);
  for (let k = 1; k < out.length; k++)
    out[k] = (out[k - 1] ?? 0) + (k <= runs * PER_DAY && k % PER_DAY >= idle ? 0.025 : 0);
  return out;
}

function check(
  importRegister: Float64Array,
  more: Partial<MeterSeries> = {},
  asOf?: number,
): MeterCheck {
  const meter: MeterSeries = {
    deviceId: 'm',
    lot: 'lot',
    limit: 0.01,
    inServiceLimit: 0.02,
    importRegister,
    voltages: [],
    ...more,
  };
  const input: FleetInput = {
    grid: { startUs: 0, stepUs: STEP_US, count: importRegister.length },
    meters: [meter],
    areas: [],
  };
  return checkMeter(input, meter, asOf ?? (importRegister.length - 1) * STEP_US);
}

describe('a register that stands still', () => {
  test('for three days after having run is stopped, from its last step on', () => {
    const found = check(counter(23, 20));
    expect(found.stoppedAt).toBe(20 * PER_DAY);
    expect(found.meanWatts).toBeCloseTo(100, 6);
    expect(found.evidenceDays).toBe(23);
  });

  test('for less than three days is not', () => {
    const out = counter(23, 20);
    expect(check(out, {}, (23 * PER_DAY - 1) * STEP_US).stoppedAt).toBeUndefined();
  });

  test('must stand six times longer than ever before', () => {
    // twelve idle hours each night: 48 quarters and one step; 3 days are 288, six nights 294
    expect(check(counter(23, 20, 48)).stoppedAt).toBeUndefined();
    expect(check(counter(24, 20, 48)).stoppedAt).toBeDefined();
  });

  test('is no stop where it never ran, or went only a few steps', () => {
    expect(check(counter(20, 0)).stoppedAt).toBeUndefined();
    expect(check(counter(20, 0.2)).stoppedAt).toBeUndefined();
  });

  test('is no stop while the export register runs', () => {
    const exportRegister = counter(23, 23);
    expect(check(counter(23, 20), { exportRegister }).stoppedAt).toBeUndefined();
    expect(check(counter(23, 20), { exportRegister: counter(23, 20) }).stoppedAt).toBeDefined();
  });

  test('is not a stop any more once it runs again', () => {
    const out = counter(25, 20);
    out[25 * PER_DAY] = (out[25 * PER_DAY] ?? 0) + 0.025;
    expect(check(out).stoppedAt).toBeUndefined();
  });
});

test('holes are not changes, and count neither as running nor as standing', () => {
  const out = counter(23, 20);
  for (let k = 5 * PER_DAY; k < 6 * PER_DAY; k++) out[k] = NaN;
  const found = check(out);
  // a day without readings is a run of a day without a change: six of them are asked for now
  expect(found.stoppedAt).toBeUndefined();
  expect(found.evidenceDays).toBe(23);
});

test('what lies before its own verification does not count', () => {
  const found = check(counter(23, 23), { validFromUs: 10 * PER_DAY * STEP_US });
  expect(found.evidenceDays).toBe(13);
});

test('backward steps are counted, and a register without a reading is none', () => {
  const out = counter(5, 5);
  out[100] = 0;
  expect(check(out).backward).toBe(1);
  expect(check(new Float64Array(10).fill(NaN)).hasRegister).toBe(false);
});
