import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createTemporaryDirectory } from '@verimeter/test-support';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compareGolden } from '../src/lib/evaluate/golden-agreement.ts';
import { readGoldenArea } from '../src/lib/evaluate/golden-area.ts';

let temporary: Awaited<ReturnType<typeof createTemporaryDirectory>>;
beforeAll(async () => {
  temporary = await createTemporaryDirectory();
});
afterAll(() => temporary.remove());

const METERS = 4;
const INTERVALS = 480;
const BETA = [0, 0.05, -0.01, 0.02];

/** Park and Miller's generator. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}

const draw = uniform(7);
const loads = Array.from({ length: INTERVALS }, () =>
  Array.from({ length: METERS }, () => Math.round(1000 * (0.05 + draw() ** 4)) / 1000),
);
const total = (row: readonly number[]) => row.reduce((sum, value) => sum + value, 0);
const usual = loads.reduce((sum, row) => sum + total(row), 0) / INTERVALS;
const loss = (row: readonly number[]) => (0.01 * total(row) ** 2) / usual;

/** s = sum of (1 - beta) r + loss + 2 W.h and white noise of 1 W.h: every method must find beta to about its noise. */
async function folderOf(change: Record<string, unknown> = {}): Promise<string> {
  const folder = path.join(temporary.path, Object.keys(change)[0] ?? 'right');
  await mkdir(folder, { recursive: true });
  const rows = loads.map((row) => {
    const supply = row.reduce((sum, r, i) => sum + (1 - (BETA[i] ?? 0)) * r, loss(row) + 0.002);
    return [supply, ...row, loss(row)].map((value) => value.toFixed(6)).join(',');
  });
  const head = ['s', ...BETA.map((_, i) => `r${i}`), 'lossv'].join(',');
  await writeFile(path.join(folder, 'area12.csv'), `${[head, ...rows].join('\n')}\n`);
  const golden = {
    true_eps: BETA.map((beta) => beta / (1 - beta)),
    ols_eps: BETA,
    ols_sigma2: 1e-12,
    ridge_prec: [...BETA.map(() => 1), 1, 1],
    ridge_eps: BETA,
    ridge_sd: BETA.map(() => 1e-6),
    gls_eps: BETA,
    gls_sd: BETA.map(() => 0.001),
    slab_mean_mcmc: BETA,
    slab_prob_mcmc: [0, 1, 0.5, 1],
    ...change,
  };
  await writeFile(path.join(folder, 'golden.json'), JSON.stringify(golden));
  return folder;
}

test('an area without noise: every method gives back what was put in', async () => {
  const found = compareGolden(await readGoldenArea(await folderOf()));
  expect(found.map(({ method }) => method)).toEqual([
    'least squares',
    'ridge',
    'ridge, posterior sd',
    'generalised least squares',
    'two groups, mean',
    'two groups, sure meters',
  ]);
  expect(found.slice(0, 5).filter(({ agrees }) => !agrees)).toEqual([]);
  expect(found[3]?.rms?.own).toBeLessThan(0.001);
});

test('a reference that is off is told, method by method', async () => {
  const off = BETA.map((beta) => beta + 0.001);
  const found = compareGolden(await readGoldenArea(await folderOf({ ols_eps: off })));
  expect(found.filter(({ agrees }) => !agrees).map(({ method }) => method)).toContain(
    'least squares',
  );
  const other = compareGolden(
    await readGoldenArea(await folderOf({ gls_eps: BETA.map((beta) => beta + 0.02) })),
  );
  expect(other[0]?.agrees).toBe(true);
  expect(other[3]?.agrees).toBe(false);
});

test('a folder that is not such an area is refused with what is missing', async () => {
  const folder = await folderOf({ gls_sd: undefined });
  await expect(readGoldenArea(folder)).rejects.toThrow('golden.json: gls_sd is missing');
  await writeFile(path.join(folder, 'area12.csv'), 'a,b\n1,2\n');
  await expect(readGoldenArea(folder)).rejects.toThrow('area12.csv needs the columns');
});
