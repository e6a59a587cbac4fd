import { describe, expect, it } from 'vitest';
import { runWaterFleet } from '../src/lib/evaluate/water/run-water.ts';
import { findWaterCell, type WaterCell } from '../src/lib/evaluate/water/water-cells.ts';
import { waterMetrics } from '../src/lib/evaluate/water/water-metrics.ts';
import { drawDistrictTroubles } from '../src/lib/evaluate/water/water-troubles.ts';
import type { WaterRecord } from '../src/lib/evaluate/water/water-record.ts';

const cellOf = (name: string): WaterCell => {
  const found = findWaterCell(name);
  if (found === undefined) throw new Error(`no cell ${name}`);
  return found;
};

/** Three districts of 20 homes without a drift: a pair with something wrong, and one more. */
function run(name: 'valve' | 'strangers'): WaterRecord {
  const { options } = cellOf(name);
  const small = { ...options, homes: 20, days: 70, districts: 3, prevalence: 0 };
  return runWaterFleet(
    { name, text: '', options: small },
    { seed: 101, fleet: 0, loads: 'built-in', baselines: false, command: '' },
    [],
  );
}

describe('pairs of districts with something wrong', () => {
  it('are every third one, a valve with a time after it or until the end, and the same again for the same seed', () => {
    const { options } = cellOf('valve');
    const draw = (fleet: number) => drawDistrictTroubles(options, { seed: 1, fleet }, 20);
    const pairs = draw(0);
    expect(pairs.map(({ first }) => first)).toEqual([0, 3, 6, 9, 12, 15, 18]);
    expect(draw(0)).toEqual(pairs);
    expect(draw(1)).not.toEqual(pairs);
    const ends = [0, 1, 2, 3].flatMap(draw).flatMap((trouble) => {
      if (trouble.kind !== 'valve') throw new Error('no valve');
      const { sinceDay, untilDay, share } = trouble.valve;
      expect(share).toBeGreaterThanOrEqual(0.15);
      expect(share).toBeLessThanOrEqual(0.3);
      return Number.isFinite(untilDay) ? [untilDay, untilDay - sinceDay] : [];
    });
    expect(ends.length).toBeGreaterThan(0);
    // what comes after is long enough to be judged
    expect(Math.max(...ends)).toBeLessThan(options.days - 14);
    expect(Math.min(...ends)).toBeGreaterThan(13);
    expect(drawDistrictTroubles(cellOf('homes-30').options, { seed: 1, fleet: 0 }, 20)).toEqual([]);
  });

  it('water through a valve makes both topology_changed, and only them', () => {
    const record = run('valve');
    expect(record.districts.map(({ status }) => status)).toEqual([
      'topology_changed',
      'topology_changed',
      'ok',
    ]);
    expect(record.troubles).toEqual([
      { kind: 'valve', districts: [0, 1], right: true, nothingWrong: true, litresPerDay: null },
    ]);
  }, 60_000);

  it('a home on the wrong list is told on both sides, and its homes count nowhere else', () => {
    const record = run('strangers');
    expect(record.districts.map(({ status }) => status)).toEqual([
      'unregistered_consumer',
      'archive_error',
      'ok',
    ]);
    expect(record.troubles).toMatchObject([
      { kind: 'stranger', districts: [0, 1], right: true, nothingWrong: true },
    ]);
    expect(record.homes.indication.filter((said) => said === 'not_in_group')).toHaveLength(1);
    const metrics = waterMetrics([record]);
    expect(metrics).toMatchObject({ homes: 20, districts: 3 });
    expect(metrics.troubles).toMatchObject({
      right: { hits: 1, of: 1 },
      nothingWrong: { hits: 1, of: 1 },
      falseStatus: { hits: 0, of: 1 },
    });
  }, 60_000);

  it('one that is missed, one that accuses and a clean district that is said to change are counted', () => {
    const record = run('strangers');
    const [pair] = record.troubles ?? [];
    const [first, second, third] = record.districts;
    if (pair === undefined || first === undefined || second === undefined || third === undefined)
      throw new Error('no pair');
    const { troubles } = waterMetrics([
      record,
      {
        ...record,
        districts: [first, second, { ...third, status: 'topology_changed' }],
        troubles: [{ ...pair, right: false, nothingWrong: false, litresPerDay: 12 }],
      },
    ]);
    expect(troubles).toMatchObject({
      right: { hits: 1, of: 2 },
      rightOfUsers: { hits: 1, of: 1 },
      nothingWrong: { hits: 1, of: 2 },
      falseStatus: { hits: 1, of: 2 },
    });
  }, 60_000);
});
