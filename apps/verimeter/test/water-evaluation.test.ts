import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { WaterHomeSeries } from '@verimeter/simulator';
import { createTemporaryDirectory } from '@verimeter/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  districtsPerFleet,
  findWaterCell,
  TINY_WATER,
  WATER_CELLS,
  type WaterCellOptions,
} from '../src/lib/evaluate/water/water-cells.ts';
import { waterMetrics } from '../src/lib/evaluate/water/water-metrics.ts';
import { planWaterFleet } from '../src/lib/evaluate/water/water-plan.ts';
import { readWaterPool } from '../src/lib/evaluate/water/water-pool.ts';
import type { WaterRecord } from '../src/lib/evaluate/water/water-record.ts';

const optionsOf = (name: string): WaterCellOptions => {
  const cell = findWaterCell(name);
  if (cell === undefined) throw new Error(`no cell ${name}`);
  return cell.options;
};

const pool = (count: number, weeks: number): WaterHomeSeries[] =>
  Array.from({ length: count }, (_, id) => ({
    id,
    litres: new Float32Array(168 * weeks).fill(id),
  }));

const planTiny = (fleet: number): unknown =>
  planWaterFleet(TINY_WATER.options, { seed: 1, fleet }, []);

describe('a fleet of water districts', () => {
  it('has exactly the prevalence, all of the stated size', () => {
    for (const fleet of [0, 1]) {
      const districts = planWaterFleet(optionsOf('homes-60'), { seed: 3, fleet }, []);
      const faults = districts.flatMap(({ drift }) =>
        drift.kind === 'list' ? [...drift.faults.values()] : [],
      );
      expect(districts).toHaveLength(10);
      expect(faults).toHaveLength(30);
      expect(faults.every((fault) => fault.kind === 'drift' && fault.size === -0.1)).toBe(true);
    }
  });

  it('lets meters stop on the day of a look, with two weeks left', () => {
    const { days } = optionsOf('stopped');
    const faults = planWaterFleet(optionsOf('stopped'), { seed: 1, fleet: 0 }, []).flatMap(
      ({ drift }) => (drift.kind === 'list' ? [...drift.faults.values()] : []),
    );
    expect(faults).toHaveLength(60);
    for (const { kind, sinceDay } of faults) {
      expect(kind).toBe('stopped');
      expect(sinceDay % 7).toBe(0);
      expect(sinceDay).toBeGreaterThanOrEqual(days / 2 - 7);
      expect(sinceDay).toBeLessThanOrEqual(days - 14);
    }
  });

  it('uses a home at most three times in a district, each time with other weeks', () => {
    for (const { loads } of planWaterFleet(
      optionsOf('homes-60'),
      { seed: 1, fleet: 0 },
      pool(20, 51),
    )) {
      if (loads.kind !== 'series') throw new Error('no series');
      expect(loads.homes).toHaveLength(60);
      for (const uses of Map.groupBy(loads.homes, ({ series }) => series.id).values()) {
        expect(uses).toHaveLength(3);
        const shifts = uses.map(({ shiftWeeks }) => shiftWeeks).toSorted((a, b) => a - b);
        // A window of 13 weeks of one never touches that of another, around the end of the series either.
        const gaps = shifts.map((shift, i) => ((shifts[(i + 1) % 3] ?? 0) - shift + 51) % 51);
        expect(Math.min(...gaps)).toBeGreaterThan(13);
      }
    }
    expect(() =>
      planWaterFleet(optionsOf('homes-60'), { seed: 1, fleet: 0 }, pool(19, 51)),
    ).toThrow(RangeError);
  });

  it('lets no home draw the same water in two districts at once', () => {
    for (const [name, districts] of [
      ['homes-60', 10],
      ['homes-30', 17],
      ['building', 25],
    ] as const) {
      const plan = planWaterFleet(optionsOf(name), { seed: 1, fleet: 0 }, pool(20, 51));
      expect(plan).toHaveLength(districts);
      const uses = plan.flatMap(({ loads }) =>
        loads.kind === 'series'
          ? loads.homes.map(({ series, shiftWeeks }) => `${series.id} ${shiftWeeks}`)
          : [],
      );
      expect(new Set(uses).size).toBe(uses.length);
    }
  });

  it('is the same for the same seed and number alone', () => {
    expect(planTiny(0)).toEqual(planTiny(0));
    expect(planTiny(1)).not.toEqual(planTiny(0));
  });

  it('names every case once', () => {
    const names = WATER_CELLS.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(districtsPerFleet(optionsOf('homes-30'))).toBe(20);
  });
});

/** From a Wednesday on; home h draws 100 h + hour of the day. */
const rows = (hours: number): string[] =>
  Array.from({ length: hours }, (_, k) => {
    const at = new Date(Date.UTC(2016, 2, 2, k)).toISOString();
    return `${at.slice(0, 10)} ${at.slice(11, 19)},${[0, 1, 2].map((home) => 100 * home + (k % 24)).join(',')}`;
  });

