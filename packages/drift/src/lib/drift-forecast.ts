import { at, normalCdf } from '@verimeter/statistics';
import { type Profile, shareAt } from './drift-profiles.ts';
import type { Component } from './error-path.ts';
import { betaOfError } from './health-decision.ts';

/** Nothing is said of a farther future, days. */
const HORIZON_DAYS = 3653;
/** Probability of being beyond the limit at the earliest and at the latest exit: 90 % lie between. */
const EARLIEST = 0.05;
const LATEST = 0.95;
const DAYS_PER_YEAR = 365.25;

export interface DriftForecast {
  /** Change of e per year at as-of with its standard deviation, ratios. */
  readonly perYear: number;
  readonly perYearSd: number;
  /** Days from as-of (negative: before) at which e is beyond the limit with probability 0.5, and with 0.05. */
  readonly exitMedianDays?: number;
  readonly exitEarliestDays?: number;
  /** The same with 0.95; absent where so much of the probability never leaves the limits. */
  readonly exitLatestDays?: number;
}

interface Posterior {
  readonly components: readonly Component[];
  readonly profiles: readonly Profile[];
  /** From the start of the window to as-of. */
  readonly days: number;
  readonly daysPerBlock: number;
  readonly limit: number;
}

/**
 * Growth of the error at as-of, and when it leaves or left the limits, from the mixture over paths: a ramp that lasts to the end of the
 * window goes on as it is, everything else stays. No exit is stated where even half of the probability never leaves the limits.
 */
export function forecastDrift(posterior: Posterior): DriftForecast {
  const { components, profiles, daysPerBlock } = posterior;
  let weight = 0;
  let first = 0;
  let second = 0;
  for (const part of components) {
    const rate = profiles[part.profile]?.growth.at(-1) ?? 0;
    // d e / d beta = 1 / (1 - beta)^2
    const scale = (rate / daysPerBlock) * DAYS_PER_YEAR * (1 / (1 - part.mean) ** 2);
    weight += part.weight;
    first += part.weight * scale * part.size;
    second += part.weight * scale * scale * (part.size * part.size + part.sizeVariance);
  }
  const perYear = first / weight;
  const perYearSd = Math.sqrt(Math.max(0, second / weight - perYear * perYear));
  if (mostOver(posterior) < 0.5) return { perYear, perYearSd };
  const days = { from: -posterior.days, overLimitAt: overLimits(posterior) };
  const median = exitDay(days, 0.5);
  if (median === undefined) return { perYear, perYearSd };
  const earliest = exitDay(days, EARLIEST) ?? median;
  const latest = exitDay(days, LATEST);
  return {
    perYear,
    perYearSd,
    exitMedianDays: median,
    exitEarliestDays: Math.min(earliest, median),
    ...(latest === undefined ? {} : { exitLatestDays: latest }),
  };
}

interface Days {
  /** Start of the window. */
  readonly from: number;
  /** P(abs e > limit) so many days after as-of. */
  readonly overLimitAt: (day: number) => number;
}

/** First day from the start of the window at which P(abs e > limit) reaches `probability`. */
function exitDay({ from, overLimitAt }: Days, probability: number): number | undefined {
  let before = from;
  if (overLimitAt(before) >= probability) return before;
  let step = 1;
  for (let day = before + step; day <= HORIZON_DAYS; day += step) {
    if (overLimitAt(day) >= probability) return between(overLimitAt, probability, before, day);
    before = day;
    if (day > 60) step = 30;
  }
  return undefined;
}

/** The day to within one, by halving. */
function between(
  overLimitAt: Days['overLimitAt'],
  probability: number,
  low: number,
  high: number,
): number {
  let [from, to] = [low, high];
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2);
    if (overLimitAt(middle) >= probability) to = middle;
    else from = middle;
  }
  return to;
}

/** P(abs e > limit) if every drift were beyond the limit: no day has more. Most meters need no look at single days. */
function mostOver({ components, limit }: Posterior): number {
  let sum = 0;
  let weight = 0;
  for (const part of components) {
    weight += part.weight;
    sum += part.profile < 0 ? overLimit(part, 0, limit) : part.weight;
  }
  return sum / weight;
}

/** Weight of what lies beyond the limit of one part of the mixture, once its drift has changed by a share of its size. */
function overLimit(part: Component, change: number, limit: number): number {
  const mean = part.mean + part.size * change;
  const variance =
    part.variance + 2 * change * part.sizeCovariance + change * change * part.sizeVariance;
  const sd = Math.sqrt(Math.max(variance, 1e-14));
  const high = (betaOfError(limit) - mean) / sd;
  const low = (betaOfError(-limit) - mean) / sd;
  return part.weight * (1 - normalCdf(high) + normalCdf(low));
}

/**
 * P(abs e > limit) by day after as-of. Most parts of the mixture have two states only - before their step and after it -, whose
 * probabilities are formed once; those of ramps are formed day by day.
 */
function overLimits({
  components,
  profiles,
  days,
  daysPerBlock,
  limit,
}: Posterior): (day: number) => number {
  let weight = 0;
  for (const part of components) weight += part.weight;
  const before = components.map((part) => overLimit(part, -1, limit));
  const after = components.map((part) => overLimit(part, 0, limit));
  // the searches for three probabilities pass the same days
  const known = new Map<number, number>();
  const overLimitAt = (day: number): number => {
    let sum = 0;
    for (let k = 0; k < components.length; k++) {
      const part = components[k] as Component;
      const profile = profiles[part.profile];
      const share = profile === undefined ? 1 : shareAt(profile, (days + day) / daysPerBlock);
      if (share === 0) sum += at(before, k);
      else if (share === 1) sum += at(after, k);
      else sum += overLimit(part, share - 1, limit);
    }
    return sum / weight;
  };
  return (day) => {
    let over = known.get(day);
    if (over === undefined) known.set(day, (over = overLimitAt(day)));
    return over;
  };
}
