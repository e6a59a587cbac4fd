import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { WATER_MODEL_VERSION } from '@verimeter/drift';
import { createTemporaryDirectory } from '@verimeter/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram } from './program.ts';

let temporary: Awaited<ReturnType<typeof createTemporaryDirectory>>;
beforeAll(async () => {
  temporary = await createTemporaryDirectory();
});
afterAll(() => temporary.remove());

const tiny = ['evaluate', 'water', '--cells', 'tiny', '--districts', '2', '--baselines', '--json'];

test('a small case end to end: records, resumption, the same answer on one thread and two', async () => {
  const out = path.join(temporary.path, 'out');
  const first = await runProgram([...tiny, '--jobs', '1', '--out', out]);
  expect(first.stderr).toContain('evaluation: 1 done');
  expect(first.status).toBe(0);
  const { cells } = JSON.parse(first.stdout);
  expect(cells[0]).toMatchObject({ cell: 'tiny', homes: 20, drifted: 4, districts: 2 });
  expect(cells[0].scores.map(({ name }: { name: string }) => name)).toEqual([
    'verimeter',
    'least squares',
    'least squares, 3 se',
    'cohort ratio',
  ]);
  // A quarter too little in a district of ten homes that hardly leaks: nothing is easier.
  expect(cells[0].scores[0].narrow.recall.value).toBeGreaterThan(0.7);

  // A killed run leaves half a line: it is dropped, the finished fleet is kept.
  const file = path.join(out, 'water.jsonl');
  const lines = await readFile(file, 'utf8');
  await writeFile(file, `${lines}{"cell":"tiny","seed":`);
  const second = await runProgram([...tiny, '--out', out, '--resume']);
  expect(second.stderr).toContain('1 of 1 fleets are there already');
  expect(second.stdout).toBe(first.stdout);
  expect(await readFile(file, 'utf8')).toBe(lines);

  const text = await runProgram([...tiny.slice(0, -1), '--out', out, '--resume', '--reliability']);
  expect(text.stdout).toContain('RECALL reverify');
  expect(text.stdout).toContain('probability_over_limit');

  const docs = path.join(temporary.path, 'docs');
  const report = await runProgram(['evaluate', 'report', '--out', out, '--docs', docs]);
  expect(report.status).toBe(0);
  const page = await readFile(path.join(docs, 'accuracy-water.md'), 'utf8');
  expect(page).toContain(
    '`verimeter evaluate water --cells tiny --districts 2 --seed 1 --baselines`',
  );
  expect(
    await readFile(path.join(docs, 'images', 'accuracy-water-built-in.svg'), 'utf8'),
  ).toContain('<svg');
  expect(page).toContain(`with version ${WATER_MODEL_VERSION} of the model`);

  // A fleet of an older version that was made again no longer counts; one that was not is no part of the page.
  const record = JSON.parse(lines);
  const older = { ...record, model: 'water-0' };
  await writeFile(file, `${JSON.stringify(older)}\n${lines}`);
  const again = await runProgram(['evaluate', 'report', '--out', out, '--docs', docs]);
  expect(again.status).toBe(0);
  expect(await readFile(path.join(docs, 'accuracy-water.md'), 'utf8')).toBe(page);
  await writeFile(file, `${JSON.stringify({ ...older, fleet: 1 })}\n${lines}`);
  const mixed = await runProgram(['evaluate', 'report', '--out', out, '--docs', docs]);
  expect(mixed.status).toBe(1);
  expect(mixed.stderr).toContain(`water-0 (tiny); ${WATER_MODEL_VERSION} (tiny)`);
  expect(await readFile(path.join(docs, 'accuracy-water.md'), 'utf8')).toBe(page);
});

test('wrong use names what is wrong', async () => {
  const unknown = await runProgram(['evaluate', 'water', '--cells', 'homes-6']);
  expect(unknown.status).toBe(2);
  expect(unknown.stderr).toContain('did you mean homes-60?');
  const half = await runProgram(['evaluate', 'water', '--half', 'report']);
  expect(half.stderr).toContain('--half is about the homes of --data DIR');
  const nowhere = await runProgram(['evaluate', 'water', '--data', temporary.path]);
  expect(nowhere.status).toBe(1);
  expect(nowhere.stderr).toContain('no file named');
  const nothing = await runProgram(['evaluate', 'report', '--out', temporary.path]);
  expect(nothing.status).toBe(1);
  expect(nothing.stderr).toContain('no record of electricity areas or water districts');
});
