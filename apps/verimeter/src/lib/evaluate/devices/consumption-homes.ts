import { changeOfWeeks, consumptionCohort } from '@verimeter/drift';
import { dailyConsumption } from '@verimeter/simulator';
import { bellOf, seededRandom } from '../seeded.ts';

const WEEKS = 60;
const ORIGIN = '2026-01-05'; // a Monday
const FIRST_LOOK = 16;
const CHANGE_WEEK = 40;
/** Real households wander: with an AR(1) of this kind two windows of 1-6 weeks differ by 9-12 % (drift-estimation.md 1.1). */
const WANDER = { keeps: 0.9, sd: 0.055 };

/** Changes that are put in: a factor on consumption from a week on. */
const CONSUMPTION_CHANGES: readonly number[] = [0.3, 0.5, 0.7, 1.5, 2];

export interface ConsumptionRecord {
  readonly homes: number;
  /** Home-years of weekly looks without a change that was put in. */
  readonly homeYears: number;
  /** Spells in which a home was called changed that was not. */
  readonly falseSpells: number;
  readonly changes: readonly {
    readonly factor: number;
    readonly of: number;
    readonly delaysWeeks: readonly number[];
    /** Shares of the stated 95 % intervals that hold the change. */
    readonly covered: number;
  }[];
}

/** Weekly looks at simulated homes over a year with weather, trips and a festival, wandering as real ones do. */
export function judgeConsumption(seed: number, homes: number): ConsumptionRecord {
  const energies = Array.from({ length: homes }, (_, index) => weeksOfHome(seed, index));
  let falseSpells = 0;
  let looks = 0;
  const changes = CONSUMPTION_CHANGES.map((factor) => ({
    factor,
    of: homes,
    delaysWeeks: [] as number[],
    covered: 0,
  }));
  const called = energies.map(() => false);
  for (let end = FIRST_LOOK; end <= WEEKS; end += 1) {
    const cohort = consumptionCohort(energies.map((energy) => energy.subarray(0, end)));
    energies.forEach((energy, index) => {
      const now = changeOfWeeks(energy.subarray(0, end), cohort, String).state === 'changed';
      if (now && called[index] !== true) falseSpells += 1;
      called[index] = now;
      looks += 1;
    });
    if (end <= CHANGE_WEEK) continue;
    for (const change of changes)
      energies.forEach((energy, index) => {
        const changed = energy
          .subarray(0, end)
          .map((value, week) => (week >= CHANGE_WEEK ? change.factor * value : value));
        const found = changeOfWeeks(changed, cohort, String);
        if (found.state !== 'changed' || change.delaysWeeks[index] !== undefined) return;
        change.delaysWeeks[index] = end - CHANGE_WEEK;
        if (found.low <= change.factor - 1 && change.factor - 1 <= found.high) change.covered += 1;
      });
  }
  return {
    homes,
    homeYears: looks / 52,
    falseSpells,
    changes: changes.map(({ delaysWeeks, ...change }) => ({
      ...change,
      delaysWeeks: delaysWeeks.filter((delay) => delay !== undefined),
    })),
  };
}

function weeksOfHome(seed: number, index: number): Float64Array {
  const daily = dailyConsumption(seed, 500_000 + index, { origin: ORIGIN, days: 7 * WEEKS });
  const random = seededRandom(1000 * seed + index);
  const isAway = random() < 0.3;
  let wander = (WANDER.sd / Math.sqrt(1 - WANDER.keeps ** 2)) * bellOf(random);
  return Float64Array.from({ length: WEEKS }, (_, week) => {
    let sum = 0;
    for (let day = 0; day < 7; day += 1) sum += daily[7 * week + day] ?? 0;
    wander = WANDER.keeps * wander + WANDER.sd * bellOf(random);
    // a festival of a week in which many travel and the others have guests
    const festival = week % 52 === 6 ? (isAway ? 0.3 : 1.25) : 1;
    return sum * Math.exp(wander) * festival;
  });
}
