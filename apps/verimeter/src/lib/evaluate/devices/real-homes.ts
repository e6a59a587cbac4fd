import { consumptionCohort } from '@verimeter/drift';
import { type HouseholdSeries, INTERVALS_PER_WEEK } from '@verimeter/simulator';
import { median, robustDeviation } from '@verimeter/statistics';

/** What seven weeks of real homes tell: how much two windows of a home differ, cohort removed. */
export interface RealHomes {
  readonly homes: number;
  readonly weeks: number;
  /** Robust standard deviation of the change of level between the windows (ratio, in the log). */
  readonly spread: number;
  /** Shares of homes whose change is beyond 3 %, 10 %, 30 %, and four spreads and 30 %. */
  readonly over3: number;
  readonly over10: number;
  readonly over30: number;
  readonly overBoth: number;
}

export function judgeRealHomes(households: readonly HouseholdSeries[]): RealHomes {
  const weekly = households.map(({ energy }) =>
    Float64Array.from({ length: Math.floor(energy.length / INTERVALS_PER_WEEK) }, (_, week) =>
      energy
        .subarray(week * INTERVALS_PER_WEEK, (week + 1) * INTERVALS_PER_WEEK)
        .reduce((sum, value) => sum + value, 0),
    ),
  );
  const cohort = consumptionCohort(weekly);
  const members = cohort?.members ?? [];
  const weeks = members[0]?.length ?? 0;
  const cut = Math.ceil(weeks / 2);
  const changes = members.map((own) => median(own.subarray(cut)) - median(own.subarray(0, cut)));
  const spread = robustDeviation(changes);
  const share = (least: number): number =>
    changes.filter((change) => Math.abs(change) > least).length / Math.max(1, changes.length);
  return {
    homes: members.length,
    weeks,
    spread,
    over3: share(0.03),
    over10: share(0.1),
    over30: share(0.3),
    overBoth: share(Math.max(0.3, 4 * spread)),
  };
}

/** Registers of real homes, kW.h at each grid point, counted in their own steps. */
export const registersOf = (households: readonly HouseholdSeries[]): Float64Array[] =>
  households.map(({ energy, quantum }) => {
    let sum = 0;
    return Float64Array.from({ length: energy.length + 1 }, (_, k) => {
      sum += k === 0 ? 0 : (energy[k - 1] ?? 0);
      return Math.round(sum / quantum) * quantum;
    });
  });
