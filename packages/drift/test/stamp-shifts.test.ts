import { describe, expect, test } from 'vitest';
import { type PreparedArea, prepareArea } from '../src/lib/area-analysis.ts';
import type { FleetInput } from '../src/lib/fleet-types.ts';
import { checkMeter } from '../src/lib/meter-checks.ts';
import { putBack } from '../src/lib/stamp-shifts.ts';
import { element } from './element.ts';
import { healthyMeters, madeFleet, PER_DAY } from './made-fleet.ts';

const DAYS = 14;
const METERS = 12;
const fleet = madeFleet([{ groupId: 'A', meters: healthyMeters(METERS) }], DAYS);
const SUPPLY = METERS;

/** Readings of some meters stamped `steps` grid steps late, from a grid point on. */
function stamped(which: readonly number[], steps: number, since = -Infinity): FleetInput {
  return {
    ...fleet,
    meters: fleet.meters.map((meter, i) =>
      which.includes(i)
        ? {
            ...meter,
            importRegister: meter.importRegister.map((value, k, all) =>
              k < since ? value : k - steps < since ? NaN : (all[k - steps] ?? NaN),
            ),
          }
        : meter,
    ),
  };
}

function prepare(input: FleetInput): PreparedArea {
  const area = element(input.areas, 0);
  return prepareArea(input, area, {
    checks: input.meters.map((meter) => checkMeter(input, meter, area.asOfUs)),
    strangers: [],
  });
}

const rough = (one: PreparedArea): number => one.evidence?.noise.base ?? NaN;

test('nothing is shifted where nothing is', () => {
  const prepared = prepare(fleet);
  expect(prepared.status).toBe('ok');
  expect(prepared.clockFaults.size).toBe(0);
});

describe('readings of one meter that are whole intervals off', () => {
  test.each([
    [1, 15],
    [-1, -15],
    [3, 45],
    [4, 60],
    [-28, -420],
    [52, 780],
  ])('by %i steps: a clock fault of %i minutes, put right for the others', (steps, minutes) => {
    const prepared = prepare(stamped([4], steps));
    expect(prepared.status).toBe('ok');
    expect([...prepared.clockFaults]).toEqual([
      [4, { code: 'stamps_shifted', values: { minutes } }],
    ]);
    // the balance is as even as that of the clean area
    expect(rough(prepared) / rough(prepare(fleet))).toBeLessThan(1.3);
  });

  test('from a day on, as with summer time: since when, to two hours', () => {
    const since = 6.5 * PER_DAY;
    const [fault] = [...prepare(stamped([4], 4, since)).clockFaults.values()];
    expect(fault?.code).toBe('stamps_shifted_since');
    expect(fault?.values['minutes']).toBe(60);
    const told = Date.parse(String(fault?.values['at'])) / 900e3;
    expect(Math.abs(told - since)).toBeLessThanOrEqual(8);
  });

  test('two of twelve, in different zones', () => {
    const both = stamped([2], 8);
    const one = stamped([7], -4);
    const input = {
      ...both,
      meters: both.meters.map((meter, i) => (i === 7 ? element(one.meters, 7) : meter)),
    };
    const found = [...prepare(input).clockFaults].map(([meter, item]) => [
      meter,
      item.values['minutes'],
    ]);
    expect(found).toContainEqual([2, 120]);
    expect(found).toContainEqual([7, -60]);
    expect(found).toHaveLength(2);
  });
});

describe('an area without a common time', () => {
  test.each([1, -28])('the supply %i steps late', (steps) => {
    const prepared = prepare(stamped([SUPPLY], steps));
    expect(prepared.status).toBe('clock');
    expect(prepared.evidence).toBeUndefined();
    expect(prepared.items).toContainEqual({
      code: 'supply_stamps_shifted',
      values: { minutes: 15 * steps },
    });
  });

  test.each([1, 28])('five of twelve consumers %i steps late', (steps) => {
    const prepared = prepare(stamped([0, 3, 5, 8, 11], steps));
    expect(prepared.status).toBe('clock');
    expect(prepared.evidence).toBeUndefined();
    const item = prepared.items.find(({ code }) => code === 'stamps_mixed');
    expect(item?.values['minutes']).toBe(15 * steps);
    expect(Number(item?.values['share'])).toBeGreaterThan(0.25);
  });
});

const back = (
  input: FleetInput,
  shift: { steps: number; from: number; to: number; unsure?: number },
): Float64Array => {
  const put = putBack(input, [{ meter: 0, unsure: -1, ...shift }]);
  return element(put.meters, 0).importRegister;
};

test('put back: every reading at its true time, what two would share left out', () => {
  const meter = {
    ...element(fleet.meters, 0),
    importRegister: Float64Array.from({ length: 20 }, (_, k) => k),
  };
  const seen = (importRegister: number[]): FleetInput => ({
    ...fleet,
    meters: [{ ...meter, importRegister: Float64Array.from(importRegister) }],
  });
  // two late all along: the reading stamped 2 is that of 0
  const late = Array.from({ length: 20 }, (_, k) => (k < 2 ? NaN : k - 2));
  expect([...back(seen(late), { steps: 2, from: -Infinity, to: Infinity })].slice(0, 18)).toEqual(
    Array.from({ length: 18 }, (_, k) => k),
  );
  // two early from 10 on: 10 and 11 are stamped 8 and 9, which were taken
  const early = Array.from({ length: 20 }, (_, k) => (k < 10 ? k : k < 18 ? k + 2 : NaN));
  const told = back(seen(early), { steps: -2, from: 10, to: Infinity });
  expect([...told]).toEqual(Array.from({ length: 20 }, (_, k) => (k === 10 || k === 11 ? NaN : k)));
});
