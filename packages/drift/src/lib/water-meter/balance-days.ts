import {
  choleskyInPlace,
  median,
  robustDeviation,
  solveCholeskyInPlace,
} from '@verimeter/statistics';

/** Share of a day's intervals that must be known. */
const LEAST_KNOWN = 0.75;
/** An interval further off than so many robust deviations counts as one at that distance: bursts, flushing. */
const WINSOR = 3;
/** Weight of the diagonal in the covariance of the intervals of a day, which few days tell. */
const SHRINKAGE = 0.4;
/** A day's level tells nothing: leaks and what else nobody meters move it. In variances of an interval. */
const LEVEL = 100;

/** One day of a district's balance, less its usual day. */
export interface BalanceDay {
  /** Grid point before its first interval. */
  readonly start: number;
  readonly isBefore: boolean;
  /** m3 of each interval above the usual one. */
  readonly excess: Float64Array;
}

export interface BalanceDays {
  readonly days: readonly BalanceDay[];
  /** Inverse covariance of the intervals of a day, its level left free. */
  readonly weights: Float64Array;
}

/**
 * The balance cut into days from a grid point on, backwards and forwards, at most `mostBefore` back. `usual`: m3 that a home may add to each
 * interval, which is no outlier.
 */
export function balanceDays(
  residual: Float64Array,
  {
    from,
    to,
    mostBefore,
    leastBefore,
  }: {
    readonly from: number;
    readonly to: number;
    readonly mostBefore: number;
    readonly leastBefore: number;
  },
  usual: Float64Array,
): BalanceDays | undefined {
  const perDay = usual.length;
  const found: { start: number; isBefore: boolean; values: Float64Array }[] = [];
  for (let since = -mostBefore; from + (since + 1) * perDay <= to; since++) {
    const start = from + since * perDay;
    if (start < 0) continue;
    const values = residual.slice(start + 1, start + 1 + perDay);
    if (values.filter(Number.isFinite).length >= LEAST_KNOWN * perDay)
      found.push({ start, isBefore: since < 0, values });
  }
  const before = found.filter(({ isBefore }) => isBefore);
  if (before.length < leastBefore || before.length === found.length) return undefined;
  const centre = new Float64Array(perDay);
  const reach = new Float64Array(perDay);
  for (let h = 0; h < perDay; h++) {
    const known = before.map(({ values }) => values[h] as number).filter(Number.isFinite);
    centre[h] = median(known);
    reach[h] = WINSOR * robustDeviation(known) + 2 * (usual[h] as number);
  }
  const days = found.map(({ start, isBefore, values }) => ({
    start,
    isBefore,
    excess: tamed(values, centre, reach),
  }));
  const weights = weightsOf(
    days.filter(({ isBefore }) => isBefore).map(({ excess }) => excess),
    perDay,
  );
  return weights === undefined ? undefined : { days, weights };
}

/** Above the usual day, outliers drawn in to the day's own level, and what is missing put there. */
function tamed(values: Float64Array, centre: Float64Array, reach: Float64Array): Float64Array {
  const excess = values.map((value, h) => value - (centre[h] as number));
  const level = median(excess.filter(Number.isFinite));
  return excess.map((value, h) => {
    const most = reach[h] as number;
    return Number.isFinite(value) ? level + Math.max(-most, Math.min(most, value - level)) : level;
  });
}

function weightsOf(days: readonly Float64Array[], perDay: number): Float64Array | undefined {
  const covariance = new Float64Array(perDay * perDay);
  for (const excess of days) {
    const level = excess.reduce((a, b) => a + b, 0) / perDay;
    for (let i = 0; i < perDay; i++)
      for (let j = 0; j < perDay; j++)
        covariance[i * perDay + j] =
          (covariance[i * perDay + j] as number) +
          (((excess[i] as number) - level) * ((excess[j] as number) - level)) / days.length;
  }
  let mean = 0;
  for (let i = 0; i < perDay; i++) mean += (covariance[i * perDay + i] as number) / perDay;
  if (!(mean > 0)) return undefined;
  for (let i = 0; i < perDay; i++)
    for (let j = 0; j < perDay; j++) {
      const value = covariance[i * perDay + j] as number;
      const own = SHRINKAGE * (0.5 * value + 0.5 * mean);
      covariance[i * perDay + j] = (1 - SHRINKAGE) * value + (i === j ? own : 0) + LEVEL * mean;
    }
  if (choleskyInPlace(covariance, perDay) === undefined) return undefined;
  const weights = new Float64Array(perDay * perDay);
  for (let j = 0; j < perDay; j++) {
    const column = new Float64Array(perDay);
    column[j] = 1;
    solveCholeskyInPlace(covariance, perDay, column);
    weights.set(column, j * perDay);
  }
  return weights;
}
