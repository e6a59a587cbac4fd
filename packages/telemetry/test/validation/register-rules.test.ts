import { describe, expect, test } from 'vitest';
import type { JudgedRegisterEvent } from '../../src/index.ts';
import {
  at,
  columns,
  DAY,
  found,
  METER,
  type Readings,
  register,
  rulesOf,
  shown,
  usual,
} from './made-series.ts';

/** A register over 40 days in which a day is another one. */
const withDay = (day: number, amount: (k: number) => number): Readings =>
  register(40, (k) => (k > day * DAY && k <= (day + 1) * DAY ? amount(k) : usual(k)));
const wholeDay = (day: number): [number, number] => [day * DAY + 1, (day + 1) * DAY];

describe('nothing is found', () => {
  test('in a meter that counts as usual', () => {
    expect(found(register(40))).toEqual([]);
  });

  test('without readings, with one, and with two', () => {
    expect(found([])).toEqual([]);
    expect(found(register(1).slice(0, 1))).toEqual([]);
    expect(found(register(1).slice(0, 2))).toEqual([]);
  });

  test('where instants of a grid have no reading but for a gap', () => {
    const readings = register(30).map(([us, value], k): [number, number] => [
      us,
      k > 2000 && k < 2010 ? Number.NaN : value,
    ]);
    const all = found(readings);
    expect(rulesOf(all)).toEqual(['gap']);
    expect(shown(all, 'gap')).toEqual([[2000, 2010, 'info', '3.5.259']]);
  });
});

describe('spike', () => {
  test('is one interval far above everything else of the weeks', () => {
    const all = found(register(40, (k) => (k === 3000 ? 3 : usual(k))));
    expect(shown(all, 'spike')).toEqual([[3000, 3000, 'warning', '3.6.0']]);
    expect(all.find(({ rule }) => rule === 'spike')?.value).toBeCloseTo(12, 6);
  });

  test('is not a load that comes now and then, once it is known', () => {
    const all = shown(found(register(40, (k) => (k % 700 === 0 ? 1.2 : usual(k)))), 'spike');
    expect(all).toEqual([700, 1400].map((k) => [k, k, 'warning', '3.6.0']));
  });

  test('is not a week after the start, when nothing is known', () => {
    expect(shown(found(register(6, (k) => (k === 300 ? 3 : usual(k)))), 'spike')).toEqual([]);
  });

  test('is not a step or two of a coarse register', () => {
    let total = 0;
    const coarse = register(40).map(([us], k): [number, number] => {
      if (k % 40 === 0) total += 1;
      return [us, k > 3000 ? total + 2 : total];
    });
    expect(shown(found(coarse), 'spike')).toEqual([]);
  });
});

describe('usage of a day', () => {
  test('far above the days before', () => {
    const all = found(withDay(30, (k) => 8 * usual(k)));
    expect(shown(all, 'high_usage')).toEqual([[...wholeDay(30), 'warning', '3.6.5']]);
  });

  test('far below them', () => {
    const all = found(withDay(30, (k) => (k % 48 === 0 ? 0.05 : 0)));
    expect(shown(all, 'low_usage')).toEqual([[...wholeDay(30), 'info', '3.6.6']]);
    expect(shown(all, 'zero')).toEqual([]);
  });

  test('none at all', () => {
    const all = found(withDay(30, () => 0));
    expect(shown(all, 'zero')).toEqual([[...wholeDay(30), 'info', '3.6.1']]);
    expect(shown(all, 'consecutive_zero')).toEqual([]);
  });

  test('twice as much, or half, is usual', () => {
    expect(found(withDay(30, (k) => 2 * usual(k)))).toEqual([]);
    expect(found(withDay(30, (k) => Math.round(500 * usual(k)) / 1000))).toEqual([]);
  });

  test('of a house that is empty most weekends is no news', () => {
    const weekends = register(40, (k) => (Math.floor((k - 1) / DAY) % 7 < 5 ? usual(k) : 0));
    const days = shown(found(weekends), 'zero').length;
    expect(days).toBeLessThanOrEqual(3);
  });

  test('of a day that was hardly read is not compared', () => {
    const readings = withDay(30, () => 0).filter((_, k) => k <= 30 * DAY + 4 || k > 31 * DAY + 20);
    expect(shown(found(readings), 'zero')).toEqual([]);
  });
});

describe('consecutive zero', () => {
  test('is a register that stands for a week', () => {
    const all = found(register(40, (k) => (k > 2000 && k <= 2000 + 8 * DAY ? 0 : usual(k))));
    expect(shown(all, 'consecutive_zero')).toEqual([[2001, 2000 + 8 * DAY, 'warning', '3.6.1']]);
    expect(all.find(({ rule }) => rule === 'consecutive_zero')?.value).toBe(192);
  });

  test('is one that never counted', () => {
    const all = found(register(20, () => 0));
    expect(shown(all, 'consecutive_zero')).toEqual([[1, 20 * DAY, 'warning', '3.6.1']]);
  });

  test('is not a register of what hardly ever flows', () => {
    const exported = { ...METER, quantity: 'active_energy_export' };
    expect(
      found(
        register(20, () => 0),
        exported,
      ),
    ).toEqual([]);
  });

  test('is not six days', () => {
    const all = found(register(40, (k) => (k > 2000 && k <= 2000 + 6 * DAY ? 0 : usual(k))));
    expect(shown(all, 'consecutive_zero')).toEqual([]);
  });
});

