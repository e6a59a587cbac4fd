import { weekday, ZONE_HOURS } from './calendar.ts';
import { type Random, randomStream, STREAM } from './random.ts';
import type { WaterDraw } from './water-flow.ts';

/** Whose streams are drawn: a home of a district. */
export interface HomeKey {
  readonly seed: number;
  readonly district: number;
  readonly home: number;
}

export interface HomeNature {
  readonly people: number;
  /** Multiplies everything the people do. */
  readonly thrift: number;
  /** Hours that the day begins and ends later than elsewhere. */
  readonly late: number;
  readonly worksAtNight: boolean;
  readonly garden: boolean;
  readonly machine: boolean;
  /** Chance of a day to begin an absence. */
  readonly travels: number;
  /** L/h at which a tap or a float valve always drips; 0 mostly. */
  readonly drip: number;
  /** Chance of a day on which a cistern begins to run. */
  readonly cisternFails: number;
}

export function drawHome({ seed, district, home }: HomeKey): HomeNature {
  const random = randomStream(seed, STREAM.home, district, home);
  const second = random.chance(0.04);
  return {
    people: random.pick([1, 2, 2, 3, 3, 4, 4, 5, 6]),
    thrift: Math.exp(0.3 * random.normal()) * (second ? 0.6 : 1),
    late: 0.8 * random.normal(),
    worksAtNight: random.chance(0.06),
    garden: random.chance(0.15),
    machine: random.chance(0.8),
    travels: second ? 0.06 : random.chance(0.3) ? 0 : random.uniform(0.001, 0.007),
    drip: random.chance(0.02) ? random.uniform(0.5, 5) : 0,
    cisternFails: random.chance(0.2) ? 0.003 : 0.0003,
  };
}

/** Days that an absence lasts: mostly a long weekend, sometimes a month. */
function daysAway(random: Random): number {
  const kind = random.next();
  if (kind < 0.55) return random.integer(1, 4);
  if (kind < 0.85) return random.integer(4, 9);
  return kind < 0.95 ? random.integer(9, 20) : random.integer(20, 40);
}

/** Longest time anything keeps on that began before the first day. */
const LOOK_BACK = 40;

/** Local days on which nobody is there. Depends on the home alone, not on how many days are asked for. */
export function awayDays(key: HomeKey, nature: HomeNature, days: number): ReadonlySet<number> {
  const away = new Set<number>();
  for (let day = -LOOK_BACK; day <= days; day += 1) {
    const random = randomStream(key.seed, STREAM.travel, key.district, key.home, day);
    if (!random.chance(nature.travels)) continue;
    const long = daysAway(random);
    for (let d = day; d < day + long; d += 1) away.add(d);
  }
  return away;
}

export interface HomeDays {
  readonly startMs: number;
  readonly days: number;
  /** Whether nobody is there on a local day; default as the home travels by its nature. */
  readonly isAway?: ((day: number) => boolean) | undefined;
}

const DAY_S = 86_400;

const daysOf =
  (days: ReadonlySet<number>) =>
  (day: number): boolean =>
    days.has(day);

/** Everything a home draws, from the day before the first to the day after the last. */
export function homeDraws(
  key: HomeKey,
  nature: HomeNature,
  { startMs, days, isAway }: HomeDays,
): WaterDraw[] {
  const draws: WaterDraw[] = [];
  const away = isAway ?? daysOf(awayDays(key, nature, days + 1));
  if (nature.drip > 0)
    draws.push({
      startS: -2 * DAY_S,
      seconds: (days + 4) * DAY_S,
      litresPerHour: nature.drip,
      pressured: true,
    });
  for (let day = -LOOK_BACK; day <= days + 1; day += 1) {
    const random = randomStream(key.seed, STREAM.waterUse, key.district, key.home, day);
    const midnight = day * DAY_S - ZONE_HOURS * 3600;
    // A flap of the cistern that no longer closes runs until somebody mends it.
    if (random.chance(nature.cisternFails))
      draws.push({
        startS: midnight + random.uniform(0, DAY_S),
        seconds: random.uniform(0.5, 25) * DAY_S,
        litresPerHour: random.uniform(15, 70),
        pressured: true,
      });
    if (day < -1 || away(day)) continue;
    const free = weekday(startMs, day) === 0;
    const heat = 1 + 0.06 * randomStream(key.seed, STREAM.waterUse, key.district, -1, day).normal();
    const much = nature.thrift * heat * habit(key, day) * Math.exp(0.38 * random.normal() - 0.07);
    writeDay(draws, { random, nature, midnight, free, much });
  }
  return draws;
}

