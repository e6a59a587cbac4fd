import { betaQuantileLogit } from './beta-distribution.ts';
import { regularisedBeta } from './beta-function.ts';

/** P(T <= t), Student's t with `degrees` > 0 degrees of freedom; the lower tail keeps its relative accuracy. */
export function studentCdf(t: number, degrees: number): number {
  if (t === Infinity) return 1;
  if (t === -Infinity) return 0;
  // Abramowitz and Stegun 26.7.1: P(|T| > |t|) = I_x(degrees / 2, 1/2), x = degrees / (degrees + t^2).
  const square = t * t;
  const total = degrees + square;
  const tail = 0.5 * regularisedBeta(degrees / total, degrees / 2, 0.5, square / total);
  return t > 0 ? 1 - tail : tail;
}

/** t with P(T <= t) = probability; NaN outside [0, 1]. */
export function studentQuantile(probability: number, degrees: number): number {
  if (probability === 0.5) return 0;
  const tail = Math.min(probability, 1 - probability);
  const logit = betaQuantileLogit(2 * tail, degrees / 2, 0.5);
  // t^2 = degrees (1 - x) / x.
  const t = Math.sqrt(degrees) * Math.exp(-logit / 2);
  return probability < 0.5 ? -t : t;
}