describe('rating', () => {
  test('is more than the meter can pass', () => {
    const all = found(register(40, (k) => (k === 3000 || k === 3001 ? 5 : usual(k))));
    expect(shown(all, 'rating')).toEqual([[3000, 3001, 'severe', '3.6.3']]);
  });

  test('is not full load, nor a gap, nor readings within moments of each other', () => {
    const full = register(40, (k) => (k > 3000 && k < 3010 ? 3.7 : usual(k)));
    expect(shown(found(full), 'rating')).toEqual([]);
    expect(shown(found(full.filter((_, k) => k <= 2900 || k > 3100)), 'rating')).toEqual([]);
    const held = full.map(([us, value], k): [number, number] => [
      k > 2000 && k <= 2004 ? at(2004) - (2004 - k) * 1e6 : us,
      value,
    ]);
    expect(shown(found(held), 'rating')).toEqual([]);
  });

  test('is not said where it is not known', () => {
    const all = found(
      register(40, (k) => (k === 3000 ? 5 : usual(k))),
      {
        ...METER,
        maximumRate: undefined,
      },
    );
    expect(shown(all, 'rating')).toEqual([]);
  });
});

describe('unit', () => {
  test('is one that the quantity does not have', () => {
    const all = found(register(2), { ...METER, unit: 'm3' });
    expect(shown(all, 'unit')).toEqual([
      [0, 0, 'severe', '3.6.0'],
      [1, DAY, 'severe', '3.6.0'],
      [DAY + 1, 2 * DAY, 'severe', '3.6.0'],
    ]);
  });

  test('is watt-hours in a channel of kilowatt-hours', () => {
    const all = found(register(10, (k) => 1000 * usual(k)));
    expect(shown(all, 'unit').length).toBeGreaterThanOrEqual(8);
  });

  test('is written in several ways', () => {
    expect(shown(found(register(2), { ...METER, unit: 'kWh' }), 'unit')).toEqual([]);
  });

  test('is not one spike', () => {
    expect(shown(found(register(40, (k) => (k === 3000 ? 90 : usual(k)))), 'unit')).toEqual([]);
  });
});

describe('multiplier', () => {
  test.each([
    [10, 10],
    [1000, 1000],
    [40, 40],
    [0.1, 0.1],
    [0.01, 0.01],
  ])('of %d from a day on', (factor, expected) => {
    const readings = register(40, (k) => (k > 30 * DAY ? factor : 1) * usual(k) * 1);
    const [first] = found(readings).filter(({ rule }) => rule === 'multiplier');
    // told on the third day
    expect(first).toMatchObject({ severity: 'severe', fromUs: at(32 * DAY + 1) });
    expect(first?.expected).toBeCloseTo(expected, 3);
  });

  test('is not people who come home or leave: what is always on stays', () => {
    const away = register(40, (k) => (k > 20 * DAY ? 0.045 + 0.001 * (k % 3) : usual(k)));
    expect(shown(found(away), 'multiplier')).toEqual([]);
    const back = register(40, (k) => (k > 20 * DAY ? 12 * (usual(k) - 0.04) + 0.04 : usual(k)));
    expect(shown(found(back), 'multiplier')).toEqual([]);
  });

  test('is not one large day', () => {
    expect(shown(found(withDay(30, (k) => 10 * usual(k))), 'multiplier')).toEqual([]);
  });
});

describe('identical', () => {
  test('is the same amount for hours', () => {
    const all = found(register(40, (k) => (k > 3000 && k <= 3030 ? 0.2 : usual(k))));
    expect(shown(all, 'identical')).toEqual([[3001, 3030, 'warning', '3.3.5']]);
  });

  test('is the same total on three days', () => {
    const repeated = register(40, (k) => (k > 30 * DAY ? usual(((k - 1) % DAY) + 1) : usual(k)));
    const first = shown(found(repeated), 'identical')[0];
    expect(first).toEqual([...wholeDay(32), 'warning', '3.3.5']);
  });

  test('is not a few steps of a coarse register', () => {
    const coarse = register(40, (k) => (k % 40 < 30 ? 1 : 2));
    expect(shown(found(coarse), 'identical')).toEqual([]);
  });

  test('is not nothing', () => {
    expect(shown(found(withDay(30, () => 0)), 'identical')).toEqual([]);
  });
});

describe('negative', () => {
  test('is a fall that no event explains', () => {
    const all = found(register(40, (k) => (k === 3000 ? -2 : usual(k))));
    expect(shown(all, 'negative')).toEqual([[3000, 3000, 'severe', '3.3.4']]);
  });

  test('is not the noise of floating-point numbers', () => {
    const readings = register(2).map(([us], k): [number, number] => [
      us,
      0.1 * 3 - (k % 2) * 1e-12,
    ]);
    expect(shown(found(readings), 'negative')).toEqual([]);
  });
});

