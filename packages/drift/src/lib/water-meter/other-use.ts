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
 * Log of how much likelier the days are where people live as usual (a day's rank is any one as likely as another) than where nobody is there.
 */
export function otherUseEvidence(model: OtherUseModel, ranks: readonly number[]): number {
  if (ranks.length === 0) return 0;
  let log = 0;
  for (const rank of ranks) {
    const k = classOf(rank);
    log -= Math.log((model[k] ?? 1) / widthOf(k));
  }
  log *= NEW_PER_DAY;
  // absent with current used as usual: the two cannot be told apart
  return -Math.log(AS_USUAL + (1 - AS_USUAL) * Math.exp(-log));
}
