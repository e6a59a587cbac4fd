import { describe, expect, test } from 'vitest';
import { checkWaterMeter } from '../src/lib/water-meter/check-water-meter.ts';
import { learnWaterFleet } from '../src/lib/water-meter/water-fleet-context.ts';
import {
  type WaterMeterAnswer,
  withWaterCheck,
} from '../src/lib/water-meter/water-meter-findings.ts';
import type { WaterMeterSeries } from '../src/lib/water/water-types.ts';
import type { DeviceResult } from '../src/lib/fleet-types.ts';
import { sequence } from './sequence.ts';
import {
  counter,
  DAY_US,
  HOUR_US,
  household,
  neighbours,
  START_US,
  waterMeter,
} from './water-home.ts';

const DAYS = 210;
const OTHERS = neighbours(DAYS, 12);
const AS_OF = START_US + DAYS * DAY_US;

function check(
  meter: WaterMeterSeries,
  others: readonly WaterMeterSeries[] = OTHERS,
): WaterMeterAnswer {
  const grid = { startUs: START_US, stepUs: HOUR_US, count: DAYS * 24 + 1 };
  const meters = [meter, ...others];
  return checkWaterMeter(meter, learnWaterFleet({ grid, zoneMinutes: 420, meters }, AS_OF));
}

const hours = household(DAYS, 7);
const codesOf = (answer: WaterMeterAnswer): string[] => answer.evidence.map(({ code }) => code);
const valuesOf = (answer: WaterMeterAnswer, wanted: string) =>
  answer.evidence.find(({ code }) => code === wanted)?.values ?? {};

/** A counter of what flows back: so many m3 at three in the morning of some days. */
const backwards = (size: number, days: readonly number[]): Float64Array => {
  let sum = 0;
  return Float64Array.from({ length: DAYS * 24 + 1 }, (_, k) => {
    if (days.some((day) => day * 24 + 3 === k)) sum += size;
    return sum;
  });
};
const said = (part: Partial<WaterMeterAnswer>): WaterMeterAnswer => ({
  deviceId: 'm',
  findings: [],
  evidence: [{ code: 'continuous_flow', values: {} }],
  evidenceDays: 210,
  ...part,
});

test('a healthy home has no findings', () => {
  expect(check(waterMeter('m', counter(hours))).findings).toEqual([]);
  expect(check(waterMeter('m', counter(hours, 0.01))).findings).toEqual([]);
});

describe('water that flows back', () => {
  test('by falls of the register on several days is reverse', () => {
    const back = counter(hours);
    for (const day of [190, 195, 199, 205])
      for (let k = day * 24 + 5; k < back.length; k++) back[k] = (back[k] ?? 0) - 0.05;
    const answer = check(waterMeter('m', back));
    expect(answer.overrides).toEqual({ indication: 'reverse', recommendation: 'inspect' });
    expect(valuesOf(answer, 'reverse_flow')).toMatchObject({ days: 4 });
    expect(valuesOf(answer, 'reverse_flow')['m3']).toBeCloseTo(0.2, 1);
  });

  test('by its own counter is reverse; a litre once is not', () => {
    const register = counter(hours);
    const often = check(
      waterMeter('m', register, { reverseRegister: backwards(0.1, [185, 190, 200]) }),
    );
    expect(often.overrides?.indication).toBe('reverse');
    const once = check(waterMeter('m', register, { reverseRegister: backwards(0.001, [200]) }));
    expect(once.findings).toEqual([]);
  });

  test('a meter that turns backwards all the time is reverse', () => {
    const forward = counter(hours);
    const answer = check(
      waterMeter(
        'm',
        forward.map((value) => 200 - (value - 100)),
      ),
    );
    expect(answer.overrides?.indication).toBe('reverse');
  });
});

test('a register that jumps four times in a month is faulty', () => {
  const register = counter(hours);
  for (const day of [188, 192, 199, 204])
    register[day * 24 + 12] = (register[day * 24 + 12] ?? 0) + 248;
  const answer = check(waterMeter('m', register));
  expect(answer.overrides).toEqual({ indication: 'register_fault', recommendation: 'inspect' });
  expect(valuesOf(answer, 'register_events')).toEqual({ days: 30, count: 4 });
});

test('air: pulses when pressure comes back to an empty pipe', () => {
  const pressure = new Float64Array(DAYS * 24 + 1).fill(2.5);
  const pulsed = Float64Array.from(hours);
  for (const day of [60, 90, 120, 150, 180]) {
    for (let k = day * 24 + 8; k < day * 24 + 14; k++) {
      pressure[k] = 0.05;
      pulsed[k - 1] = 0;
    }
    pulsed[day * 24 + 13] = 0.4;
  }
  const air = check(waterMeter('m', counter(pulsed), { pressure }));
  expect(codesOf(air)).toEqual(['air_suspected']);
  expect(valuesOf(air, 'air_suspected')).toMatchObject({ returns: 5, pulses: 5 });
  expect(air.overrides).toBeUndefined();
  expect(check(waterMeter('m', counter(hours), { pressure })).findings).toEqual([]);
});

