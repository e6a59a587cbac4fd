import { describe, expect, test } from 'vitest';
import { checkWaterMeter } from '../src/lib/water-meter/check-water-meter.ts';
import { isStop } from '../src/lib/water-meter/stopped-meter.ts';
import { learnWaterFleet } from '../src/lib/water-meter/water-fleet-context.ts';
import type { WaterMeterAnswer } from '../src/lib/water-meter/water-meter-findings.ts';
import type { WaterMeterSeries } from '../src/lib/water/water-types.ts';
import {
  counter,
  DAY_US,
  electricity,
  HOUR_US,
  household,
  neighbours,
  START_US,
  waterMeter,
} from './water-home.ts';

const DAYS = 240;
const OTHERS = neighbours(DAYS, 20);

function check(
  meter: WaterMeterSeries,
  asOfDay: number,
  residual?: Float64Array,
): WaterMeterAnswer {
  const grid = { startUs: START_US, stepUs: HOUR_US, count: DAYS * 24 + 1 };
  const asOfUs = START_US + asOfDay * DAY_US;
  const context = learnWaterFleet({ grid, zoneMinutes: 420, meters: [meter, ...OTHERS] }, asOfUs);
  return checkWaterMeter(meter, context, {
    asOfUs,
    ...(residual === undefined ? {} : { residual }),
  });
}

const hours = household(DAYS, 7);
/** The same with nothing registered from the given day on. */
const frozen = (from: number): Float64Array =>
  counter(hours.map((v, k) => (k < from * 24 ? v : 0)));
const stopIn = (answer: WaterMeterAnswer) =>
  answer.findings.find((finding) => finding.kind === 'stopped');

const leftForGood = (day: number): boolean => day >= 200;
const leftMonthly = (day: number): boolean => day % 30 >= 8;

/** Odds of a stop after twelve quiet days, with these others. */
const oddsAmong = (meters: readonly WaterMeterSeries[]): number => {
  const meter = waterMeter('m', frozen(200));
  const grid = { startUs: START_US, stepUs: HOUR_US, count: DAYS * 24 + 1 };
  const asOfUs = START_US + 212 * DAY_US;
  const context = learnWaterFleet({ grid, zoneMinutes: 420, meters: [meter, ...meters] }, asOfUs);
  const [finding] = checkWaterMeter(meter, context).findings;
  return finding?.kind === 'quiet' || finding?.kind === 'stopped'
    ? finding.probability / (1 - finding.probability)
    : NaN;
};

