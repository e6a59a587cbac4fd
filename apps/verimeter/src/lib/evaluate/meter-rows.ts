import type { FleetRecord } from './fleet-record.ts';

/** One consumer meter of a record. */
export interface MeterRow {
  /** Number of its area in the fleet. */
  readonly area: number;
  readonly drifted: boolean;
  readonly truth: number;
  readonly indication: string;
  /** On the list for work orders; with repeated looks: at any of them. */
  readonly reverify: boolean;
  /** On it or on the wider list, at the last look. */
  readonly watch: boolean;
  readonly estimate: number | null;
  readonly standardError: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly probability: number | null;
  readonly oracle: number | null;
  readonly oracleWidth: number | null;
  readonly oracleReverify: boolean;
  readonly baselines: Readonly<Record<Baseline, number | null | undefined>>;
  readonly firstReverify: number | null;
  readonly crossing: number | null;
  readonly exitError: number | null;
}

export const BASELINES = ['leastSquares', 'ridge', 'recursive', 'lasso'] as const;
export type Baseline = (typeof BASELINES)[number];

/** The meters that count: those of areas whose archive is right. */
export function countedRows(record: FleetRecord): MeterRow[] {
  const { meters: c } = record;
  return c.area.flatMap((area, i): MeterRow[] => {
    if (record.areas[area]?.archive !== 'clean') return [];
    const oracleLow = c.oracleLow[i] ?? null;
    const oracleHigh = c.oracleHigh[i] ?? null;
    const recommendation = c.recommendation[i] ?? 0;
    const firstReverify = c.firstReverify?.[i] ?? null;
    return [
      {
        area,
        drifted: (c.since[i] ?? null) !== null,
        truth: c.truth[i] ?? 0,
        indication: c.indication[i] ?? '',
        reverify: c.firstReverify === undefined ? recommendation === 2 : firstReverify !== null,
        watch: recommendation === 1 || recommendation === 2,
        estimate: c.estimate[i] ?? null,
        standardError: c.standardError[i] ?? null,
        low: c.low[i] ?? null,
        high: c.high[i] ?? null,
        probability: c.probability[i] ?? null,
        oracle: c.oracle[i] ?? null,
        oracleWidth: oracleLow === null || oracleHigh === null ? null : oracleHigh - oracleLow,
        oracleReverify: c.oracleRecommendation[i] === 2,
        baselines: {
          leastSquares: c.leastSquares?.[i],
          ridge: c.ridge?.[i],
          recursive: c.recursive?.[i],
          lasso: c.lasso?.[i],
        },
        firstReverify,
        crossing: c.crossing?.[i] ?? null,
        exitError: c.exitError?.[i] ?? null,
      },
    ];
  });
}
