import { at } from '@verimeter/statistics';
import { type FilterSetting, type Wander, wanderLikelihood } from './wander-filter.ts';
import type { WeeklyRow } from './weekly-rows.ts';

/** Wander of a network about which nothing is known yet, in usual limits, and how far networks differ (sd of the logarithms). */
const USUAL: readonly {
  readonly key: keyof Wander;
  readonly value: number;
  readonly sd: number;
}[] = [
  { key: 'short', value: 0.2, sd: 0.7 },
  { key: 'weeks', value: 4, sd: 0.5 },
  { key: 'long', value: 0.15, sd: 0.7 },
  { key: 'season', value: 0.15, sd: 0.7 },
  { key: 'walk', value: 0.15, sd: 0.5 },
];
const FIRST_STEP = 0.5;
const LAST_STEP = 0.1;
/** Log likelihood that a step of the search must gain. */
const LEAST_GAIN = 0.05;

export function usualWander(unit: number): Wander {
  return wanderOf(USUAL.map(({ key, value }) => Math.log(key === 'weeks' ? value : value * unit)));
}

export interface LearningStretch {
  readonly rows: readonly WeeklyRow[];
  readonly setting: Omit<FilterSetting, 'wander'>;
  /** Probability that it is healthy. */
  readonly weight: number;
}

/**
 * Wander under which the healthy stretches of a quantity are most likely, with a prior that few of them do not outweigh: coordinate search
 * over the logarithms, from where the last one ended.
 */
export function learnWander(
  stretches: readonly LearningStretch[],
  unit: number,
  before?: Wander,
): Wander {
  const counted = stretches.filter(({ weight, rows }) => weight > 0 && rows.length > 0);
  const usual = logsOf(usualWander(unit));
  if (counted.length === 0) return usualWander(unit);
  const logs = before === undefined ? [...usual] : logsOf(before);
  const score = (trial: readonly number[]): number => {
    const wander = wanderOf(trial);
    let sum = 0;
    USUAL.forEach(({ sd }, i) => {
      const z = (at(trial, i) - at(usual, i)) / sd;
      sum -= 0.5 * z * z;
    });
    for (const { rows, setting, weight } of counted)
      sum += weight * wanderLikelihood(rows, { ...setting, wander });
    return sum;
  };
  let best = score(logs);
  for (let step = before === undefined ? FIRST_STEP : FIRST_STEP / 2; step > LAST_STEP;) {
    let moved = false;
    for (let i = 0; i < logs.length; i++)
      for (const sign of [1, -1]) {
        const trial = [...logs];
        trial[i] = at(logs, i) + sign * step;
        const value = score(trial);
        if (value > best + LEAST_GAIN) {
          best = value;
          logs[i] = at(trial, i);
          moved = true;
          break;
        }
      }
    if (!moved) step /= 2;
  }
  return wanderOf(logs);
}

function logsOf({ short, weeks, long, season, walk }: Wander): number[] {
  return [short, weeks, long, season, walk].map(Math.log);
}

function wanderOf(logs: readonly number[]): Wander {
  const [short = NaN, weeks = NaN, long = NaN, season = NaN, walk = NaN] = logs.map(Math.exp);
  return { short, weeks, long, season, walk };
}
