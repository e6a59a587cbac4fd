import { describe, expect, test } from 'vitest';
import { DEFAULT_VALIDATION_RULES, findProlongedEstimation, qualityAt } from '../../src/index.ts';
import {
  at,
  DAY,
  found,
  METER,
  type Readings,
  register,
  rulesOf,
  shown,
  START_US,
  temperatures,
  THERMOMETER,
} from './made-series.ts';

const without = (from: number, to: number): Readings =>
  register(40).filter((_, k) => k <= from || k >= to);

describe('gap', () => {
  test.each([
    [2000, 2003, 'info'],
    [2000, 2000 + DAY, 'warning'],
    [1000, 1000 + 8 * DAY, 'severe'],
  ])('from %d to %d is %s', (from, to, severity) => {
    const all = found(without(from, to));
    expect(shown(all, 'gap')).toEqual([[from, to, severity, '3.5.259']]);
  });

  test('is said of the time after the last reading too', () => {
    const readings = register(20);
    const all = found([...readings, [at(40 * DAY), Number.NaN]]);
    expect(shown(all, 'gap')).toEqual([[20 * DAY, 40 * DAY, 'severe', '3.5.259']]);
  });

  test('is not one late reading, nor a device that sends every hour from now on', () => {
    const late = register(20).map(([us, value], k): [number, number] => [
      k === 900 ? us + 400e6 : us,
      value,
    ]);
    expect(shown(found(late), 'gap')).toEqual([]);
    const hourly = register(40).filter((_, k) => k <= 20 * DAY || k % 4 === 0);
    expect(shown(found(hourly), 'gap')).toEqual([]);
  });

  test('does not mark the readings at its ends', () => {
    const all = found(without(2000, 2009));
    expect(qualityAt(all, at(2000))).toEqual([]);
    expect(qualityAt(all, at(2009))).toEqual([]);
  });

  test('of a meter that is read every day is a day without', () => {
    const daily = register(40).filter((_, k) => k % DAY === 0 && k !== 20 * DAY);
    expect(shown(found(daily), 'gap')).toEqual([[19 * DAY, 21 * DAY, 'warning', '3.5.259']]);
  });
});

describe('interval size', () => {
  test('is a reading between the instants of a steady device', () => {
    const readings = register(30).map(([us, value], k): [number, number] => [
      k === 2000 ? us + 300e6 : us,
      value,
    ]);
    const all = found(readings);
    expect(rulesOf(all)).toEqual(['interval_size']);
    expect(all.map(({ fromUs, toUs, code }) => [fromUs, toUs, code])).toEqual([
      [at(2000) + 300e6, at(2001), '3.4.3'],
    ]);
  });

  test('is a day with half the interval', () => {
    const readings = register(30).flatMap(([us, value], k, all): [number, number][] =>
      k > 20 * DAY && k <= 21 * DAY
        ? [
            [us - 450e6, ((all[k - 1]?.[1] ?? 0) + value) / 2],
            [us, value],
          ]
        : [[us, value]],
    );
    const [one, ...more] = found(readings).filter(({ rule }) => rule === 'interval_size');
    expect(one).toMatchObject({ code: '3.4.2', value: 450, expected: 900 });
    expect(more).toEqual([]);
  });

  test('is not that of a device that sends when it likes', () => {
    const readings = register(30).map(([us, value], k): [number, number] => [
      us + ((k * 7919) % 600) * 1e6,
      value,
    ]);
    expect(shown(found(readings), 'interval_size')).toEqual([]);
  });

  test('is not a gap of whole intervals', () => {
    const readings = register(30).filter((_, k) => k <= 2000 || k > 2010);
    expect(shown(found(readings), 'interval_size')).toEqual([]);
  });
});

describe('duplicate', () => {
  test('is the same reading seconds later', () => {
    const readings = register(30).flatMap(([us, value], k): [number, number][] =>
      k === 2000
        ? [
            [us, value],
            [us + 5e6, value],
          ]
        : [[us, value]],
    );
    const all = found(readings).filter(({ rule }) => rule === 'duplicate');
    expect(all).toMatchObject([{ fromUs: at(2000) + 5e6, code: '3.5.258', severity: 'warning' }]);
  });

  test('is a second value for an instant', () => {
    const all = found(register(30), { ...METER, conflictsUs: [at(1234)] });
    expect(shown(all, 'duplicate')).toEqual([[1234, 1234, 'warning', '3.5.258']]);
  });

  test('is not the next reading of a meter that stands', () => {
    expect(shown(found(register(30, () => 0)), 'duplicate')).toEqual([]);
  });
});

const sensor = (value: (k: number, usual: number) => number): Readings => temperatures(40, value);

