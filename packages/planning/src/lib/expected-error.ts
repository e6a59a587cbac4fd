import { normalCdf, normalDensity } from '@verimeter/statistics';

const HALF_NORMAL = Math.sqrt(2 / Math.PI);
/** Spread of a healthy meter, as a part of its limit: what is smaller than a quarter of the limit counts as no drift. */
const HEALTHY_SPREAD = 0.25;

/** E|X|, X ~ N(mean, sd^2): a mean of nothing with a wide spread is far from no error. */
export function foldedMean(mean: number, sd: number): number {
  if (!(sd > 0)) return Math.abs(mean);
  const z = mean / sd;
  return 2 * sd * normalDensity(z) + mean * (1 - 2 * normalCdf(-z));
}

/** E|X| of X beyond +-limit, X ~ N(mean, sd^2), given that it is beyond; never less than the limit. */
export function meanBeyond(mean: number, sd: number, limit: number): number {
  const level = Math.abs(mean);
  if (!(sd > 0)) return Math.max(limit, level);
  const above = (limit - level) / sd;
  const below = (-limit - level) / sd;
  const probability = normalCdf(-above) + normalCdf(below);
  // so far in the tail that the excess over the limit is nothing beside it
  if (!(probability > 1e-12)) return limit;
  const sum =
    level * normalCdf(-above) +
    sd * normalDensity(above) -
    level * normalCdf(below) +
    sd * normalDensity(below);
  return Math.max(limit, sum / probability);
}

export interface ErrorPosterior {
  readonly error?: number | undefined;
  readonly standardError?: number | undefined;
  readonly probabilityDrifted?: number | undefined;
  readonly limit?: number | undefined;
}

/**
 * E|e| of the posterior, undefined where nothing is estimated. Where mean and spread are those of two kinds of meters, healthy around
 * nothing and drifted with the stated probability, it is that of the two; else that of one normal distribution.
 */
export function expectedAbsoluteError(posterior: ErrorPosterior): number | undefined {
  const { error, standardError, probabilityDrifted: p, limit } = posterior;
  if (error === undefined || standardError === undefined) return undefined;
  if (p !== undefined && limit !== undefined && p > 0 && p < 1) {
    const healthy = HEALTHY_SPREAD * limit;
    const drifted = error / p;
    const variance = (standardError ** 2 + error ** 2 - (1 - p) * healthy ** 2) / p - drifted ** 2;
    if (variance >= 0)
      return (1 - p) * HALF_NORMAL * healthy + p * foldedMean(drifted, Math.sqrt(variance));
  }
  return foldedMean(error, standardError);
}

/** A probability as uncertainty: 0 where it is settled, 1 at a half (docs/decisions/0195 says why this form). */
export function uncertainty(probability: number): number {
  return 4 * probability * (1 - probability);
}