/** Guests, illness, school holidays: homes use more or less for a week and for six. */
function habit({ seed, district, home }: HomeKey, day: number): number {
  const spell = (days: number, spread: number): number => {
    const number = Math.floor((day + 700) / days);
    return spread * randomStream(seed, STREAM.waterUse, district, home, number, days).normal();
  };
  return Math.exp(spell(7, 0.2) + spell(42, 0.13));
}

interface DayOfHome {
  readonly random: Random;
  readonly nature: HomeNature;
  readonly midnight: number;
  readonly free: boolean;
  readonly much: number;
}

function writeDay(draws: WaterDraw[], day: DayOfHome): void {
  const { random, nature, midnight, free, much } = day;
  const { people } = nature;
  const times = (perPerson: number): number => {
    const mean = people * perPerson * much;
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * random.normal()));
  };
  const at = (): number => midnight + 3600 * hourOf(day);
  const draw = (
    startS: number,
    litres: number,
    litresPerHour: number,
    pressured: boolean,
  ): number => {
    const seconds = (3600 * litres) / litresPerHour;
    draws.push({ startS, seconds, litresPerHour, pressured });
    return startS + seconds;
  };
  for (let k = times(4.5); k > 0; k -= 1) {
    const when = at();
    const filling = random.uniform(4, 8);
    // A float valve closes slowly: the last litre comes in at a tenth of the flow.
    const end = draw(when, filling, random.uniform(300, 500), false);
    draw(end, 0.4, random.uniform(15, 60), false);
    draw(when + 70, random.uniform(0.4, 1.6), random.uniform(180, 420), true);
  }
  for (let k = times(9); k > 0; k -= 1)
    draw(at(), random.uniform(0.2, 2.8), random.uniform(90, 420), true);
  for (let k = times(0.85); k > 0; k -= 1)
    draw(at(), random.uniform(18, 55), random.uniform(350, 650), true);
  for (let k = Math.round(0.35 * times(1)); k > 0; k -= 1) {
    const begin = midnight + 3600 * random.uniform(free ? 7 : 6, 20);
    if (!nature.machine) draw(begin, random.uniform(30, 80), random.uniform(400, 700), true);
    else
      for (let fill = 0; fill < 4; fill += 1)
        draw(begin + fill * 840, random.uniform(9, 18), random.uniform(420, 720), false);
  }
  if (nature.garden && random.chance(0.45))
    draw(
      midnight + 3600 * random.uniform(16.5, 18.5),
      random.uniform(40, 180) * much,
      random.uniform(500, 1100),
      true,
    );
}

/** Local hour of one use. */
function hourOf({ random, nature, free }: DayOfHome): number {
  const when = random.next();
  const shift = nature.late + (nature.worksAtNight ? 9 : 0);
  const hour =
    when < 0.33
      ? (free ? 7.4 : 6.2) + 1.1 * random.normal()
      : when < 0.47
        ? 11.8 + 1.2 * random.normal()
        : when < 0.85
          ? 18.8 + 1.7 * random.normal()
          : when < 0.96
            ? random.uniform(free ? 7 : 9, 22)
            : random.uniform(0, 24);
  return (((hour + shift) % 24) + 24) % 24;
}
