import { existsSync } from 'node:fs';
import { type TestDatabase, createTestDatabase } from '@verimeter/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dataSetOf, readingsOf } from '../src/lib/bench/store/data-set.ts';
import type { MeasuredEngine } from '../src/lib/bench/store/engine.ts';
import { openDatabase } from '../src/lib/bench/store/measured-postgres.ts';
import { processesOf, queuedMs } from '../src/lib/bench/store/processor-queue.ts';
import { measureLatencies } from '../src/lib/bench/store/read-latencies.ts';
import { measureWrites } from '../src/lib/bench/store/write-rates.ts';

const END_US = Date.UTC(2026, 0, 1) * 1000;
const dataSet = dataSetOf(100_000, END_US);
const all = readingsOf(dataSet);

/** The tests go on from each other, as runs of the benchmark do. */
describe('bench store on PostgreSQL', () => {
  let database: TestDatabase;
  let engine: MeasuredEngine;
  beforeAll(async () => {
    database = await createTestDatabase();
    engine = await openDatabase('postgres', database.url, dataSet);
  });
  afterAll(async () => {
    await engine.close();
    await database.drop();
  });

  const counts = async (): Promise<{ readings: number; channels: number; fewest: number }> => {
    const { rows } = await database.servicePool.query<Awaited<ReturnType<typeof counts>>>(
      `SELECT sum(c.n)::int8 AS readings, count(*) AS channels, min(c.n) AS fewest
         FROM (SELECT count(*) AS n FROM readings GROUP BY channel_id) c`,
    );
    const [row] = rows;
    if (row === undefined) throw new Error('no row');
    return row;
  };

  /** What the fill says is there, call by call. */
  const fill = async (breakAt = Infinity): Promise<number[]> => {
    const told: number[] = [];
    await engine.fill(dataSet, (readings) => {
      told.push(readings);
      if (told.length === breakAt) throw new Error('interrupted');
    });
    return told;
  };

  test('a fill that was interrupted goes on where it was, and one that is done fills nothing', async () => {
    const day = 96 * dataSet.channels;
    await expect(fill(3)).rejects.toThrow('interrupted');
    expect(await counts()).toMatchObject({ readings: 2 * day });
    const told = await fill();
    expect([told[0], told.at(-1)]).toEqual([2 * day, all]);
    expect(await counts()).toEqual({
      readings: all,
      channels: dataSet.channels,
      fewest: dataSet.instants,
    });
    expect(await fill()).toEqual([all]);
    expect(await counts()).toMatchObject({ readings: all });
  });

  test('another data set is not mixed with the one that is there', async () => {
    await expect(
      engine.fill(dataSetOf(100_000, END_US + 86_400e6), () => undefined),
    ).rejects.toThrow('another --dir');
  });

  test('whole days are summed up, once', async () => {
    const days = dataSet.channels * Math.floor(dataSet.instants / 96);
    const summed = await engine.tend?.(() => undefined);
    // the day in which the data set begins may have a row as well
    expect(summed).toBeGreaterThanOrEqual(days);
    expect(summed).toBeLessThanOrEqual(days + dataSet.channels);
    expect(await engine.tend?.(() => undefined)).toBe(0);
  });

  test('what is written for the measurement is dropped, and the data set stays', async () => {
    const [rate] = await measureWrites(engine, {
      cases: [{ batch: 500, duplicates: 0.1 }],
      rounds: 1,
      onStep: () => undefined,
    });
    expect(rate?.ratio).toBeGreaterThan(0);
    expect(await counts()).toMatchObject({ readings: all });
  });

  test('waiting for a processor is counted by the kernel, for processes that are there', async () => {
    const [own, server = 0, ...others] = await processesOf([database.servicePool]);
    expect([own, others]).toEqual([process.pid, []]);
    const before = await queuedMs([process.pid, server]);
    expect(before !== undefined).toBe(existsSync('/proc/self/schedstat'));
    const after = await queuedMs([process.pid, server]);
    expect((after ?? 0) - (before ?? 0)).toBeGreaterThanOrEqual(0);
    expect(await queuedMs([2 ** 30])).toBeUndefined();
  });

  test('each question is asked through the store and of the engine alone', async () => {
    const latencies = await measureLatencies(engine, dataSet, 3);
    expect(latencies.map(({ what }) => what)).toEqual([
      'latest',
      'raw_30_days',
      'months_of_a_year',
    ]);
    for (const { p50, p99, own_p50: own } of latencies) {
      expect(p99).toBeGreaterThanOrEqual(p50);
      expect(own).toBeGreaterThan(0);
    }
  });
});
