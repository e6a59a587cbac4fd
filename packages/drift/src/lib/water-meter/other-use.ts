/** Lower ends of the classes of a day's rank among the days with people. */
const RANKS = [0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8] as const;
/** Days of one absence resemble each other: so much of what each says is new. */
const NEW_PER_DAY = 0.5;
/** Days of absences that the general law is worth to a fleet, and the fleet's law to a home. */
const PRIOR_DAYS = { fleet: 60, home: 20 };
/** Absences that the general share of those with current as usual is worth to a fleet, and the fleet's to a home. */
const PRIOR_ABSENCES = { fleet: 60, home: 5 };
/** Absences of one home that count in a fleet: a home that nobody lives in has many that look like any other day. */
const MOST_OF_A_HOME = 4;
const ROUNDS = 5;
/** Of a lived-in home: nobody is there on a day; somebody leaves, comes back, from one day to the next. And days that this is worth. */
const AWAY = { share: 0.1, leave: 0.02, back: 0.15 };
const AWAY_DAYS = { share: 60, leave: 60, back: 10 };

/** How electricity looks in an empty home. */
export interface OtherUseModel {
  /** Share of days of absences in each class of rank; as many as `RANKS`. */
  readonly ranks: readonly number[];
  /** Share of absences in which current is used as if somebody were at home: timers, cooling, guests who use no water. */
  readonly asUsual: number;
}

/** How a home's people come and go, from one day to the next. */
export interface Comings {
  readonly away: number;
  readonly leave: number;
  readonly back: number;
}

/** From what is known of empty homes: nearly always below all days with people, now and then not. */
const GENERAL_OTHER_USE: OtherUseModel = {
  ranks: [0.72, 0.1, 0.06, 0.04, 0.03, 0.02, 0.015, 0.015],
  asUsual: 0.03,
};

const classOf = (rank: number): number => RANKS.findLastIndex((low) => rank >= low);
const widthOf = (k: number): number => (RANKS[k + 1] ?? 1) - (RANKS[k] ?? 0);

/** Log density of an absence's days against days with people, whose ranks are as likely one as another. */
function emptiness({ ranks }: OtherUseModel, days: readonly number[]): number {
  return days.reduce((sum, rank) => {
    const k = classOf(rank);
    return sum + NEW_PER_DAY * Math.log((ranks[k] ?? 1) / widthOf(k));
  }, 0);
}

/** Probability that current was used as usual in an absence that ended. */
function asUsualWeight(model: OtherUseModel, days: readonly number[]): number {
  const odds =
    (model.asUsual / (1 - model.asUsual)) * Math.exp(Math.min(50, -emptiness(model, days)));
  return odds / (1 + odds);
}

/** Days of an absence that ended, by their ranks, and what they count. */
interface Absence {
  readonly days: readonly number[];
  readonly counts: number;
}

/** What absences say beyond what was known, by expectation and maximisation. */
function learn(
  prior: OtherUseModel,
  absences: readonly Absence[],
  worth: { readonly days: number; readonly absences: number },
): OtherUseModel {
  let model = prior;
  for (let round = 0; round < ROUNDS; round++) {
    const ranks = prior.ranks.map((share) => share * worth.days);
    let asUsual = prior.asUsual * worth.absences;
    let number = worth.absences;
    for (const { days, counts } of absences) {
      const weight = asUsualWeight(model, days);
      asUsual += counts * weight;
      number += counts;
      for (const rank of days)
        ranks[classOf(rank)] = (ranks[classOf(rank)] ?? 0) + counts * (1 - weight);
    }
    const total = ranks.reduce((a, b) => a + b, 0);
    model = { ranks: ranks.map((count) => count / total), asUsual: asUsual / number };
  }
  return model;
}

/** What absences look like in the homes of a tenant; `homes`: ranks of the days of each absence, by home. */
export function learnOtherUse(homes: readonly (readonly (readonly number[])[])[]): OtherUseModel {
  const absences = homes.flatMap((home) => {
    const known = home.filter((days) => days.length > 0);
    const counts = Math.min(1, MOST_OF_A_HOME / known.length);
    return known.map((days) => ({ days, counts }));
  });
  return learn(GENERAL_OTHER_USE, absences, {
    days: PRIOR_DAYS.fleet,
    absences: PRIOR_ABSENCES.fleet,
  });
}

/** The same of one home. */
export function ownOtherUse(
  fleet: OtherUseModel,
  absences: readonly (readonly number[])[],
): OtherUseModel {
  const known = absences.filter((days) => days.length > 0);
  return learn(
    fleet,
    known.map((days) => ({ days, counts: 1 })),
    { days: PRIOR_DAYS.home, absences: PRIOR_ABSENCES.home },
  );
}

/** How people come and go, by the days (1: with them, 0: without, NaN: not known) before a day. */
export function comingsOf(people: Float64Array, until: number): Comings {
  let [there, away, left, back] = [0, 0, 0, 0];
  for (let day = 1; day < until; day++) {
    const before = people[day - 1] as number;
    const now = people[day] as number;
    if (Number.isNaN(before) || Number.isNaN(now)) continue;
    if (before === 1) {
      there++;
      if (now === 0) left++;
    } else {
      away++;
      if (now === 1) back++;
    }
  }
  return {
    away: (AWAY.share * AWAY_DAYS.share + away) / (AWAY_DAYS.share + there + away),
    leave: (AWAY.leave * AWAY_DAYS.leave + left) / (AWAY_DAYS.leave + there),
    back: (AWAY.back * AWAY_DAYS.back + back) / (AWAY_DAYS.back + away),
  };
}

/**
 * Log of how much likelier the days are with a stopped meter than with an empty home. Where people live as usual a day's rank is any one as likely
 * as another; but they leave and come back as well, so that days of both sorts follow each other by a chain. An empty home is empty all the time.
 */
export function otherUseEvidence(
  model: OtherUseModel,
  ranks: readonly number[],
  comings: Comings = { away: AWAY.share, leave: AWAY.leave, back: AWAY.back },
): number {
  if (ranks.length === 0) return 0;
  const { leave, back } = comings;
  let home = 1 - comings.away;
  let { away } = comings;
  // logarithm of what `home` and `away` were divided by
  let scale = 0;
  ranks.forEach((rank, day) => {
    if (day > 0)
      [home, away] = [home * (1 - leave) + away * back, home * leave + away * (1 - back)];
    away *= Math.exp(emptiness(model, [rank]));
    const sum = home + away;
    scale += Math.log(sum);
    home /= sum;
    away /= sum;
  });
  // an absence with current used as usual looks like people at home: the two cannot be told apart
  const empty = emptiness(model, ranks);
  const most = Math.max(scale, empty);
  const absent =
    model.asUsual * Math.exp(scale - most) + (1 - model.asUsual) * Math.exp(empty - most);
  return scale - most - Math.log(absent);
}
