import { DAY_US, type RegisterHistory } from './register-history.ts';
import type { QuietSpell } from './quiet-spells.ts';

/** Local hours in which people are up. */
const UP_FROM = 6;
const UP_TO = 23;
/** Days with water that must be known before a day without is compared with them. */
const LEAST_DAYS = 14;
/** Lower ends of the classes of a day's rank among the days with water. */
const RANKS = [0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8] as const;
/** Share of absences in which current is used as if somebody were at home: timers, cooling, guests who use no water. */
const AS_USUAL = 0.03;
/** Days of one absence resemble each other: so much of what each says is new. */
const NEW_PER_DAY = 0.5;
/** Of a lived-in home: nobody is there on the first day; somebody leaves, comes back, from one day to the next. */
const AWAY = { first: 0.1, leave: 0.02, back: 0.15 };
/** Days of absences, over all homes, that the general law is worth. */
const PRIOR_DAYS = 60;

/** Share of days of absences in each class of rank; as many as `RANKS`. */
export type OtherUseModel = readonly number[];

/** From what is known of empty homes: nearly always below all days with people, now and then not. */
const GENERAL_OTHER_USE: OtherUseModel = [0.72, 0.1, 0.06, 0.04, 0.03, 0.02, 0.015, 0.015];

/** How the other commodity was used on each local day. */
export interface OtherUseDays {
  /** Unrest of each day, kW.h: what is switched on and off while people are up; NaN where it is not known. */
  readonly unrest: Float64Array;
  /** kW.h of each day; NaN where it is not known. */
  readonly energy: Float64Array;
  /** Unrest of the days on which water was used, ascending. */
  readonly withWater: Float64Array;
  readonly dayOf: (point: number) => number;
}

export function otherUseDays(
  otherUse: Float64Array,
  history: RegisterHistory,
  zoneMinutes: number,
  until: number,
): OtherUseDays {
  const { startUs, stepUs } = history;
  const localUs = startUs + zoneMinutes * 60e6;
  const perDay = DAY_US / stepUs;
  const firstDay = Math.floor(localUs / DAY_US);
  // the interval that ends at a point belongs to the day in which it lies
  const dayOf = (point: number): number =>
    Math.floor((localUs + (point - 0.5) * stepUs) / DAY_US) - firstDay;
  const days = dayOf(until) + 1;
  const unrest = new Float64Array(days);
  const energy = new Float64Array(days);
  const seen = new Float64Array(days);
  const isHourly = stepUs <= 2 * 3600e6;
  let previous = NaN;
  for (let k = 1; k <= until; k++) {
    const value = otherUse[k] as number;
    const day = dayOf(k);
    const hour = ((((localUs + (k - 0.5) * stepUs) % DAY_US) + DAY_US) % DAY_US) / 3600e6;
    if (Number.isFinite(value)) {
      seen[day] = (seen[day] as number) + 1;
      energy[day] = (energy[day] as number) + value;
      const change = Math.abs(value - previous);
      if (isHourly && hour >= UP_FROM && hour < UP_TO && Number.isFinite(change))
        unrest[day] = (unrest[day] as number) + change;
    }
    previous = value;
  }
  for (let day = 0; day < days; day++) {
    if (!isHourly) unrest[day] = energy[day] as number;
    if ((seen[day] as number) < 0.9 * perDay) unrest[day] = energy[day] = NaN;
  }
  const water = new Float64Array(days);
  for (let i = 1; i < history.points.length; i++) {
    const amount = history.amounts[i] as number;
    const point = history.points[i] as number;
    if (amount > 0 && point - (history.points[i - 1] as number) <= perDay) {
      const day = dayOf(point);
      if (day >= 0 && day < days) water[day] = (water[day] as number) + amount;
    }
  }
  const withWater = unrest
    .filter((value, day) => Number.isFinite(value) && (water[day] as number) > 0)
    .toSorted();
  return { unrest, energy, withWater, dayOf };
}

/** Ranks, among the days with water, of the whole days inside a spell that are known. */
export function ranksInSpell(
  { unrest, withWater, dayOf }: OtherUseDays,
  spell: QuietSpell,
): number[] {
  if (withWater.length < LEAST_DAYS) return [];
  const ranks: number[] = [];
  for (let day = dayOf(spell.from + 1) + 1; day <= dayOf(spell.to); day++) {
    const value = unrest[day];
    if (value === undefined || !Number.isFinite(value)) continue;
    let below = 0;
    while (below < withWater.length && (withWater[below] as number) < value) below++;
    let equal = below;
    while (equal < withWater.length && (withWater[equal] as number) === value) equal++;
    ranks.push((below + (equal - below) / 2) / withWater.length);
  }
  return ranks;
}

const classOf = (rank: number): number => RANKS.findLastIndex((low) => rank >= low);
const widthOf = (k: number): number => (RANKS[k + 1] ?? 1) - (RANKS[k] ?? 0);

export function learnOtherUse(days: readonly number[]): OtherUseModel {
  const counts: number[] = GENERAL_OTHER_USE.map((share) => share * PRIOR_DAYS);
  for (const rank of days) counts[classOf(rank)] = (counts[classOf(rank)] ?? 0) + 1;
  return counts.map((count) => count / (PRIOR_DAYS + days.length));
}

/**
 * Log of how much likelier the days are with a stopped meter than with an empty home. Where people live as usual a day's rank is any one as likely
 * as another; but they leave and come back as well, so that days of both sorts follow each other by a chain. An empty home is empty all the time.
 */
export function otherUseEvidence(model: OtherUseModel, ranks: readonly number[]): number {
  if (ranks.length === 0) return 0;
  let home = 1 - AWAY.first;
  let away = AWAY.first;
  let empty = 0;
  // logarithm of what `home` and `away` were divided by
  let scale = 0;
  ranks.forEach((rank, day) => {
    if (day > 0)
      [home, away] = [
        home * (1 - AWAY.leave) + away * AWAY.back,
        home * AWAY.leave + away * (1 - AWAY.back),
      ];
    const k = classOf(rank);
    const density = ((model[k] ?? 1) / widthOf(k)) ** NEW_PER_DAY;
    empty += Math.log(density);
    away *= density;
    const sum = home + away;
    scale += Math.log(sum);
    home /= sum;
    away /= sum;
  });
  // an absence with current used as usual looks like people at home: the two cannot be told apart
  const stopped = scale;
  const most = Math.max(stopped, empty);
  const absent = AS_USUAL * Math.exp(stopped - most) + (1 - AS_USUAL) * Math.exp(empty - most);
  return stopped - most - Math.log(absent);
}
