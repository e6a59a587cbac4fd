import { median } from '@verimeter/statistics';
import { DAY_US, type RegisterHistory } from './register-history.ts';
import type { QuietSpell } from './quiet-spells.ts';

/** Local hours in which people are up. */
const UP_FROM = 6;
const UP_TO = 23;
/** Days with water that must be known before a day without is compared with them. */
const LEAST_DAYS = 14;
/** Share of a day's intervals that must be known. */
const LEAST_KNOWN = 0.9;
/** Share of the usual day's water from which a day counts as one with people: less may be a drip, or somebody who looks in. */
const WITH_PEOPLE = 0.25;

/** How the other commodity was used on each local day, and on which of them water was. */
export interface OtherUseDays {
  /** Unrest of each day, kW.h: what is switched on and off while people are up; NaN where it is not known. */
  readonly unrest: Float64Array;
  /** kW.h of each day; NaN where it is not known. */
  readonly energy: Float64Array;
  /** 1: water was used as by people, 0: none or hardly any, NaN: the register was not read often enough. */
  readonly people: Float64Array;
  /** Unrest of the days on which people used water, ascending. */
  readonly withPeople: Float64Array;
  /** Local day in which the interval lies that ends at a grid point. */
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
    if ((seen[day] as number) < LEAST_KNOWN * perDay) unrest[day] = energy[day] = NaN;
  }
  const water = waterOf(history, days, dayOf);
  const wet = water.filter((volume) => volume > 0);
  const least = wet.length === 0 ? 0 : WITH_PEOPLE * median(wet);
  const people = water.map((volume) => (Number.isNaN(volume) ? NaN : Number(volume > least)));
  const withPeople = unrest
    .filter((value, day) => Number.isFinite(value) && people[day] === 1)
    .toSorted();
  return { unrest, energy, people, withPeople, dayOf };
}

function waterOf(
  { points, amounts, stepUs }: RegisterHistory,
  days: number,
  dayOf: (point: number) => number,
): Float64Array {
  const perDay = DAY_US / stepUs;
  const water = new Float64Array(days);
  const known = new Float64Array(days);
  for (let i = 1; i < points.length; i++) {
    const amount = amounts[i] as number;
    const point = points[i] as number;
    const steps = point - (points[i - 1] as number);
    const day = dayOf(point);
    if (day < 0 || day >= days || !Number.isFinite(amount) || steps > perDay) continue;
    water[day] = (water[day] as number) + amount;
    known[day] = (known[day] as number) + steps;
  }
  return water.map((volume, day) => ((known[day] as number) < LEAST_KNOWN * perDay ? NaN : volume));
}

/** Ranks, among the days with people, of the known days that lie in a spell as a whole: on its last one people may be back. */
export function ranksInSpell(
  { unrest, withPeople, dayOf }: OtherUseDays,
  spell: Pick<QuietSpell, 'from' | 'to'>,
): number[] {
  if (withPeople.length < LEAST_DAYS) return [];
  const ranks: number[] = [];
  for (let day = dayOf(spell.from + 1) + 1; day < dayOf(spell.to + 1); day++) {
    const value = unrest[day];
    if (value === undefined || !Number.isFinite(value)) continue;
    let below = 0;
    while (below < withPeople.length && (withPeople[below] as number) < value) below++;
    let equal = below;
    while (equal < withPeople.length && (withPeople[equal] as number) === value) equal++;
    ranks.push((below + (equal - below) / 2) / withPeople.length);
  }
  return ranks;
}
