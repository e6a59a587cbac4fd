import { at } from '@verimeter/statistics';
import type { Profile } from './drift-profiles.ts';
import { componentsAt, type PathEvidence, type PathPosterior } from './error-path.ts';
import type { DeviceResult } from './fleet-types.ts';
import { errorOfBeta } from './health-decision.ts';
import { mixtureMoments } from './mixture.ts';

const DAYS_PER_YEAR = 365.25;
/** Below this probability a drift changes nothing. */
const LEAST_DRIFTED = 0.02;

/** What the data alone says of a meter: what a lot is graded from, which must not count its prior twice (docs/lots.md). */
export type DataStatement = Pick<
  DeviceResult,
  'dataEstimate' | 'dataStandardError' | 'dataDriftPerYear' | 'dataDriftPerYearSe'
>;

/**
 * The constant level that the path tells without any prior. Where the meter may have drifted, beta at as-of under its drifts, whose priors are
 * wide beside what the data tells, as well: mean and spread of both, by the probability of each.
 */
export function dataStatement(
  path: PathEvidence,
  posterior: PathPosterior,
  at0: {
    readonly profiles: readonly Profile[];
    /** Blocks from the start of the window to as-of. */
    readonly time: number;
    readonly daysPerBlock: number;
  },
): DataStatement {
  const level = levelAlone(path);
  if (level === undefined) return {};
  const { mean, sd } = eitherOf(level, posterior, at0);
  if (!(mean < 0.9)) return {};
  const growth = growthAlone(path);
  const perYear = DAYS_PER_YEAR / at0.daysPerBlock;
  return {
    dataEstimate: errorOfBeta(mean),
    dataStandardError: sd / (1 - mean) ** 2,
    ...(growth === undefined
      ? {}
      : { dataDriftPerYear: growth.mean * perYear, dataDriftPerYearSe: growth.sd * perYear }),
  };
}

function eitherOf(
  level: { readonly mean: number; readonly sd: number },
  { probabilityDrifted, components }: PathPosterior,
  { profiles, time }: { readonly profiles: readonly Profile[]; readonly time: number },
): { readonly mean: number; readonly sd: number } {
  if (probabilityDrifted < LEAST_DRIFTED) return level;
  const drifted = mixtureMoments(
    componentsAt(
      components.filter(({ profile }) => profile >= 0),
      profiles,
      time,
    ),
  );
  const mean = level.mean + probabilityDrifted * (drifted.mean - level.mean);
  const variance =
    (1 - probabilityDrifted) * (level.sd ** 2 + (level.mean - mean) ** 2) +
    probabilityDrifted * (drifted.sd ** 2 + (drifted.mean - mean) ** 2);
  return { mean, sd: Math.sqrt(variance) };
}

function levelAlone({
  information,
  moment,
}: PathEvidence): { mean: number; sd: number } | undefined {
  let total = 0;
  let shift = 0;
  for (const value of information) total += value;
  for (const value of moment) shift += value;
  return total > 0 ? { mean: shift / total, sd: Math.sqrt(1 / total) } : undefined;
}

/** Growth of beta per block beside a level, both without a prior. */
function growthAlone({
  blocks,
  information,
  moment,
}: PathEvidence): { mean: number; sd: number } | undefined {
  const centre = (blocks - 1) / 2;
  let all = 0;
  let cross = 0;
  let square = 0;
  let level = 0;
  let growth = 0;
  for (let d = 0; d < blocks; d++) {
    level += at(moment, d);
    growth += at(moment, d) * (d - centre);
    for (let c = 0; c < blocks; c++) {
      const value = at(information, d * blocks + c);
      all += value;
      cross += value * (c - centre);
      square += value * (d - centre) * (c - centre);
    }
  }
  const left = square - (cross * cross) / all;
  if (!(all > 0) || !(left > 1e-9 * square)) return undefined;
  return { mean: (growth - (cross * level) / all) / left, sd: Math.sqrt(1 / left) };
}
