import { INTERVALS_PER_WEEK } from '@verimeter/simulator';
import { describe, expect, test } from 'vitest';
import {
  areasPerFleet,
  CELLS,
  findCell,
  fleetsOf,
  METERS_PER_FLEET,
} from '../src/lib/evaluate/cells.ts';
import { readSeeds } from '../src/lib/evaluate/evaluate-city.ts';
import { planFleet } from '../src/lib/evaluate/fleet-plan.ts';
import { duration } from '../src/lib/evaluate/time-left.ts';

const options = (name: string) => {
  const cell = findCell(name);
  if (cell === undefined) throw new Error(`no cell ${name}`);
  return cell.options;
};

const pool = Array.from({ length: 140 }, (_, id) => ({
  id,
  quantum: 0.01,
  energy: new Float32Array(7 * INTERVALS_PER_WEEK),
}));

test('names are unique and hold the rows of the acceptance table', () => {
  const names = CELLS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const name of [
    'base',
    'meters-100',
    'single-phase',
    'loss-4.4',
    'no-records',
    'drift-2',
    'drift-1.5',
    'clock-30',
    'voltage-instantaneous',
    'voltage-poor',
    'no-voltage',
    'prevalence-0.5',
    'healthy-26-weeks',
    'misfiled',
    'unregistered',
    'ramp-6-in-12-weeks',
  ])
    expect(names).toContain(name);
  expect(names.filter((name) => name.startsWith('combo-'))).toHaveLength(10);
});

test('fleets are as large as a tenant, and as many as the drifted meters need', () => {
  for (const { options: own } of CELLS)
    expect(Math.abs(areasPerFleet(own) * own.meters - METERS_PER_FLEET)).toBeLessThan(60);
  expect(fleetsOf(options('base'), 300)).toBe(10);
  expect(fleetsOf(options('prevalence-0.5'), 300)).toBe(100);
  expect(fleetsOf(options('healthy'), 300)).toBe(5);
});

describe('a plan', () => {
  const plan = planFleet(options('base'), { seed: 1, fleet: 0 }, pool);
  const faults = plan.areas.flatMap(({ drift }) =>
    drift.kind === 'list' ? [...drift.faults.values()] : [],
  );

  test('has exactly the prevalence, half up and half down, four of five before the window', () => {
    expect(faults).toHaveLength(30);
    const sizes = faults.map((fault) => (fault.kind === 'stopped' ? 0 : fault.size));
    expect(sizes.filter((size) => size === 0.03)).toHaveLength(15);
    expect(sizes.filter((size) => size === -0.03)).toHaveLength(15);
    const inside = faults.map(({ sinceDay }) => sinceDay).filter((day) => day >= 0);
    expect(inside.length).toBeLessThan(15);
    expect(Math.max(...inside)).toBeLessThanOrEqual(14);
  });

  test('no household twice in an area, nor twice in the fleet with the same turn', () => {
    const all = new Set<string>();
    for (const { loads } of plan.areas) {
      if (loads.kind !== 'series') throw new Error('no series');
      expect(new Set(loads.households.map(({ household }) => household.id)).size).toBe(60);
      for (const { household, shiftWeeks } of loads.households)
        all.add(`${household.id} ${shiftWeeks}`);
    }
    expect(all.size).toBe(600);
  });

  test('is the same for the same seed and another for another fleet', () => {
    expect(planFleet(options('base'), { seed: 1, fleet: 0 }, pool)).toEqual(plan);
    expect(planFleet(options('base'), { seed: 1, fleet: 1 }, pool)).not.toEqual(plan);
  });

  test('misfiled and unregistered customers are fed by one area and listed in another or none', () => {
    const misfiled = planFleet(options('misfiled'), { seed: 1, fleet: 0 }, []);
    expect(misfiled.guests).toEqual([
      { fedBy: 0, listedIn: 1 },
      { fedBy: 2, listedIn: 3 },
      { fedBy: 4, listedIn: 5 },
    ]);
    expect(misfiled.areas.map(({ guests }) => guests)).toEqual([1, 0, 1, 0, 1, 0, 0, 0, 0, 0]);
    const unregistered = planFleet(options('unregistered'), { seed: 1, fleet: 0 }, []);
    expect(unregistered.guests.map(({ listedIn }) => listedIn)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('a trouble leaves the rest of the fleet as it is', () => {
    const base = planFleet(options('base'), { seed: 1, fleet: 0 }, pool);
    const shifted = planFleet(options('shift-hours'), { seed: 1, fleet: 0 }, pool);
    expect(shifted.areas.map(({ loads, drift }) => ({ loads, drift }))).toEqual(
      base.areas.map(({ loads, drift }) => ({ loads, drift })),
    );
    expect(shifted.troubles.map(({ area }) => area)).toEqual([0, 2, 4, 6, 8]);
    for (const { area, stamps } of shifted.troubles) {
      expect(stamps.size).toBe(1);
      for (const { intervals } of stamps.values()) expect(Math.abs(intervals) % 4).toBe(0);
      expect(shifted.areas[area]?.stamps).toBe(stamps);
    }
  });

  test('customers that change their transformer are the same in both areas', () => {
    const { areas, troubles } = planFleet(options('switched'), { seed: 1, fleet: 0 }, pool);
    expect(troubles.map(({ area, toArea }) => [area, toArea])).toEqual([
      [0, 1],
      [3, 4],
      [6, 7],
    ]);
    for (const { area, toArea = -1, meters, day = -1 } of troubles) {
      expect(meters.length).toBeGreaterThanOrEqual(5);
      expect(meters.length).toBeLessThanOrEqual(15);
      const from = areas[area]?.loads;
      const to = areas[toArea]?.loads;
      if (from?.kind !== 'series' || to?.kind !== 'series') throw new Error('no series');
      const ids = to.households.map(({ household }) => household.id);
      expect(new Set(ids).size).toBe(ids.length);
      meters.forEach((index, k) => {
        expect(to.households[60 + k]).toBe(from.households[index]);
        expect(areas[area]?.fedDays?.get(index)?.toDay).toBe(day);
        expect(areas[toArea]?.fedDays?.get(60 + k)?.fromDay).toBe(day);
        expect(areas[toArea]?.sameMeter?.get(60 + k)).toEqual({ area, index });
      });
    }
  });

  test('an area larger than the pool is refused', () => {
    expect(() =>
      planFleet(options('meters-100'), { seed: 1, fleet: 0 }, pool.slice(0, 90)),
    ).toThrow(/100 customers needs as many households; the data have 90/);
  });
});

test('ranges of seeds', () => {
  expect(readSeeds('1-3,7')).toEqual([1, 2, 3, 7]);
  expect(() => readSeeds('3-1')).toThrow(/not a range/);
  expect(() => readSeeds('one')).toThrow(/--seeds must be like/);
});

test('time left in words', () => {
  expect([duration(12.1), duration(600), duration(3900)]).toEqual(['13 s', '10 min', '1 h 05 min']);
});
