import { type Coverage, coverages } from './calibration.ts';
import { type ListScore, listScore } from './list-scores.ts';
import { bootstrapped, type Measure, medianOf, share, type Share } from './measures.ts';
import type { MeterRow } from './meter-rows.ts';
import { type Estimator, ESTIMATORS } from './statements.ts';

/** What one estimator made of a cell. */
export interface EstimatorScore {
  readonly name: Estimator;
  readonly reverify: ListScore;
  /** The wider list, where the estimator has one. */
  readonly watch: ListScore | null;
  /** Of e, over meters that the product, the oracle and this estimator estimate. */
  readonly rmseDrifted: Measure;
  readonly rmseAll: Measure;
  /** Median size of the error of the drifted: a few meters without load carry the RMSE of estimators that judge every meter. */
  readonly medianDrifted: Measure;
  /** RMSE of the drifted over that of the oracle. */
  readonly ratio: Measure;
  /** rms over areas of the median error of an area's meters: what its balance cannot tell from the supply's own error. */
  readonly areaShift: Measure;
  /** Null where no interval is stated. */
  readonly coverage: readonly Coverage[] | null;
  /** Median width of the 95 % intervals over that of the oracle. */
  readonly widthRatio: Measure;
  /** Meters without an estimate. */
  readonly silent: Share;
}

type Fleets = readonly (readonly MeterRow[])[];

/** Of the estimators that were run. */
export function estimatorScores(fleets: Fleets): EstimatorScore[] {
  const rows = fleets.flat();
  return ESTIMATORS.filter((name) => rows.some(({ said }) => said[name] !== undefined)).map(
    (name): EstimatorScore => {
      const coverage = coverages(rows, name);
      return {
        name,
        reverify: listScore(rows, ({ said }) => said[name]?.narrow === true),
        watch: rows.some(({ said }) => said[name]?.wide !== undefined)
          ? listScore(rows, ({ said }) => said[name]?.wide === true)
          : null,
        rmseDrifted: rmse(fleets, name, isDrifted),
        rmseAll: rmse(fleets, name, () => true),
        medianDrifted: medianSize(fleets, name),
        ratio: rmseRatio(fleets, name),
        areaShift: areaShift(fleets, name),
        coverage: coverage.some(({ all }) => all.of > 0) ? coverage : null,
        widthRatio: widthRatio(fleets, name),
        silent: share(rows.filter(({ said }) => said[name]?.estimate == null).length, rows.length),
      };
    },
  );
}

const isDrifted = ({ drifted }: MeterRow): boolean => drifted;

/** Of the meters that everybody estimates, so that all errors are of the same meters. */
function errorOf({ said, truth }: MeterRow, name: Estimator): number | undefined {
  const estimate = said[name]?.estimate ?? null;
  if (estimate === null || said.verimeter?.estimate == null || said.oracle?.estimate == null)
    return undefined;
  return estimate - truth;
}

interface Squares {
  readonly sum: number;
  readonly count: number;
}

function squaresOf(errors: readonly (number | undefined)[]): Squares {
  let sum = 0;
  let count = 0;
  for (const error of errors) {
    if (error === undefined) continue;
    sum += error * error;
    count += 1;
  }
  return { sum, count };
}

function rootOf(parts: readonly Squares[]): number | null {
  const count = parts.reduce((total, part) => total + part.count, 0);
  return count === 0 ? null : Math.sqrt(parts.reduce((total, part) => total + part.sum, 0) / count);
}

function rmse(fleets: Fleets, name: Estimator, chosen: (row: MeterRow) => boolean): Measure {
  return bootstrapped(
    fleets.map((rows) => squaresOf(rows.filter(chosen).map((row) => errorOf(row, name)))),
    rootOf,
  );
}

function medianSize(fleets: Fleets, name: Estimator): Measure {
  const sizes = fleets.map((rows) =>
    rows.filter(isDrifted).flatMap((row) => {
      const error = errorOf(row, name);
      return error === undefined ? [] : [Math.abs(error)];
    }),
  );
  return bootstrapped(sizes, (some) => medianOf(some.flat()));
}

function rmseRatio(fleets: Fleets, name: Estimator): Measure {
  const both = fleets.map((rows) => {
    const drifted = rows.filter((row) => row.drifted && errorOf(row, name) !== undefined);
    return {
      own: squaresOf(drifted.map((row) => errorOf(row, name))),
      known: squaresOf(drifted.map((row) => errorOf(row, 'oracle'))),
    };
  });
  return bootstrapped(both, (some) =>
    ratio(rootOf(some.map(({ own }) => own)), rootOf(some.map(({ known }) => known))),
  );
}

function areaShift(fleets: Fleets, name: Estimator): Measure {
  return bootstrapped(
    fleets.map((rows) =>
      squaresOf(
        [...Map.groupBy(rows, ({ area }) => area).values()].map(
          (meters) => medianOf(meters.flatMap((row) => errorOf(row, name) ?? [])) ?? undefined,
        ),
      ),
    ),
    rootOf,
  );
}

function widthRatio(fleets: Fleets, name: Estimator): Measure {
  const widths = fleets.map((rows) =>
    rows.flatMap((row) => {
      const own = widthOf(row, name);
      const known = widthOf(row, 'oracle');
      return own === undefined || known === undefined ? [] : [{ own, known }];
    }),
  );
  return bootstrapped(widths, (some) => {
    const all = some.flat();
    return ratio(medianOf(all.map(({ own }) => own)), medianOf(all.map(({ known }) => known)));
  });
}

/** Of the 95 % interval. */
function widthOf({ said }: MeterRow, name: Estimator): number | undefined {
  const own = said[name];
  if (own === undefined) return undefined;
  if (own.low !== null && own.high !== null) return own.high - own.low;
  return own.standardError === null ? undefined : 2 * 1.96 * own.standardError;
}

function ratio(a: number | null, b: number | null): number | null {
  return a === null || b === null || b === 0 ? null : a / b;
}