const event = (
  kind: JudgedRegisterEvent['kind'],
  of: { readonly before: number; readonly first: number; readonly after: number },
  readings: Readings,
): JudgedRegisterEvent => {
  const reading = (k: number) => ({ tsUs: at(k), value: readings[k]?.[1] ?? 0 });
  return {
    kind,
    ...reading(of.first),
    before: reading(of.before),
    after: reading(of.after),
    state: 'open',
    ...(kind === 'rollover' ? { modulus: 1000 } : {}),
  };
};

describe('events of the register', () => {
  test('are handed on, and nothing else is said of the register', () => {
    const readings = register(40).map(([us, value]): [number, number] => [
      us,
      Math.round(1000 * ((value + 250) % 1000)) / 1000,
    ]);
    const k = readings.findIndex(([, value], index) => value < (readings[index - 1]?.[1] ?? 0));
    const rollover = event('rollover', { before: k - 1, first: k, after: k }, readings);
    const all = found(readings, { ...METER, events: [rollover] });
    expect(rulesOf(all)).toEqual(['register_event']);
    expect(shown(all, 'register_event')).toEqual([[k, k, 'info', '3.4.1']]);
    expect(rulesOf(found(readings))).toContain('negative');
  });

  test('mark what counts for nothing', () => {
    const readings = register(40).map(([us, value], k): [number, number] => [
      us,
      k >= 3000 && k < 3004 ? 0 : value,
    ]);
    const glitch = event('glitch', { before: 2999, first: 3000, after: 3004 }, readings);
    const all = found(readings, { ...METER, events: [glitch] });
    const [one] = all.filter(({ rule }) => rule === 'register_event');
    expect(one).toMatchObject({
      code: '3.5.258',
      severity: 'warning',
      fromUs: at(3000),
      toUs: at(3004) - 1,
    });
    expect(rulesOf(all)).toEqual(['register_event']);
  });

  test('that a person reversed are none', () => {
    const readings = register(40);
    const reversed = {
      ...event('swap', { before: 100, first: 101, after: 101 }, readings),
      state: 'reversed' as const,
    };
    expect(found(readings, { ...METER, events: [reversed] })).toEqual([]);
  });
});

/** Of a sample of power, by the time of day that it was taken at. */
const samples = (k: number): number => 1 + 0.1 * Math.sin(k / 3000 + Math.floor(k / DAY) ** 2);

describe('reverse flow', () => {
  const REVERSE = { quantity: 'water_volume_reverse', kind: 'register', unit: 'm3' } as const;
  const flowsBack = register(20, (k) => (k > 10 * DAY && k <= 10 * DAY + 4 ? 0.02 : 0));

  test('is a day on which a register of it counts', () => {
    expect(shown(found(flowsBack, REVERSE), 'reverse_flow')).toEqual([
      [...wholeDay(10), 'info', '3.3.4'],
    ]);
  });

  test('is not a drop, nor what a usual register counts', () => {
    const drop = register(20, (k) => (k === 1000 ? 0.001 : 0));
    expect(shown(found(drop, REVERSE), 'reverse_flow')).toEqual([]);
    expect(shown(found(register(20)), 'reverse_flow')).toEqual([]);
  });
});

describe('sum check', () => {
  const readings = register(40);
  /** Mean power of each quarter-hour, kW. */
  const profile = (error: (k: number) => number) =>
    columns(
      readings
        .slice(1)
        .map(([us, value], k): [number, number] => [
          us,
          4 * (value - (readings[k]?.[1] ?? 0)) * error(k + 1),
        ]),
    );

  test('is a day on which register and intervals are not the same', () => {
    const all = found(readings, {
      ...METER,
      profile: profile((k) => (k > 30 * DAY && k <= 31 * DAY ? 1.1 : 1)),
    });
    expect(shown(all, 'sum_check')).toEqual([[...wholeDay(30), 'warning', '3.6.0']]);
  });

  test('allows samples of power to be off as they always are', () => {
    const all = found(readings, { ...METER, profile: profile(samples) });
    expect(shown(all, 'sum_check')).toEqual([]);
  });

  test('needs a profile of the whole day', () => {
    const { tsUs, value } = profile((k) => (k > 30 * DAY && k <= 31 * DAY ? 1.1 : 1));
    const kept = [...tsUs].flatMap((us, k): [number, number][] =>
      k > 30 * DAY + 40 && k < 30 * DAY + 60 ? [] : [[us, value[k] ?? 0]],
    );
    expect(shown(found(readings, { ...METER, profile: columns(kept) }), 'sum_check')).toEqual([]);
  });
});

describe('the order of channels', () => {
  test('does not matter: nothing is left of the one before', () => {
    const [long, short] = [register(40), register(9, (k) => (k === 800 ? 3 : usual(k)))];
    const alone = found(short);
    expect(found(long)).toEqual([]);
    expect(found(short)).toEqual(alone);
    expect(alone.length).toBeGreaterThan(0);
  });
});
