import { rootMeanSquare, share, type Share } from './measures.ts';
import { type Baseline, BASELINES, type MeterRow } from './meter-rows.ts';

/** Error above which an estimator without probabilities flags a meter (drift-estimation.md 2.5). */
const THRESHOLD = 0.02;

export interface ListScore {
  readonly recall: Share;
  readonly precision: Share;
  /** Healthy meters on the list. */
  readonly falseAlarms: Share;
}

export interface BaselineScore {
  readonly name: Baseline;
  readonly score: ListScore;
  readonly rmseDrifted: number | null;
}

/** Recall counts every drifted meter: an abstention is a miss. */
export function listScore(
  rows: readonly MeterRow[],
  onList: (row: MeterRow) => boolean,
): ListScore {
  const listed = rows.filter(onList);
  const correct = listed.filter(({ drifted }) => drifted).length;
  const drifted = rows.filter((row) => row.drifted).length;
  return {
    recall: share(correct, drifted),
    precision: share(correct, listed.length),
    falseAlarms: share(listed.length - correct, rows.length - drifted),
  };
}

/** Of the baselines that were run. */
export function baselineScores(rows: readonly MeterRow[]): BaselineScore[] {
  return BASELINES.filter((name) => rows.some(({ baselines }) => baselines[name] != null)).map(
    (name) => {
      const value = (row: MeterRow): number | null => row.baselines[name] ?? null;
      return {
        name,
        score: listScore(rows, (row) => Math.abs(value(row) ?? 0) > THRESHOLD),
        rmseDrifted: rootMeanSquare(
          rows.flatMap((row) => {
            const found = value(row);
            return row.drifted && found !== null ? [found - row.truth] : [];
          }),
        ),
      };
    },
  );
}
