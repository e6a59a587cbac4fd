import { describe, expect, test } from 'vitest';
import { prepareArea } from '../src/lib/area-analysis.ts';
import {
  completenessGate,
  findMisfiled,
  lossGate,
  lossRatio,
  resolutionGate,
} from '../src/lib/area-gates.ts';
import { formIntervals } from '../src/lib/area-intervals.ts';
import type { AreaInput, FleetInput } from '../src/lib/fleet-types.ts';
import { checkMeter } from '../src/lib/meter-checks.ts';
import { hasSunShape } from '../src/lib/sun-shape.ts';
import { healthyMeters, madeFleet, type MadeArea, PER_DAY } from './made-fleet.ts';
import { smallAreaIntervals } from './small-area.ts';
import { element } from './element.ts';

const made = (area: Partial<MadeArea>, days = 6): { input: FleetInput; area: AreaInput } => {
  const input = madeFleet([{ groupId: 'A', meters: healthyMeters(8), ...area }], days);
  return { input, area: element(input.areas, 0) };
};
const prepare = ({
  input,
  area,
}: {
  input: FleetInput;
  area: AreaInput;
}): ReturnType<typeof prepareArea> =>
  prepareArea(input, area, {
    checks: input.meters.map((meter) => checkMeter(input, meter, area.asOfUs)),
    strangers: [],
  });

const statusAndLoss = (loss: number): [string, number] => {
  const { status, items } = prepare(made({ loss }));
  return [status, Number(items.find(({ code }) => code === 'loss')?.values['share'])];
};

describe('completeness', () => {
  test('asks for 95 % of the time', () => {
    const intervals = smallAreaIntervals();
    expect(completenessGate({ ...intervals, completeness: 0.95 })).toBeUndefined();
    expect(completenessGate({ ...intervals, completeness: 0.949 })).toBe('incomplete');
  });

  test('holes that can be merged cost nothing, a lost half day in each of six does', () => {
    const { input, area } = made({}, 12);
    const spoil = (length: number): FleetInput => ({
      ...input,
      meters: input.meters.map((meter, i) => ({
        ...meter,
        importRegister: meter.importRegister.map((value, k) =>
          i === 3 && k % (2 * PER_DAY) >= 40 && k % (2 * PER_DAY) < 40 + length ? NaN : value,
        ),
      })),
    });
    expect(prepare({ input: spoil(12), area }).status).toBe('ok');
    expect(prepare({ input: spoil(48), area }).status).toBe('incomplete');
  });

  test('fewer than 400 intervals are too short for anything', () => {
    const prepared = prepare(made({}, 4));
    expect([prepared.status, prepared.tooShort]).toEqual(['incomplete', true]);
    expect(prepare(made({}, 5)).tooShort).toBe(false);
  });
});

describe('the loss', () => {
  test.each([
    [0.06, true, undefined],
    [0.0601, true, 'loss_out_of_range'],
    [0.05, false, undefined],
    [0.0501, false, 'loss_out_of_range'],
    [-0.01, true, undefined],
    [-0.0101, true, 'loss_out_of_range'],
  ] as const)('of %s, voltages %s: %s', (ratio, voltages, status) => {
    expect(lossGate(ratio, voltages)).toBe(status);
  });

  test('is what is supplied and not counted, over what is supplied', () => {
    const intervals = smallAreaIntervals();
    const total = intervals.supply.map((energy) => 0.97 * energy);
    const none = new Float64Array(total.length);
    expect(lossRatio(intervals, total, none)).toBeCloseTo(0.03, 12);
    // what flows behind a stopped meter is not lost
    const stopped = intervals.supply.map((value) => 0.02 * value);
    expect(lossRatio(intervals, total, stopped)).toBeCloseTo(0.01, 12);
  });

  test('where roofs feed back is told against all that flows, not against the net', () => {
    const intervals = smallAreaIntervals();
    const none = new Float64Array(intervals.count);
    // one consumer feeds back four fifths of the supply: the others take it
    const back = intervals.supply.map((energy) => -0.8 * energy);
    const supply = intervals.supply.map((energy) => 0.2 * energy);
    const [first, ...others] = intervals.consumers;
    if (first === undefined) throw new Error('no consumer');
    const roofs = { ...intervals, supply, consumers: [{ ...first, energy: back }, ...others] };
    const total = intervals.supply.map((energy) => (0.2 - 0.03) * energy);
    expect(lossRatio(roofs, total, none)).toBeCloseTo(0.03, 12);
  });

  test('of an area without voltages is refused above 5 %', () => {
    const [refused, large] = statusAndLoss(0.06);
    expect(refused).toBe('loss_out_of_range');
    expect(large).toBeGreaterThan(0.05);
    expect(large).toBeLessThan(0.07);
    expect(statusAndLoss(0.04)[0]).toBe('ok');
  });
});

