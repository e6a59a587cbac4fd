import type { WaterFleetInput } from '../water/water-types.ts';
import {
  type AbsenceModel,
  type AbsenceRecord,
  absenceRecord,
  kindWeights,
  learnAbsences,
} from './absence-model.ts';
import { type AbsenceSeason, learnSeason } from './absence-season.ts';
import { lowFlowOdds } from './low-flow-hours.ts';
import { learnOtherUse, type OtherUseModel } from './other-use.ts';
import { otherUseDays, ranksInSpell } from './other-use-days.ts';
import { quietRecord, type QuietSpell } from './quiet-spells.ts';
import { DAY_US, registerHistory } from './register-history.ts';
import { GENERAL_ABSENCES, stoppedProbability } from './stopped-meter.ts';
import { type CohortCourse, cohortCourse, logWeeklyUse } from './weekly-use.ts';

/** Periods of which a home must be known to say something of its cohort. */
const LEAST_WEEKS = 8;
const LEAST_MONTHS = 6;
/** Days that a home must be seen for its absences to say something of others. */
const LEAST_DAYS = 28;
/** Absences that are long enough for their days to be those of an empty home. */
const LONG_SPELL = 3;

/** What the water meters of a tenant say of each other, up to as-of. */
export interface WaterFleetContext {
  readonly grid: WaterFleetInput['grid'];
  readonly zoneMinutes: number;
  readonly asOfUs: number;
  readonly absences: AbsenceModel;
  readonly season: AbsenceSeason;
  readonly otherUse: OtherUseModel;
  /** Logarithm of weekly use, and log odds of small flows by months of 30 days, from grid point 0. */
  readonly weeks: CohortCourse;
  readonly lowFlow: CohortCourse;
}

export type WaterMeters = Pick<WaterFleetInput, 'grid' | 'zoneMinutes' | 'meters'>;

/** Reads all meters once. Nothing after as-of is looked at. */
export function learnWaterFleet(
  { grid, zoneMinutes, meters }: WaterMeters,
  asOfUs: number,
): WaterFleetContext {
  const endUs = Math.min(asOfUs, grid.startUs + (grid.count - 1) * grid.stepUs);
  const days = Math.max(1, Math.ceil((endUs - grid.startUs) / DAY_US));
  const weeks = Math.floor(days / 7);
  const months = Math.floor(days / 30);
  const perDay = DAY_US / grid.stepUs;
  const use: Float64Array[] = [];
  const odds: Float64Array[] = [];
  const ranks: number[][][] = [];
  const homes = meters.flatMap((meter) => {
    const history = registerHistory(meter, grid, asOfUs);
    if (history === undefined) return [];
    use.push(logWeeklyUse(history, weeks));
    odds.push(lowFlowOdds(history, months));
    const quiet = quietRecord(history);
    const to = history.points.at(-1) ?? 0;
    if (meter.otherUse !== undefined) {
      const other = otherUseDays(meter.otherUse, history, zoneMinutes, to);
      ranks.push(
        quiet.spells
          .filter(({ days: length }) => length >= LONG_SPELL)
          .map((spell) => ranksInSpell(other, spell)),
      );
    }
    if (quiet.daysInUse < LEAST_DAYS) return [];
    const record = absenceRecord(
      quiet.spells.map((spell) => spell.days),
      quiet.daysInUse,
    );
    return [{ record, quiet, from: history.points[0] ?? 0 }];
  });
  const absences = learnAbsences(
    GENERAL_ABSENCES,
    homes.map(({ record }) => record),
  );
  const season = learnSeason(
    homes.map(({ record, quiet, from }) => {
      const lived = livedIn(absences, record);
      const spells = quiet.spells.map((spell) => ({ ...spell, weight: lived }));
      if (quiet.current !== undefined)
        spells.push({ ...quiet.current, weight: awayWeight(absences, record, quiet.current) });
      return { spells, from };
    }),
    perDay,
    days,
  );
  return {
    grid,
    zoneMinutes,
    asOfUs,
    absences,
    season,
    otherUse: learnOtherUse(ranks),
    weeks: cohortCourse(use, weeks, LEAST_WEEKS),
    lowFlow: cohortCourse(odds, months, LEAST_MONTHS),
  };
}

/** Probability that a home is lived in: it is of the first kind, which is seldom left. */
function livedIn(absences: AbsenceModel, record: AbsenceRecord): number {
  return kindWeights(absences, record)[0] ?? 0;
}

/** What a spell that still goes on adds to those of its season: less where a stopped meter explains it as well. */
export function awayWeight(
  absences: AbsenceModel,
  record: AbsenceRecord,
  { days }: Pick<QuietSpell, 'days'>,
): number {
  const stopped = stoppedProbability(absences, record, { days, season: 1, evidence: 0 });
  return livedIn(absences, record) * (1 - stopped);
}
