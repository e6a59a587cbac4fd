import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createTemporaryDirectory } from '@verimeter/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readMetalOxideFolder } from '../src/lib/evaluate/sensors/metal-oxide-folder.ts';
import { runProgram } from './program.ts';

let temporary: Awaited<ReturnType<typeof createTemporaryDirectory>>;
let data: string;

/** Four stations over 120 weeks, a level that comes and goes with the days and some noise of their own. */
function stationFile(station: number): string {
  const rows = Array.from({ length: 24 * 840 }, (_, k) => {
    const at = new Date(Date.UTC(2015, 0, 1, k));
    const level = 60 + 30 * Math.sin(k / 37) + 5 * Math.sin((k * (station + 3)) / 11);
    const temperature = 15 + 8 * Math.sin(k / 3.8);
    return [
      at.getUTCFullYear(),
      at.getUTCMonth() + 1,
      at.getUTCDate(),
      at.getUTCHours(),
      // one hour in a hundred is missing
      (k + 17 * station) % 100 === 0 ? 'NA' : level.toFixed(0),
      temperature.toFixed(1),
      (temperature - 5).toFixed(1),
    ].join(',');
  });
  return ['year,month,day,hour,PM2.5,TEMP,DEWP', ...rows, ''].join('\n');
}

const two = (value: number): string => String(value).padStart(2, '0');

/** An element whose resistance is 900 + 50 CO - 3 T for 100 days, then 20 % more of CO: exactly what a plane can tell. */
function metalOxideFile(): string {
  const rows = Array.from({ length: 24 * 240 }, (_, k) => {
    const at = new Date(Date.UTC(2004, 2, 10, 18 + k));
    const date = `${two(at.getUTCDate())}/${two(at.getUTCMonth() + 1)}/${at.getUTCFullYear()}`;
    const co = 2 + Math.sin(k / 3.8) + 0.5 * Math.sin(k / 91);
    const temperature = 15 + 8 * Math.sin(k / 3.8 - 1);
    const humidity = 50 + 10 * Math.cos(k / 17);
    const resistance = 900 + 50 * co * (k < 2400 ? 1 : 1.2) - 3 * temperature;
    const missing = k % 50 === 0;
    const no2 = 100 + 10 * Math.sin(k / 29);
    return [
      `${date} ${two(at.getUTCHours())}:00:00`,
      missing ? '-200' : co.toFixed(5),
      missing ? '' : resistance.toFixed(5),
      no2.toFixed(5),
      (1000 + 4 * no2).toFixed(5),
      temperature.toFixed(5),
      humidity.toFixed(5),
    ].join(',');
  });
  return ['Datetime,CO(GT),PT08.S1(CO),NO2(GT),PT08.S4(NO2),T,RH', ...rows, ''].join('\n');
}

beforeAll(async () => {
  temporary = await createTemporaryDirectory();
  data = path.join(temporary.path, 'data');
  await mkdir(data);
  await Promise.all(
    Array.from({ length: 4 }, (_, station) =>
      writeFile(path.join(data, `station${station}.csv`), stationFile(station)),
    ),
  );
});

afterAll(() => temporary.remove());

test('a metal-oxide element is calibrated on its first 60 days and compared with its analyser ever after', async () => {
  const file = path.join(temporary.path, 'air_quality_hourly.csv');
  await writeFile(file, metalOxideFile());
  const { pairs, startUs, count } = await readMetalOxideFolder(temporary.path);
  // 18:00 at UTC+1
  expect(new Date(startUs / 1000).toISOString()).toBe('2004-03-10T17:00:00.000Z');
  const { sensor, reference } = pairs['co'] ?? {};
  if (sensor === undefined || reference === undefined) throw new Error('no CO');
  for (let k = 0; k < count; k += 1) {
    if (k % 50 === 0) expect(sensor[k]).toBeNaN();
    else expect(sensor[k]).toBeCloseTo((reference[k] ?? 0) * (k < 2400 ? 1 : 1.2), 2);
  }
});

const words = ['evaluate', 'sensors', '--cells', 'tiny', '--networks', '2', '--every', '4'];
const tiny = [...words, '--baselines', '--json'];

test('a small case end to end: records, resumption, the same answer with any number of threads', async () => {
  const out = path.join(temporary.path, 'out');
  const first = await runProgram([...tiny, '--out', out, '--jobs', '1']);
  expect(first.status).toBe(0);
  const { cells } = JSON.parse(first.stdout);
  expect(cells).toHaveLength(1);
  expect(cells[0]).toMatchObject({ cell: 'tiny', networks: 2, sensors: 10, drifted: 2 });
  expect(cells[0].command).toBe(
    'verimeter evaluate sensors --cells tiny --networks 2 --seed 1 --every 4 --baselines',
  );
  // More than half as much again at once, beside four others: the product sees it, a ratio of means as well.
  for (const wanted of ['verimeter', 'cohort']) {
    const judge = cells[0].judges.find(({ name }: { name: string }) => name === wanted);
    expect(judge.within.at(-1)).toMatchObject({ hits: 2, of: 2 });
  }

  // A killed run leaves half a line: it is dropped, finished networks are kept.
  const file = path.join(out, 'networks.jsonl');
  const [line] = (await readFile(file, 'utf8')).split('\n');
  await writeFile(file, `${line}\n{"cell":"tiny","seed":`);
  const second = await runProgram([...tiny, '--out', out, '--resume', '--jobs', '2']);
  expect(second.stderr).toContain('1 of 2 networks are there already');
  const { secondsPerNetwork: _first, ...before } = cells[0];
  const { secondsPerNetwork: _second, ...after } = JSON.parse(second.stdout).cells[0];
  expect(after).toEqual(before);
});

test('real stations: each at fault in turn, healthy ones counted once', async () => {
  const args = ['evaluate', 'sensors', '--cells', 'stations-pm', '--every', '50', '--json'];
  const found = await runProgram([...args, '--baselines', '--data', data, '--half', 'report']);
  expect(found.stderr).toContain('4 stations, 10080 hours for report');
  expect(found.status).toBe(0);
  const [cell] = JSON.parse(found.stdout).cells;
  expect(cell).toMatchObject({ source: 'report', networks: 5, drifted: 4, sensors: 20 });
  const [judge] = cell.judges;
  // four stations from day 63 to the look 50 weeks later
  expect(judge.falseAlarms.exposure).toBeCloseTo((4 * (413 - 63)) / 365.25, 9);
});

test('wrong use names what is wrong', async () => {
  const unknown = await runProgram(['evaluate', 'sensors', '--cells', 'tini']);
  expect(unknown.status).toBe(2);
  expect(unknown.stderr).toContain('did you mean tiny?');
  const missing = await runProgram(['evaluate', 'sensors', '--cells', 'stations-pm']);
  expect(missing.status).toBe(2);
  expect(missing.stderr).toContain('needs --data DIR');
  const half = await runProgram(['evaluate', 'sensors', '--half', 'report']);
  expect(half.stderr).toContain('--half is about the years of --data DIR');
});