test('a meter that feeds back nearly all has the shape of the sun, one that also draws has its own', () => {
  const sun = Float64Array.from(
    { length: 96 },
    (_, t) => -Math.max(0, Math.sin((Math.PI * t) / 48)),
  );
  expect(hasSunShape(sun)).toBe(true);
  expect(hasSunShape(sun.map((energy) => energy + 0.05))).toBe(false);
  expect(hasSunShape(sun.map((energy) => -energy))).toBe(false);
  expect(hasSunShape(new Float64Array(96))).toBe(false);
});

test('the supply must show its intervals to 2 %', () => {
  // eight meters of some 375 W: 0.75 kW.h per quarter of an hour, of which 2 % are 15 W.h
  for (const [quantum, status] of [
    [0.01, undefined],
    [0.02, 'supply_resolution'],
  ] as const) {
    const { input, area } = made({ supplyQuantum: quantum });
    expect(resolutionGate(input, formIntervals(input, area, new Set(), []))).toBe(status);
  }
});

const flat = (estimate: number[], sd: number[]): ReturnType<typeof findMisfiled> =>
  findMisfiled({ estimate: Float64Array.from(estimate), sd: Float64Array.from(sd) });

describe('a meter that is not in the supply', () => {
  test('is the one whose beta is 1 most clearly', () => {
    expect(flat([0.01, 0.98, 0.03], [0.01, 0.02, 0.01])).toBe(1);
    expect(flat([0.99, 1.01], [0.03, 0.01])).toBe(1);
  });

  test('is not a gross drift, and not a meter of which too little is known', () => {
    expect(flat([0.85], [0.01])).toBeUndefined();
    expect(flat([-0.43], [0.01])).toBeUndefined();
    expect(flat([1], [0.07])).toBeUndefined();
  });

  test('is taken out, and the rest balances', () => {
    const input = madeFleet(
      [
        {
          groupId: 'A',
          meters: healthyMeters(8).map((meter, i) => (i === 5 ? { ...meter, fedBy: 'B' } : meter)),
        },
        { groupId: 'B', meters: healthyMeters(8) },
      ],
      6,
    );
    const prepared = prepare({ input, area: element(input.areas, 0) });
    expect(prepared.status).toBe('archive_error');
    expect(prepared.misfiled.map(({ meter }) => meter)).toEqual([5]);
    expect(prepared.evidence?.design.n).toBe(7);
    const share = prepared.items.find(({ code }) => code === 'loss')?.values['share'];
    expect(Number(share)).toBeLessThan(0.03);
  });
});

const late = (input: FleetInput, which: readonly number[], shift: number): FleetInput => ({
  ...input,
  meters: input.meters.map((meter, i) =>
    which.includes(i)
      ? {
          ...meter,
          // a clock that is `shift` of a quarter of an hour late shows at each grid point what is shown a little later
          importRegister: meter.importRegister.map((value, k) => {
            const next = meter.importRegister[k + 1];
            return next === undefined ? value : value + shift * (next - value);
          }),
        }
      : meter,
  ),
});

test('clocks: one that is minutes off is a fault of its device, many are one of the area', () => {
  const { input, area } = made({ loss: 0.02 }, 12);
  const one = prepare({ input: late(input, [2], 0.4), area });
  expect([...one.clockFaults.keys()]).toEqual([2]);
  // 0.4 of 900 s, positive: it reads late
  const item = one.clockFaults.get(2);
  expect(item?.code).toBe('clock_offset');
  expect(Math.abs(Number(item?.values['seconds']) - 360)).toBeLessThan(60);
  expect(one.status).toBe('ok');
  const many = prepare({ input: late(input, [1, 3, 5], 0.4), area });
  expect(many.status).toBe('clock');
});
