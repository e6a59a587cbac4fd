import { table } from '../../output.ts';
import type { ExactShare, IntervalScore, LotReport } from './lot-metrics.ts';

const percent = (value: number, digits = 1): string => (100 * value).toFixed(digits);

const ranged = ({ value, low, high }: ExactShare): string =>
  `${percent(value)} (${percent(low)}-${percent(high)})`;

const brief = ({ coverage, meanWidth }: IntervalScore): string =>
  `${percent(coverage.value, 0)} / ${percent(meanWidth)}`;

/** Coverage of 90 % intervals with exact 95 % ranges, and their widths in percent of the members. */
export function lotReportText({ cells, bar }: LotReport): string {
  const rows = cells.map((cell) => [
    cell.cell,
    String(cell.graded.coverage.of),
    ranged(cell.graded.coverage),
    `${cell.graded.below} / ${cell.graded.above}`,
    percent(cell.graded.meanWidth, 2),
    percent(cell.graded.bias, 2),
    brief(cell.sample),
    brief(cell.count),
    brief(cell.normal),
    percent(cell.meanCoverage.value, 0),
    percent(cell.spreadCoverage.value, 0),
    `${cell.saidOver} / ${cell.saidNotOver}`,
    cell.effective.toFixed(0),
    cell.tests.toFixed(0),
  ]);
  const text = table([
    [
      'CASE',
      'LOTS',
      '90 % INTERVAL COVERS %',
      'TRUTH BELOW / ABOVE',
      'WIDTH %',
      'BIAS %',
      'SAMPLE OF 60: COVERS / WIDTH',
      'COUNT',
      'NORMAL',
      'MEAN',
      'SPREAD',
      'SAID > 5 % / NOT',
      'WORTH TESTS',
      'PLAN',
    ],
    ...rows,
  ]);
  return bar === null ? text : `${text}\nclass 2, all lots: ${ranged(bar)} % of ${bar.of}`;
}
