import { type ReadingBatch, createReadingBatch } from '@verimeter/reading-store';
import { expect, test } from 'vitest';
import { spansOfDays } from '../src/lib/copy/day-spans.ts';
import { gatheredRows } from '../src/lib/copy/gathered-rows.ts';
import { planParts } from '../src/lib/copy/plan-parts.ts';
import { createRowDigest, digestOf } from '../src/lib/copy/row-digest.ts';

const DAY_US = 86_400e6;
const october = Date.UTC(2026, 9, 1) * 1000;
const november = Date.UTC(2026, 10, 1) * 1000;

function rowsOf(
  rows: readonly (readonly [channel: number, ts: number, value: number, received: number])[],
): ReadingBatch {
  const batch = createReadingBatch(rows.length);
  batch.length = rows.length;
  for (const [k, [channel, ts, value, received]] of rows.entries()) {
    batch.channelId[k] = channel;
    batch.tsUs[k] = ts;
    batch.value[k] = value;
    batch.receivedAtUs[k] = received;
  }
  return batch;
}

const digest = (pieces: readonly ReadingBatch[], before = Infinity) => {
  const open = createRowDigest(before);
  for (const rows of pieces) open.take(rows);
  return open.end();
};

async function* inPieces(): AsyncGenerator<ReadingBatch> {
  for (const length of [1, 0, 7, 3]) {
    await Promise.resolve();
    yield rowsOf(Array.from({ length }, (_, k) => [1, length * 100 + k, k, 0] as const));
  }
}

test('parts cover every day of every channel once, whichever way they lie', () => {
  const months = [
    { fromUs: october, untilUs: november, readings: 1 },
    { fromUs: november, untilUs: november + 30 * DAY_US, readings: undefined },
  ];
  const channels = Array.from({ length: 1200 }, (_, k) => 3 * k + 7);
  for (const loadsBy of ['day', 'channel'] as const) {
    const parts = planParts(months, channels, loadsBy);
    const seen = new Map<string, number>();
    for (const part of parts)
      for (const id of channels.filter(
        (one) => one >= part.firstChannel && one <= part.lastChannel,
      ))
        for (let day = part.fromUs; day < part.untilUs; day += DAY_US)
          seen.set(`${id} ${day}`, (seen.get(`${id} ${day}`) ?? 0) + 1);
    expect(seen.size).toBe(1200 * 61);
    expect(new Set(seen.values())).toEqual(new Set([1]));
    expect(parts.length).toBeGreaterThan(10);
  }
  expect(planParts(months, [], 'day')).toEqual([]);
});

test('days that changed are put together within a month, as far as they are few', () => {
  const days = [0, 1, 5, 30, 31].map((day) => ({
    dayUs: october + day * DAY_US,
    channelIds: [4, 2],
  }));
  expect(spansOfDays(days)).toEqual([
    { fromUs: october, untilUs: november, channelIds: [2, 4] },
    { fromUs: november, untilUs: november + DAY_US, channelIds: [2, 4] },
  ]);
  const many = Array.from({ length: 12_000 }, (_, id) => id);
  const spans = spansOfDays([
    { dayUs: october, channelIds: many },
    { dayUs: october + DAY_US, channelIds: [1] },
  ]);
  expect(spans.map(({ channelIds }) => channelIds.length)).toEqual([5000, 5000, 2000, 1]);
});

test('rows are gathered whole, in their order, whatever pieces they come in', async () => {
  const found: number[][] = [];
  for await (const rows of gatheredRows(inPieces(), 4))
    found.push([...rows.tsUs.subarray(0, rows.length)]);
  expect(found).toEqual([
    [100, 700, 701, 702],
    [703, 704, 705, 706],
    [300, 301, 302],
  ]);
});

test('a digest is that of the rows, to the last bit, and not of how they came or what arrived later', () => {
  const all = [
    [5, 1, 0.1, 1e6],
    [5, 2, 0.2, 2e6 + 7],
    [9, 1, 3, 3e6],
  ] as const;
  const whole = digest([rowsOf(all)]);
  expect(whole).toEqual(digest(all.map((row) => rowsOf([row]))));
  expect(whole.get(5)?.readings).toBe(2);
  expect(whole.get(5)).toEqual(
    digest([
      rowsOf([
        [5, 1, 0.1, 1e6],
        [5, 2, 0.2, 2e6],
      ]),
    ]).get(5),
  ); // seconds
  for (const other of [
    [5, 2, 0.2 + 2 ** -55, 2e6],
    [5, 2, 0.2, 3e6],
    [5, 3, 0.2, 2e6],
    [9, 1, 3, 3e6],
  ] as const)
    expect(digestOf(digest([rowsOf([[5, 1, 0.1, 1e6], other])]))).not.toEqual(digestOf(whole));
  expect(digest([rowsOf(all)], 3e6)).toEqual(digest([rowsOf(all.slice(0, 2))]));
  expect(() => digest([rowsOf([...all, [5, 3, 1, 1]])])).toThrow('do not come together');
});
