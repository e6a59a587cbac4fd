import { regularisedGamma, regularisedGammaTail, logGamma } from './gamma-function.ts';
import { monotoneRoot } from './monotone-root.ts';

/** P(X <= x), X chi-squared with `degrees` > 0 degrees of freedom (need not be whole). */
export function chiSquareCdf(x: number, degrees: number): number {
  return x <= 0 ? 0 : regularisedGamma(degrees / 2, x / 2);
}

/** P(X > x), accurate where it is small. */
export function chiSquareTail(x: number, degrees: number): number {
  return x <= 0 ? 1 : regularisedGammaTail(degrees / 2, x / 2);
}

/** x with P(X <= x) = probability; NaN outside [0, 1]. */
export function chiSquareQuantile(probability: number, degrees: number): number {
  return 2 * gammaQuantile(probability, degrees / 2);
}

/** Quantile of the gamma distribution of shape a and scale 1. Solved for log x, on the smaller of the two tails. */
function gammaQuantile(probability: number, a: number): number {
  if (!(a > 0 && probability >= 0 && probability <= 1)) return NaN;
  if (probability === 0) return 0;
  if (probability === 1) return Infinity;
  // P(a, x) <= x^a / Gamma(a + 1), so x is no smaller than this.
  const least = (Math.log(probability) + logGamma(a + 1)) / a;
  if (least < -745) return 0;
  const low = least - 1e-9 * Math.abs(least) - 1e-9;
  const high = Math.log(a + 40 * Math.sqrt(a) + 800);
  const root =
    probability < 0.5
      ? monotoneRoot((t) => regularisedGamma(a, Math.exp(t)) / probability - 1, low, high)
      : monotoneRoot(
          (t) => 1 - regularisedGammaTail(a, Math.exp(t)) / (1 - probability),
          low,
          high,
        );
  return Math.exp(root);
}
