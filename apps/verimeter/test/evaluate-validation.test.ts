import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DEFECTS } from '../src/lib/evaluate/validation/defects.ts';
import { measureValidation } from '../src/lib/evaluate/validation/measure-validation.ts';
import { readRealSeries } from '../src/lib/evaluate/validation/real-series.ts';

const WEEK = 672;
const WEEKS = 6;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'verimeter-validation-'));
  for (const [name, rows] of [
    ['elec-swiss-15min/made_15min.csv', households()],
    ['env-uci-airquality/air_quality_hourly.csv', hours()],
    ['water-daiad-hourly/raw_registers_made.csv', registers()],
  ] as const) {
    // oxlint-disable-next-line no-await-in-loop
    await mkdir(path.join(folder, path.dirname(name)), { recursive: true });
    // oxlint-disable-next-line no-await-in-loop
    await writeFile(path.join(folder, name), `${rows.join('\n')}\n`);
  }
});
afterAll(() => rm(folder, { recursive: true }));

/** Four households; the third one has two negative amounts. */
function households(): string[] {
  const names = Array.from(
    { length: WEEKS * WEEK },
    (_, k) => `w${44 + Math.floor(k / WEEK)}_${1 + (k % WEEK)}`,
  );
  const row = (home: number): string =>
    Array.from({ length: WEEKS * WEEK }, (_, k) => {
      if (home === 2 && (k === 1000 || k === 2500)) return '-0.5';
      const evening = k % 96 > 70 && k % 96 < 90 ? 0.3 : 0;
      return (0.05 + evening + 0.01 * ((k * (7 + home)) % 6)).toFixed(3);
    }).join(',');
  return [['VID', ...names].join(','), ...[0, 1, 2, 3].map((home) => `${home},${row(home)}`)];
}

const two = (value: number): string => String(value).padStart(2, '0');

/** 50 days with a cell of 3 without a value. */
function hours(): string[] {
  const times = Array.from({ length: 24 * 50 }, (_, k) => new Date(Date.UTC(2004, 2, 10, k)));
  return [
    'Datetime,CO(GT),NO2(GT),T,RH',
    ...times.map((time, k) => {
      const cell = (value: number): string => (k > 900 && k <= 903 ? '' : value.toFixed(1));
      const day = `${two(time.getUTCDate())}/${two(time.getUTCMonth() + 1)}/${time.getUTCFullYear()}`;
      return `${day} ${two(time.getUTCHours())}:00:00,${cell(2 + ((k * 7) % 13) / 10)},80,${cell(15 + ((k * 5) % 11) / 2)},50`;
    }),
  ];
}

const registers = (): string[] => [
  'user key;datetime;meter reading;diff',
  ...Array.from({ length: 24 * 30 }, (_, k) => {
    const day = `${String(1 + Math.floor(k / 24)).padStart(2, '0')}/04/2016`;
    return `u;${day} ${String(k % 24).padStart(2, '0')}:19:43;${50_000 + 10 * k};10`;
  }),
];

describe('real series', () => {
  test('are registers of amounts, with what is odd in them', async () => {
    const homes = [];
    for await (const channel of readRealSeries(folder, 'tune')) homes.push(channel);
    const electricity = homes.filter(({ set }) => set === 'electricity 15 min');
    expect(electricity.map(({ falls }) => falls)).toEqual([0, 2]);
    expect(electricity[0]?.value.length).toBe(WEEKS * WEEK + 1);
    const water = homes.find(({ set }) => set === 'water registers');
    expect([...(water?.value.slice(0, 3) ?? [])]).toEqual([50, 50.01, 50.02]);
    expect(water?.tsUs[0]).toBe(Date.UTC(2016, 3, 1, 0, 19, 43) * 1000);
  });

  test('of a folder without any are missed by name', async () => {
    const empty = path.join(folder, 'empty');
    const reading = async (): Promise<void> => {
      for await (const channel of readRealSeries(empty, 'tune')) expect(channel).toBeUndefined();
    };
    await expect(reading()).rejects.toThrow('none of elec-swiss-15min/15min');
  });

  test('are measured as they are and with defects', async () => {
    const { sets, recalls } = await measureValidation(folder, {
      half: 'tune',
      seed: 1,
      onChannel: () => undefined,
    });
    const electricity = sets.find(({ set }) => set === 'electricity 15 min');
    expect(electricity).toMatchObject({ channels: 2, falls: 2, fallsFound: 2 });
    const roadside = sets.find(({ set }) => set === 'roadside station');
    // of the first and the third column
    expect(roadside).toMatchObject({ channels: 2, codes: 6, codesFound: 6 });
    const gap = recalls.find(
      ({ defect, set }) => defect === 'six hours missing' && set === 'electricity 15 min',
    );
    expect(gap).toMatchObject({ injected: 2, found: 2 });
    // every defect has a series that it was put into
    expect(new Set(recalls.map(({ defect }) => defect))).toEqual(
      new Set(DEFECTS.map(({ name }) => name)),
    );
  });
});
