import { median } from '@verimeter/statistics';
import type { WaterFleetInput } from '../water/water-types.ts';
import type { CohortHome } from './lot-regression.ts';
import { DAY_US, registerHistory } from './register-history.ts';
import { logWeeklyUse } from './weekly-use.ts';

const WEEKS_PER_YEAR = 52;
const DAYS_PER_YEAR = 365.25;
/** Weeks at each end whose median is a home's use; fewer where there are less than three times as many. */
const MOST_WEEKS = 13;
const LEAST_WEEKS = 4;
/** Share of the weeks of an end that must be known. */
const LEAST_KNOWN = 0.6;
/** A cohort needs years between its ends, at least. */
const LEAST_YEARS = 0.2;

/** What the homes of a tenant say of the lots of their meters. */
export interface CohortData {
  readonly lots: readonly CohortLot[];
  /** Change of log use per year. */
  readonly perYear: readonly CohortHome[];
  /** Change of log use, with the volume between in 1,000 m3. */
  readonly perVolume: readonly CohortHome[];
  /** Years between the ends. */
  readonly years: number;
}

export interface CohortLot {
  readonly lot: string;
  /** The lot without its year. */
  readonly type: string;
  readonly builtYear: number | undefined;
  readonly homes: number;
  readonly strata: number;
  /** Mean register, 1,000 m3. */
  readonly volume: number;
}

/** Ends of the same season where the data are long enough, else first and last weeks: then neighbours take the season away. */
function cohortEnds(
  weeks: number,
): { readonly length: number; readonly first: number } | undefined {
  const length = Math.min(MOST_WEEKS, Math.floor(weeks / 3));
  if (length < LEAST_WEEKS) return undefined;
  return { length, first: Math.max(0, weeks - length - WEEKS_PER_YEAR) };
}

/** Homes that use water at both ends, each compared in the district it belongs to; homes of no district among themselves. */
export function cohortData(input: WaterFleetInput, asOfUs: number): CohortData | undefined {
  const { grid, meters, districts } = input;
  const endUs = Math.min(asOfUs, grid.startUs + (grid.count - 1) * grid.stepUs);
  const weeks = Math.floor((endUs - grid.startUs) / (7 * DAY_US));
  const ends = cohortEnds(weeks);
  if (ends === undefined) return undefined;
  const { length, first } = ends;
  const years = ((weeks - length - first) * 7) / DAYS_PER_YEAR;
  if (years < LEAST_YEARS) return undefined;
  const strata = strataOf(districts, endUs);
  const found = meters.flatMap((meter, index) => {
    const stratum = strata.get(index) ?? 0;
    if (stratum < 0) return [];
    const history = registerHistory(meter, grid, asOfUs);
    if (history === undefined) return [];
    const use = logWeeklyUse(history, weeks);
    const [early, late] = [
      endLevel(use.subarray(first, first + length)),
      endLevel(use.subarray(weeks - length)),
    ];
    if (early === undefined || late === undefined) return [];
    const register = meter.register[history.points.at(-1) ?? 0] ?? NaN;
    return [{ meter, stratum, early, late, register }];
  });
  const names = [...new Set(found.map(({ meter }) => meter.lot))].toSorted();
  const index = new Map(names.map((name, l) => [name, l]));
  const lotOf = (name: string): number => index.get(name) ?? 0;
  const byLot = Map.groupBy(found, ({ meter }) => meter.lot);
  return {
    years,
    lots: names.map((name) => {
      const members = byLot.get(name) ?? [];
      const builtYear = members[0]?.meter.builtYear;
      return {
        lot: name,
        type: typeOf(name, builtYear),
        builtYear,
        homes: members.length,
        strata: new Set(members.map(({ stratum }) => stratum)).size,
        volume: members.reduce((sum, { register }) => sum + register, 0) / (1000 * members.length),
      };
    }),
    perYear: found.map(({ meter, stratum, early, late }) => ({
      stratum,
      lot: lotOf(meter.lot),
      x: 1,
      y: (late - early) / years,
    })),
    perVolume: found.map(({ meter, stratum, early, late }) => ({
      stratum,
      lot: lotOf(meter.lot),
      // The mean of both ends: with the first one alone, what was high by chance would seem to fall.
      x: (Math.exp((early + late) / 2) * years * DAYS_PER_YEAR) / 1000,
      y: late - early,
    })),
  };
}

/** District of each consumer at the end; supplies are no homes. */
function strataOf(
  districts: WaterFleetInput['districts'],
  endUs: number,
): ReadonlyMap<number, number> {
  const strata = new Map<number, number>();
  districts.forEach(({ members }, d) => {
    for (const { meter, role, fromUs, toUs } of members)
      if (role !== 'consumer') strata.set(meter, -1);
      else if (fromUs <= endUs && endUs < toUs && !strata.has(meter)) strata.set(meter, d + 1);
  });
  return strata;
}

function endLevel(use: Float64Array): number | undefined {
  const known = use.filter(Number.isFinite);
  return known.length < LEAST_KNOWN * use.length ? undefined : median(known);
}

/** A lot is named by its type, a bar and the built year. */
function typeOf(lot: string, builtYear: number | undefined): string {
  const bar = lot.lastIndexOf('|');
  return builtYear !== undefined && lot.slice(bar + 1).trim() === String(builtYear)
    ? lot.slice(0, Math.max(0, bar)).trim()
    : lot;
}
