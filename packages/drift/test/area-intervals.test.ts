import { expect, test } from 'vitest';
import { formIntervals } from '../src/lib/area-intervals.ts';
import type { AreaInput, AreaMember, FleetInput, MeterSeries } from '../src/lib/fleet-types.ts';

const STEP = 900e6;
const HOUR = 4;

const meter = (deviceId: string, importRegister: readonly number[], more = {}): MeterSeries => ({
  deviceId,
  lot: 'lot',
  limit: 0.01,
  inServiceLimit: 0.02,
  importRegister: Float64Array.from(importRegister),
  voltages: [],
  ...more,
});

/** Counter with `each` per step, NaN at `holes`. Too short to be smoothed, or without a quantum. */
const steady = (each: number, count: number, holes: readonly number[] = []): number[] =>
  Array.from({ length: count }, (_, k) => (holes.includes(k) ? NaN : each * k));

const always = (
  index: number,
  role: AreaMember['role'],
  more: Partial<AreaMember> = {},
): AreaMember => ({ meter: index, role, fromUs: -Infinity, toUs: Infinity, ...more });

function inputOf(
  meters: readonly MeterSeries[],
  members: readonly AreaMember[],
  count: number,
): { input: FleetInput; area: AreaInput } {
  const area = { groupId: 'A', members, asOfUs: (count - 1) * STEP };
  return { input: { grid: { startUs: 0, stepUs: STEP, count }, meters, areas: [area] }, area };
}

const form = (
  meters: readonly MeterSeries[],
  members: readonly AreaMember[],
  count: number,
  excluded: readonly number[] = [],
  joined: readonly number[] = [],
): ReturnType<typeof formIntervals> => {
  const { input, area } = inputOf(meters, members, count);
  return formIntervals(input, area, new Set(excluded), joined);
};

test('a hole in one register makes one longer interval for all; its energy is the difference of the counters around it', () => {
  const intervals = form(
    [
      meter('a', steady(1, 8, [3, 4])),
      meter('b', [0, 2, 4, 5, 6, 11, 12, 13]),
      meter('s', steady(4, 8)),
    ],
    [always(0, 'consumer'), always(1, 'consumer'), always(2, 'supply')],
    8,
  );
  expect([...intervals.from]).toEqual([0, 1, 2, 5, 6]);
  expect([...intervals.to]).toEqual([1, 2, 5, 6, 7]);
  expect([...intervals.hours]).toEqual([0.25, 0.25, 0.75, 0.25, 0.25]);
  expect([...(intervals.consumers[0]?.energy ?? [])]).toEqual([1, 1, 3, 1, 1]);
  expect([...(intervals.consumers[1]?.energy ?? [])]).toEqual([2, 2, 7, 1, 1]);
  expect([...intervals.supply]).toEqual([4, 4, 12, 4, 4]);
  expect(intervals.completeness).toBe(1);
});

test('a hole of more than twelve hours leaves its time out, and out of the completeness', () => {
  const count = 24 * HOUR + 1;
  const holes = Array.from({ length: 12 * HOUR }, (_, k) => 20 + k);
  const intervals = form(
    [meter('a', steady(1, count, holes)), meter('s', steady(1, count))],
    [always(0, 'consumer'), always(1, 'supply')],
    count,
  );
  const lost = 12 * HOUR + 1;
  expect(intervals.count).toBe(count - 1 - lost);
  expect(intervals.completeness).toBeCloseTo(1 - lost / (count - 1), 12);
  expect(Math.max(...intervals.hours)).toBe(0.25);

  const shorter = form(
    [meter('a', steady(1, count, holes.slice(1))), meter('s', steady(1, count))],
    [always(0, 'consumer'), always(1, 'supply')],
    count,
  );
  expect(shorter.completeness).toBe(1);
  expect(Math.max(...shorter.hours)).toBe(12);
});

