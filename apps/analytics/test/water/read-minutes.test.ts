import type { DistrictInput } from '@verimeter/drift';
import { expect, test } from 'vitest';
import { commonMinute, type ReadMinutes, readMinutes } from '../../src/lib/water/read-minutes.ts';
import { readPhases } from '../../src/lib/water/read-phases.ts';

const MINUTE_US = 60e6;
const HOUR_US = 60 * MINUTE_US;
const END_US = Date.UTC(2026, 9, 20) * 1000;

/** Two days of readings at some minutes of each hour, `late` seconds after them. */
const at = (minutes: readonly number[], late = 0): ReadMinutes => {
  const out = new Uint16Array(60);
  for (const minute of minutes) out[Math.round(minute + late / 60 + 60) % 60] = 48;
  return out;
};
const QUARTERS = [0, 15, 30, 45];

test('the minute that most are read at; of several the usual one, then the earliest', () => {
  expect(commonMinute([at([30]), at([30]), at([0])], undefined)).toBe(30);
  expect(commonMinute([at(QUARTERS), at(QUARTERS), at([30])], undefined)).toBe(30);
  expect(commonMinute([at(QUARTERS), at(QUARTERS)], undefined)).toBe(0);
  expect(commonMinute([at(QUARTERS), at(QUARTERS)], 45)).toBe(45);
  expect(commonMinute([at([30]), at([0])], 30)).toBe(30);
  expect(commonMinute([at([10])], 11)).toBe(10);
  expect(commonMinute([], 30)).toBeUndefined();
});

test('a clock that is half a minute off is read at the minute of the others', () => {
  expect(commonMinute([at([30]), at([30]), at([30], 40)], undefined)).toBe(30);
  expect(commonMinute([at([0]), at([0], -40), at([0])], undefined)).toBe(0);
});

test('minutes are told from two days before as-of, in one read for meters of one day', async () => {
  const rows = [
    // at another minute before, and after its as-of
    ...Array.from({ length: 96 }, (_, k) => [
      1,
      END_US - (96 - k) * HOUR_US + (k < 48 ? 600e6 : 0),
    ]),
    [1, END_US + 900e6],
    [2, END_US - 24 * HOUR_US + 59.6 * MINUTE_US],
  ] as const;
  const asked: number[] = [];
  const store = {
    series: (
      ids: readonly number[],
      fromUs: number,
      untilUs: number,
      take: (channelId: number, tsUs: number, value: number) => void,
    ): Promise<void> => {
      asked.push(ids.length);
      for (const [id = 0, tsUs = 0] of rows)
        if (ids.includes(id) && tsUs >= fromUs && tsUs <= untilUs) take(id, tsUs, 1);
      return Promise.resolve();
    },
  };
  const found = await readMinutes(
    store,
    new Map([
      [1, END_US],
      [2, END_US],
      [3, END_US + 30 * HOUR_US],
    ]),
  );
  expect(asked).toEqual([2, 1]);
  expect([...(found.get(1) ?? [])].flatMap((count, m) => (count > 0 ? [[m, count]] : []))).toEqual([
    [0, 47],
  ]);
  expect(found.get(2)?.[0]).toBe(1);
  expect(found.get(3)).toBeUndefined();
});

const district = (groupId: string, meters: readonly number[], toUs = Infinity): DistrictInput => ({
  groupId,
  asOfUs: END_US,
  members: meters.map((meter) => ({ meter, role: 'consumer', fromUs: -Infinity, toUs })),
});

test('each district by its own minute, a meter in none by its own', () => {
  const minutes = [
    at([0]),
    at([0]),
    at([0]),
    at([30]),
    at([30]),
    at([17]),
    at(QUARTERS),
    undefined,
  ];
  const phases = readPhases([district('A', [0, 1, 2]), district('B', [3, 4])], minutes);
  expect(phases).toEqual({
    minute: 0,
    districts: [0, 30 * MINUTE_US],
    meters: [0, 0, 0, 30, 30, 17, 0, 0].map((minute) => minute * MINUTE_US),
  });
});

test('the grid is that of most meters, and phases go forward from it', () => {
  const minutes = [at([30]), at([30]), at([30]), at([10]), at([10])];
  const phases = readPhases([district('A', [0, 1, 2]), district('B', [3, 4])], minutes);
  expect(phases.minute).toBe(30);
  expect(phases.districts).toEqual([0, 40 * MINUTE_US]);
});

test('districts with a boundary meter have one minute, those that had one before do not', () => {
  const minutes = [at([0]), at([0]), at(QUARTERS), at([30]), at([30]), at([30])];
  const a = district('A', [0, 1, 2]);
  expect(readPhases([a, district('B', [2, 3, 4, 5])], minutes).districts).toEqual([0, 0]);
  const before = { ...a, members: [...a.members, ...district('A', [3], END_US - 1).members] };
  expect(readPhases([before, district('B', [3, 4, 5])], minutes).districts).toEqual([1800e6, 0]);
});
