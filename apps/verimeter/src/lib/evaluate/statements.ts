import type { MeterColumns } from './fleet-record.ts';

/** In the order of the tables. The oracle is the product with the true loss; the others are for comparison. */
export const ESTIMATORS = [
  'verimeter',
  'oracle',
  'prototype',
  'leastSquares',
  'ridge',
  'recursive',
  'lasso',
] as const;
export type Estimator = (typeof ESTIMATORS)[number];

/** Estimators without probabilities: they flag a meter above this error (drift-estimation.md 2.5). */
const POINT_ESTIMATORS = ['leastSquares', 'ridge', 'recursive', 'lasso'] as const;
const THRESHOLD = 0.02;

/** What an estimator says of one meter; null: nothing. */
export interface Statement {
  readonly estimate: number | null;
  readonly standardError: number | null;
  /** 95 % interval, where it is not that of a normal. */
  readonly low: number | null;
  readonly high: number | null;
  readonly probability: number | null;
  /** On the list for work orders. */
  readonly narrow: boolean;
  /** On it or on the wider one; undefined: there is none. */
  readonly wide: boolean | undefined;
}

export type Statements = Readonly<Partial<Record<Estimator, Statement>>>;

/** What was said of meter `i` by those that were run. */
export function statementsOf(columns: MeterColumns, i: number): Statements {
  const recommendation = columns.recommendation[i] ?? 0;
  const byOracle = columns.oracleRecommendation[i] ?? 0;
  const said: Partial<Record<Estimator, Statement>> = {
    verimeter: {
      estimate: columns.estimate[i] ?? null,
      standardError: columns.standardError[i] ?? null,
      low: columns.low[i] ?? null,
      high: columns.high[i] ?? null,
      probability: columns.probability[i] ?? null,
      // with repeated looks: at any of them
      narrow:
        columns.firstReverify === undefined
          ? recommendation === 2
          : (columns.firstReverify[i] ?? null) !== null,
      wide: recommendation === 1 || recommendation === 2,
    },
    oracle: {
      estimate: columns.oracle[i] ?? null,
      standardError: columns.oracleStandardError?.[i] ?? null,
      low: columns.oracleLow[i] ?? null,
      high: columns.oracleHigh[i] ?? null,
      probability: columns.oracleProbability?.[i] ?? null,
      narrow: byOracle === 2,
      wide: byOracle === 1 || byOracle === 2,
    },
  };
  if (columns.prototype !== undefined) {
    const recommended = columns.prototypeRecommendation?.[i] ?? 0;
    said.prototype = {
      ...pointStatement(columns.prototype[i] ?? null),
      standardError: columns.prototypeStandardError?.[i] ?? null,
      probability: columns.prototypeProbability?.[i] ?? null,
      narrow: recommended === 2,
      wide: recommended === 1 || recommended === 2,
    };
  }
  for (const name of POINT_ESTIMATORS) {
    const column = columns[name];
    if (column !== undefined) said[name] = pointStatement(column[i] ?? null);
  }
  return said;
}

const pointStatement = (estimate: number | null): Statement => ({
  estimate,
  standardError: null,
  low: null,
  high: null,
  probability: null,
  narrow: Math.abs(estimate ?? 0) > THRESHOLD,
  wide: undefined,
});
