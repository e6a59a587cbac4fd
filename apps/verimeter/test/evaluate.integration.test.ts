import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createTemporaryDirectory } from '@verimeter/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram } from './program.ts';

let temporary: Awaited<ReturnType<typeof createTemporaryDirectory>>;
let directory: string;
let data: string;

/** 31 homes of one week: a base and a peak at an hour of their own; every second one belongs to each half. */
function seriesFile(): string {
  const columns = Array.from({ length: 672 }, (_, k) => `w44_${String(k + 1).padStart(3, '0')}`);
  const rows = Array.from({ length: 31 }, (_, home) =>
    columns
      .map((__, k) =>
        (0.04 + 0.03 * ((7 * k + home * home) % 5) + ((k + 5 * home) % 96 < 4 ? 0.4 : 0)).toFixed(
          2,
        ),
      )
      .join(','),
  );
  return [`VID,${columns.join(',')}`, ...rows.map((row, home) => `${home},${row}`), ''].join('\n');
}

beforeAll(async () => {
  temporary = await createTemporaryDirectory();
  directory = temporary.path;
  data = path.join(directory, 'data');
  await mkdir(data);
  await writeFile(path.join(data, 'homes_15min.csv'), seriesFile());
});

afterAll(() => temporary.remove());

const tiny = ['evaluate', 'electricity', '--cells', 'tiny', '--drifted', '6', '--jobs', '1'];

test('a small case end to end: records, resumption, the same answer, a page', async () => {
  const out = path.join(directory, 'out');
  const docs = path.join(directory, 'docs');
  const first = await runProgram([...tiny, '--baselines', '--out', out, '--json']);
  expect(first.stderr).toContain('evaluation: 1 done');
  expect(first.status).toBe(0);
  const { cells } = JSON.parse(first.stdout);
  expect(cells).toHaveLength(1);
  expect(cells[0]).toMatchObject({ cell: 'tiny', meters: 24, drifted: 6, fleets: 1 });
  // Five per cent in an area of 12 meters: nothing is easier.
  expect(cells[0].reverify.recall.value).toBeGreaterThan(0.8);
  expect(cells[0].estimators.map(({ name }: { name: string }) => name)).toEqual([
    'verimeter',
    'oracle',
    'prototype',
    'leastSquares',
    'ridge',
    'recursive',
    'lasso',
  ]);

  // A killed run leaves half a line: it is dropped, the finished fleet is kept.
  const file = path.join(out, 'fleets.jsonl');
  const lines = await readFile(file, 'utf8');
  await writeFile(file, `${lines}{"cell":"tiny","seed":`);
  const second = await runProgram([...tiny, '--baselines', '--out', out, '--json', '--resume']);
  expect(second.stderr).toContain('1 of 1 fleets are there already');
  expect(JSON.parse(second.stdout)).toEqual(JSON.parse(first.stdout));
  expect(await readFile(file, 'utf8')).toBe(lines);

  const report = await runProgram(['evaluate', 'report', '--out', out, '--docs', docs]);
  expect(report.status).toBe(0);
  const page = await readFile(path.join(docs, 'accuracy.md'), 'utf8');
  expect(page).toContain(
    '`verimeter evaluate electricity --cells tiny --drifted 6 --seed 1 --baselines`',
  );
  expect(await readFile(path.join(docs, 'images', 'accuracy-built-in.svg'), 'utf8')).toContain(
    '<svg',
  );
});

test('real series: a half of the households, never more customers than there are', async () => {
  const args = [...tiny, '--data', data, '--half', 'report', '--json'];
  const found = await runProgram(args);
  expect(found.stderr).toContain('15 households for report');
  expect(found.status).toBe(0);
  expect(JSON.parse(found.stdout).cells[0]).toMatchObject({ loads: 'report', meters: 24 });
  const large = await runProgram(['evaluate', 'electricity', '--cells', 'base', '--data', data]);
  expect(large.status).toBe(1);
  expect(large.stderr).toContain('there are 16');
});

test('wrong use names what is wrong', async () => {
  const unknown = await runProgram(['evaluate', 'electricity', '--cells', 'bas']);
  expect(unknown.status).toBe(2);
  expect(unknown.stderr).toContain('did you mean base?');
  const half = await runProgram(['evaluate', 'electricity', '--half', 'report']);
  expect(half.stderr).toContain('--half is about the households of --data DIR');
  const missing = await runProgram(['evaluate', 'report']);
  expect(missing.stderr).toContain('--out DIR');
});
