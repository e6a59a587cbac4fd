import { median, robustDeviation } from '@verimeter/statistics';

/** Members that the cohort of a tenant needs. */
const LEAST_COHORT = 20;
/** kW.h of a week under which a home counts as this much: a logarithm of nothing says nothing. */
const FLOOR_SHARE = 0.02;

/** What a tenant's meters did together, week by week. */
export interface ConsumptionCohort {
  /** Median over the members of the log of each week's consumption over the member's own usual. */
  readonly level: Float64Array;
  /** Residuals of the members; NaN where a week is not told. */
  readonly members: readonly Float64Array[];
}

/** Log of weekly consumption over its median; undefined where the meter has hardly any. */
export function logOverUsual(energy: Float64Array): Float64Array | undefined {
  const known = energy.filter((value) => Number.isFinite(value));
  const usual = known.length === 0 ? 0 : median(known);
  if (!(usual > 0)) return undefined;
  return energy.map((value) => Math.log(Math.max(value, FLOOR_SHARE * usual) / usual));
}

/** Of meters on one grid of weeks; undefined where they are too few. Deterministic in the order of the members. */
export function consumptionCohort(weekly: readonly Float64Array[]): ConsumptionCohort | undefined {
  const logs = weekly.flatMap((energy) => logOverUsual(energy) ?? []);
  const weeks = logs[0]?.length ?? 0;
  if (logs.length < LEAST_COHORT) return undefined;
  const level = new Float64Array(weeks);
  for (let week = 0; week < weeks; week++) {
    const known = logs.map((own) => own[week] as number).filter((value) => Number.isFinite(value));
    level[week] = known.length >= LEAST_COHORT ? median(known) : NaN;
  }
  return {
    level,
    members: logs.map((own) => own.map((value, week) => value - (level[week] as number))),
  };
}

/** Robust standard deviation over the members of the change of their level between two spans of weeks; undefined: too few. */
export function cohortSpread(
  { members }: ConsumptionCohort,
  spans: { readonly from: number; readonly at: number; readonly to: number },
): number | undefined {
  const changes: number[] = [];
  for (const own of members) {
    const change = changeOfLevel(own, spans);
    if (change !== undefined) changes.push(change);
  }
  return changes.length < LEAST_COHORT ? undefined : robustDeviation(changes);
}

/** Median of the weeks [at, to) less that of [from, at): one week away from home is not a change. */
function changeOfLevel(
  own: Float64Array,
  { from, at, to }: { readonly from: number; readonly at: number; readonly to: number },
): number | undefined {
  const before = own.subarray(from, at).filter((value) => Number.isFinite(value));
  const after = own.subarray(at, to).filter((value) => Number.isFinite(value));
  if (before.length < 4 || after.length < 4) return undefined;
  return median(after) - median(before);
}
