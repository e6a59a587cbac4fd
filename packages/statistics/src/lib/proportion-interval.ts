import { betaQuantile } from './beta-distribution.ts';
import { normalQuantile } from './normal.ts';

export interface ProportionInterval {
  readonly low: number;
  readonly high: number;
}

/**
 * Interval of a proportion that covers it with at least `confidence`: C. J. Clopper and E. S. Pearson, Biometrika 26
 * (1934).
 */
export function clopperPearson(
  successes: number,
  trials: number,
  confidence: number = 0.95,
): ProportionInterval {
  const tail = (1 - confidence) / 2;
  return {
    low: successes === 0 ? 0 : betaQuantile(tail, successes, trials - successes + 1),
    high: successes === trials ? 1 : betaQuantile(1 - tail, successes + 1, trials - successes),
  };
}

/**
 * Interval of a proportion that covers it with `confidence` on average: E. B. Wilson, JASA 22 (1927), no continuity
 * correction.
 */
export function wilsonInterval(
  successes: number,
  trials: number,
  confidence: number = 0.95,
): ProportionInterval {
  const z = normalQuantile((1 + confidence) / 2);
  const square = z * z;
  const failures = trials - successes;
  const centre = successes + square / 2;
  const reach = z * Math.sqrt((successes * failures) / trials + square / 4);
  return {
    low: successes === 0 ? 0 : (centre - reach) / (trials + square),
    high: failures === 0 ? 1 : (centre + reach) / (trials + square),
  };
}
