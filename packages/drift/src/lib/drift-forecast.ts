import { at, normalCdf } from '@verimeter/statistics';
import type { Component, Profile } from './error-path.ts';
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
  readonly blocks: number;
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
    const rate = profiles[part.profile]?.rate ?? 0;
    // d e / d beta = 1 / (1 - beta)^2
    const scale = (rate / daysPerBlock) * DAYS_PER_YEAR * (1 / (1 - part.mean) ** 2);
    weight += part.weight;
    first += part.weight * scale * part.size;
    second += part.weight * scale * scale * (part.size * part.size + part.sizeVariance);
  }
  const perYear = first / weight;
  const perYearSd = Math.sqrt(Math.max(0, second / weight - perYear * perYear));
  const median = exitDay(posterior, 0.5);
  if (median === undefined) return { perYear, perYearSd };
  const earliest = exitDay(posterior, EARLIEST) ?? median;
  const latest = exitDay(posterior, LATEST);
  return {
    perYear,
    perYearSd,
    exitMedianDays: median,
    exitEarliestDays: Math.min(earliest, median),
    ...(latest === undefined ? {} : { exitLatestDays: latest }),
  };
}

/** First day from the start of the window at which P(abs e > limit) reaches `probability`. */
function exitDay(posterior: Posterior, probability: number): number | undefined {
  const { blocks, daysPerBlock } = posterior;
  let before = -blocks * daysPerBlock;
  if (overLimit(posterior, before) >= probability) return before;
  let step = 1;
  for (let day = before + step; day <= HORIZON_DAYS; day += step) {
    if (overLimit(posterior, day) >= probability)
      return between(posterior, probability, before, day);
    before = day;
    if (day > 60) step = 30;
  }
  return undefined;
}

/** The day to within one, by halving. */
function between(posterior: Posterior, probability: number, low: number, high: number): number {
  let [from, to] = [low, high];
  while (to - from > 1) {
    const middle = Math.floor((from + to) / 2);
    if (overLimit(posterior, middle) >= probability) to = middle;
    else from = middle;
  }
  return to;
}

/** P(abs e > limit) `day` days after as-of. */
function overLimit(
  { components, profiles, blocks, daysPerBlock, limit }: Posterior,
  day: number,
): number {
  const high = betaOfError(limit);
  const low = betaOfError(-limit);
  let sum = 0;
  let weight = 0;
  for (const part of components) {
    const change = shapeAt(profiles[part.profile], blocks, day / daysPerBlock) - 1;
    const mean = part.mean + part.size * change;
    const variance =
      part.variance + 2 * change * part.sizeCovariance + change * change * part.sizeVariance;
    const sd = Math.sqrt(Math.max(variance, 1e-14));
    sum += part.weight * (1 - normalCdf((high - mean) / sd) + normalCdf((low - mean) / sd));
    weight += part.weight;
  }
  return sum / weight;
}

/** Share of its size that a drift has reached `offset` blocks after the end of the window. */
function shapeAt(profile: Profile | undefined, blocks: number, offset: number): number {
  if (profile === undefined) return 1;
  if (offset >= 0) return 1 + profile.rate * offset;
  const block = Math.max(0, Math.min(blocks - 1, Math.floor(blocks + offset)));
  return at(profile.shape, block);
}
