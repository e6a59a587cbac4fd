import { regularisedBeta } from './beta-function.ts';
import { normalQuantile } from './normal.ts';

export interface Binomial {
  readonly trials: number;
  /** Probability of success of a trial. */
  readonly success: number;
}

/** P(X <= k), X binomial: I_(1-p)(n - k, k + 1), Abramowitz and Stegun 26.5.24. */
export function binomialCdf(k: number, { trials, success }: Binomial): number {
  const whole = Math.floor(k);
  if (whole < 0) return 0;
  if (whole >= trials) return 1;
  return regularisedBeta(1 - success, trials - whole, whole + 1, success);
}

/** P(X > k), accurate where it is small. */
export function binomialTail(k: number, { trials, success }: Binomial): number {
  const whole = Math.floor(k);
  if (whole < 0) return 1;
  if (whole >= trials) return 0;
  return regularisedBeta(success, whole + 1, trials - whole);
}

/** Least k with P(X <= k) >= probability; NaN outside [0, 1]. */
export function binomialQuantile(probability: number, distribution: Binomial): number {
  if (!(probability >= 0 && probability <= 1)) return NaN;
  const { trials, success } = distribution;
  if (probability === 0) return 0;
  if (probability === 1) return trials;
  const spread = Math.sqrt(trials * success * (1 - success));
  const guess = Math.floor(trials * success + normalQuantile(probability) * spread);
  let high = Math.min(Math.max(guess, 0), trials);
  let low = high - 1;
  let step = Math.max(1, Math.floor(spread / 16));
  while (high < trials && binomialCdf(high, distribution) < probability) {
    low = high;
    high = Math.min(high + step, trials);
    step *= 2;
  }
  while (low >= 0 && binomialCdf(low, distribution) >= probability) {
    high = low;
    low = Math.max(low - step, -1);
    step *= 2;
  }
  // P(X <= low) < probability <= P(X <= high).
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (binomialCdf(middle, distribution) < probability) low = middle;
    else high = middle;
  }
  return high;
}
