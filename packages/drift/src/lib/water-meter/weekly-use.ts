import { median, robustDeviation } from '@verimeter/statistics';
import { DAY_US, type RegisterHistory } from './register-history.ts';

const WEEK_DAYS = 7;
/** Share of a week that must be known, and longest gap whose volume is spread over its time, days. */
const LEAST_KNOWN = 0.8;
const LONGEST_GAP_DAYS = 3;
/** A week counts for at least so much of the usual use: a logarithm has no zero. */
const LEAST_SHARE = 0.02;
const POLISH_ROUNDS = 4;

/** Log of the m3 per day in each week counted from grid point 0; NaN where the week is not known or the home hardly uses water. */
export function logWeeklyUse(history: RegisterHistory, weeks: number): Float64Array {
  const { points, amounts, stepUs } = history;
  const perWeek = (WEEK_DAYS * DAY_US) / stepUs;
  const volume = new Float64Array(weeks);
  const known = new Float64Array(weeks);
  for (let i = 1; i < points.length; i++) {
    const amount = amounts[i] as number;
    const from = points[i - 1] as number;
    const to = points[i] as number;
    if (!Number.isFinite(amount) || (to - from) * stepUs > LONGEST_GAP_DAYS * DAY_US) continue;
    for (let week = Math.floor(from / perWeek); week <= Math.floor((to - 1e-9) / perWeek); week++) {
      if (week >= weeks) break;
      const share =
        (Math.min(to, (week + 1) * perWeek) - Math.max(from, week * perWeek)) / (to - from);
      volume[week] = (volume[week] as number) + amount * share;
      known[week] = (known[week] as number) + (to - from) * share;
    }
  }
  const daily = volume.map((value, week) =>
    (known[week] as number) >= LEAST_KNOWN * perWeek
      ? (value * DAY_US) / ((known[week] as number) * stepUs)
      : NaN,
  );
  const usual = median(daily.filter(Number.isFinite));
  if (!(usual > 0)) return daily.fill(NaN);
  return daily.map((value) => Math.log(Math.max(value, LEAST_SHARE * usual)));
}

/** What all homes of a fleet do from one period to the next, and how far a single one changes by itself. */
export interface CohortCourse {
  /** Effect of each period, NaN where too few homes are known; median 0. */
  readonly effects: Float64Array;
  /** Robust standard deviation over homes of the change between the halves of their time. */
  readonly changeSd: number;
  readonly homes: number;
}

/** Median polish over homes and periods; homes of which at least so many periods are known. */
export function cohortCourse(
  homes: readonly Float64Array[],
  periods: number,
  least: number,
): CohortCourse {
  const usable = homes.filter((home) => home.filter(Number.isFinite).length >= least);
  const effects = new Float64Array(periods);
  for (let round = 0; round < POLISH_ROUNDS; round++) {
    const levels = usable.map((home) =>
      median(home.map((value, w) => value - (effects[w] as number)).filter(Number.isFinite)),
    );
    for (let w = 0; w < periods; w++)
      effects[w] = median(
        usable
          .map((home, i) => (home[w] as number) - (levels[i] as number))
          .filter(Number.isFinite),
      );
    for (let w = 0; w < periods; w++) if (Number.isNaN(effects[w])) effects[w] = 0;
  }
  const changes = usable.flatMap((home) => {
    const own = home.map((value, w) => value - (effects[w] as number)).filter(Number.isFinite);
    const half = Math.floor(own.length / 2);
    return own.length < least ? [] : [median(own.subarray(half)) - median(own.subarray(0, half))];
  });
  return {
    effects,
    changeSd: changes.length === 0 ? NaN : robustDeviation(changes),
    homes: usable.length,
  };
}
