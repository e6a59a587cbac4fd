import { describe, expect, test } from 'vitest';
import { momentMatching, plugInCount } from '../src/lib/evaluate/lots/lot-baselines.ts';
import { LOT_CELLS } from '../src/lib/evaluate/lots/lot-cells.ts';
import { lotReport } from '../src/lib/evaluate/lots/lot-metrics.ts';
import { lotTrial } from '../src/lib/evaluate/lots/lot-trial.ts';
import { runLot } from '../src/lib/evaluate/lots/run-lot.ts';

const cell = (name: string) => {
  const found = LOT_CELLS.find((known) => known.name === name);
  if (found === undefined) throw new Error(`no cell ${name}`);
  return found;
};

const meanLog = (sizes: readonly number[]) =>
  sizes.reduce((sum, size) => sum + Math.log(size), 0) / sizes.length;

describe('a simulated lot', () => {
  test.each(LOT_CELLS.filter(({ main }) => main).map(({ name }) => name))(
    '%s has exactly its share beyond the limit, and estimates as said',
    (name) => {
      const { share, limit, ...rest } = cell(name);
      const { input, errors } = lotTrial({ ...rest, share, limit, members: 500, seed: 11 });
      expect(errors.filter((error) => Math.abs(error) > limit)).toHaveLength(
        Math.round(500 * share),
      );
      const estimates = input.members.flatMap(({ remote }) => remote ?? []);
      expect(estimates.length).toBeGreaterThanOrEqual(300);
      for (const { standardError } of estimates) {
        expect(standardError).toBeGreaterThanOrEqual(0.002);
        expect(standardError).toBeLessThanOrEqual(0.015);
      }
      // the truth is nowhere in what the estimator is given
      expect(JSON.stringify(input)).not.toContain(String(errors[0]));
    },
  );

  test('depends on its seed alone; members that are not resolved are small customers', () => {
    const options = { ...cell('normal-5'), members: 500, seed: 12 };
    const { input } = lotTrial(options);
    expect(lotTrial(options).input).toEqual(input);
    expect(lotTrial({ ...options, seed: 13 }).input).not.toEqual(input);
    const size = (seen: boolean) =>
      input.members.flatMap((member) =>
        (member.remote !== undefined) === seen ? (member.size ?? 1) : [],
      );
    expect(meanLog(size(false))).toBeLessThan(meanLog(size(true)) - 0.5);
  });
});

test('the other ways to tell a share: counting takes noise for errors, one normal distribution misses a minority', () => {
  const drifted = lotTrial({ ...cell('drifted-10'), members: 5000, seed: 14 });
  expect(momentMatching(drifted.input).share).toBeGreaterThan(0.13);
  const normal = lotTrial({ ...cell('normal-5-class1'), members: 5000, seed: 15 });
  expect(plugInCount(normal.input).share).toBeGreaterThan(0.1);
});

test('the report counts what covers, over the cells of the bar', () => {
  const names = ['drifted-10', 'drifted-10-class1'];
  const records = names.flatMap((name) =>
    [0, 1, 2].map((index) => runLot(cell(name), { seed: 9, index, command: '' })),
  );
  const report = lotReport(names, records);
  expect(report.cells.map(({ graded }) => graded.coverage.of)).toEqual([3, 3]);
  expect(report.bar?.of).toBe(3);
  const [first] = report.cells;
  expect(first?.graded.meanWidth).toBeLessThan(first?.sample.meanWidth ?? 0);
  const wide = records.map((record) => ({
    ...record,
    graded: { ...record.graded, low: 0.5, high: 0.6 },
  }));
  expect(lotReport(names, wide).bar).toMatchObject({ hits: 0, of: 3 });
  expect(lotReport(names, wide).cells[0]?.graded).toMatchObject({ below: 3, above: 0 });
});