describe('a register that stands still', () => {
  test('while people use electricity as ever is a stopped meter within ten days, and says since when', () => {
    const meter = waterMeter('m', frozen(200), { otherUse: electricity(DAYS, 3) });
    expect(check(meter, 202).overrides).toBeUndefined();
    const answer = check(meter, 210);
    expect(answer.overrides).toEqual({ indication: 'stopped', recommendation: 'inspect' });
    const stop = stopIn(answer);
    expect(stop?.days).toBeGreaterThan(9.5);
    expect(stop?.days).toBeLessThan(10.5);
    expect(stop?.sinceUs).toBeGreaterThan(START_US + 199.5 * DAY_US);
    const usual = hours.reduce((a, b) => a + b, 0) / DAYS;
    expect(stop?.expectedVolume).toBeGreaterThan(9 * usual);
    expect(stop?.expectedVolume).toBeLessThan(12 * usual);
    expect(answer.evidence.map(({ code }) => code)).toEqual(['other_use_goes_on', 'water_stopped']);
  });

  test('of a meter that is read at another minute is dated by its own readings, and nothing after as-of is looked at', () => {
    const meter = waterMeter('m', frozen(200), { otherUse: electricity(DAYS, 3) });
    const half = { ...meter, phaseUs: HOUR_US / 2 };
    expect(stopIn(check(half, 210 + 0.5 / 24))?.sinceUs).toBe(
      (stopIn(check(meter, 210))?.sinceUs ?? NaN) + HOUR_US / 2,
    );
    // the reading of this hour is half an hour after as-of
    expect(check(half, 210).evidenceDays).toBe(check(meter, 210 - 1 / 24).evidenceDays);
  });

  test('while electricity rests as well is an empty home, however long', () => {
    const meter = waterMeter('m', counter(household(DAYS, 7, leftForGood)), {
      otherUse: electricity(DAYS, 3, leftForGood),
    });
    for (const day of [204, 214, 239]) {
      const answer = check(meter, day);
      expect(answer.overrides).toBeUndefined();
      expect(answer.evidence.map(({ code }) => code)).toEqual(['other_use_rests', 'water_quiet']);
    }
  });

  test('without a second witness is no stop while an empty home may explain it; in a home that is never left it is one later', () => {
    const [week, month, quarter] = [157, 182, 239].map(
      (day) => check(waterMeter('m', frozen(150)), day).findings[0],
    );
    expect(week).toMatchObject({ kind: 'quiet' });
    // likelier than not, and no more
    expect(month).toMatchObject({ kind: 'quiet' });
    expect(month?.kind === 'quiet' ? month.probability : NaN).toBeGreaterThan(0.6);
    expect(quarter).toMatchObject({ kind: 'stopped' });
  });

  test('is waited for in the first ten days, unless the witnesses are sure', () => {
    const base = { evidence: 3, probability: 0.8 };
    expect(isStop({ ...base, days: 9.9 })).toBe(false);
    expect(isStop({ ...base, days: 10 })).toBe(true);
    expect(isStop({ ...base, probability: 0.96, days: 3 })).toBe(true);
    expect(isStop({ ...base, probability: 0.96, days: 2.9 })).toBe(false);
    expect(isStop({ ...base, evidence: 0, days: 20 })).toBe(false);
    expect(isStop({ evidence: 0, probability: 0.96, days: 20 })).toBe(true);
  });

  test('is nothing new in a home that is left for weeks again and again', () => {
    const answer = check(waterMeter('m', counter(household(DAYS, 7, leftMonthly))), 239);
    expect(answer.overrides).toBeUndefined();
    expect(answer.findings.map(({ kind }) => kind)).toContain('quiet');
  });

  test('when many homes are left at the same time is a holiday', () => {
    const holiday = OTHERS.map((meter, i) =>
      i % 5 === 0
        ? meter
        : waterMeter(meter.deviceId, counter(household(DAYS, i, (day) => day >= 199))),
    );
    expect(oddsAmong(holiday)).toBeLessThan(oddsAmong(OTHERS) / 2);
  });

  test('of coarse steps is no stop while the next step is not due', () => {
    // about 0.25 m3 a day: a cubic metre every four days
    const answer = check(
      waterMeter('m', counter(hours, 1), { otherUse: electricity(DAYS, 3) }),
      239,
    );
    expect(answer.overrides).toBeUndefined();
    const last = check(
      waterMeter(
        'm',
        counter(
          hours.map((v, k) => (k < 200 * 24 ? v : 0)),
          1,
        ),
        {
          otherUse: electricity(DAYS, 3),
        },
      ),
      225,
    );
    expect(last.overrides).toEqual({ indication: 'stopped', recommendation: 'inspect' });
  });

  test('while the balance of the district lacks what the home usually takes is a stopped meter', () => {
    const noise = household(DAYS, 99);
    const missing = new Float64Array(DAYS * 24 + 1).fill(NaN);
    const nothing = new Float64Array(DAYS * 24 + 1).fill(NaN);
    hours.forEach((volume, k) => {
      nothing[k + 1] = 0.1 + (noise[(k + 11) % noise.length] ?? 0) / 2;
      missing[k + 1] = (nothing[k + 1] ?? 0) + (k >= 200 * 24 ? volume : 0);
    });
    const meter = waterMeter('m', frozen(200));
    const [with_, without] = [check(meter, 212, missing), check(meter, 212, nothing)];
    expect(with_.overrides).toEqual({ indication: 'stopped', recommendation: 'inspect' });
    expect(without.overrides).toBeUndefined();
    const share = with_.evidence.find(({ code }) => code === 'residual_share')?.values['share'];
    expect(share).toBeGreaterThan(0.6);
    expect(share).toBeLessThan(1.4);
  });

  test('says nothing before it has been seen to run, nor after as-of', () => {
    const still = check(waterMeter('m', new Float64Array(DAYS * 24 + 1).fill(5)), 239);
    expect(still.findings).toEqual([]);
    const later = check(waterMeter('m', frozen(200), { otherUse: electricity(DAYS, 3) }), 199);
    expect(later.findings.map(({ kind }) => kind)).not.toContain('stopped');
    const exchanged = waterMeter('m', frozen(200), {
      otherUse: electricity(DAYS, 3),
      validFromUs: START_US + 205 * DAY_US,
    });
    expect(check(exchanged, 230).findings).toEqual([]);
  });
});