test('the interval in which a register runs backwards is left out, nothing else', () => {
  const intervals = form(
    [meter('a', [10, 11, 12, 3, 4, 5]), meter('s', steady(1, 6))],
    [always(0, 'consumer'), always(1, 'supply')],
    6,
  );
  expect([...intervals.to]).toEqual([1, 2, 4, 5]);
  expect([...(intervals.consumers[0]?.energy ?? [])]).toEqual([1, 1, 1, 1]);
});

test('a member counts from its first to its last day; before and after it is neither missing nor in the sum', () => {
  const intervals = form(
    [
      meter('a', steady(1, 8)),
      meter('b', [NaN, NaN, NaN, 30, 32, 34, NaN, NaN]),
      meter('s', steady(5, 8)),
    ],
    [
      always(0, 'consumer'),
      always(1, 'consumer', { fromUs: 3 * STEP, toUs: 5 * STEP }),
      always(2, 'supply'),
    ],
    8,
  );
  expect([...intervals.to]).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect([...(intervals.consumers[1]?.energy ?? [])]).toEqual([0, 0, 0, 2, 2, 0, 0]);
});

test('an interval inside which a membership changes is in no balance', () => {
  // b joins between two grid points, at which a has a hole on one side
  const intervals = form(
    [
      meter('a', steady(1, 8, [3])),
      meter('b', [NaN, NaN, 20, 22, 24, 26, 28, 30]),
      meter('s', steady(5, 8)),
    ],
    [
      always(0, 'consumer'),
      always(1, 'consumer', { fromUs: 2.5 * STEP, toUs: Infinity }),
      always(2, 'supply'),
    ],
    8,
  );
  expect([...intervals.from]).toEqual([0, 1, 4, 5, 6]);
});

test('two supplies add up, energy passed on is taken off, feed-in counts against import', () => {
  const intervals = form(
    [
      meter('a', steady(3, 6), { exportRegister: Float64Array.from(steady(1, 6)) }),
      meter('s1', steady(5, 6)),
      meter('s2', steady(2, 6)),
      meter('out', steady(4, 6)),
    ],
    [always(0, 'consumer'), always(1, 'supply'), always(2, 'supply'), always(3, 'supply_out')],
    6,
  );
  expect([...intervals.supply]).toEqual([3, 3, 3, 3, 3]);
  expect([...(intervals.consumers[0]?.energy ?? [])]).toEqual([2, 2, 2, 2, 2]);
  expect(intervals.supplyMeters).toEqual([1, 2, 3]);
});

test('a meter taken out is not waited for, one taken in is a consumer like any other', () => {
  const meters = [
    meter('a', steady(1, 6)),
    meter('b', steady(2, 6, [2, 3])),
    meter('c', steady(3, 6)),
    meter('s', steady(4, 6)),
  ];
  const members = [always(0, 'consumer'), always(1, 'consumer'), always(3, 'supply')];
  const intervals = form(meters, members, 6, [1], [2]);
  expect(intervals.consumers.map((consumer) => consumer.meter)).toEqual([0, 2]);
  expect(intervals.count).toBe(5);
  expect([...(intervals.consumers[1]?.energy ?? [])]).toEqual([3, 3, 3, 3, 3]);
});

test('own verification starts what counts for a meter, not its share of the balance', () => {
  const intervals = form(
    [meter('a', steady(1, 8), { validFromUs: 2.5 * STEP }), meter('s', steady(1, 8))],
    [always(0, 'consumer'), always(1, 'supply')],
    8,
  );
  expect(intervals.consumers[0]?.countsFrom).toBe(3);
  expect(intervals.count).toBe(7);
});

test('the window starts with the first supply reading, and no data after as-of is looked at', () => {
  const meters = [meter('a', steady(1, 12)), meter('s', steady(1, 12, [0, 1, 2]))];
  const { input, area } = inputOf(meters, [always(0, 'consumer'), always(1, 'supply')], 12);
  const intervals = formIntervals(input, { ...area, asOfUs: 9.5 * STEP }, new Set(), []);
  expect([intervals.windowFrom, intervals.windowTo, intervals.count]).toEqual([3, 9, 6]);
  expect(intervals.completeness).toBe(1);
});
