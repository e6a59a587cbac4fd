import {
  type ChannelFacts,
  createSeriesWorkspace,
  DEFAULT_VALIDATION_RULES,
  estimateGaps,
  type EstimationMethod,
  type SeriesColumns,
  validateSeries,
  type ValidationRules,
} from '@verimeter/telemetry';
import type { Uniform } from '../seeded.ts';

/** Lengths of the gaps that are made, hours. */
const GAPS_H = [1, 2, 4, 24, 96] as const;
const HOUR_US = 3600e6;
const DAY_US = 86_400e6;
/** So much lies before a gap: the profile is of the weeks before. */
const LEAST_DAYS = 28;

/** How far estimates of intervals are off in a set, by length of the gap and method. */
export interface EstimationError {
  readonly set: string;
  readonly hours: number;
  readonly method: EstimationMethod;
  intervals: number;
  /** Sums over intervals, in the unit of the register. */
  off: number;
  amount: number;
}

const work = createSeriesWorkspace();

const linear: ValidationRules = {
  ...DEFAULT_VALIDATION_RULES,
  estimation: { enabled: true, linear_hours: 2000, most_hours: 2000 },
};
const profile: ValidationRules = {
  ...DEFAULT_VALIDATION_RULES,
  estimation: { enabled: true, linear_hours: 0, most_hours: 2000 },
};

/** Takes readings out of a register, and holds what is estimated for them against what they were. */
export function addEstimationErrors(
  errors: Map<string, EstimationError>,
  set: string,
  of: { readonly series: SeriesColumns; readonly facts: ChannelFacts },
  random: Uniform,
): void {
  const { series, facts } = of;
  const firstUs = (series.tsUs[0] ?? 0) + LEAST_DAYS * DAY_US;
  const lastUs = (series.tsUs[series.length - 1] ?? 0) - 5 * DAY_US;
  if (facts.kind !== 'register' || lastUs <= firstUs) return;
  const values = new Map(
    Array.from(series.tsUs, (us, k) => [us, series.value[k] ?? Number.NaN] as const),
  );
  for (const hours of GAPS_H) {
    const k = series.tsUs.findIndex((us) => us >= firstUs + random() * (lastUs - firstUs));
    const fromUs = series.tsUs[k] ?? 0;
    const endUs = fromUs + hours * HOUR_US;
    const kept = [...series.tsUs].flatMap((us, at): [number, number][] =>
      us > fromUs && us < endUs ? [] : [[us, series.value[at] ?? 0]],
    );
    const columns = {
      length: kept.length,
      tsUs: Float64Array.from(kept, ([us]) => us),
      value: Float64Array.from(kept, ([, value]) => value),
    };
    for (const [method, rules] of [
      ['linear', linear],
      ['weekday_profile', profile],
    ] as const) {
      validateSeries(work, columns, facts, rules, endUs + DAY_US);
      const found = estimateGaps(work, facts, rules, fromUs).values.filter(
        ({ tsUs }) => tsUs > fromUs && tsUs < endUs,
      );
      if (found.length === 0 || found.some(({ tsUs }) => !values.has(tsUs))) continue;
      const key = `${set} ${hours} ${method}`;
      const error = errors.get(key) ?? {
        set,
        hours,
        method,
        intervals: 0,
        off: 0,
        amount: 0,
      };
      errors.set(key, error);
      addIntervals(error, found, values, { fromUs, endUs });
    }
  }
}

/** Of the intervals of one gap, the last one included. */
function addIntervals(
  error: EstimationError,
  found: readonly { readonly tsUs: number; readonly value: number }[],
  values: ReadonlyMap<number, number>,
  { fromUs, endUs }: { readonly fromUs: number; readonly endUs: number },
): void {
  const end = values.get(endUs);
  const start = values.get(fromUs) ?? Number.NaN;
  if (end === undefined) return;
  let [before, estimatedBefore] = [start, start];
  for (const { tsUs, value } of [...found, { tsUs: endUs, value: end }]) {
    const actual = values.get(tsUs) ?? Number.NaN;
    error.intervals++;
    error.amount += actual - before;
    error.off += Math.abs(value - estimatedBefore - (actual - before));
    [before, estimatedBefore] = [actual, value];
  }
}