describe('real homes', () => {
  let temporary: Awaited<ReturnType<typeof createTemporaryDirectory>>;
  beforeAll(async () => {
    temporary = await createTemporaryDirectory();
  });
  afterAll(() => temporary.remove());

  async function folder(name: string, lines: readonly string[]): Promise<string> {
    const directory = path.join(temporary.path, name);
    await mkdir(directory);
    await writeFile(path.join(directory, 'hourly_litres.csv.gz'), gzipSync(lines.join('\n')));
    return directory;
  }

  it('are whole weeks from the first Monday on, every second home in each half', async () => {
    const directory = await folder('good', ['hour_start,a,b,c', ...rows(24 * 21)]);
    const tune = await readWaterPool(directory, 'tune');
    const report = await readWaterPool(directory, 'report');
    expect(tune.map(({ id }) => id)).toEqual([0, 2]);
    expect(report.map(({ id }) => id)).toEqual([1]);
    expect(tune[0]?.litres).toHaveLength(2 * 168);
    expect([...(report[0]?.litres.subarray(0, 3) ?? [])]).toEqual([100, 101, 102]);
  });

  it('name the line that is wrong', async () => {
    const lines = rows(24 * 14);
    const gap = await folder('gap', ['hour_start,a,b,c', ...lines.toSpliced(30, 1)]);
    await expect(readWaterPool(gap, 'tune')).rejects.toThrow('line 32');
    const bad = await folder('bad', [
      'hour_start,a,b,c',
      ...lines.map((line, k) => (k === 200 ? line.replace(/,[^,]*$/, ',x') : line)),
    ]);
    await expect(readWaterPool(bad, 'tune')).rejects.toThrow('line 202: home 3');
  });
});

describe('what is counted', () => {
  const homes = 8;
  const fill = <T>(value: T): T[] => Array.from({ length: homes }, () => value);
  const record = (change: Partial<WaterRecord['homes']>): WaterRecord => ({
    cell: 'homes-60',
    seed: 1,
    fleet: 0,
    loads: 'built-in',
    model: 'x',
    command: 'verimeter',
    days: 90,
    looks: 3,
    lookedDays: 73.05,
    time: { simulate: 1, analyze: 1 },
    districts: [
      { status: 'ok', evidence: ['fine'], leakShare: 0.2, otherShare: 0.01, supplyError: 0 },
      {
        status: 'too_large',
        evidence: ['too_many'],
        leakShare: 0.2,
        otherShare: 0.01,
        supplyError: 0,
      },
    ],
    homes: {
      district: [0, 0, 0, 0, 1, 1, 1, 1],
      fault: fill('none' as const),
      since: fill(null),
      truth: fill(0.01),
      healthy: fill(0.01),
      litresPerDay: fill(200),
      indication: fill('within_limits'),
      recommendation: fill('none'),
      estimate: fill(null),
      standardError: fill(null),
      low: fill(null),
      high: fill(null),
      probability: fill(null),
      overLimit: fill(null),
      minimumDetectable: fill(null),
      ...change,
    },
  });

  it('recall has every drifted meter, precision also knows those that are beyond the limit without a fault', () => {
    const m = waterMetrics([
      record({
        fault: ['drift', 'drift', 'none', 'none', 'none', 'none', 'none', 'none'],
        truth: [-0.1, -0.11, -0.08, 0.01, 0.01, 0.01, 0.01, null],
        recommendation: [
          'reverify',
          'none',
          'reverify',
          'watch',
          'none',
          'reverify',
          'none',
          'none',
        ],
      }),
    ]);
    const own = m.scores[0];
    expect(own?.narrow.recall).toMatchObject({ hits: 1, of: 2 });
    expect(own?.narrow.precision).toMatchObject({ hits: 2, of: 3 });
    expect(own?.narrow.wornListed).toBe(1);
    expect(own?.narrow.falseAlarms).toMatchObject({ hits: 1, of: 5 });
    expect(own?.wide?.precision).toMatchObject({ hits: 2, of: 4 });
    expect(m.reasons).toEqual({ too_many: 1 });
    expect(m.statuses).toEqual({ ok: 1, too_large: 1 });
  });

  it('an interval covers what lies in it', () => {
    const m = waterMetrics([
      record({
        fault: ['drift', 'drift', 'none', 'none', 'none', 'none', 'none', 'none'],
        truth: [-0.1, -0.1, 0, 0, 0, 0, 0, 0],
        estimate: [-0.1, -0.02, 0, 0.1, null, null, null, null],
        low: [-0.12, -0.04, -0.01, 0.05, null, null, null, null],
        high: [-0.08, 0, 0.01, 0.15, null, null, null, null],
      }),
    ]);
    expect(m.coverage.all).toMatchObject({ hits: 2, of: 4 });
    expect(m.coverage.drifted).toMatchObject({ hits: 1, of: 2 });
  });

  it('a stopped meter has to be said within 14 days, and of nobody else', () => {
    const m = waterMetrics([
      record({
        fault: ['stopped', 'stopped', 'stopped', 'none', 'none', 'none', 'none', 'none'],
        since: [56, 56, 56, null, null, null, null, null],
        firstStopped: [63, 77, null, null, null, null, null, null],
        stoppedSpells: [0, 0, 0, 2, 0, 0, 0, 0],
      }),
    ]);
    expect(m.stopped?.found).toMatchObject({ hits: 1, of: 3 });
    expect(m.stopped).toMatchObject({ falseSpells: 2, medianDays: 14 });
    expect(m.stopped?.homeYears).toBeCloseTo(1.6, 6);
    expect(m.stopped?.falsePer100HomeYears).toBeCloseTo(125, 3);
  });
});
