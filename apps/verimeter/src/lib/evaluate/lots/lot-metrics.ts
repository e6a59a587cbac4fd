import { clopperPearson, mean } from '@verimeter/statistics';
import { LOT_CELLS } from './lot-cells.ts';
import type { LotRecord } from './lot-record.ts';

/** A share with its exact 95 % range (Clopper and Pearson). */
export interface ExactShare {
  readonly hits: number;
  readonly of: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** How the 90 % intervals of one way to tell the share come out. */
export interface IntervalScore {
  readonly coverage: ExactShare;
  /** Lots whose share lies below and above the interval. */
  readonly below: number;
  readonly above: number;
  readonly meanWidth: number;
  readonly bias: number;
  readonly rmse: number;
}

interface LotMetrics {
  readonly cell: string;
  readonly share: number;
  readonly limit: number;
  readonly graded: IntervalScore;
  readonly count: IntervalScore;
  readonly normal: IntervalScore;
  readonly sample: IntervalScore;
  /** Of 90 % intervals of mean and spread. */
  readonly meanCoverage: ExactShare;
  readonly spreadCoverage: ExactShare;
  /** Lots of which it is said with 95 % that the share is beyond 5 %, and that it is not. */
  readonly saidOver: number;
  readonly saidNotOver: number;
  readonly effective: number;
  readonly tests: number;
}

export interface LotReport {
  readonly cells: readonly LotMetrics[];
  /** Over all lots of the cells of the bar. */
  readonly bar: ExactShare | null;
}

const EPSILON = 1e-9;
type Method = 'graded' | 'count' | 'normal' | 'sample';

function exactShare(hits: number, of: number): ExactShare {
  return { hits, of, value: hits / of, ...clopperPearson(hits, of) };
}

function score(records: readonly LotRecord[], method: Method): IntervalScore {
  const below = records.filter((record) => record.share < record[method].low - EPSILON).length;
  const above = records.filter((record) => record.share > record[method].high + EPSILON).length;
  const errors = records.map((record) => record[method].share - record.share);
  return {
    coverage: exactShare(records.length - below - above, records.length),
    below,
    above,
    meanWidth: mean(records.map((record) => record[method].high - record[method].low)),
    bias: mean(errors),
    rmse: Math.sqrt(mean(errors.map((error) => error * error))),
  };
}

function cellMetrics(cell: string, records: readonly LotRecord[]): LotMetrics {
  const known = LOT_CELLS.find(({ name }) => name === cell);
  const covers = (is: (record: LotRecord) => boolean): ExactShare =>
    exactShare(records.filter(is).length, records.length);
  return {
    cell,
    share: known?.share ?? NaN,
    limit: known?.limit ?? NaN,
    graded: score(records, 'graded'),
    count: score(records, 'count'),
    normal: score(records, 'normal'),
    sample: score(records, 'sample'),
    meanCoverage: covers(
      ({ mean: truth, graded }) => Math.abs(graded.mean - truth) <= 1.645 * graded.meanSe,
    ),
    spreadCoverage: covers(
      ({ spread, graded }) => graded.spreadLow <= spread && spread <= graded.spreadHigh,
    ),
    saidOver: records.filter(({ graded }) => graded.over5 >= 0.95).length,
    saidNotOver: records.filter(({ graded }) => graded.over5 <= 0.05).length,
    effective: mean(records.map(({ graded }) => graded.effective)),
    tests: mean(records.map(({ graded }) => graded.tests)),
  };
}

export function lotReport(cells: readonly string[], records: readonly LotRecord[]): LotReport {
  const metrics = cells.map((cell) =>
    cellMetrics(
      cell,
      records.filter((record) => record.cell === cell),
    ),
  );
  const main = new Set(LOT_CELLS.flatMap(({ name, main: counts }) => (counts ? [name] : [])));
  const ofBar = metrics.filter(({ cell }) => main.has(cell));
  const hits = ofBar.reduce((sum, { graded }) => sum + graded.coverage.hits, 0);
  const of = ofBar.reduce((sum, { graded }) => sum + graded.coverage.of, 0);
  return { cells: metrics, bar: of === 0 ? null : exactShare(hits, of) };
}
