import { logBeta, regularisedBeta } from './beta-function.ts';
import { monotoneRoot } from './monotone-root.ts';

/** P(X <= x), X beta with shapes a and b > 0. */
export function betaCdf(x: number, a: number, b: number): number {
  return regularisedBeta(Math.min(Math.max(x, 0), 1), a, b);
}

/** x with P(X <= x) = probability; NaN outside [0, 1]. */
export function betaQuantile(probability: number, a: number, b: number): number {
  const logit = betaQuantileLogit(probability, a, b);
  return logit > 0 ? 1 / (1 + Math.exp(-logit)) : Math.exp(logit) / (1 + Math.exp(logit));
}

/**
 * log(x / (1 - x)) of that quantile, for callers that need 1 - x as exactly as x. Solved on the smaller of the two
 * tails.
 */
export function betaQuantileLogit(probability: number, a: number, b: number): number {
  if (!(a > 0 && b > 0 && probability >= 0 && probability <= 1)) return NaN;
  if (probability === 0) return -Infinity;
  if (probability === 1) return Infinity;
  if (probability > 0.5 && 1 - probability < probability)
    return -lowerQuantileLogit(1 - probability, b, a);
  return lowerQuantileLogit(probability, a, b);
}

function lowerQuantileLogit(probability: number, a: number, b: number): number {
  const low = -800;
  const high = 800;
  // Below the smallest double: x = (probability a B(a, b))^(1/a), the first term of the series.
  const first = (Math.log(probability) + Math.log(a) + logBeta(a, b)) / a;
  if (first < -700) return first;
  return monotoneRoot(
    (logit) => {
      const e = Math.exp(-Math.abs(logit));
      const near = 1 / (1 + e);
      const far = e / (1 + e);
      const cdf = logit > 0 ? regularisedBeta(near, a, b, far) : regularisedBeta(far, a, b, near);
      return cdf / probability - 1;
    },
    low,
    high,
  );
}
