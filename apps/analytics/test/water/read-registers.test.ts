import { expect, test } from 'vitest';
import { readOnGrid } from '../../src/lib/water/read-registers.ts';
import { flowOf } from '../../src/lib/water/water-input.ts';
import { addressKey } from '../../src/lib/water/other-use.ts';

const HOUR_US = 3600e6;
const START_US = Date.UTC(2026, 9, 1) * 1000;
const grid = { startUs: START_US, stepUs: HOUR_US, count: 49 };

/** Readings as the store hands them out: by channel, then in time. */
const storeOf = (rows: readonly (readonly [channel: number, tsUs: number, value: number])[]) => ({
  series: (
    channelIds: readonly number[],
    fromUs: number,
    untilUs: number,
    take: (channelId: number, tsUs: number, value: number) => void,
  ): Promise<void> => {
    for (const [channelId, tsUs, value] of rows)
      if (channelIds.includes(channelId) && tsUs >= fromUs && tsUs <= untilUs)
        take(channelId, tsUs, value);
    return Promise.resolve();
  },
});

const hourly = (channel: number, offsetUs: number) =>
  Array.from({ length: 49 }, (_, k) => [channel, START_US + k * HOUR_US + offsetUs, k] as const);

test('a register that is read 20 seconds after the hour is read at the hour', async () => {
  const read = await readOnGrid(storeOf(hourly(1, 20e6)), [1], grid);
  const own = read.get(1);
  // the last reading comes after the instant that is looked at
  expect([...(own?.values ?? [])]).toEqual([...Array.from({ length: 48 }, (_, k) => k), NaN]);
  expect(own?.reads).toEqual({ intervalUs: HOUR_US, onGrid: 1 });
});

test('a register that is read at another minute is not on the grid, and says so', async () => {
  const read = await readOnGrid(storeOf([...hourly(1, 0), ...hourly(2, -17 * 60e6)]), [1, 2], grid);
  expect(read.get(1)?.reads).toEqual({ intervalUs: HOUR_US, onGrid: 1 });
  expect(read.get(2)?.reads).toEqual({ intervalUs: HOUR_US, onGrid: 0 });
  expect([...(read.get(2)?.values ?? [])].every(Number.isNaN)).toBe(true);
});

test('a register that is read every quarter of an hour is on the grid of each of them', async () => {
  const quarters = Array.from({ length: 193 }, (_, k) => [1, START_US + k * 900e6, k] as const);
  const late = Array.from({ length: 193 }, (_, k) => [2, START_US + k * 900e6 + 400e6, k] as const);
  const times = { phaseUs: new Map([[1, 1800e6]]), lastUs: START_US + 48 * HOUR_US + 1800e6 };
  const read = await readOnGrid(storeOf([...quarters, ...late]), [1, 2], grid, times);
  // two days have 48 half hours past and 49 full ones
  expect(read.get(1)?.reads).toEqual({ intervalUs: 900e6, onGrid: 48 / 49 });
  expect([...(read.get(1)?.values ?? [])].slice(0, 3)).toEqual([2, 6, 10]);
  expect(read.get(2)?.reads).toEqual({ intervalUs: 900e6, onGrid: 0 });
});

test('nothing after the last instant is looked at, whatever the minute', async () => {
  const rows = Array.from(
    { length: 60 },
    (_, k) => [1, START_US + k * HOUR_US + 1800e6, k] as const,
  );
  const lastUs = START_US + 47.4 * HOUR_US;
  const times = { phaseUs: new Map([[1, 1800e6]]), lastUs };
  const values = (await readOnGrid(storeOf(rows), [1], grid, times)).get(1)?.values;
  expect(values?.[46]).toBe(46);
  expect(values?.[47]).toBeNaN();
});

test('a register that is read daily says its interval; one that never read is absent', async () => {
  const daily = hourly(1, 0).filter((_, k) => k % 24 === 0);
  const read = await readOnGrid(storeOf(daily), [1, 3], grid);
  expect(read.get(1)?.reads).toEqual({ intervalUs: 24 * HOUR_US, onGrid: 1 });
  expect(read.get(3)).toBeUndefined();
});

test('how a register is read is told by its readings up to its own instant', async () => {
  const until = START_US + 24 * HOUR_US;
  const rows = Array.from({ length: 24 }, (_, k) => [1, START_US + k * HOUR_US, k] as const);
  const often = Array.from(
    { length: 97 },
    (_, k) => [1, until + (k * HOUR_US) / 4, 24 + k / 4] as const,
  );
  const store = storeOf([...rows, ...often, ...hourly(2, 0)]);
  const own = (
    await readOnGrid(store, [1, 2], grid, { untilUs: new Map([[1, until + 600e6]]) })
  ).get(1);
  expect(own?.reads).toEqual({ intervalUs: HOUR_US, onGrid: 1 });
  expect([...(own?.values ?? [])]).toEqual(Array.from({ length: 49 }, (_, k) => k));
  const whole = await readOnGrid(store, [1, 2], grid);
  expect(whole.get(1)?.reads?.intervalUs).toBe(HOUR_US / 4);
  expect(whole.get(2)?.reads).toEqual({ intervalUs: HOUR_US, onGrid: 1 });
});

test('Q3 is read from name plates, from nothing else', () => {
  expect(['2.5', '2,5 m3/h', 'Q3 = 4', 'Qn 1.5', 'DN15', '5(60)', '', null].map(flowOf)).toEqual([
    2.5,
    2.5,
    4,
    1.5,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('one address whatever its capitals, spaces and composition; none is none', () => {
  expect(addressKey('  12  Đường Số 3 ')).toBe(addressKey('12 đường số 3'.normalize('NFD')));
  expect(addressKey('   ')).toBeUndefined();
  expect(addressKey(null)).toBeUndefined();
});
