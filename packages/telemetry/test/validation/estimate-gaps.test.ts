import { describe, expect, test } from 'vitest';
import {
  type ChannelFacts,
  createSeriesWorkspace,
  DEFAULT_VALIDATION_RULES,
  estimateGaps,
  type JudgedRegisterEvent,
  validateSeries,
  type ValidationRules,
} from '../../src/index.ts';
import {
  at,
  columns,
  DAY,
  METER,
  type Readings,
  register,
  temperatures,
  THERMOMETER,
  usual,
} from './made-series.ts';

const work = createSeriesWorkspace();

function estimates(
  readings: Readings,
  facts: ChannelFacts = METER,
  rules: ValidationRules = DEFAULT_VALIDATION_RULES,
  fromUs = -Infinity,
) {
  const series = columns(readings);
  validateSeries(work, series, facts, rules, series.tsUs[series.length - 1] ?? 0);
  return estimateGaps(work, facts, rules, fromUs);
}

const without = (readings: Readings, from: number, to: number): Readings =>
  readings.filter((_, k) => k <= from || k >= to);

describe('registers', () => {
  const all = register(40);

  test('without gaps have no estimates', () => {
    expect(estimates(all)).toEqual({ values: [], spans: [] });
  });

  test('have one for each reading that is missing, between those around them', () => {
    const { values, spans } = estimates(without(all, 3000, 3200));
    expect(values.map(({ tsUs }) => tsUs)).toEqual(
      Array.from({ length: 199 }, (_, k) => at(3001 + k)),
    );
    expect(spans).toEqual([{ fromUs: at(3000), toUs: at(3200) }]);
    const shown = [all[3000]?.[1] ?? 0, ...values.map(({ value }) => value), all[3200]?.[1] ?? 0];
    expect(shown.every((value, k) => k === 0 || value >= (shown[k - 1] ?? 0))).toBe(true);
  });

  test('of more evenings than nights count more in the evening', () => {
    const { values } = estimates(without(all, 3000, 3200));
    const value = (k: number): number => values[k - 3001]?.value ?? NaN;
    // of the day from 2976 on: 02:00 to 06:00, and 18:00 to 22:00
    const night = value(32 * DAY + 24) - value(32 * DAY + 8);
    const evening = value(32 * DAY + 88) - value(32 * DAY + 72);
    expect(evening / night).toBeGreaterThan(3);
  });

  test('are scaled to what was counted', () => {
    const high = register(40, (k) => (k > 3000 && k <= 3200 ? 3 : 1) * usual(k));
    const { values } = estimates(without(high, 3000, 3200));
    const total = (high[3200]?.[1] ?? 0) - (high[3000]?.[1] ?? 0);
    const half = (values[99]?.value ?? 0) - (high[3000]?.[1] ?? 0);
    const usualHalf =
      ((all[3100]?.[1] ?? 0) - (all[3000]?.[1] ?? 0)) /
      ((all[3200]?.[1] ?? 0) - (all[3000]?.[1] ?? 0));
    expect(half / total).toBeCloseTo(usualHalf, 1);
  });

  test('of which nothing is known before are on a line', () => {
    const { values } = estimates(without(register(3), 50, 150));
    expect(values[0]?.method).toBe('linear');
  });

  test('are not estimated across a reset, and for what an event leaves out', () => {
    const reset = without(all, 3000, 3050).map(([us, value], k): [number, number] => [
      us,
      k > 3000 ? value - 500 : value,
    ]);
    const event = (kind: JudgedRegisterEvent['kind'], before: number, after: number) => ({
      kind,
      tsUs: at(kind === 'reset' ? after : before + 1),
      value: 0,
      before: { tsUs: at(before), value: all[before]?.[1] ?? 0 },
      after: { tsUs: at(after), value: (all[after]?.[1] ?? 0) - (kind === 'reset' ? 500 : 0) },
      state: 'open' as const,
    });
    expect(estimates(reset, { ...METER, events: [event('reset', 3000, 3050)] }).values).toEqual([]);
    const glitch = all.map(([us, value], k): [number, number] => [
      us,
      k > 3000 && k < 3003 ? 0 : value,
    ]);
    const { values } = estimates(glitch, { ...METER, events: [event('glitch', 3000, 3003)] });
    expect(values.map(({ tsUs }) => tsUs)).toEqual([at(3001), at(3002)]);
  });

  test('are not estimated for longer than the rules say, nor when they say not', () => {
    const { estimation } = DEFAULT_VALIDATION_RULES;
    const gap = without(all, 3000, 3050);
    for (const change of [{ enabled: false }, { most_hours: 10 }])
      expect(
        estimates(gap, METER, {
          ...DEFAULT_VALIDATION_RULES,
          estimation: { ...estimation, ...change },
        }).values,
      ).toEqual([]);
  });

  test('do not depend on what was read before the days looked back', () => {
    const gap = without(all, 3000, 3200);
    const day = Math.ceil(3200 / DAY) - 28;
    const part = gap.filter(([us]) => us >= at(day * DAY));
    expect(estimates(part)).toEqual(estimates(gap));
  });

  test('of gaps that ended before are left out', () => {
    const gaps = without(without(all, 3000, 3020), 2000, 2020);
    const { spans } = estimates(gaps, METER, DEFAULT_VALIDATION_RULES, at(2500));
    expect(spans).toEqual([{ fromUs: at(3000), toUs: at(3020) }]);
  });
});

describe('values of a sensor', () => {
  test('are on a line for up to two hours', () => {
    const { values } = estimates(without(temperatures(20), 1000, 1008), THERMOMETER);
    expect(values).toHaveLength(7);
    expect(new Set(values.map(({ method }) => method))).toEqual(new Set(['linear']));
    expect(estimates(without(temperatures(20), 1000, 1010), THERMOMETER).values).toEqual([]);
  });

  test('stand in for error codes', () => {
    const readings = temperatures(20, (k, value) => (k === 1000 || k === 1001 ? -200 : value));
    const { values } = estimates(readings, THERMOMETER);
    expect(values.map(({ tsUs }) => tsUs)).toEqual([at(1001), at(1002)]);
    for (const { value } of values) expect(Math.abs(value - 20)).toBeLessThan(7);
  });
});