describe('water that never stops flowing', () => {
  test('is a leak behind the meter, with rate and beginning', () => {
    const leaking = hours.map((value, k) => value + (k >= 180 * 24 ? 0.004 : 0));
    for (const quantum of [0.001, 0.01]) {
      const answer = check(waterMeter('m', counter(leaking, quantum)));
      expect(answer.overrides).toBeUndefined();
      const { litres_per_hour, days, since } = valuesOf(answer, 'continuous_flow');
      expect(litres_per_hour).toBeGreaterThan(2);
      expect(litres_per_hour).toBeLessThan(7);
      expect(days).toBeGreaterThanOrEqual(29);
      expect(days).toBeLessThanOrEqual(31);
      expect(Date.parse(String(since)) * 1000).toBeGreaterThan(START_US + 178 * DAY_US);
    }
  });

  test('is not told of a register too coarse for it, nor when a night was dry', () => {
    const leaking = hours.map((value) => value + 0.004);
    expect(codesOf(check(waterMeter('m', counter(leaking, 1))))).not.toContain('continuous_flow');
    const dry = leaking.map((value, k) => (k >= 206 * 24 && k < 206 * 24 + 7 ? 0 : value));
    expect(codesOf(check(waterMeter('m', counter(dry))))).not.toContain('continuous_flow');
  });
});

describe('use that changes for good', () => {
  const changed = hours.map((value, k) => (k < 120 * 24 ? value : 0.3 * value));
  test('by 70 % is told with size and date, and says nothing of the meter', () => {
    const answer = check(waterMeter('m', counter(changed)));
    expect(answer.overrides).toBeUndefined();
    expect(answer.withoutReference).toEqual({
      indication: 'consumption_changed',
      recommendation: 'none',
    });
    const { size, since } = valuesOf(answer, 'consumption_changed');
    expect(size).toBeGreaterThan(-0.8);
    expect(size).toBeLessThan(-0.6);
    expect(Math.abs(Date.parse(String(since)) * 1000 - START_US - 120 * DAY_US)).toBeLessThan(
      8 * DAY_US,
    );
  });

  test('is not told when all homes do so, nor when it is a third', () => {
    const all = OTHERS.map((meter) =>
      waterMeter(
        meter.deviceId,
        counter(
          household(DAYS, 50 + meter.deviceId.length).map((v, k) => (k < 120 * 24 ? v : 0.3 * v)),
        ),
      ),
    );
    expect(check(waterMeter('m', counter(changed)), all).withoutReference).toBeUndefined();
    const third = hours.map((value, k) => (k < 120 * 24 ? value : 0.67 * value));
    expect(check(waterMeter('m', counter(third))).withoutReference).toBeUndefined();
  });
});

test('small flows that vanish against the cohort are told with their uncertainty', () => {
  // each hour above 10 L stays, the small ones are lost little by little
  const draws = sequence(hours.length, 5);
  const worn = hours.map((value, k) => {
    const lost = Math.max(0, k / hours.length - 0.3) * 1.4;
    return value < 0.01 && ((draws[k] ?? 0) + 1) / 2 < lost ? 0 : value;
  });
  const { share_before, share_now, change, se, months } = valuesOf(
    check(waterMeter('m', counter(worn))),
    'low_flow_falling',
  );
  expect(months).toBe(7);
  expect(share_now).toBeLessThan(Number(share_before));
  expect(change).toBeLessThan(-3 * Number(se));
  expect(codesOf(check(waterMeter('m', counter(hours))))).not.toContain('low_flow_falling');
  expect(codesOf(check(waterMeter('m', counter(worn, 0.01))))).not.toContain('low_flow_falling');
});

describe('beside what a balance says', () => {
  const balanced: DeviceResult = {
    deviceId: 'm',
    groupId: 'g',
    groupStatus: 'ok',
    asOfUs: AS_OF,
    indication: 'within_limits',
    recommendation: 'none',
    errorEstimate: 0.01,
    intervalLow: -0.02,
    intervalHigh: 0.04,
    evidenceDays: 90,
    evidence: [{ code: 'balance', values: { data_sd: 0.02 } }],
    history: [],
  };
  test("a fault stands in its place without an error; what is the customer's stands beside it", () => {
    const stopped = { indication: 'stopped', recommendation: 'inspect' } as const;
    const over = withWaterCheck(balanced, said({ overrides: stopped }));
    expect(over).toMatchObject({ ...stopped, groupId: 'g', evidenceDays: 210 });
    expect(over.errorEstimate).toBeUndefined();
    expect(over.evidence).toHaveLength(2);
    expect(withWaterCheck(balanced, said({}))).toEqual({
      ...balanced,
      evidence: [...balanced.evidence, { code: 'continuous_flow', values: {} }],
    });
  });

  test('a change of use is said only where nothing else is', () => {
    const withoutReference = { indication: 'consumption_changed', recommendation: 'none' } as const;
    expect(withWaterCheck(balanced, said({ withoutReference })).indication).toBe('within_limits');
    for (const indication of ['no_reference', 'not_resolvable', 'insufficient_data'] as const)
      expect(
        withWaterCheck({ ...balanced, indication }, said({ withoutReference })).indication,
      ).toBe('consumption_changed');
  });
});
