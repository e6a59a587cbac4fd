import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createTemporaryDirectory } from '@verimeter/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runProgram } from './program.ts';

let temporary: Awaited<ReturnType<typeof createTemporaryDirectory>>;
beforeAll(async () => {
  temporary = await createTemporaryDirectory();
});
afterAll(() => temporary.remove());

const small = ['evaluate', 'lots', '--cells', 'drifted-5,normal-10', '--lots', '12', '--seed', '3'];

test('lots end to end: records, resumption, the same answer with any number of threads', async () => {
  const out = path.join(temporary.path, 'out');
  const first = await runProgram([...small, '--jobs', '2', '--out', out, '--json']);
  expect(first.status).toBe(0);
  const { cells, bar } = JSON.parse(first.stdout);
  expect(cells.map(({ cell }: { cell: string }) => cell)).toEqual(['drifted-5', 'normal-10']);
  expect(bar.of).toBe(24);
  // of 24 intervals of 90 %, fewer than 17 hold the truth once in 500 times
  expect(bar.hits).toBeGreaterThanOrEqual(17);
  for (const { graded, sample } of cells)
    expect(graded.meanWidth).toBeLessThan(0.8 * sample.meanWidth);
  const lines = (await readFile(path.join(out, 'lots.jsonl'), 'utf8')).trim().split('\n');
  expect(lines).toHaveLength(24);
  expect(JSON.parse(lines[0] ?? '').command).toMatch(/^verimeter evaluate lots --cells /);

  const again = await runProgram([...small, '--jobs', '1', '--out', out, '--resume', '--json']);
  expect(again.stderr).toContain('24 of 24 lots are there already');
  expect(again.stdout).toBe(first.stdout);
  const one = await runProgram([...small.slice(0, 4), '--lots', '2', '--seed', '3', '--jobs', '1']);
  expect(one.stdout).toMatch(/^CASE .*\n(?:.*\n)*class 2, all lots: /);
});

test('wrong use names what is wrong', async () => {
  const wrong = await runProgram(['evaluate', 'lots', '--cells', 'drifted-6']);
  expect(wrong).toMatchObject({ status: 2 });
  expect(wrong.stderr).toContain('--cells has no drifted-6; did you mean drifted-');
  expect((await runProgram([...small, '--resume'])).stderr).toContain(
    '--resume needs the --out DIR',
  );
});