describe('values of a sensor', () => {
  test('are good', () => {
    expect(found(temperatures(40), THERMOMETER)).toEqual([]);
  });

  test('spike: one that juts out from both beside it', () => {
    const all = found(
      sensor((k, usual) => (k === 3000 ? usual + 12 : usual)),
      THERMOMETER,
    );
    expect(shown(all, 'spike')).toEqual([[3001, 3001, 'warning', '3.6.0']]);
  });

  test('spike: not a step, nor weather', () => {
    const step = sensor((k, usual) => (k > 3000 ? usual + 12 : usual));
    expect(found(step, THERMOMETER)).toEqual([]);
    const weather = sensor((k, usual) => (k % 90 === 0 ? usual + 3 : usual));
    expect(found(weather, THERMOMETER)).toEqual([]);
  });

  test('range: what cannot be', () => {
    const all = found(
      sensor((k, usual) => (k > 3000 && k <= 3003 ? 150 : usual)),
      THERMOMETER,
    );
    expect(shown(all, 'range')).toEqual([[3002, 3004, 'severe', '3.5.256']]);
    expect(rulesOf(all)).toEqual(['range']);
  });

  test('range: what can', () => {
    const cold = sensor((_, usual) => usual - 55);
    expect(found(cold, THERMOMETER)).toEqual([]);
  });

  test('error code: -200, and no spike for it', () => {
    const all = found(
      sensor((k, usual) => (k === 3000 || k === 3500 ? -200 : usual)),
      THERMOMETER,
    );
    expect(shown(all, 'error_code')).toEqual([
      [3001, 3001, 'severe', '3.5.257'],
      [3501, 3501, 'severe', '3.5.257'],
    ]);
    expect(rulesOf(all)).toEqual(['error_code']);
  });

  test('error code: not a number like one', () => {
    const voltage = { quantity: 'voltage_l1', kind: 'instant', unit: 'V' } as const;
    const all = found(
      temperatures(30, (k, usual) => (k === 2000 ? 200 : 210 + usual)),
      voltage,
    );
    expect(shown(all, 'error_code')).toEqual([]);
  });

  test('identical: one that does not move any more', () => {
    const all = found(
      sensor((k, usual) => (k >= 3000 && k < 3000 + 2 * DAY ? 23.4 : usual)),
      THERMOMETER,
    );
    const [one, ...more] = all.filter(({ rule }) => rule === 'identical');
    expect(more).toEqual([]);
    expect(one).toMatchObject({ code: '3.3.5', value: 23.4, toUs: at(3000 + 2 * DAY) });
  });

  test('identical: not the same value before and after hours without readings', () => {
    // 27 hours are missing, and by chance the first value after them is the last one before
    const silent = sensor((k, usual) => (k === 3000 || k === 3108 ? 23.4 : usual)).filter(
      ([us]) => us <= at(3001) || us >= at(3109),
    );
    const all = found(silent, THERMOMETER);
    expect(shown(all, 'gap')).toHaveLength(1);
    expect(shown(all, 'identical')).toEqual([]);
  });

  test('identical: not two days with one value, read once a day', () => {
    const daily = sensor((k, usual) => (k >= 20 * DAY && k < 22 * DAY ? 23.4 : usual + k / 960));
    const noons = daily.filter((_, k) => k % DAY === 48);
    expect(shown(found(noons, THERMOMETER), 'identical')).toEqual([]);
  });

  test('identical: one that does not move any more, some of whose readings are missing', () => {
    const frozen = sensor((k, usual) => (k >= 3000 && k < 3000 + 2 * DAY ? 23.4 : usual)).filter(
      (_, k) => k % 17 !== 3,
    );
    expect(shown(found(frozen, THERMOMETER), 'identical')).toHaveLength(1);
  });

  test('identical: not a detection limit, nor what stands still by itself', () => {
    const gas = { quantity: 'so2', kind: 'instant', unit: 'ug/m3' } as const;
    const floor = temperatures(40, (k, usual) => (k % (5 * DAY) < 2 * DAY ? 2 : usual));
    expect(shown(found(floor, gas), 'identical')).toEqual([]);
    const full = temperatures(40, () => 100);
    expect(found(full, { quantity: 'battery', kind: 'instant', unit: '%' })).toEqual([]);
  });
});

const span = (hours: number) => ({ fromUs: START_US, toUs: START_US + hours * 3600e6 });

describe('prolonged estimation', () => {
  test('is three days', () => {
    expect(findProlongedEstimation([span(80)], DEFAULT_VALIDATION_RULES)).toMatchObject([
      { rule: 'prolonged_estimation', severity: 'warning', value: 80, marks: false },
    ]);
  });

  test('is not two days', () => {
    expect(findProlongedEstimation([span(48)], DEFAULT_VALIDATION_RULES)).toEqual([]);
  });
});

test('a rule that is switched off finds nothing', () => {
  const { gap } = DEFAULT_VALIDATION_RULES;
  const readings = register(20).filter((_, k) => k <= 900 || k > 990);
  expect(rulesOf(found(readings))).toEqual(['gap']);
  expect(found(readings, METER, { gap: { ...gap, enabled: false } })).toEqual([]);
});
